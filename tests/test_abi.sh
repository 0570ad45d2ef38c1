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

status=0
abidiff --headers-dir2 "$srcdir/include" "$baseline" $library || status=$?
if test $status -eq 0; then
	exit 0
fi
if test $status -ne 4; then
	echo "incompatible: this needs a new soname (see configure.ac)"
	exit 1
fi
for node in $(sed -n 's/^\(LIBSLAB_[0-9.]*\) {.*/\1/p' "$srcdir/lib/libslab.map")
do
	grep -q "version='$node'" "$baseline" || exit 0
done
echo "the interface has changed, and lib/libslab.map has no new node"
exit 1
