#!/bin/sh
# SPDX-License-Identifier: MIT
# The two ways to use the library without installing it: its folders copied into
# a program's tree and compiled with it, as libslab(7) says; and the build tree
# found by pkg-config through libslab-uninstalled.pc.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$srcdir/include" "$srcdir/lib" "$work"
cp include/slab/version.h "$work/include/slab"
cp "$srcdir/doc/examples/queue_cache.c" "$work/program.c"
cd "$work"
# shellcheck disable=SC2086 # $CC may have options
$CC -O2 -D_GNU_SOURCE -Iinclude -iquote lib -o program program.c lib/*/*.c -pthread
./program >/dev/null
cd - >/dev/null

command -v pkg-config >/dev/null && test -e lib/.libs/libslab.so || exit 0
PKG_CONFIG_PATH=lib
export PKG_CONFIG_PATH
# shellcheck disable=SC2046,SC2086 # several words
$CC -o "$work/uninstalled" "$srcdir/doc/examples/version.c" \
    $(pkg-config --cflags --libs libslab)
LD_LIBRARY_PATH=lib/.libs "$work/uninstalled" |
    grep -q "with libslab $(pkg-config --modversion libslab)"
