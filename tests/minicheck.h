/* SPDX-License-Identifier: MIT */
/*
 * Stands in for libcheck's <check.h> where there is none: the names of it that
 * the tests use.  All tests of a program run in its process, one after the
 * other, and the first assertion that fails ends it.
 */
#ifndef SLAB_TESTS_MINICHECK_H
#define SLAB_TESTS_MINICHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct TTest {
	const char *name;
	void (*run)(void);
} TTest;

typedef struct Suite {
	const char *name;
	const TTest *tests[256];
	int n;
} Suite;

typedef Suite TCase, SRunner;

#define CK_ENV 0
#define MINICHECK_MAX ((int)(sizeof(((Suite *)0)->tests) / sizeof(TTest *)))

#define START_TEST(test) \
	static void test##_run(void); \
	static const TTest test##_test = { #test, test##_run }; \
	static const TTest *const test = &test##_test; \
	static void test##_run(void)
#define END_TEST

static inline Suite *suite_create(const char *name)
{
	static Suite suite;

	suite.name = name;
	return &suite;
}

static inline TCase *tcase_create(const char *name)
{
	return suite_create(name);
}

static inline void suite_add_tcase(Suite *suite, TCase *tests)
{
	(void)suite;
	(void)tests;
}

static inline void tcase_set_timeout(TCase *tests, double seconds)
{
	(void)tests;
	(void)seconds;
}

static inline void tcase_add_test(TCase *tests, const TTest *test)
{
	if (tests->n == MINICHECK_MAX)
		abort();
	tests->tests[tests->n++] = test;
}

static inline SRunner *srunner_create(Suite *suite)
{
	return suite;
}

static inline void srunner_free(SRunner *runner)
{
	(void)runner;
}

/* Runs all, or those whose name MINICHECK contains. */
static inline void srunner_run_all(SRunner *runner, int mode)
{
	const char *only = getenv("MINICHECK");
	int n, ran = 0;

	(void)mode;
	printf("Running suite(s): %s\n", runner->name);
	for (n = 0; n < runner->n; n++) {
		if (only && !strstr(runner->tests[n]->name, only))
			continue;
		runner->tests[n]->run();
		ran++;
	}
	printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", ran);
}

static inline int srunner_ntests_failed(SRunner *runner)
{
	(void)runner;
	return 0; /* else the program has ended */
}

#define ck_assert_msg(condition, ...) \
	((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s: ", __FILE__, \
	    __LINE__, __func__), fprintf(stderr, __VA_ARGS__), \
	    fprintf(stderr, "\n"), exit(EXIT_FAILURE)))
#define ck_assert(condition) ck_assert_msg((condition), "not so: %s", \
	#condition)

#define MINICHECK_PAIR_(type, format, cast, a, op, b) do { \
	type a_ = cast(a), b_ = cast(b); \
	ck_assert_msg(a_ op b_, "not so: %s %s %s (%" format ", %" format \
	    ")", #a, #op, #b, a_, b_); \
} while (0)
#define MINICHECK_INT_(a, op, b) \
	MINICHECK_PAIR_(intmax_t, PRIdMAX, , a, op, b)
#define MINICHECK_UINT_(a, op, b) \
	MINICHECK_PAIR_(uintmax_t, PRIuMAX, , a, op, b)
#define MINICHECK_PTR_(a, op, b) \
	MINICHECK_PAIR_(uintptr_t, PRIxPTR, (uintptr_t), a, op, b)

#define ck_assert_int_eq(a, b) MINICHECK_INT_(a, ==, b)
#define ck_assert_int_gt(a, b) MINICHECK_INT_(a, >, b)
#define ck_assert_int_ge(a, b) MINICHECK_INT_(a, >=, b)
#define ck_assert_int_lt(a, b) MINICHECK_INT_(a, <, b)
#define ck_assert_int_le(a, b) MINICHECK_INT_(a, <=, b)
#define ck_assert_int_ne(a, b) MINICHECK_INT_(a, !=, b)
#define ck_assert_uint_eq(a, b) MINICHECK_UINT_(a, ==, b)
#define ck_assert_uint_ne(a, b) MINICHECK_UINT_(a, !=, b)
#define ck_assert_uint_gt(a, b) MINICHECK_UINT_(a, >, b)
#define ck_assert_uint_ge(a, b) MINICHECK_UINT_(a, >=, b)
#define ck_assert_uint_lt(a, b) MINICHECK_UINT_(a, <, b)
#define ck_assert_uint_le(a, b) MINICHECK_UINT_(a, <=, b)
#define ck_assert_ptr_eq(a, b) MINICHECK_PTR_(a, ==, b)
#define ck_assert_ptr_ne(a, b) MINICHECK_PTR_(a, !=, b)
#define ck_assert_ptr_null(a) ck_assert((a) == NULL)
#define ck_assert_ptr_nonnull(a) ck_assert((a) != NULL)

#define ck_assert_str_eq(a, b) do { \
	const char *a_ = (a), *b_ = (b); \
	ck_assert_msg(strcmp(a_, b_) == 0, "%s is \"%s\", not \"%s\"", #a, \
	    a_, b_); \
} while (0)
#define ck_assert_mem_eq(a, b, size) \
	ck_assert_msg(memcmp((a), (b), (size)) == 0, "%s and %s differ", #a, #b)

#endif
