/* SPDX-License-Identifier: MIT */
/*
 * The debugging modes: right programs notice nothing of them, and what wrong
 * ones do is reported, in these words.
 */
#include "check_support.h"

#include <string.h>

#define SIZE 64
#define NAME "conn"

#define ALL (SLAB_DEBUG_CHECK | SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON | \
	SLAB_DEBUG_AUDIT | SLAB_DEBUG_QUARANTINE)

static const unsigned modes[] = {
	SLAB_DEBUG_CHECK, SLAB_DEBUG_REDZONE, SLAB_DEBUG_POISON,
	SLAB_DEBUG_AUDIT, SLAB_DEBUG_QUARANTINE, ALL,
	SLAB_DEBUG_MALLOC, SLAB_DEBUG_GUARD,
};

static bool in_buffers(unsigned flags)
{
	return !(flags & (SLAB_DEBUG_MALLOC | SLAB_DEBUG_GUARD));
}

static slab_cache *build(unsigned flags)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_debug(
	    slab_builder_name(slab_builder_new(SIZE), NAME), flags));

	ck_assert_msg(cache != NULL, "%s", slab_error());
	return cache;
}

static void end(slab_cache *cache)
{
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

/* Right programs ---------------------------------------------------------- */

#define MOST 500

struct traffic {
	slab_cache *cache;
	unsigned char *objects[MOST];
	size_t count, size;
	uint64_t random;
	unsigned char next;
};

static void take(struct traffic *t)
{
	unsigned char *object = slab_alloc(t->cache);

	if (object == NULL)
		return;
	memset(object, object[0] = ++t->next, t->size);
	t->objects[t->count++] = object;
}

static void give(struct traffic *t)
{
	size_t i = support_random(&t->random) % t->count;
	unsigned char *object = t->objects[i];

	ck_assert(support_all_bytes(object, object[0], t->size));
	ck_assert(slab_owns(t->cache, object));
	slab_free(t->cache, object);
	ck_assert(!slab_owns(t->cache, object));
	t->objects[i] = t->objects[--t->count];
}

static int count_one(void *object, void *arg)
{
	(void)object;
	++*(size_t *)arg;
	return 0;
}

static void look(struct traffic *t)
{
	size_t visited = 0;

	ck_assert_int_eq(slab_foreach(t->cache, count_one, &visited), 0);
	ck_assert_uint_eq(visited, t->count);
	ck_assert_uint_eq(stats_of(t->cache).live, t->count);
	ck_assert_uint_eq(slab_object_size(t->cache), t->size);
	ck_assert_intact(t->cache);
}

static void bulk(struct traffic *t)
{
	void *objects[40];
	size_t n = slab_alloc_bulk(t->cache, COUNT(objects), objects);

	for (size_t i = 0; i < n; i++)
		memset(objects[i], 0xee, t->size);
	slab_free_bulk(t->cache, n, objects);
}

static void one_step(struct traffic *t)
{
	uint64_t what = support_random(&t->random) % 1000;

	if (what < 5)
		look(t);
	else if (what < 10)
		slab_reap(t->cache);
	else if (what < 12) {
		slab_reset(t->cache);
		t->count = 0;
	} else if (what < 30)
		bulk(t);
	else if (t->count > 0 && (t->count == MOST || what < 500))
		give(t);
	else
		take(t);
}

static void run_traffic(slab_cache *cache, uint64_t seed)
{
	struct traffic t = { .cache = cache, .random = seed,
		.size = slab_object_size(cache) };

	for (int i = 0; i < 4000; i++)
		one_step(&t);
	look(&t);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

START_TEST(test_debug_right_programs_notice_nothing)
{
	static const size_t sizes[] = { 1, 7, 24, 64, 200, 5000 };
	unsigned flags = modes[_i];

	for (size_t i = 0; i < COUNT(sizes) * MEMORY_KINDS; i++) {
		struct memory memory = { .kind =
		    (enum memory_kind)(i % MEMORY_KINDS) };
		slab_cache *cache;

		if (memory.kind == MEMORY_BUFFER && !in_buffers(flags))
			continue;
		cache = memory_build(&memory, slab_builder_debug(
		    slab_builder_new(sizes[i / MEMORY_KINDS]), flags));
		ck_assert_msg(cache != NULL, "%s", slab_error());
		run_traffic(cache, 88 + i);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

START_TEST(test_debug_alignment_holds)
{
	for (size_t align = 1; align <= support_page(); align *= 4) {
		slab_cache *cache = slab_builder_build_mmap(slab_builder_debug(
		    slab_builder_align(slab_builder_new(40), align),
		    modes[_i]));

		ck_assert_ptr_nonnull(cache);
		for (int i = 0; i < 20; i++)
			ck_assert(support_aligned(slab_alloc(cache), align));
		end(cache);
	}
}
END_TEST

static int construct(void *object, void *arg)
{
	++*(size_t *)arg;
	memset(object, 0x42, SIZE);
	return 0;
}

static void destruct(void *object, void *arg)
{
	--*(size_t *)arg;
	ck_assert(support_all_bytes(object, 0x42, SIZE));
}

START_TEST(test_debug_objects_are_constructed_once_and_kept)
{
	size_t constructed = 0;
	void *objects[300];
	slab_cache *cache = slab_builder_build(slab_builder_debug(
	    slab_builder_ctor(slab_builder_new(SIZE), construct, destruct,
	    &constructed), modes[_i]));

	ck_assert_ptr_nonnull(cache);
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < COUNT(objects); i++) {
			objects[i] = slab_alloc(cache);
			ck_assert(support_all_bytes(objects[i], 0x42, SIZE));
		}
		for (size_t i = 0; i < COUNT(objects); i++)
			slab_free(cache, objects[i]);
		if (in_buffers(modes[_i]))
			ck_assert_uint_ge(constructed, COUNT(objects));
		slab_reap(cache);
	}
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(constructed, 0);
}
END_TEST

START_TEST(test_debug_limit_and_reservation_hold)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_debug(
	    slab_builder_limit(slab_builder_new(SIZE), 100),
	    modes[_i] | SLAB_DEBUG_FAIL));
	void *objects[100];

	ck_assert_ptr_nonnull(cache);
	for (int round = 0; round < 10; round++) {
		ck_assert_int_eq(slab_reserve(cache, 100), 0);
		for (size_t i = 0; i < 100; i++)
			ck_assert_ptr_nonnull(objects[i] = slab_alloc(cache));
		ck_assert_fails(slab_alloc(cache), ENOMEM);
		slab_free_bulk(cache, 100, objects);
	}
	end(cache);
}
END_TEST

