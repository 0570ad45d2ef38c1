# SPDX-License-Identifier: MIT
# The commands for gdb, where gdb finds them by the name of the library's file.

EXTRA_DIST += tools/gdb/libslab-gdb.py
gdbdir = $(datadir)/gdb/auto-load$(libdir)
gdb_name = `sed -n "s/^library_names='\([^ ']*\).*/\1/p" lib/libslab.la`

install-data-local: lib/libslab.la
	name=$(gdb_name); test -z "$$name" || { \
	    $(MKDIR_P) "$(DESTDIR)$(gdbdir)" && $(INSTALL_DATA) \
	    $(srcdir)/tools/gdb/libslab-gdb.py \
	    "$(DESTDIR)$(gdbdir)/$$name-gdb.py"; }

uninstall-local:
	rm -f "$(DESTDIR)$(gdbdir)"/libslab.so*-gdb.py
