/* SPDX-License-Identifier: MIT */
/* Sentences of slabi_format() are those of snprintf(). */
#include "check_support.h"

#include <inttypes.h>
#include <limits.h>

#include "base/format.h"

/* Both make the same text, of the same length, in rooms of all sizes. */
#define ck_assert_same(...) do { \
	char theirs[200], ours[200]; \
	int length = snprintf(theirs, sizeof(theirs), __VA_ARGS__); \
	ck_assert_uint_eq(slabi_format(ours, sizeof(ours), __VA_ARGS__), \
	    (size_t)length); \
	ck_assert_str_eq(ours, theirs); \
	for (size_t room = 1; room <= (size_t)length + 1; room++) { \
		memset(ours, '!', sizeof(ours)); \
		snprintf(theirs, room, __VA_ARGS__); \
		slabi_format(ours, room, __VA_ARGS__); \
		ck_assert_str_eq(ours, theirs); \
		ck_assert_int_eq(ours[room], '!'); \
	} \
} while (0)

START_TEST(test_format_strings_are_as_those_of_printf)
{
	ck_assert_same("plain");
	ck_assert_same("%%, %c%c", 'a', 'b');
	ck_assert_same("%s and %s", "one", "");
	ck_assert_same("[%10s] [%-10s] [%2s]", "right", "left", "long");
	ck_assert_same("[%.3s] [%.0s] [%.9s]", "cut", "none", "short");
	ck_assert_same("[%*s] [%-8.*s]", 7, "wide", 2, "both");
}
END_TEST

START_TEST(test_format_numbers_are_as_those_of_printf)
{
	ck_assert_same("%d %d %i", 0, -17, INT_MIN);
	ck_assert_same("%u %x %02x %08x", UINT_MAX, 0xBEEFu, 7u, 0x123u);
	ck_assert_same("%ld %lu %lx", LONG_MIN, ULONG_MAX, 255ul);
	ck_assert_same("%lld %llu", LLONG_MIN, ULLONG_MAX);
	ck_assert_same("%zu %zx", SIZE_MAX, (size_t)10);
	ck_assert_same("%jd %ju 0x%jx", INTMAX_MIN, UINTMAX_MAX, (uintmax_t)1);
	ck_assert_same("%" PRIu64 " %" PRIdMAX, UINT64_MAX, (intmax_t)-1);
	ck_assert_same("[%5d] [%-5d] [%05u]", -3, -3, 3u);
}
END_TEST

START_TEST(test_format_without_room_writes_nothing)
{
	char untouched = '!';

	ck_assert_uint_eq(slabi_format(&untouched, 0, "%d", 123), 3);
	ck_assert_int_eq(untouched, '!');
}
END_TEST

CHECK_MAIN("format",
    test_format_strings_are_as_those_of_printf,
    test_format_numbers_are_as_those_of_printf,
    test_format_without_room_writes_nothing);
