/* SPDX-License-Identifier: MIT */
/* Owns the making of sentences. */
#include "base/format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct output {
	char *out;
	size_t room;
	size_t length; /* so far, whatever the room */
};

/* One conversion of a format, such as %-10zu. */
struct conversion {
	bool left, zero;
	size_t width, precision; /* SIZE_MAX: as long as it is */
	size_t bytes;            /* of an integer */
	char type;
};

static void
put(struct output *output, char c)
{
	if (output->length + 1 < output->room)
		output->out[output->length] = c;
	output->length++;
}

static void
put_padded(struct output *output, const struct conversion *conversion,
    const char *text, size_t length)
{
	size_t padding = conversion->width > length ?
	    conversion->width - length : 0;
	size_t n;

	for (n = 0; !conversion->left && n < padding; n++)
		put(output, conversion->zero ? '0' : ' ');
	for (n = 0; n < length; n++)
		put(output, text[n]);
	for (n = 0; conversion->left && n < padding; n++)
		put(output, ' ');
}

static void
put_number(struct output *output, const struct conversion *conversion,
    uintmax_t number, bool negative)
{
	char digits[24];
	unsigned base = conversion->type == 'x' ? 16 : 10;
	size_t at = sizeof(digits);

	do
		digits[--at] = "0123456789abcdef"[number % base];
	while ((number /= base) > 0);
	if (negative)
		digits[--at] = '-';
	put_padded(output, conversion, digits + at, sizeof(digits) - at);
}

static void
put_string(struct output *output, const struct conversion *conversion,
    const char *text)
{
	size_t length = 0;

	while (length < conversion->precision && text[length] != '\0')
		length++;
	put_padded(output, conversion, text, length);
}

/* Reads digits, or takes the argument that `*` stands for. */
static const char *
read_number(const char *at, size_t *number, va_list *arguments)
{
	*number = 0;
	if (*at == '*') {
		*number = (size_t)va_arg(*arguments, int);
		return at + 1;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		*number = *number * 10 + (size_t)(*at - '0');
	return at;
}

static const char *
read_length(const char *at, size_t *bytes)
{
	*bytes = sizeof(int);
	for (; *at == 'h'; at++)
		*bytes /= 2;
	for (; *at == 'l'; at++)
		*bytes = *bytes == sizeof(int) && at[1] != 'l' ?
		    sizeof(long) : sizeof(long long);
	if (*at == 'z' || *at == 't')
		*bytes = sizeof(size_t);
	else if (*at == 'j')
		*bytes = sizeof(intmax_t);
	else
		return at;
	return at + 1;
}

static const char *
read_conversion(const char *at, struct conversion *conversion,
    va_list *arguments)
{
	*conversion = (struct conversion){ .precision = SIZE_MAX };
	for (; *at == '-' || *at == '0'; at++)
		*(*at == '0' ? &conversion->zero : &conversion->left) = true;
	at = read_number(at, &conversion->width, arguments);
	if (*at == '.')
		at = read_number(at + 1, &conversion->precision, arguments);
	at = read_length(at, &conversion->bytes);
	conversion->type = *at;
	return at + 1;
}

/* Returns an integer argument, cut to the size that its conversion names. */
static uintmax_t
take_integer(const struct conversion *conversion, va_list *arguments)
{
	unsigned unused = (unsigned)((sizeof(uintmax_t) -
	    conversion->bytes) * CHAR_BIT);
	uintmax_t value = conversion->bytes > sizeof(int) ?
	    (conversion->bytes == sizeof(uintmax_t) ?
	    va_arg(*arguments, uintmax_t) : va_arg(*arguments, size_t)) :
	    va_arg(*arguments, unsigned);

	if (conversion->type == 'd' || conversion->type == 'i')
		return (uintmax_t)((intmax_t)(value << unused) >> unused);
	return value << unused >> unused;
}

static void
convert(struct output *output, const struct conversion *conversion,
    va_list *arguments)
{
	uintmax_t number;
	bool negative;
	char c;

	switch (conversion->type) {
	case 's':
		put_string(output, conversion, va_arg(*arguments, char *));
		break;
	case 'c':
		c = (char)va_arg(*arguments, int);
		put_padded(output, conversion, &c, 1);
		break;
	case 'd': case 'i': case 'u': case 'x':
		number = take_integer(conversion, arguments);
		negative = (conversion->type == 'd' ||
		    conversion->type == 'i') && (intmax_t)number < 0;
		put_number(output, conversion, negative ? -number : number,
		    negative);
		break;
	default:
		put(output, conversion->type);
	}
}

size_t
slabi_format_list(char *out, size_t room, const char *format, va_list list)
{
	struct output output = { out, room, 0 };
	struct conversion conversion;
	va_list arguments;

	va_copy(arguments, list);
	while (*format != '\0') {
		if (*format != '%') {
			put(&output, *format++);
			continue;
		}
		format = read_conversion(format + 1, &conversion, &arguments);
		convert(&output, &conversion, &arguments);
	}
	va_end(arguments);
	if (room > 0)
		out[output.length < room ? output.length : room - 1] = '\0';
	return output.length;
}

size_t
slabi_format(char *out, size_t room, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = slabi_format_list(out, room, format, arguments);
	va_end(arguments);
	return length;
}
