#!/bin/sh
# SPDX-License-Identifier: MIT
# What README, tutorial and manual show as C code stands, line by line, in one
# of the programs of doc/examples, which are compiled; and wordtree runs.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Lines are compared without indentation, and without empty ones.  Blocks of
# code are: in the manual, .EX to .EE of the section EXAMPLES; in Markdown,
# what ```c or ```cpp begins; in README, indented text that begins with #include.
cat >"$work/blocks.awk" <<'END'
function trimmed(line)
{
	sub(/^[ \t]+/, "", line)
	sub(/[ \t]+$/, "", line)
	return line
}

function plain(line)
{
	sub(/^\\&/, "", line)
	gsub(/\\-/, "-", line)
	gsub(/\\\(aq/, "'", line)
	gsub(/\\\(ga/, "`", line)
	gsub(/\\\(ha/, "^", line)
	gsub(/\\\(ti/, "~", line)
	gsub(/\\e/, "\\", line)
	return line
}

function end_block(  program)
{
	inside = 0
	blocks++
	for (program in programs)
		if (index(programs[program], block))
			return
	print where ": in no program of doc/examples:" block
	failed = 1
}

function begin_block(line)
{
	inside = 1
	block = "\n"
	where = FILENAME ":" FNR
	if (line != "")
		add(line)
}

function add(line)
{
	line = trimmed(line)
	if (line != "")
		block = block line "\n"
}

FNR == 1 { if (inside) end_block(); section = "" }

FILENAME ~ /\.(c|cc|cpp)$/ {
	if (FNR == 1)
		programs[FILENAME] = "\n"
	if (trimmed($0) != "")
		programs[FILENAME] = programs[FILENAME] trimmed($0) "\n"
	next
}

FILENAME ~ /\.[1-9]$/ {
	if ($1 == ".SH")
		section = $2
	else if ($1 == ".EX" && section == "EXAMPLES")
		begin_block("")
	else if ($1 == ".EE" && inside)
		end_block()
	else if (inside)
		add(plain($0))
	next
}

FILENAME ~ /\.md$/ {
	if (!inside && /^```(c|cpp)$/)
		begin_block("")
	else if (inside && /^```/)
		end_block()
	else if (inside)
		add($0)
	next
}

/^    #include/ && !inside { begin_block($0); next }
/^[^ \t]/ && inside { end_block() }
inside { add($0) }

END {
	if (inside)
		end_block()
	if (blocks < 20) {
		print "only " blocks + 0 " blocks of code were found"
		failed = 1
	}
	exit failed
}
END

(cd "$srcdir" && awk -f "$work/blocks.awk" doc/examples/*.c \
    doc/examples/*.cc doc/examples/*.cpp man/man[37]/*.[1-9] doc/tutorial.md README)

# The README of the examples names each of them.
for source in "$srcdir"/doc/examples/*.c "$srcdir"/doc/examples/*.cc \
    "$srcdir"/doc/examples/*.cpp; do
	grep -q "^    ${source##*/} " "$srcdir/doc/examples/README" &&
	    grep -q "@example ${source##*/} " "$srcdir/doc/examples.dox" || {
		echo "${source##*/}: not in examples/README, or not in examples.dox"
		exit 1
	}
done

# A small text of which the answer is known.
wordtree=doc/examples/wordtree
test -x $wordtree || exit 0
echo "here and there and here and there and nowhere" >"$work/text"
$wordtree -n 3 -r 1 "$work/text" >"$work/out"
for line in "Read 9 words, 4 different ones, in 1 file." \
    "89 % of the words stand in a passage of 3 words" \
    "       2 x  here and there" "tree: 14 nodes of"; do
	grep -q -e "$line" "$work/out" || {
		echo "wordtree does not say: $line"
		cat "$work/out"
		exit 1
	}
done