START_TEST(test_debug_some_allocations_fail)
{
	slab_cache *cache = build(SLAB_DEBUG_FAIL);
	size_t failed = 0;

	for (int i = 0; i < 10000; i++) {
		void *object;

		errno = 0;
		object = slab_alloc(cache);
		failed += object == NULL;
		ck_assert(object != NULL || errno == ENOMEM);
		slab_free(cache, object);
	}
	ck_assert_uint_gt(failed, 20);
	ck_assert_uint_lt(failed, 400);
	ck_assert_words("SLAB_DEBUG_FAIL");
	end(cache);
}
END_TEST

START_TEST(test_debug_fresh_and_free_objects_have_patterns)
{
	slab_cache *cache = build(SLAB_DEBUG_POISON);
	unsigned char *object = slab_alloc(cache);

	ck_assert(support_all_bytes(object, 0xa5, SIZE));
	slab_free(cache, object);
	ck_assert(support_all_bytes(object, 0x6b, SIZE));
	end(cache);
}
END_TEST

START_TEST(test_debug_quarantine_makes_reuse_late)
{
	slab_cache *cache = build(SLAB_DEBUG_QUARANTINE);
	void *first = slab_alloc(cache);

	slab_free(cache, first);
	for (int i = 0; i < 1000; i++) {
		void *other = slab_alloc(cache);

		ck_assert_ptr_ne(other, first);
		slab_free(cache, other);
	}
	end(cache);
}
END_TEST

START_TEST(test_debug_bad_flags_are_refused)
{
	char memory[20000];

	ck_assert_fails(slab_builder_build(slab_builder_debug(
	    slab_builder_new(8), 0x8000)), EINVAL);
	ck_assert_words("0x8000");
	ck_assert_fails(slab_builder_build_buffer(slab_builder_debug(
	    slab_builder_new(8), SLAB_DEBUG_MALLOC), memory, sizeof(memory)),
	    ENOTSUP);
	ck_assert_fails(slab_builder_build_buffer(slab_builder_debug(
	    slab_builder_new(8), SLAB_DEBUG_GUARD), memory, sizeof(memory)),
	    ENOTSUP);
}
END_TEST

/* Wrong ones --------------------------------------------------------------- */

/* Reads as "libslab: cache "conn": BEFORE 0xOBJECT AFTER". */
static void is_report(const char *report, const char *before,
    const void *object, const char *after)
{
	char line[256];

	snprintf(line, sizeof(line), "libslab: cache \"" NAME "\": %s 0x%jx%s",
	    before, (uintmax_t)(uintptr_t)object, after);
	ck_assert_msg(report != NULL, "no report, but: %s", line);
	ck_assert_str_eq(report, line);
}

START_TEST(test_debug_wrong_frees_are_reported_in_the_call)
{
	slab_cache *cache = build(modes[_i]);
	char *a = slab_alloc(cache), *b = slab_alloc(cache);
	long local[16];

	is_report(report_of_free(cache, a + 8),
	    "free of", a + 8, ", which is inside an object");
	is_report(report_of_free(cache, local),
	    "free of", local, ", which is not from this cache");
	ck_assert_ptr_null(report_of_free(cache, a));
	ck_assert_ptr_null(report_of_free(cache, b));
	is_report(report_of_free(cache, a), "double free of", a, "");
	end(cache);
}
END_TEST

