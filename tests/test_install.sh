#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` puts under DESTDIR is enough to build programs by
# pkg-config, shared and static, and `make uninstall` takes all of it back.
set -eu
unset MAKEFLAGS MFLAGS
command -v pkg-config >/dev/null || exit 77
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

$MAKE -s install DESTDIR="$stage" >"$stage/log" 2>&1 || {
	cat "$stage/log"
	exit 1
}
rm "$stage/log"

PKG_CONFIG_SYSROOT_DIR=$stage
PKG_CONFIG_LIBDIR=$(dirname "$(find "$stage" -name libslab.pc)")
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR
test "$(pkg-config --libs-only-l libslab | tr -d ' ')" = -lslab
libdir=$stage$(pkg-config --variable=libdir libslab)
# Some pkg-config put the sysroot before variables, too.
test -d "$libdir" || libdir=$(pkg-config --variable=libdir libslab)

cat >"$stage/program.c" <<'END'
#include <slab.h>
int main(void)
{
	slab_cache *cache = slab_builder_build(slab_builder_for(double));
	double *object = cache ? slab_alloc(cache) : 0;

	if (object == 0 || strcmp(slab_version(), SLAB_VERSION_STRING) != 0)
		return 1;
	slab_free(cache, object);
	return slab_destroy(cache);
}
END

built=0
if test -e "$libdir/libslab.so"; then
	# shellcheck disable=SC2046,SC2086 # several words
	$CC -o "$stage/shared" "$stage/program.c" \
	    $(pkg-config --cflags --libs libslab)
	LD_LIBRARY_PATH=$libdir "$stage/shared"
	readelf -d "$stage/shared" | grep -q 'NEEDED.*\[libslab\.so\.1\]'
	rm "$stage/shared"
	built=1
fi
# (Sanitizers do not work in static programs.)
if test -e "$libdir/libslab.a" && test "$CC" = "${CC#*-fsanitize}"; then
	# shellcheck disable=SC2046,SC2086 # several words
	$CC -static -o "$stage/static" "$stage/program.c" \
	    $(pkg-config --cflags --static --libs libslab)
	"$stage/static"
	rm "$stage/static"
	built=1
fi
test $built = 1
rm "$stage/program.c"

$MAKE -s uninstall DESTDIR="$stage" >/dev/null
left=$(find "$stage" ! -type d)
test -z "$left" || {
	echo "uninstall leaves:"
	echo "$left"
	exit 1
}
