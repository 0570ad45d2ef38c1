#!/bin/sh
# SPDX-License-Identifier: MIT
# Every page of the manual is without fault for mandoc and groff, and every
# public name has a page.
set -eu
cd "$srcdir/man"
pages=$(grep -L '^\.so ' man*/*.[1-9])
failed=0 linted=0

if command -v mandoc >/dev/null; then
	# shellcheck disable=SC2086 # the names have no spaces
	mandoc -T lint -W warning $pages || failed=1
	linted=1
fi

if command -v groff >/dev/null; then
	for page in $pages; do
		said=$(groff -man -t -ww -z -Tutf8 -s "$page" 2>&1) || failed=1
		test -z "$said" || { echo "$page: $said"; failed=1; }
	done
	linted=1
fi

# The pages of one line lead to a page.
for alias in $(grep -l '^\.so ' man*/*.[1-9]); do
	test -e "$(sed 's/^\.so //' "$alias")" ||
	    { echo "$alias leads nowhere"; failed=1; }
done

# Functions, types, and macros that take arguments; a name that ends in _ is
# not for users.
names=$(
	sed -e '/^LIBSLAB_PRIVATE/,$d' -n -e 's/^\t\(slab_.*\);/\1/p' \
	    ../lib/libslab.map | grep -v '_slow$'
	sed -n -e 's/^} \(slab_[a-z_]*\);/\1/p' \
	    -e 's/^typedef struct [a-z_]* \(slab_[a-z_]*\);/\1/p' \
	    -e 's/^#define \([Ss][A-Za-z_]*[A-Za-z]\)(.*/\1/p' \
	    ../include/slab.h ../include/slab/version.h.in
)
for name in $names; do
	test -e "man3/$name.3" || { echo "no page of $name"; failed=1; }
done

test $failed = 0 || exit 1
test $linted = 1 || exit 77