START_TEST(test_debug_overrun_is_reported_and_mended)
{
	slab_cache *cache = build(SLAB_DEBUG_REDZONE);
	char *a = slab_alloc(cache), *b = slab_alloc(cache);

	memset(a + SIZE, 0x31, 7);
	ck_assert_int_eq(slab_check(cache), -1);
	ck_assert_words("write behind 0x");
	is_report(report_of_free(cache, a), "write behind", a, " of 64 bytes: "
	    "byte 64 is 0x31, not 0xbb (7 bytes changed)");
	ck_assert_ptr_null(report_of_free(cache, a));
	b[-3] = 0x20;
	is_report(report_of_free(cache, b), "write before", b, " of 64 bytes: "
	    "byte -3 is 0x20, not 0xbb (1 byte changed)");
	ck_assert_ptr_null(report_of_free(cache, b));
	a[SIZE] = 0;
	is_report(report_of_reap(cache), "write behind", a, " of 64 bytes: "
	    "byte 64 is 0x00, not 0xcc (1 byte changed)");
	end(cache);
}
END_TEST

static void alloc_one(void *cache)
{
	slab_alloc(cache);
}

START_TEST(test_debug_write_to_a_free_object_is_reported)
{
	slab_cache *cache = build(SLAB_DEBUG_POISON);
	char *a = slab_alloc(cache);

	slab_free(cache, a);
	a[13] = 0x3e;
	ck_assert_int_eq(slab_check(cache), -1);
	is_report(report_of(alloc_one, cache), "write into free", a,
	    ": byte 13 is 0x3e, not 0x6b");
	ck_assert_ptr_null(report_of(alloc_one, cache));
	end(cache);
}
END_TEST

START_TEST(test_debug_write_to_a_constructed_object_is_reported)
{
	size_t constructed = 0;
	slab_cache *cache = slab_builder_build_mmap(slab_builder_debug(
	    slab_builder_name(slab_builder_ctor(slab_builder_new(SIZE),
	    construct, NULL, &constructed), NAME), SLAB_DEBUG_POISON));
	char *a = slab_alloc(cache);

	slab_free(cache, a);
	ck_assert(support_all_bytes(a, 0x42, SIZE));
	a[13] = 0x3e;
	is_report(report_of(alloc_one, cache), "write into free", a,
	    ": its 64 bytes are not those that were freed");
	end(cache);
}
END_TEST

static struct slab_misuse facts;
static size_t alloc_depth, free_depth;

static void remember(const struct slab_misuse *misuse)
{
	facts = *misuse;
	alloc_depth = misuse->alloc_depth;
	free_depth = misuse->free_depth;
}

START_TEST(test_debug_audit_knows_who_allocated_and_freed)
{
	slab_cache *cache = build(SLAB_DEBUG_AUDIT);
	char *a = slab_alloc(cache);

	slab_free(cache, a);
	slab_set_misuse_reporter(remember);
	ck_assert_ptr_nonnull(report_of_free(cache, a));
	slab_set_misuse_reporter(NULL);
	ck_assert_int_eq(facts.kind, SLAB_MISUSE_DOUBLE_FREE);
	ck_assert_ptr_eq(facts.object, a);
#ifdef __GLIBC__
	ck_assert_uint_gt(alloc_depth, 0);
	ck_assert_uint_gt(free_depth, 0);
#endif
	end(cache);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tests = check_start(&suite, "debug");
	int n = COUNT(modes);

	tcase_add_loop_test(tests, test_debug_right_programs_notice_nothing, 0,
	    n);
	tcase_add_loop_test(tests, test_debug_alignment_holds, 0, n);
	tcase_add_loop_test(tests,
	    test_debug_objects_are_constructed_once_and_kept, 0, n);
	tcase_add_loop_test(tests, test_debug_limit_and_reservation_hold, 0, n);
	tcase_add_loop_test(tests,
	    test_debug_wrong_frees_are_reported_in_the_call, 0, n);
	tcase_add_test(tests, test_debug_some_allocations_fail);
	tcase_add_test(tests, test_debug_fresh_and_free_objects_have_patterns);
	tcase_add_test(tests, test_debug_quarantine_makes_reuse_late);
	tcase_add_test(tests, test_debug_bad_flags_are_refused);
	tcase_add_test(tests, test_debug_overrun_is_reported_and_mended);
	tcase_add_test(tests, test_debug_write_to_a_free_object_is_reported);
	tcase_add_test(tests,
	    test_debug_write_to_a_constructed_object_is_reported);
	tcase_add_test(tests, test_debug_audit_knows_who_allocated_and_freed);
	return check_finish(suite);
}
