/* SPDX-License-Identifier: MIT */
/* What the test programs of cases share besides support.h. */
#ifndef SLAB_TESTS_CHECK_SUPPORT_H
#define SLAB_TESTS_CHECK_SUPPORT_H

#include <errno.h>
#include <stdlib.h>

#include "memory.h"

#ifdef SLAB_MINICHECK
#include "minicheck.h"
#else
#include <check.h>
/* libcheck writes to a file at every assertion that holds: millions do. */
#define _mark_point(file, line) ((void)0)
#endif

/* A call that fails: what it returns is falsy, errno is the one given. */
#define ck_assert_fails(call, error) do { \
	errno = 0; \
	ck_assert_msg(!(call), "%s did not fail", #call); \
	ck_assert_msg(errno == (error), "%s: errno %d, not %s", #call, errno, \
	    #error); \
} while (0)

/* slab_error() has these words in it. */
#define ck_assert_words(words) \
	ck_assert_msg(strstr(slab_error(), (words)) != NULL, \
	    "\"%s\" is not in \"%s\"", (words), slab_error())

static inline slab_statistics stats_of(const slab_cache *cache)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };

	slab_stats(cache, &figures);
	return figures;
}

/* A whole cache, or the test ends. */
#define ck_assert_intact(cache) \
	ck_assert_msg(slab_check(cache) == 0, "%s", slab_error())

/* The suite of one program, with one test case. */
static inline TCase *check_start(Suite **suite, const char *name)
{
	TCase *tests = tcase_create(name);

	support_start();
	*suite = suite_create(name);
	suite_add_tcase(*suite, tests);
	tcase_set_timeout(tests, 0); /* a slow machine is not a fault */
	return tests;
}

static inline int check_finish(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* int main(void) of a program: its name and all its tests. */
#define CHECK_MAIN(name, ...) \
	int main(void) \
	{ \
		Suite *suite; \
		TCase *tests = check_start(&suite, (name)); \
		const TTest *const all[] = { __VA_ARGS__ }; \
		for (size_t i = 0; i < COUNT(all); i++) \
			tcase_add_test(tests, all[i]); \
		return check_finish(suite); \
	} \
	extern int check_main_takes_a_semicolon_

#endif
