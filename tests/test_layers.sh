# SPDX-License-Identifier: MIT
# The floors of lib/: a file includes only from its own floor and from those
# below.  No two headers have one name.  On the floors of `straight` what a C file
# defines is declared in one header, and no two files call each other in a circle.

cd "${srcdir:-.}" || exit 1
floors='api cache layer slab backing base'
straight='layer slab backing'
failed=0
fail() {
	echo "$*"
	failed=1
}

work=`mktemp -d` || exit 1
trap 'rm -rf "$work"' 0

# Includes: the number of a floor is larger the lower it lies.
for file in lib/*/*.[ch]; do
	sed -n 's/^#include "\(.*\)"$/\1/p' "$file" | while read -r header; do
		echo "$file $header"
	done
done >"$work/includes"
awk -v floors="$floors" '
BEGIN { n = split(floors, names, " "); for (i = 1; i <= n; i++) at[names[i]] = i }
{
	split($1, from, "/"); split($2, to, "/")
	if (!(from[2] in at)) print $1 ": lies on no floor"
	else if (!(to[1] in at)) print $1 ": \"" $2 "\" is on no floor"
	else if (at[to[1]] < at[from[2]]) print $1 ": \"" $2 "\" is above it"
}' "$work/includes" >"$work/wrong"
[ -s "$work/includes" ] || fail "no file of lib/ includes anything"
[ -s "$work/wrong" ] && fail "`cat "$work/wrong"`"

twins=`ls lib/*/*.h | sed 's|.*/||' | sort | uniq -d`
[ -z "$twins" ] || fail "two headers have one name: $twins"

# Which file defines a function, and which header declares it.
for file in lib/*/*.c; do
	sed -n "s|^\(slabi_[a-z0-9_]*\)(.*|\1 $file|p" "$file"
done | sort >"$work/defined"
for file in lib/*/*.h; do
	sed -n "s|^[a-z_].*[ *]\(slabi_[a-z0-9_]*\)(.*|\1 $file|p" "$file"
done | sort >"$work/declared"
[ -s "$work/defined" ] || fail "no file of lib/ defines anything"
join "$work/defined" "$work/declared" | awk '{ print $2, $3 }' | sort -u |
    awk -v straight=" $straight " '
    { split($1, a, "/") }
    index(straight, " " a[2] " ") { n[$1]++; all[$1] = all[$1] " " $2 }
    END { for (file in n) if (n[file] > 1)
	print file " has several headers:" all[file] }' >"$work/several"
[ -s "$work/several" ] && fail "`cat "$work/several"`"

# Calls on one floor, in an order in which they lead one way only.
for file in lib/*/*.[ch]; do
	# What is said in comments and declared in headers is no call.
	case $file in
	*.h) sed -n '/^	/p' "$file" ;;
	*) sed '/^\/\*/d; /^ \*/d' "$file" ;;
	esac | grep -o 'slabi_[a-z0-9_]*' | sort -u | sed "s|\$| $file|"
done | sort >"$work/used"
join "$work/defined" "$work/used" | awk -v straight=" $straight " '
{
	to = $2; from = $3
	sub(/\.h$/, ".c", from)
	split(from, a, "/"); split(to, b, "/")
	if (a[2] == b[2] && index(straight, " " a[2] " ") && from != to)
		print from, to
}' | sort -u >"$work/calls"
[ -s "$work/calls" ] || fail "no file of lib/ calls another"
tsort "$work/calls" >/dev/null 2>"$work/circle" ||
    fail "files of one floor call each other: `cat "$work/circle"`"

exit $failed
