#!/bin/sh
# SPDX-License-Identifier: MIT
# No word that codespell knows to be wrong, in any text that is written by hand.
set -eu
command -v codespell >/dev/null || exit 77
cd "$srcdir"
# TE and bu are from the macros of manual pages; fro goes with "to and".
codespell --ignore-words-list te,bu,fro,falsy \
    --skip '*/html,*.abi,*.la,*.log,*.o,*.trs,*/.libs,*/corpus' \
    README build configure.ac Makefile.am debian/control doc include lib man \
    rpm tests

# No address exists yet.  Debian requires one in two places, and there it is the
# same; a made-up address anywhere else would mislead.
found=$(grep -rlF example.org README build configure.ac Makefile.am debian \
    doc/[A-Z]* doc/*.md include lib man rpm | sort | tr '\n' ' ')
test "$found" = "debian/changelog debian/control " || {
	echo "example.org stands in: $found"
	exit 1
}
