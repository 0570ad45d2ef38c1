/* SPDX-License-Identifier: MIT */
/* Owns the formatting of text in memory, and of names that have any bytes. */
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/arith.h"

void
slabi_text_add(struct slabi_text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->length;
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = slabi_format_list(text->bytes + text->length, room, format,
	    arguments);
	va_end(arguments);
	text->length += slabi_min(length, room - 1);
}

/* The first byte of a character, its length, and what the second may be. */
static const struct {
	unsigned char first, last, length, least, most;
} leads[] = {
	{ 0x00, 0x7F, 1, 0x00, 0xFF },
	{ 0xC2, 0xDF, 2, 0x80, 0xBF },
	{ 0xE0, 0xE0, 3, 0xA0, 0xBF },
	{ 0xE1, 0xEC, 3, 0x80, 0xBF },
	{ 0xED, 0xED, 3, 0x80, 0x9F }, /* no surrogates */
	{ 0xEE, 0xEF, 3, 0x80, 0xBF },
	{ 0xF0, 0xF0, 4, 0x90, 0xBF },
	{ 0xF1, 0xF3, 4, 0x80, 0xBF },
	{ 0xF4, 0xF4, 4, 0x80, 0x8F },
};

/* Returns the bytes of the character at `at`, or 0 if it is not UTF-8. */
static size_t
character(const unsigned char *at)
{
	size_t i = 0, n;

	while (i < sizeof(leads) / sizeof(*leads) &&
	    (*at < leads[i].first || *at > leads[i].last))
		i++;
	if (i == sizeof(leads) / sizeof(*leads))
		return 0;
	if (leads[i].length > 1 &&
	    (at[1] < leads[i].least || at[1] > leads[i].most))
		return 0;
	for (n = 2; n < leads[i].length; n++)
		if ((at[n] & 0xC0) != 0x80)
			return 0;
	return leads[i].length;
}

/* Is it a control character?  U+0080 to U+009F are, too. */
static bool
is_control(const unsigned char *at)
{
	return *at < ' ' || *at == 0x7F || (*at == 0xC2 && at[1] < 0xA0);
}

static void
add_character(struct slabi_text *text, const char *at, size_t length,
    enum slabi_text_style style)
{
	const unsigned char *byte = (const unsigned char *)at;

	if (style == SLABI_TEXT_PLAIN && is_control(byte))
		slabi_text_add(text, length == 1 ? "\\x%02x" :
		    "\\x%02x\\x%02x", byte[0], byte[1]);
	else if (*at == '"' || *at == '\\')
		slabi_text_add(text, "\\%c", *at);
	else if (*at == '\n')
		slabi_text_add(text, "\\n");
	else if (style == SLABI_TEXT_JSON && *byte < ' ')
		slabi_text_add(text, "\\u%04x", *byte);
	else
		slabi_text_add(text, "%.*s", (int)length, at);
}

void
slabi_text_add_name(struct slabi_text *text, const char *name, size_t most,
    enum slabi_text_style style)
{
	const char *end = name + strnlen(name, most);

	while (name < end) {
		size_t length = character((const unsigned char *)name);

		if (length > (size_t)(end - name))
			return; /* it is cut where a character begins */
		if (length > 0)
			add_character(text, name, length, style);
		else if (style == SLABI_TEXT_PLAIN)
			slabi_text_add(text, "\\x%02x", (unsigned char)*name);
		else
			slabi_text_add(text, "\xEF\xBF\xBD");
		name += length > 0 ? length : 1;
	}
}
