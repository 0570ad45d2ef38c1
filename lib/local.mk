# SPDX-License-Identifier: MIT
# The library.  Its objects are made once, into libslabi: libslab is linked
# from it, and so are the tests that look inside.

noinst_LTLIBRARIES = lib/libslabi.la
lib_libslabi_la_SOURCES = \
	lib/api/about.c \
	lib/api/buffer_layout.c \
	lib/api/buffer_layout.h \
	lib/api/build.c \
	lib/api/builder.c \
	lib/api/builder.h \
	lib/api/builder_slots.c \
	lib/api/check.c \
	lib/api/debugging.c \
	lib/api/debugging.h \
	lib/api/dump.c \
	lib/api/environment.h \
	lib/api/export.h \
	lib/api/fields.def \
	lib/api/figures.c \
	lib/api/figures.def \
	lib/api/figures.h \
	lib/api/find.c \
	lib/api/lifetime.c \
	lib/api/plan.c \
	lib/api/plan.h \
	lib/api/published.c \
	lib/api/published.h \
	lib/api/raw.h \
	lib/api/registry.h \
	lib/api/settings.c \
	lib/api/settings.h \
	lib/api/tend.c \
	lib/api/walk.c \
	lib/backing/backing.c \
	lib/backing/backing.h \
	lib/backing/buffer.c \
	lib/backing/heap.c \
	lib/backing/mmap.c \
	lib/base/arith.h \
	lib/base/error.c \
	lib/base/error.h \
	lib/base/format.c \
	lib/base/format.h \
	lib/base/frames.h \
	lib/base/lock.h \
	lib/base/mutex.h \
	lib/base/os.h \
	lib/base/os_look.h \
	lib/base/printable.c \
	lib/base/printable.h \
	lib/base/report.c \
	lib/base/report.h \
	lib/base/report_out.h \
	lib/base/stacks.h \
	lib/base/text.c \
	lib/base/text.h \
	lib/base/thread.h \
	lib/base/thread_number.h \
	lib/base/tools.c \
	lib/base/tools.h \
	lib/cache/audit.c \
	lib/cache/audit.h \
	lib/cache/block_stack.c \
	lib/cache/block_table.c \
	lib/cache/block_table.h \
	lib/cache/blocks.c \
	lib/cache/blocks.h \
	lib/cache/blocks_malloc.c \
	lib/cache/blocks_pages.c \
	lib/cache/bulk.c \
	lib/cache/cache.c \
	lib/cache/cache.h \
	lib/cache/checked.c \
	lib/cache/debug.c \
	lib/cache/debug.h \
	lib/cache/debug_begin.c \
	lib/cache/debug_object.c \
	lib/cache/debug_object.h \
	lib/cache/debug_path.c \
	lib/cache/debug_report.c \
	lib/cache/debug_report.h \
	lib/cache/debug_side.c \
	lib/cache/depot.h \
	lib/cache/direct.c \
	lib/cache/direct.h \
	lib/cache/exchange.c \
	lib/cache/exchange.h \
	lib/cache/magazine.c \
	lib/cache/magazine.h \
	lib/cache/misuse.c \
	lib/cache/misuse.h \
	lib/cache/options.h \
	lib/cache/pattern.h \
	lib/cache/quarantine.c \
	lib/cache/quarantine.h \
	lib/cache/record.h \
	lib/cache/shared.h \
	lib/cache/slot_hot.h \
	lib/cache/slots.h \
	lib/cache/zones.c \
	lib/cache/zones.h \
	lib/layer/destruct.c \
	lib/layer/destruct.h \
	lib/layer/idle_pages.c \
	lib/layer/idle_pages.h \
	lib/layer/layer.h \
	lib/layer/layer_check.c \
	lib/layer/layer_check.h \
	lib/layer/populate.c \
	lib/layer/populate.h \
	lib/layer/quota.c \
	lib/layer/quota.h \
	lib/layer/slab_layer.c \
	lib/layer/slab_layer.h \
	lib/layer/slab_lists.c \
	lib/layer/slab_lists.h \
	lib/layer/supply.c \
	lib/layer/supply.h \
	lib/layer/working_set.c \
	lib/layer/working_set.h \
	lib/slab/directory.c \
	lib/slab/directory.h \
	lib/slab/geometry.c \
	lib/slab/geometry.h \
	lib/slab/life.h \
	lib/slab/slab_bits.c \
	lib/slab/slab_bits.h \
	lib/slab/slab_map.c \
	lib/slab/slab_map.h \
	lib/slab/slab_pages.c \
	lib/slab/slab_pages.h \
	lib/slab/system.c \
	lib/slab/system.h \
	lib/slab/system_aligned.c \
	lib/slab/system_large.c \
	lib/slab/visible.c \
	lib/slab/visible.h
if OS_POSIX
lib_libslabi_la_SOURCES += \
	lib/api/environment.c \
	lib/api/export.c \
	lib/api/registry.c \
	lib/api/resident.c \
	lib/base/frames.c \
	lib/base/lock_posix.c \
	lib/base/os_look.c \
	lib/base/os_posix.c \
	lib/base/os_posix.h \
	lib/base/os_posix_map.c \
	lib/base/report_out_posix.c \
	lib/base/stacks.c \
	lib/base/thread.c \
	lib/base/thread_number.c \
	lib/cache/depot.c \
	lib/cache/drain.c \
	lib/cache/record.c \
	lib/cache/shared.c \
	lib/cache/shared_begin.c \
	lib/cache/slots.c
endif
if OS_NONE
lib_libslabi_la_SOURCES += \
	lib/api/none.c \
	lib/base/os_none.c
endif
lib_libslabi_la_CPPFLAGS = $(base_cppflags) -iquote $(srcdir)/lib $(LIB_CPPFLAGS)
lib_libslabi_la_CFLAGS = $(AM_CFLAGS) $(LIB_CFLAGS)

lib_LTLIBRARIES = lib/libslab.la
lib_libslab_la_SOURCES =
lib_libslab_la_LIBADD = lib/libslabi.la
lib_libslab_la_LDFLAGS = $(AM_LDFLAGS) $(LIB_LDFLAGS) -no-undefined \
	-version-info $(LIBSLAB_VERSION_INFO)
if VERSION_SCRIPT
lib_libslab_la_LDFLAGS += -Wl,--version-script=$(srcdir)/lib/libslab.map
endif
lib_libslab_la_DEPENDENCIES = lib/libslabi.la lib/libslab.map
EXTRA_DIST += lib/libslab.map

pkgconfig_DATA = lib/libslab.pc

cmakedir = $(libdir)/cmake/libslab
dist_cmake_DATA = lib/libslab-config.cmake
nodist_cmake_DATA = lib/libslab-config-version.cmake
