/* SPDX-License-Identifier: MIT */
/* Owns how text of the program's is made printable. */
#include "base/printable.h"

#include <stdint.h>
#include <string.h>

/* The bytes of the character that begins with this one; 0: none does. */
static size_t
length_by_first(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The code point of a character of 2 to 4 bytes; 0: it is not well formed. */
static uint32_t
decode(const unsigned char *at, size_t length)
{
	uint32_t point = at[0] & (0x7fu >> length);
	size_t i;

	for (i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (at[i] & 0x3f);
	}
	return point;
}

/* Bytes of the printable character at this place; 0: there is none. */
static size_t
printable_length(const unsigned char *at)
{
	size_t length = length_by_first(*at);
	uint32_t point;

	if (length < 2)
		return length == 1 && *at >= 0x20 && *at != 0x7f;
	point = decode(at, length);
	/* Control characters, separators of lines, forms that are too long. */
	if (point < 0xa0 || point == 0x2028 || point == 0x2029 ||
	    (length == 3 && point < 0x800) || (length == 4 && point < 0x10000))
		return 0;
	/* Surrogates, and what is above the last character. */
	return (point >= 0xd800 && point < 0xe000) || point > 0x10ffff ? 0 :
	    length;
}

const char *
slabi_printable(char *out, size_t room, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = (const unsigned char *)text;
	char *to = out, *end = out + room - 1;

	while (*at != '\0') {
		size_t length = printable_length(at);
		size_t needed = length > 0 ? length : 4;

		if ((size_t)(end - to) < needed)
			break;
		if (length > 0) {
			memcpy(to, at, length);
		} else {
			to[0] = '\\';
			to[1] = 'x';
			to[2] = digits[*at >> 4];
			to[3] = digits[*at & 15];
		}
		to += needed;
		at += length > 0 ? length : 1;
	}
	*to = '\0';
	return out;
}
