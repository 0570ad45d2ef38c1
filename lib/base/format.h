/* SPDX-License-Identifier: MIT */
/*
 * Sentences from formats, as snprintf() makes them, but the same with every C
 * library: some small ones do not know %zu, and others pull in much for it.
 */
#ifndef SLABI_FORMAT_H
#define SLABI_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* For GCC, printf's formats are those of Windows there, and not these. */
#if defined(__MINGW32__) && !defined(__clang__)
#define SLABI_FORMAT(text, first) \
	__attribute__((format(gnu_printf, text, first)))
#else
#define SLABI_FORMAT(text, first) __attribute__((format(printf, text, first)))
#endif

/*
 * Writes at most `room` bytes to `out`, with the 0 at the end.  Knows %c, %d,
 * %i, %s, %u, %x and %%, the flags 0 and -, widths, precisions of strings, and
 * the lengths hh to j, t and z.  Returns the length without lack of room.
 */
SLABI_FORMAT(3, 4) size_t slabi_format(char *out, size_t room,
    const char *format, ...);
SLABI_FORMAT(3, 0) size_t slabi_format_list(char *out, size_t room,
    const char *format, va_list arguments);

#endif
