/* SPDX-License-Identifier: MIT */
/*
 * Text in memory of a fixed size, for what is formatted before it is written.
 * Names of caches may have any bytes: each way of adding one says what becomes
 * of them.
 */
#ifndef SLABI_TEXT_H
#define SLABI_TEXT_H

#include <stddef.h>

#include "base/format.h"

struct slabi_text {
	size_t length;
	char bytes[10000];
};

#define SLABI_NAME_SHORT 256 /* bytes of a name for people */
#define SLABI_NAME_LONG 1024 /* and for programs */

/* Adds as printf() would; what has no room is left out. */
SLABI_FORMAT(2, 3) void
slabi_text_add(struct slabi_text *text, const char *format, ...);
/* What becomes of a name's bytes; in all of them it stays one line of UTF-8. */
enum slabi_text_style {
	SLABI_TEXT_PLAIN, /* for people: what cannot be printed as \xNN */
	SLABI_TEXT_JSON,  /* inside a string: U+FFFD for what is not UTF-8 */
	SLABI_TEXT_LABEL  /* the same inside a label's value of OpenMetrics */
};

/* Adds at most `most` bytes of a name. */
void slabi_text_add_name(struct slabi_text *text, const char *name, size_t most,
    enum slabi_text_style style);

#endif
