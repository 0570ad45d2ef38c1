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

# says WORDS COMMAND...: the tool finds the mistake.
says()
{
	words=$1
	shift
	ran=$((ran + 1))
	"$@" >"$work/output" 2>&1 || :
	grep -q "$words" "$work/output" && return
	fail "$what: $* does not say \"$words\":"
	head -n 20 "$work/output"
}

wrong_under_valgrind()
{
	for backing in heap mmap; do
		silent valgrind -q --leak-check=full "$work/wrong" $backing none
		says 'Invalid write of size 1' \
		    valgrind -q "$work/wrong" $backing overrun
		says '20 bytes inside a block of size 64 free' \
		    valgrind -q "$work/wrong" $backing after-free
		says 'depends on uninitialised' \
		    valgrind -q "$work/wrong" $backing uninitialised
	done
}

wrong_under_asan()
{
	for backing in heap mmap buffer; do
		silent "$work/wrong" $backing none
	done
	for backing in heap mmap; do
		says heap-buffer-overflow "$work/wrong" $backing overrun
		says heap-use-after-free "$work/wrong" $backing after-free
		says '64 byte(s) leaked' "$work/wrong" $backing leak
	done
	says use-after-poison "$work/wrong" buffer overrun
	says use-after-poison "$work/wrong" buffer after-free
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
	if command -v valgrind >/dev/null && compile wrong; then
		wrong_under_valgrind
	fi
	for compiler in gcc clang; do
		what="$compiler -fsanitize=address, $library"
		if compile wrong -fsanitize=address; then
			wrong_under_asan
		fi
		for sanitizer in address leak; do
			what="$compiler -fsanitize=$sanitizer, $library"
			if compile reachable -fsanitize=$sanitizer; then
				reachable env
			fi
		done
	done
done

for library in shared static; do
	what="clang -fsanitize=memory, $library"
	compiler=clang
	if compile wrong -fsanitize=memory; then
		silent "$work/wrong" mmap none
		says use-of-uninitialized-value "$work/wrong" mmap uninitialised
	fi
done

[ $ran -gt 0 ] || exit 77
exit $failed
