#!/bin/sh
# SPDX-License-Identifier: MIT
# The release archive holds the files that git tracks and what the Autotools
# make of them, and nothing else: nobody can hide a file in it.
set -eu
unset MAKEFLAGS MFLAGS
test -e "$srcdir/.git" && command -v git >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git -C "$srcdir" ls-files >"$work/tracked" || exit 77
$MAKE -s distdir distdir="$work/dist" >/dev/null
(cd "$work/dist" && find . -type f) | sed 's,^\./,,' |
    grep -vxE 'aclocal\.m4|configure|(build-aux|m4)/[^/]*' |
    grep -vxE 'Makefile\.in|config\.h\.in|rpm/libslab\.spec' >"$work/archived"
sort -o "$work/tracked" "$work/tracked"
sort -o "$work/archived" "$work/archived"
diff "$work/tracked" "$work/archived" || {
	echo "git tracks (<) other files than the archive holds (>)"
	exit 1
}
