#!/bin/sh
# SPDX-License-Identifier: MIT
# lib/libslab.map is the list of the library's calls.  The header declares, the
# shared library exports, the Debian symbols file lists and the manual describes
# exactly these.  Data for debuggers, in the node LIBSLAB_PRIVATE, is in neither
# header nor manual.
set -eu
list=$(mktemp -d)
trap 'rm -rf "$list"' EXIT
failed=0

# same WHAT FILE LIST: the sorted lines of FILE are those of LIST.
same()
{
	if ! diff "$list/$3" "$list/$2" >"$list/diff"; then
		echo "lib/libslab.map (<) and $1 (>) differ:"
		cat "$list/diff"
		failed=1
	fi
}

# Name and version, as "slab_alloc LIBSLAB_1.0".
awk '
	/^LIBSLAB_/ { node = $1 }
	/^\tslab_.*;/ { sub(";", "", $1); print $1, node }
' "$srcdir/lib/libslab.map" | sort >"$list/versioned"
grep -v ' LIBSLAB_PRIVATE$' "$list/versioned" | cut -d' ' -f1 >"$list/map"
test -s "$list/map"

# A declaration begins with SLAB_API_, and may go on in the next lines.
tr '\n' ' ' <"$srcdir/include/slab.h" | awk '{
	n = split($0, parts, "SLAB_API_ ")
	for (i = 2; i <= n; i++) {
		sub(/\(.*/, "", parts[i])
		if (match(parts[i], /slab_[a-z_]*$/))
			print substr(parts[i], RSTART)
	}
}' | sort -u >"$list/declared"
same include/slab.h declared map

# The slow paths are no calls for users.  Macros and types have pages, too:
# tests/test_man.sh looks for these.
grep -v '_slow$' "$list/map" >"$list/for_users"
for name in $(cat "$list/for_users"); do
	test ! -e "$srcdir/man/man3/$name.3" || echo "$name"
done >"$list/described"
same "the pages in man/man3" described for_users

# Lines such as " slab_alloc@LIBSLAB_1.0 1.0.0".
sed -n 's/^ \(slab_[a-z_]*\)@\(LIBSLAB_[0-9A-Z.]*\) .*/\1 \2/p' \
    "$srcdir/debian/libslab1.symbols" | sort >"$list/debian"
same debian/libslab1.symbols debian versioned

library=lib/.libs/libslab.so
if test -e $library && command -v nm >/dev/null; then
	nm -D --defined-only $library | sed 's/@@*/ /' |
	    awk '$3 ~ /^slab/ { print $3, $4 }' | sort >"$list/exported"
	same $library exported versioned
fi
exit $failed
