#!/bin/sh
# SPDX-License-Identifier: MIT
# The library is small where memory is: of a program for a Cortex-M3 that uses
# caches in buffers and on backings of its own, with the checks and reports that
# belong to them, less than 40 KiB of code and constants are the library's: a
# third of it are the debug modes, which any builder may ask for.
set -eu
test "$host" = arm-none-eabi || exit 77
sizes=$(awk '
	/^Linker script and memory map/ { on = 1 }
	on && /^ \.(text|rodata)/ {
		if (NF == 1)
			getline
		if ($NF ~ /libslabi?\.a/)
			print $(NF - 1)
	}
' tests/bare.map)
text=0
for size in $sizes; do
	text=$((text + size))
done
echo "$text bytes"
test "$text" -gt 10000
test "$text" -lt 40960
