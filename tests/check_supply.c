/* SPDX-License-Identifier: MIT */
/* The contract of many objects: bulk, the limit, reserve. */
#include "check_support.h"

/* Bulk ------------------------------------------------------------------- */

START_TEST(test_bulk_of_any_number_is_filled)
{
	static const size_t rounds[] = { 0, 1, 2, 7, 64, 1000 };
	static const size_t numbers[] = { 0, 1, 2, 63, 64, 65, 1000, 5000 };
	static void *objects[5001];

	for (size_t i = 0; i < COUNT(rounds); i++) {
		slab_cache *cache = slab_builder_build_mmap(
		    slab_builder_magazine(slab_builder_new(24), rounds[i]));

		for (size_t j = 0; j < COUNT(numbers); j++) {
			size_t n = numbers[j];

			objects[n] = objects;
			ck_assert_uint_eq(slab_alloc_bulk(cache, n, objects),
			    n);
			/* Not one more than that. */
			ck_assert_ptr_eq(objects[n], objects);
			ck_assert_uint_eq(stats_of(cache).live, n);
			for (size_t k = 0; k < n; k++)
				memset(objects[k], (int)(k % 251), 24);
			for (size_t k = 0; k < n; k++)
				ck_assert(support_all_bytes(objects[k],
				    (int)(k % 251), 24));
			slab_free_bulk(cache, n, objects);
			ck_assert_uint_eq(stats_of(cache).live, 0);
			ck_assert_intact(cache);
		}
		slab_destroy(cache);
	}
}
END_TEST

START_TEST(test_bulk_free_ignores_null)
{
	slab_cache *cache = slab_builder_build(slab_builder_new(24));
	void *objects[4] = { NULL, slab_alloc(cache), NULL, slab_alloc(cache) };

	slab_free_bulk(cache, 4, objects);
	slab_free_bulk(cache, 0, NULL);
	ck_assert_uint_eq(stats_of(cache).live, 0);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_bulk_returns_fewer_when_memory_ends)
{
	struct memory memory = { .kind = MEMORY_BUFFER, .room = 65536 };
	slab_cache *cache = memory_build(&memory, slab_builder_new(100));
	static void *objects[1000];
	size_t got;

	errno = 0;
	got = slab_alloc_bulk(cache, 1000, objects);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_uint_gt(got, 0);
	ck_assert_uint_lt(got, 1000);
	ck_assert_uint_eq(stats_of(cache).live, got);
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	ck_assert_intact(cache);
	slab_free_bulk(cache, got, objects);
	ck_assert_uint_eq(slab_alloc_bulk(cache, got, objects), got);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	memory_end(&memory);
}
END_TEST

/* Limit ------------------------------------------------------------------ */

static void reach_limit_and_leave(slab_cache *cache, size_t limit)
{
	void *objects[300];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < limit; i++) {
			objects[i] = slab_alloc(cache);
			ck_assert_ptr_nonnull(objects[i]);
		}
		ck_assert_fails(slab_alloc(cache), ENOMEM);
		ck_assert(strlen(slab_error()) > 0);
		ck_assert_intact(cache);
		slab_free(cache, objects[limit / 2]);
		objects[limit / 2] = slab_alloc(cache);
		ck_assert_ptr_nonnull(objects[limit / 2]);
		ck_assert_fails(slab_alloc(cache), ENOMEM);
		ck_assert_uint_eq(stats_of(cache).live, limit);
		slab_free_bulk(cache, limit, objects);
	}
}

START_TEST(test_limit_is_reached_and_left_again)
{
	static const size_t limits[] = { 1, 2, 3, 10, 64, 65, 300 };
	static const size_t rounds[] = { 0, 1, 2, 5, 100 };

	for (size_t i = 0; i < COUNT(limits); i++) {
		for (size_t j = 0; j < COUNT(rounds); j++) {
			slab_cache *cache = slab_builder_build_mmap(
			    slab_builder_magazine(slab_builder_limit(
			    slab_builder_new(40), limits[i]), rounds[j]));

			reach_limit_and_leave(cache, limits[i]);
			ck_assert_int_eq(slab_destroy(cache), 0);
		}
	}
}
END_TEST

