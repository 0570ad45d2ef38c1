/* SPDX-License-Identifier: MIT */
/*
 * The calls for caches that live long: tend, reap_to, reap_all, and settings.
 */
#include "check_slabs.h"

#include "base/os.h"

/* Two thirds of a cache's objects are freed, and then nothing calls it. */
static slab_cache *build_idle(struct memory *memory, slab_builder *builder)
{
	slab_cache *cache = build_counted(memory, builder);

	slab_free_bulk(cache, MANY / 3 * 2, objects);
	return cache;
}

static void end_idle(slab_cache *cache, struct memory *memory)
{
	slab_reset(cache);
	end(cache, memory);
}

/* Calls until there is nothing to do; returns the bytes. */
static size_t tend_all(slab_cache *cache)
{
	size_t bytes = 0;

	for (int i = 0; i < 1000; i++)
		bytes += slab_tend(cache);
	return bytes;
}

START_TEST(test_tend_returns_what_an_idle_cache_holds)
{
	for (int all = 0; all <= 1; all++) {
		struct memory memory = { .kind = MEMORY_USER_ALIGNED };
		slab_cache *cache;
		slab_statistics before;
		size_t bytes = 0;

		support_clock_stop();
		cache = build_idle(&memory, small_slabs(15));
		before = stats_of(cache);
		ck_assert_uint_eq(tend_all(cache), 0);
		for (int period = 0; period < 3; period++) {
			support_clock_forward(16);
			bytes += tend_all(all ? NULL : cache);
		}
		ck_assert_uint_gt(bytes, MANY / 2 * SIZE);
		ck_assert_uint_le(bytes, MANY * SIZE);
		ck_assert_uint_lt(stats_of(cache).slabs, before.slabs / 2);
		ck_assert_intact(cache);
		end_idle(cache, &memory);
	}
}
END_TEST

START_TEST(test_tend_returns_idle_rounds_too)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(
	    slab_builder_slab_size(slab_builder_new(SIZE), 65536), 2 * MANY));
	slab_free_bulk(cache, MANY, objects);
	for (int period = 0; period < 4; period++) {
		support_clock_forward(16);
		tend_all(cache);
	}
	/* The window's rounds are never idle. */
	ck_assert_uint_lt(stats_of(cache).slabs, 130);
	ck_assert_uint_lt(stats_of(cache).bytes_reserved -
	    stats_of(cache).bytes_purged, MANY * SIZE / 4);
	end(cache, &memory);
}
END_TEST

static size_t n_now, n_calls;
static struct slabi_os real;

static bool count_now(uint64_t *milliseconds)
{
	n_now++;
	return real.now(milliseconds);
}

static bool count_purge(void *pages, size_t size)
{
	n_calls++;
	return real.purge(pages, size);
}

START_TEST(test_tend_reads_only_the_clock_when_nothing_is_due)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));
	void *object = slab_alloc(cache);

	support_clock_stop();
	tend_all(cache);
	real = slabi_os;
	slabi_os.now = count_now;
	slabi_os.purge = count_purge;
	ck_assert_uint_eq(slab_tend(cache), 0);
	ck_assert_uint_eq(n_now, 1);
	ck_assert_uint_eq(n_calls, 0);
	slabi_os = real;
	slab_free(cache, object);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_tend_does_nothing_in_a_buffer)
{
	struct memory memory = { .kind = MEMORY_BUFFER,
	    .room = (size_t)16 << 20 };
	slab_cache *cache;

	support_clock_stop();
	cache = build_idle(&memory, small_slabs(15));
	support_clock_forward(100);
	ck_assert_uint_eq(tend_all(cache), 0);
	end_idle(cache, &memory);
}
END_TEST

START_TEST(test_clock_that_is_set_back_starts_the_period_anew)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;

	support_clock_stop();
	support_clock_forward(1000000);
	cache = build_idle(&memory, small_slabs(15));
	support_clock_forward((uint64_t)-1000000);
	for (int period = 0; period < 4; period++) {
		tend_all(cache);
		support_clock_forward(16);
	}
	ck_assert_uint_gt(tend_all(cache) + stats_of(cache).slabs_released, 0);
	end_idle(cache, &memory);
}
END_TEST

/*
 * Reaping -------------------------------------------------------------------
 */

START_TEST(test_reap_to_keeps_memory_for_as_many_objects)
{
	static const size_t floors[] = { 0, 1, 100, 1000, 3000, SIZE_MAX };

	for (size_t i = 0; i < COUNT(floors) * 2; i++) {
		struct memory memory = { .kind = MEMORY_USER_ALIGNED };
		slab_builder *builder = small_slabs(SLAB_PERIOD_NEVER);
		size_t floor = floors[i / 2], room, bytes;
		slab_cache *cache = build_idle(&memory, i % 2 == 0 ? builder :
		    slab_builder_slab_size(builder, 1 << 20));
		slab_statistics figures;

		bytes = slab_reap_to(cache, floor);
		figures = stats_of(cache);
		room = figures.cached - figures.bytes_purged / SIZE;
		ck_assert_uint_ge(room, floor < MANY / 2 ? floor : MANY / 2);
		if (floor <= 1000)
			ck_assert_uint_gt(bytes, MANY / 3 * SIZE);
		if (floor == SIZE_MAX)
			ck_assert_uint_eq(bytes, 0);
		ck_assert_intact(cache);
		slab_reap(cache);
		ck_assert_uint_le(stats_of(cache).slabs, figures.slabs);
		end_idle(cache, &memory);
	}
}
END_TEST

