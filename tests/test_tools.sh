#!/bin/sh
# SPDX-License-Identifier: MIT
# Small programs under tools that watch memory: right ones are silent, and of
# wrong ones the tool says what is wrong.  Not for an instrumented library.
set -eu
case $CC in *sanitize*) exit 77 ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
ran=0

fail()
{
	echo "$*"
	failed=1
}

# compile NAME FLAG...: by $compiler with $library; false where it cannot.
compile()
{
	name=$1
	shift
	case $library in
	shared) set -- "$@" -Llib/.libs -lslab -Wl,-rpath,"$PWD/lib/.libs" ;;
	static) set -- "$@" lib/.libs/libslab.a -pthread ;;
	esac
	$compiler -g -O1 -I"$srcdir/include" -Iinclude -o "$work/$name" \
	    "$srcdir/tests/tools/$name.c" "$@" 2>"$work/messages"
}

# silent COMMAND...: ends well, without a word.
silent()
{
	ran=$((ran + 1))
	if ! "$@" >"$work/output" 2>&1; then
		fail "$what: $* failed:"
	elif [ -s "$work/output" ]; then
		fail "$what: $* is not silent:"
	else
		return 0
	fi
	head -n 40 "$work/output"
}

reachable()
{
	for backing in heap mmap buffer user; do
		silent "$@" "$work/reachable" $backing
		silent "$@" "$work/reachable" $backing constructed
	done
}

for library in shared static; do
	[ -f lib/.libs/libslab.so ] || [ $library = static ] || continue
	[ -f lib/.libs/libslab.a ] || [ $library = shared ] || continue
	what="valgrind, $library"
	compiler=$CC
	if command -v valgrind >/dev/null && compile reachable; then
		reachable valgrind -q --error-exitcode=9 --leak-check=full \
		    --show-leak-kinds=definite,indirect,possible
	fi
	for compiler in gcc clang; do
		for sanitizer in address leak; do
			what="$compiler -fsanitize=$sanitizer, $library"
			if compile reachable -fsanitize=$sanitizer; then
				reachable env
			fi
		done
	done
done

[ $ran -gt 0 ] || exit 77
exit $failed
