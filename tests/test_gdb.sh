#!/bin/sh
# SPDX-License-Identifier: MIT
# The commands for gdb see the caches of a program that stands still, by the
# library's registry alone, and what makes no sense ends in a sentence.
set -eu
command -v gdb >/dev/null || exit 77
test -e lib/.libs/libslab.so || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/program.c" <<'END'
#include <slab.h>
#include <stdio.h>
void stop_here(void *object, void *freed);
void stop_here(void *object, void *freed)
{
	printf("%p %p\n", object, freed);
}
int main(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_new(64), "conn"));
	char *objects[500];
	int i;

	for (i = 0; i < 500; i++)
		objects[i] = slab_alloc(cache);
	for (i = 0; i < 100; i++)
		slab_free(cache, objects[i]);
	stop_here(objects[200] + 5, objects[99]);
	return 0;
}
END
# shellcheck disable=SC2086 # several words
$CC -g -I"$srcdir/include" -Iinclude ${CPPFLAGS-} -o "$work/program" \
    "$work/program.c" -Llib/.libs -lslab
LD_LIBRARY_PATH=$PWD/lib/.libs
export LD_LIBRARY_PATH

gdb -nx -batch -ex "source $srcdir/tools/gdb/libslab-gdb.py" \
    -ex 'slab caches' \
    -ex 'break stop_here' -ex run -ex 'slab caches' -ex 'slab caches x*' \
    -ex 'slab whatis object' -ex 'slab whatis freed' -ex 'slab whatis 16' \
    -ex 'slab live conn 3' -ex 'slab check' \
    -ex 'print $_slab_cache(object)' \
    -ex 'print (char *)object - $_slab_object(object)' \
    -ex 'slab live none' -ex 'slab whatis nonsense' -ex 'slab live' \
    "$work/program" >"$work/out" 2>&1 </dev/null || true
grep -q 'Breakpoint 1, stop_here' "$work/out" || exit 77 # it may not trace

failed=0
says()
{
	grep -q "$1" "$work/out" || {
		echo "gdb does not say: $1"
		failed=1
	}
}
says '^there is no libslab in this program'
says '^CACHE .* SIZE .* LIVE .* TOUCHED'
says '^conn  *64  *400 '
says '^conn: object at 0x[0-9a-f]*, +5, live$'
says '^conn: object at 0x[0-9a-f]*, +0, free'
says '^0x10 is in no slab$'
says '^400 live$'
says '^all is well$'
says '= "conn"$'
says '= .*5'
says '^there is no cache of the name none'
says '^No symbol "nonsense"'
says '^usage: slab live'
if grep -q Traceback "$work/out"; then
	failed=1
fi
test $failed = 0 || cat "$work/out"
exit $failed
