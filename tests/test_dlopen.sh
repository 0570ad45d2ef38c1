#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library can be loaded while a program runs: eight copies of it at
# once, beside handlers of fork() that were there before, with glibc and musl.
set -eu
library=lib/.libs/libslab.so
test -e $library || exit 77
# Sanitizers have to be loaded first of all.
test "$CC" = "${CC#*-fsanitize}" || exit 77
# All that it has of threads' storage is one pointer; glibc's loader has little.
if command -v readelf >/dev/null; then
	readelf -lW $library | awk '$1 == "TLS" { print $6 }' |
	    grep -Eqx '0x0*(4|8)' || { echo "not one pointer"; exit 1; }
	if readelf -d $library | grep -q 'libc\.so\.6' &&
	    readelf -sW $library | grep __tls_get_addr; then
		echo "a thread's first error may call malloc"
		exit 1
	fi
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/host.c" <<'END'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int (*use[64])(void);
static int n;

static void use_all(void)
{
	int i;

	for (i = 0; i < n; i++)
		if (use[i]() != 0)
			abort();
}

int main(int argc, char **argv)
{
	pid_t child;
	int status = 0;

	pthread_atfork(use_all, use_all, use_all);
	while (n + 1 < argc) {
		void *plugin = dlopen(argv[n + 1], RTLD_NOW | RTLD_LOCAL);

		if (!plugin) {
			printf("%s\n", dlerror());
			return 1;
		}
		*(void **)&use[n++] = dlsym(plugin, "use");
	}
	use_all();
	alarm(60);
	child = fork();
	if (child == 0) {
		alarm(60);
		use_all();
		_exit(0);
	}
	waitpid(child, &status, 0);
	use_all();
	return status != 0;
}
END
cat >"$dir/plugin.c" <<'END'
#include <slab.h>
int use(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));
	void *object = slab_alloc(cache);

	if (!object || slab_builder_build(slab_builder_new(0)) ||
	    slab_error()[0] == '\0')
		return 1;
	slab_free(cache, object);
	return slab_destroy(cache);
}
END
include="-I$srcdir/include -Iinclude"
objects=$(find lib/*/.libs -name 'libslabi_la-*.o')

# load WORDS COMPILER: so many differently named copies of library and plug-in.
load()
{
	what=$1
	shift
	"$@" -o "$dir/host" "$dir/host.c" -pthread -ldl
	for n in 1 2 3 4 5 6 7 8; do
		# shellcheck disable=SC2086 # several words
		"$@" -shared -o "$dir/libslab$n.so" -Wl,-soname,libslab$n.so \
		    $linked
		# shellcheck disable=SC2086
		"$@" -shared -fPIC -o "$dir/plugin$n.so" $include \
		    "$dir/plugin.c" "$dir/libslab$n.so" -Wl,-rpath,"$dir"
	done
	"$dir/host" "$dir"/plugin?.so || {
		echo "$what: the copies cannot be loaded, or hang"
		exit 1
	}
	echo "$what: eight copies loaded"
}

linked=$objects
# shellcheck disable=SC2086 # $CC may have arguments
load "as configured" $CC

command -v musl-gcc >/dev/null || exit 0
sources=$(sed -n 's/^\t\(lib.*\.c\)\( .*\)*$/\1/p' "$srcdir/lib/local.mk")
linked=
for source in $sources; do
	object=$dir/$(echo "$source" | tr / _).o
	# shellcheck disable=SC2086
	musl-gcc -c -fPIC -fvisibility=hidden -std=c11 -D_GNU_SOURCE -iquote "$srcdir/lib" \
	    $include -o "$object" "$srcdir/$source"
	linked="$linked $object"
done
load musl musl-gcc
