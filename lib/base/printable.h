/* SPDX-License-Identifier: MIT */
/* Text of the program's as part of one printable line. */
#ifndef SLABI_PRINTABLE_H
#define SLABI_PRINTABLE_H

#include <stddef.h>

#define SLABI_NAME_ROOM 257  /* a name in a report: 256 bytes and the end */
#define SLABI_NAME_SHORT 129 /* and in what slab_error() returns */

/*
 * Copies `text` to `out`, at most `room` - 1 bytes and a final 0: control
 * characters, and bytes that are not UTF-8, as \x and two digits.  No character
 * is cut in two.  Returns `out`.
 */
const char *slabi_printable(char *out, size_t room, const char *text);

#endif
