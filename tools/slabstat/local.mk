# SPDX-License-Identifier: MIT
# slabstat(1), which needs the C library alone.  It shares with the library the
# list of figures and the names of fields, and no structure.

bin_PROGRAMS += tools/slabstat/slabstat
tools_slabstat_slabstat_SOURCES = \
	lib/base/format.c \
	lib/base/format.h \
	lib/base/text.c \
	lib/base/text.h \
	tools/slabstat/all.c \
	tools/slabstat/all.h \
	tools/slabstat/command.c \
	tools/slabstat/command.h \
	tools/slabstat/core.c \
	tools/slabstat/elf_file.c \
	tools/slabstat/elf_file.h \
	tools/slabstat/export.c \
	tools/slabstat/main.c \
	tools/slabstat/objects.c \
	tools/slabstat/objects.h \
	tools/slabstat/options.c \
	tools/slabstat/options.h \
	tools/slabstat/output.c \
	tools/slabstat/output.h \
	tools/slabstat/process.c \
	tools/slabstat/registry.c \
	tools/slabstat/snapshot.c \
	tools/slabstat/snapshot.h \
	tools/slabstat/target.c \
	tools/slabstat/target.h \
	tools/slabstat/watch.c \
	tools/slabstat/watch.h
tools_slabstat_slabstat_CPPFLAGS = $(base_cppflags) -iquote $(srcdir)/lib
tools_slabstat_slabstat_LDADD =
