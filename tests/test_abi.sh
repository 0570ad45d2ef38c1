#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library offers what the first release with this soname did:
# tests/abi/libslab-1.abi, written by `make abi-baseline` then.  More is allowed,
# in a new node of lib/libslab.map.
set -eu
command -v abidiff >/dev/null || exit 77
baseline=$srcdir/tests/abi/libslab-1.abi
library=lib/.libs/libslab.so
# The baseline is of one kind of machine; types are known from debugging
# information only.
readelf -h $library 2>/dev/null | grep -q X86-64 || exit 77
readelf -S $library | grep -q debug_info || exit 77

compare()
{
	abidiff --suppressions "$srcdir/tests/abi/libslab.suppr" "$@" \
	    "$baseline" $library
}

compare --no-added-syms || {
	echo "Old programs may not run with this.  A new soname is needed, or, where"
	echo "struct_size has made room for more, a new baseline: see configure.ac."
	exit 1
}
compare >/dev/null && exit 0
for node in $(sed -n 's/^\(LIBSLAB_[0-9.]*\) {.*/\1/p' "$srcdir/lib/libslab.map")
do
	grep -q "version='$node'" "$baseline" || exit 0
done
echo "There are new calls, and lib/libslab.map has no new node."
exit 1
