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