static bool ask_once_more(slab_cache *cache, void *arg)
{
	(void)cache;
	++*(int *)arg;
	return false;
}

START_TEST(test_limit_is_no_lack_of_memory)
{
	int asked = 0;
	slab_cache *cache = slab_builder_build(slab_builder_oom(
	    slab_builder_limit(slab_builder_new(8), 5), ask_once_more,
	    &asked));
	void *objects[6];

	ck_assert_uint_eq(slab_alloc_bulk(cache, 6, objects), 5);
	ck_assert_int_eq(asked, 0);
	slab_free_bulk(cache, 5, objects);
	slab_destroy(cache);
}
END_TEST

/* Reserve ---------------------------------------------------------------- */

START_TEST(test_reserve_makes_allocations_unable_to_fail)
{
	static const size_t numbers[] = { 1, 2, 64, 1000, 3000 };
	static const size_t sizes[] = { 8, 24, 600, 5000 };
	static void *objects[3000];

	for (size_t i = 0; i < COUNT(numbers) * COUNT(sizes); i++) {
		struct memory memory = { .kind = MEMORY_USER_ALIGNED };
		size_t n = numbers[i % COUNT(numbers)];
		slab_cache *cache = memory_build(&memory,
		    slab_builder_new(sizes[i / COUNT(numbers)]));
		void *before = slab_alloc(cache);

		ck_assert_int_eq(slab_reserve(cache, n), 0);
		memory.counting.refuse_from = memory.counting.allocs + 1;
		ck_assert_uint_eq(slab_alloc_bulk(cache, n, objects), n);
		ck_assert_uint_eq(memory.counting.refused, 0);
		ck_assert_intact(cache);
		slab_free_bulk(cache, n, objects);
		slab_free(cache, before);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

START_TEST(test_reserve_survives_frees_and_the_period)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = memory_build(&memory, slab_builder_working_period(
	    slab_builder_new(512), 0));
	void *objects[400];

	ck_assert_int_eq(slab_reserve(cache, 400), 0);
	for (size_t i = 0; i < 100; i++)
		slab_free(cache, slab_alloc(cache));
	memory.counting.refuse_from = memory.counting.allocs + 1;
	ck_assert_uint_eq(slab_alloc_bulk(cache, 400, objects), 400);
	slab_free_bulk(cache, 400, objects);
	slab_destroy(cache);
	ck_assert(memory_end(&memory));
}
END_TEST

/* One object a slab, and slabs that go back at once: nothing is left over. */
START_TEST(test_reserve_survives_frees_from_the_magazine)
{
	for (size_t n = 1; n <= 40; n++) {
		struct memory memory = { .kind = MEMORY_USER_ALIGNED };
		slab_cache *cache = memory_build(&memory,
		    slab_builder_magazine(slab_builder_working_period(
		    slab_builder_slab_size(slab_builder_new(
		    support_page() / 4 * 3), 1), 0), 16));
		void *objects[100];

		for (size_t i = 0; i < 40; i++)
			objects[i] = slab_alloc(cache);
		for (size_t i = 24; i < 40; i++)
			slab_free(cache, objects[i]);
		ck_assert_int_eq(slab_reserve(cache, n), 0);
		for (size_t i = 0; i < 20; i++)
			slab_free(cache, objects[i]);
		memory.counting.refuse_from = memory.counting.allocs + 1;
		for (size_t i = 0; i < n; i++) {
			objects[i] = slab_alloc(cache);
			ck_assert_msg(objects[i] != NULL, "%zu of %zu", i, n);
		}
		slab_reset(cache);
		slab_destroy(cache);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

START_TEST(test_reserve_is_ended_by_reap)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_magazine(
	    slab_builder_working_period(slab_builder_new(64), 0), 0));

	ck_assert_int_eq(slab_reserve(cache, 100), 0);
	slab_free(cache, slab_alloc(cache));
	ck_assert_uint_gt(stats_of(cache).slabs, 0);
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	slab_free(cache, slab_alloc(cache));
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	slab_destroy(cache);
}
END_TEST

/* One by one, and in bulk; of objects that have been used before, too. */
START_TEST(test_reserve_is_ended_by_use)
{
	for (int i = 0; i < 4; i++) {
		bool used_before = i % 2;
		size_t step = i < 2 ? 1 : 50;
		slab_cache *cache = slab_builder_build_mmap(
		    slab_builder_magazine(slab_builder_working_period(
		    slab_builder_new(64), 0), 0));
		void *objects[150], *kept = slab_alloc(cache);

		if (used_before) {
			slab_alloc_bulk(cache, COUNT(objects), objects);
			slab_free_bulk(cache, COUNT(objects), objects);
		}
		ck_assert_int_eq(slab_reserve(cache, 100), 0);
		for (size_t n = 0; n < COUNT(objects); n += step)
			if (step == 1)
				objects[n] = slab_alloc(cache);
			else
				slab_alloc_bulk(cache, step, objects + n);
		slab_free_bulk(cache, COUNT(objects), objects);
		slab_free(cache, kept);
		ck_assert_uint_eq(stats_of(cache).slabs, 0);
		slab_destroy(cache);
	}
}
END_TEST

/* Of the slabs that were made one is in use; the others go back. */
START_TEST(test_reserved_slabs_go_back_one_by_one)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_magazine(
	    slab_builder_slab_size(slab_builder_new(64), 1), 0));
	size_t n = stats_of(cache).objects_per_slab;

	ck_assert_int_eq(slab_reserve(cache, 4 * n), 0);
	ck_assert_uint_eq(stats_of(cache).slabs, 4);
	ck_assert_ptr_nonnull(slab_alloc(cache));
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).slabs, 1);
	ck_assert_intact(cache);
	while (--n > 0)
		ck_assert_ptr_nonnull(slab_alloc(cache));
	ck_assert_uint_eq(stats_of(cache).slabs, 1);
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_reserve_without_memory_fails)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = memory_build(&memory, slab_builder_new(512));
	size_t bytes;

	ck_assert_int_eq(slab_reserve(cache, 0), 0);
	memory.counting.refuse_from = memory.counting.allocs + 3;
	bytes = memory.counting.bytes;
	ck_assert_fails(slab_reserve(cache, 1000000) == 0, ENOMEM);
	ck_assert_intact(cache);
	ck_assert_uint_eq(memory.counting.bytes, bytes);
	ck_assert_fails(slab_reserve(cache, SIZE_MAX) == 0, ENOMEM);
	ck_assert_fails(slab_reserve(cache, SIZE_MAX / 2) == 0, ENOMEM);
	memory.counting.refuse_from = 0;
	ck_assert_fails(slab_reserve(cache, SIZE_MAX) == 0, ENOMEM);
	ck_assert_int_eq(slab_reserve(cache, 1000), 0);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
}
END_TEST

START_TEST(test_reserve_above_the_limit_fails)
{
	slab_cache *cache = slab_builder_build(slab_builder_limit(
	    slab_builder_new(8), 10));
	void *objects[10];

	ck_assert_fails(slab_reserve(cache, 11) == 0, ENOMEM);
	ck_assert_int_eq(slab_reserve(cache, 10), 0);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 10, objects), 10);
	ck_assert_fails(slab_reserve(cache, 1) == 0, ENOMEM);
	slab_free_bulk(cache, 10, objects);
	slab_destroy(cache);
}
END_TEST

CHECK_MAIN("supply",
    test_bulk_of_any_number_is_filled,
    test_bulk_free_ignores_null,
    test_bulk_returns_fewer_when_memory_ends,
    test_limit_is_reached_and_left_again,
    test_limit_is_no_lack_of_memory,
    test_reserve_makes_allocations_unable_to_fail,
    test_reserve_survives_frees_and_the_period,
    test_reserve_survives_frees_from_the_magazine,
    test_reserve_is_ended_by_reap,
    test_reserve_is_ended_by_use,
    test_reserved_slabs_go_back_one_by_one,
    test_reserve_without_memory_fails,
    test_reserve_above_the_limit_fails);