START_TEST(test_reap_all_reaps_every_cache)
{
	slab_cache *caches[5];

	for (size_t i = 0; i < COUNT(caches); i++) {
		caches[i] = slab_builder_build_mmap(slab_builder_new(64));
		slab_free(caches[i], slab_alloc(caches[i]));
	}
	errno = 7;
	ck_assert_uint_gt(slab_reap_all(), 0);
	ck_assert_int_eq(errno, 7);
	for (size_t i = 0; i < COUNT(caches); i++) {
		ck_assert_uint_eq(stats_of(caches[i]).slabs, 0);
		ck_assert_int_eq(slab_destroy(caches[i]), 0);
	}
}
END_TEST

/*
 * Settings -------------------------------------------------------------------
 */

static void lower_the_limit(slab_builder *builder)
{
	slab_cache *cache = slab_builder_build_mmap(builder);

	ck_assert_uint_eq(slab_alloc_bulk(cache, 1000, objects), 1000);
	ck_assert_int_eq(slab_set_limit(cache, 500), 0);
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	ck_assert_words("500");
	for (size_t i = 0; i < 500; i++) {
		slab_free(cache, objects[i]);
		ck_assert_fails(slab_alloc(cache), ENOMEM);
	}
	slab_free(cache, objects[500]);
	objects[500] = slab_alloc(cache);
	ck_assert_ptr_nonnull(objects[500]);
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	ck_assert_uint_eq(stats_of(cache).live, 500);
	ck_assert_intact(cache);
	slab_free_bulk(cache, 500, objects + 500);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 1000, objects), 500);
	ck_assert_int_eq(slab_set_limit(cache, SIZE_MAX), 0);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 500, objects + 500), 500);
	slab_free_bulk(cache, 1000, objects);
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

START_TEST(test_limit_that_is_lowered_holds_until_enough_is_freed)
{
	lower_the_limit(slab_builder_new(64));
	lower_the_limit(slab_builder_magazine(slab_builder_new(64), 0));
	lower_the_limit(slab_builder_template(slab_builder_new(64), NULL));
	lower_the_limit(slab_builder_limit(slab_builder_new(64), 1000));
}
END_TEST

START_TEST(test_limit_that_is_lowered_ends_with_a_reset)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));

	ck_assert_uint_eq(slab_alloc_bulk(cache, 1000, objects), 1000);
	ck_assert_int_eq(slab_set_limit(cache, 10), 0);
	slab_reset(cache);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 1000, objects), 10);
	ck_assert_fails(slab_reserve(cache, 1) == 0, ENOMEM);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_limit_of_0_is_refused)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));

	ck_assert_fails(slab_set_limit(cache, 0) == 0, EINVAL);
	ck_assert_words("limit");
	slab_free(cache, slab_alloc(cache));
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_working_period_can_be_changed)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = build_idle(&memory, slab_builder_magazine(
	    small_slabs(SLAB_PERIOD_NEVER), 0));
	slabs = stats_of(cache).slabs;
	support_clock_forward(1000);
	ck_assert_uint_eq(tend_all(cache), 0);
	ck_assert_int_eq(slab_set_working_period(cache, 10), 0);
	/* It starts anew. */
	ck_assert_uint_eq(tend_all(cache), 0);
	for (int period = 0; period < 2; period++) {
		support_clock_forward(11);
		tend_all(cache);
	}
	ck_assert_uint_lt(stats_of(cache).slabs, slabs);
	slab_free_bulk(cache, 1000, objects + MANY / 3 * 2);
	slabs = stats_of(cache).slabs_empty;
	ck_assert_uint_gt(slabs, 0);
	ck_assert_int_eq(slab_set_working_period(cache, 0), 0);
	ck_assert_uint_eq(stats_of(cache).slabs_empty, 0);
	ck_assert_intact(cache);
	end_idle(cache, &memory);
}
END_TEST

CHECK_MAIN("tend",
    test_tend_returns_what_an_idle_cache_holds,
    test_tend_returns_idle_rounds_too,
    test_tend_reads_only_the_clock_when_nothing_is_due,
    test_tend_does_nothing_in_a_buffer,
    test_clock_that_is_set_back_starts_the_period_anew,
    test_reap_to_keeps_memory_for_as_many_objects,
    test_reap_all_reaps_every_cache,
    test_limit_that_is_lowered_holds_until_enough_is_freed,
    test_limit_that_is_lowered_ends_with_a_reset,
    test_limit_of_0_is_refused,
    test_working_period_can_be_changed);
