#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` puts under DESTDIR is enough to build programs with
# pkg-config, shared and static, with CMake, and with the Makefile of the
# examples; and `make uninstall` removes all of it.
set -eu
unset MAKEFLAGS MFLAGS
command -v pkg-config >/dev/null || exit 77
stage=$(mktemp -d)
work=$(mktemp -d)
trap 'rm -rf "$stage" "$work"' EXIT

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

# The examples, copied as their README says, by their own Makefile.
examples=$(find "$stage" -name queue_cache.c)
if test -n "$examples" && test -e "$libdir/libslab.so" &&
    command -v "${CXX:-c++}" >/dev/null; then
	cp -r "$(dirname "$examples")" "$work/examples"
	chmod -R u+w "$work/examples"
	LD_LIBRARY_PATH=$libdir make -C "$work/examples" \
	    CC="$CC" CXX="${CXX:-c++}" run >"$work/log" 2>&1 || {
		cat "$work/log"
		exit 1
	}
fi

# CMake finds the library by its own file, and asks for a version.
if command -v cmake >/dev/null && test "$CC" = "${CC#* }"; then
	mkdir "$work/cmake"
	cp "$stage/program.c" "$work/cmake"
	cat >"$work/cmake/CMakeLists.txt" <<-END
	cmake_minimum_required(VERSION 3.10)
	project(program C)
	find_package(libslab 1.0 REQUIRED)
	add_executable(program program.c)
	target_link_libraries(program PRIVATE libslab::slab)
	END
	(
		cd "$work/cmake"
		config=$(find "$stage" -name libslab-config.cmake)
		cmake -Dlibslab_DIR="$(dirname "$config")" . &&
		    make && LD_LIBRARY_PATH=$libdir ./program
		sed -i 's/libslab 1.0/libslab 99/' CMakeLists.txt
		! cmake .
	) >"$work/log" 2>&1 || {
		cat "$work/log"
		exit 1
	}
fi
rm "$stage/program.c"

$MAKE -s uninstall DESTDIR="$stage" >/dev/null
left=$(find "$stage" ! -type d)
test -z "$left" || {
	echo "uninstall leaves:"
	echo "$left"
	exit 1
}
