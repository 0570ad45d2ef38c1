# SPDX-License-Identifier: MIT
# The library.  Its objects are made once, into libslabi: libslab is linked
# from it, and so are the tests that look inside.

noinst_LTLIBRARIES = lib/libslabi.la
lib_libslabi_la_SOURCES = \
	lib/backing.c \
	lib/backing.h \
	lib/backing_buffer.c \
	lib/backing_heap.c \
	lib/backing_mmap.c \
	lib/build.c \
	lib/builder.c \
	lib/builder.h \
	lib/bulk.c \
	lib/cache.c \
	lib/cache.h \
	lib/error.c \
	lib/error.h \
	lib/geometry.c \
	lib/geometry.h \
	lib/idle_pages.c \
	lib/life.h \
	lib/magazine.c \
	lib/os.c \
	lib/os.h \
	lib/registry.c \
	lib/slab.c \
	lib/slab.h \
	lib/slab_layer.c \
	lib/slab_layer.h \
	lib/slab_lists.c \
	lib/slab_map.c \
	lib/slab_map.h \
	lib/stats.c \
	lib/supply.c \
	lib/system.c \
	lib/system.h \
	lib/system_aligned.c \
	lib/system_large.c \
	lib/walk.c \
	lib/whole.c \
	lib/working_set.c
lib_libslabi_la_CPPFLAGS = $(base_cppflags) $(LIB_CPPFLAGS)
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
