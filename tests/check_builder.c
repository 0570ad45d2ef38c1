/* SPDX-License-Identifier: MIT */
/* The contract of the builder: faults, and how they are told. */
#include "check_support.h"

static int never_called_ctor(void *object, void *arg)
{
	(void)object;
	(void)arg;
	return 0;
}

static bool never_again(slab_cache *cache, void *arg)
{
	(void)cache;
	(void)arg;
	return false;
}

/* Faults ----------------------------------------------------------------- */

static slab_builder *of_size_0(void)
{
	return slab_builder_new(0);
}

static slab_builder *of_align_0(void)
{
	return slab_builder_align(slab_builder_new(8), 0);
}

static slab_builder *of_align_24(void)
{
	return slab_builder_align(slab_builder_new(8), 24);
}

static slab_builder *of_align_above_a_page(void)
{
	return slab_builder_align(slab_builder_new(8), 2 * support_page());
}

static slab_builder *of_no_system(void)
{
	return slab_builder_system(slab_builder_new(8), (slab_system)99);
}

static slab_builder *of_no_huge_pages(void)
{
	return slab_builder_huge_pages(slab_builder_new(8),
	    (slab_huge_pages)99);
}

static slab_builder *of_no_name(void)
{
	return slab_builder_name(slab_builder_new(8), NULL);
}

static slab_builder *of_limit_0(void)
{
	return slab_builder_limit(slab_builder_new(8), 0);
}

static slab_builder *of_enormous_magazine(void)
{
	return slab_builder_magazine(slab_builder_new(8), SIZE_MAX);
}

static slab_builder *of_empty_slabs(void)
{
	return slab_builder_slab_size(slab_builder_new(8), 0);
}

static slab_builder *of_enormous_slabs(void)
{
	return slab_builder_slab_size(slab_builder_new(8), SIZE_MAX);
}

static slab_builder *of_unknown_debug(void)
{
	return slab_builder_debug(slab_builder_new(8), 0x40000000u);
}

static slab_builder *of_two_faults(void)
{
	return slab_builder_align(of_align_24(), 48);
}

static slab_builder *of_fault_then_good(void)
{
	return slab_builder_align(of_align_24(), 16);
}

static slab_builder *of_no_memory(void)
{
	return NULL;
}

static slab_builder *of_size_max(void)
{
	return slab_builder_new(SIZE_MAX);
}

static slab_builder *of_size_that_rounds_to_0(void)
{
	return slab_builder_align(slab_builder_new(SIZE_MAX - 7), 16);
}

static const struct {
	slab_builder *(*builder)(void);
	int error;
	const char *words;
} faults[] = {
	{ of_size_0, EINVAL, "size" },
	{ of_align_0, EINVAL, "align 0 is not a power of two" },
	{ of_align_24, EINVAL, "align 24 is not a power of two" },
	{ of_align_above_a_page, EINVAL, "align" },
	{ of_no_system, EINVAL, "system" },
	{ of_no_huge_pages, EINVAL, "huge" },
	{ of_no_name, EINVAL, "name" },
	{ of_limit_0, EINVAL, "limit" },
	{ of_enormous_magazine, EINVAL, "magazine" },
	{ of_empty_slabs, EINVAL, "slabs of 0 bytes" },
	{ of_enormous_slabs, EINVAL, "slabs of" },
	{ of_unknown_debug, EINVAL, "debug" },
	{ of_two_faults, EINVAL, "align 24" },
	{ of_fault_then_good, EINVAL, "align 24" },
	{ of_no_memory, ENOMEM, "" },
	{ of_size_max, ENOMEM, "" },
	{ of_size_that_rounds_to_0, ENOMEM, "" },
};

START_TEST(test_builder_fault_is_told_by_every_build)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
			struct memory memory = { .kind = kind };

			ck_assert_fails(memory_build(&memory,
			    faults[i].builder()), faults[i].error);
			ck_assert_words(faults[i].words);
			ck_assert(strlen(slab_error()) > 0);
			ck_assert_uint_eq(memory.counting.bytes, 0);
			ck_assert_uint_eq(memory.counting.releases, 0);
			memory_end(&memory);
		}
	}
}
END_TEST

