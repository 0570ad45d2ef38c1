#!/bin/sh
# SPDX-License-Identifier: MIT
# SLAB_DEBUG: which caches it changes, and what it says about what it does not
# understand.  tests/debugged says which modes its caches have.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# says VALUE OUTPUT: the program's output, with its standard error first.
says()
{
	output=$(SLAB_DEBUG=$1 tests/debugged 2>&1)
	[ "$output" = "$2" ] && return
	printf 'SLAB_DEBUG="%s" says:\n%s\nnot:\n%s\n' "$1" "$output" "$2"
	failed=1
}

plain='conn: -
node-1: -
node-2: -'

says '' "$plain"
says none "$plain"
says check 'conn: check
node-1: check
node-2: check'
says 'redzone:node*' 'conn: -
node-1: check redzone
node-2: check redzone'
says 'check;redzone:node*;none:node-2' 'conn: check
node-1: check redzone
node-2: -'
says 'redzone:conn,node-2' 'conn: check redzone
node-1: -
node-2: check redzone'
says 'all,no-poison,no-audit:c?nn' 'conn: check redzone quarantine
node-1: -
node-2: -'
says 'check,none:conn' "$plain"
says 'quarantine=64K,redzone=32:conn' 'conn: check redzone quarantine
node-1: -
node-2: -'
says 'nonsense,check:conn,' 'libslab: SLAB_DEBUG: unknown word "nonsense"
conn: check
node-1: -
node-2: -'
says 'redzone=0:conn;audit=1000:conn' \
    'libslab: SLAB_DEBUG: wrong value in "redzone=0"
libslab: SLAB_DEBUG: wrong value in "audit=1000"
conn: -
node-1: -
node-2: -'
says 'check:true' \
    'libslab: SLAB_DEBUG: what follows ":" are names of caches; did you mean "check=..."?
conn: -
node-1: -
node-2: -'

# The table in libslab(7) is what really is found.
tests/misuse_table | sed -e 's/^.\{36\} */&\
/;s/ *\n/ /' -e 's/  */ /g' >"$work/found"
sed -n '/^\.SS Which mode/,/^\.SH/p' "$srcdir/man/man7/libslab.7" |
    sed -n '/^\.TS/,/^\.TE/p' | grep -v -e '^\.' -e '^allbox' -e '^l2 ' |
    sed -e 's/\\-/-/g' -e 's/\t/ /g' >"$work/said"
diff "$work/said" "$work/found" ||
    { echo "libslab(7) has another table of misuse"; failed=1; }

# leaks: the live objects, and patterns that nothing matched.
leaks=$(SLAB_DEBUG='leaks,check:co*,zs*' tests/debugged leak 2>&1 >/dev/null)
case $leaks in
'libslab: cache "conn": 0x'*' of 40 bytes is still in use
libslab: SLAB_DEBUG: no cache is called "zs*"') ;;
*) echo "leaks says: $leaks"; failed=1 ;;
esac

# log: a report is appended to a file.
SLAB_DEBUG="check,log=$work/log" tests/debugged wrong >"$work/out" 2>&1
grep -q '^libslab: cache "conn": double free of 0x' "$work/log" ||
    { echo "the log has no report"; cat "$work/out"; failed=1; }

[ "$(SLAB_DEBUG=help tests/debugged 2>&1 >/dev/null | grep -c '^libslab: ')" \
    -ge 14 ] || { echo "help does not list the words"; failed=1; }
exit $failed