START_TEST(test_builder_debug_flag_is_followed)
{
	for (unsigned flag = SLAB_DEBUG_CHECK; flag <= SLAB_DEBUG_FAIL;
	    flag *= 2) {
		slab_cache *cache = slab_builder_build(slab_builder_debug(
		    slab_builder_new(8), flag));

		ck_assert_msg(cache != NULL, "%s", slab_error());
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

START_TEST(test_builder_without_debug_flags_builds)
{
	slab_cache *cache = slab_builder_build(slab_builder_debug(
	    slab_builder_new(8), 0));

	ck_assert_ptr_nonnull(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_builder_null_is_passed_on)
{
	ck_assert_ptr_null(slab_builder_align(NULL, 8));
	ck_assert_ptr_null(slab_builder_name(NULL, "n"));
	ck_assert_ptr_null(slab_builder_ctor(NULL, never_called_ctor, NULL,
	    NULL));
	ck_assert_ptr_null(slab_builder_template(NULL, NULL));
	ck_assert_ptr_null(slab_builder_limit(NULL, 1));
	ck_assert_ptr_null(slab_builder_working_period(NULL, 1));
	ck_assert_ptr_null(slab_builder_magazine(NULL, 1));
	ck_assert_ptr_null(slab_builder_slab_size(NULL, 1));
	ck_assert_ptr_null(slab_builder_coloring(NULL, true));
	ck_assert_ptr_null(slab_builder_system(NULL, SLAB_SYSTEM_AUTO));
	ck_assert_ptr_null(slab_builder_huge_pages(NULL,
	    SLAB_HUGE_PAGES_NEVER));
	ck_assert_ptr_null(slab_builder_oom(NULL, never_again, NULL));
	ck_assert_ptr_null(slab_builder_debug(NULL, 0));
	ck_assert_ptr_null(slab_builder_clone(NULL));
	slab_builder_free(NULL);
}
END_TEST

START_TEST(test_builder_setter_returns_its_builder)
{
	slab_builder *b = slab_builder_new(8);

	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_eq(slab_builder_align(b, 24), b);
	ck_assert_ptr_eq(slab_builder_name(b, "n"), b);
	ck_assert_ptr_eq(slab_builder_ctor(b, NULL, NULL, NULL), b);
	ck_assert_ptr_eq(slab_builder_template(b, NULL), b);
	ck_assert_ptr_eq(slab_builder_limit(b, 1), b);
	ck_assert_ptr_eq(slab_builder_working_period(b, 1), b);
	ck_assert_ptr_eq(slab_builder_magazine(b, 1), b);
	ck_assert_ptr_eq(slab_builder_slab_size(b, 1), b);
	ck_assert_ptr_eq(slab_builder_coloring(b, true), b);
	ck_assert_ptr_eq(slab_builder_system(b, SLAB_SYSTEM_LARGE), b);
	ck_assert_ptr_eq(slab_builder_huge_pages(b, SLAB_HUGE_PAGES_ALWAYS),
	    b);
	ck_assert_ptr_eq(slab_builder_oom(b, never_again, NULL), b);
	ck_assert_ptr_eq(slab_builder_debug(b, 0), b);
	slab_builder_free(b);
}
END_TEST

START_TEST(test_builder_clone_of_a_fault_has_the_fault)
{
	slab_builder *b = of_align_24();
	slab_builder *twin = slab_builder_clone(b);

	slab_builder_free(b);
	ck_assert_fails(slab_builder_build(of_size_0()), EINVAL);
	ck_assert_fails(slab_builder_build(twin), EINVAL);
	ck_assert_words("align 24");
}
END_TEST

START_TEST(test_builder_many_at_once_stay_apart)
{
	enum { MANY = 700 };
	slab_builder *builders[MANY];
	slab_cache *cache;

	for (size_t i = 0; i < MANY; i++)
		builders[i] = slab_builder_new(i + 1);
	for (size_t i = 0; i < MANY; i++) {
		cache = slab_builder_build(builders[i]);
		ck_assert_uint_eq(slab_object_size(cache), i + 1);
		slab_destroy(cache);
	}
	for (size_t i = 0; i < MANY; i++)
		slab_builder_free(slab_builder_new(1));
}
END_TEST

START_TEST(test_builder_new_one_is_none_of_those_in_use)
{
	enum { MANY = 12 };
	slab_builder *builders[MANY];

	for (size_t i = 0; i < MANY; i++)
		builders[i] = slab_builder_new(1);
	for (size_t i = 0; i < MANY; i++) {
		slab_builder_free(builders[i]);
		builders[i] = slab_builder_new(1);
		for (size_t k = 0; k < MANY; k++)
			ck_assert(k == i || builders[k] != builders[i]);
	}
	for (size_t i = 0; i < MANY; i++)
		slab_builder_free(builders[i]);
}
END_TEST

START_TEST(test_builder_destroying_nothing_succeeds)
{
	ck_assert_int_eq(slab_destroy(NULL), 0);
	ck_assert_ptr_nonnull(slab_error());
}
END_TEST

START_TEST(test_builder_enormous_size_fails_cleanly)
{
	const size_t page = support_page();
	const size_t sizes[] = {
		SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - page,
		SIZE_MAX - 2 * page + 1, PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1,
		PTRDIFF_MAX - page, SIZE_MAX / 4 * 3 + 1,
	};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
			struct memory memory = { .kind = kind, .room = 65536 };
			slab_cache *cache;

			errno = 0;
			cache = memory_build(&memory,
			    slab_builder_new(sizes[i]));
			if (cache != NULL)
				ck_assert_fails(slab_alloc(cache), ENOMEM);
			ck_assert_int_eq(errno, ENOMEM);
			ck_assert_int_eq(slab_destroy(cache), 0);
			memory_end(&memory);
		}
	}
}
END_TEST

static void act_use_builder(void *arg)
{
	slab_builder_align(arg, 64);
}

static void act_free_builder(void *arg)
{
	slab_builder_free(arg);
}

static void act_build(void *arg)
{
	slab_destroy(slab_builder_build(arg));
}

static void act_clone(void *arg)
{
	slab_builder_free(slab_builder_clone(arg));
}

/* A builder that was built or freed is gone, however many came since. */
START_TEST(test_builder_that_is_gone_is_recognised)
{
	static void (*const acts[])(void *arg) = {
		act_use_builder, act_free_builder, act_build, act_clone,
	};

	for (size_t later = 0; later < 1000; later += 1 + later / 3) {
		slab_builder *more[40];
		slab_builder *gone = slab_builder_new(16);
		const char *report;

		if (later % 2)
			slab_builder_free(gone);
		else
			slab_destroy(slab_builder_build(gone));
		for (size_t i = 0; i < later; i++)
			slab_builder_free(slab_builder_new(32));
		for (size_t i = 0; i < COUNT(more); i++) {
			more[i] = slab_builder_new(48);
			ck_assert_ptr_ne(more[i], gone);
		}
		report = report_of(acts[later % COUNT(acts)], gone);
		ck_assert_msg(report && strstr(report, "libslab: use of the "
		    "builder 0x") == report, "%s", report ? report : "none");
		for (size_t i = 0; i < COUNT(more); i++)
			slab_builder_free(more[i]);
	}
}
END_TEST

/* Also one that had pages of its own. */
START_TEST(test_builder_that_was_mapped_and_is_gone_is_recognised)
{
	slab_builder *builders[40];

	for (size_t i = 0; i < COUNT(builders); i++)
		builders[i] = slab_builder_new(16);
	for (size_t i = 0; i < COUNT(builders); i++)
		slab_builder_free(builders[i]);
	for (size_t i = 0; i < COUNT(builders); i++)
		ck_assert_ptr_nonnull(report_of(act_use_builder, builders[i]));
}
END_TEST

CHECK_MAIN("builder",
    test_builder_that_is_gone_is_recognised,
    test_builder_that_was_mapped_and_is_gone_is_recognised,
    test_builder_fault_is_told_by_every_build,
    test_builder_debug_flag_is_followed,
    test_builder_without_debug_flags_builds,
    test_builder_null_is_passed_on,
    test_builder_setter_returns_its_builder,
    test_builder_enormous_size_fails_cleanly,
    test_builder_clone_of_a_fault_has_the_fault,
    test_builder_many_at_once_stay_apart,
    test_builder_new_one_is_none_of_those_in_use,
    test_builder_destroying_nothing_succeeds);
