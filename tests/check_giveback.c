/* SPDX-License-Identifier: MIT */
/* Promise 5: slabs go back, and rounds of the magazine that keep them. */
#include "check_slabs.h"

/* The working period ----------------------------------------------------- */

START_TEST(test_period_0_gives_an_empty_slab_back_at_once)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_counted(&memory, slab_builder_magazine(
	    small_slabs(0), 0));
	size_t slabs = stats_of(cache).slabs;

	for (size_t i = 0; i < MANY; i++)
		slab_free(cache, objects[i]);
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	ck_assert_uint_eq(stats_of(cache).slabs_released, slabs);
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, objects), MANY);
	slab_reset(cache);
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	end(cache, &memory);
}
END_TEST

/* With a magazine: the slabs whose last objects leave it. */
START_TEST(test_period_0_keeps_no_empty_slab_behind_a_magazine)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_counted(&memory, small_slabs(0));

	for (size_t i = 0; i < MANY; i++) {
		slab_free(cache, objects[i]);
		ck_assert_uint_eq(stats_of(cache).slabs_empty, 0);
	}
	ck_assert_uint_le(stats_of(cache).slabs, 100);
	end(cache, &memory);
}
END_TEST

/* The first allocation after many frees does not need what it gives back. */
START_TEST(test_cached_objects_need_no_memory)
{
	static const unsigned periods[] = { 0, 15, SLAB_PERIOD_NEVER };

	for (size_t i = 0; i < COUNT(periods); i++) {
		struct memory memory = { .kind = MEMORY_USER_ALIGNED };
		slab_cache *cache = build_counted(&memory,
		    slab_builder_magazine(small_slabs(periods[i]), 1000));
		size_t cached;

		for (size_t n = 0; n < MANY; n++)
			slab_free(cache, objects[n]);
		cached = stats_of(cache).cached;
		ck_assert_uint_gt(cached, 0);
		memory.counting.refuse_from = 1;
		for (size_t n = 0; n < cached; n++)
			ck_assert_ptr_nonnull(slab_alloc(cache));
		slab_reset(cache);
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_period_never_keeps_all_until_reap)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = build_counted(&memory, small_slabs(SLAB_PERIOD_NEVER));
	slabs = stats_of(cache).slabs;
	slab_free_bulk(cache, MANY, objects);
	for (int i = 0; i < 3; i++) {
		support_clock_forward(100000);
		traffic(cache);
	}
	ck_assert_uint_eq(stats_of(cache).slabs, slabs);
	ck_assert_uint_gt(slab_reap(cache), 0);
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_end_gives_idle_slabs_back)
{
	static const unsigned periods[] = { 1, 15, 3600 };

	support_clock_stop();
	for (size_t i = 0; i < COUNT(periods); i++) {
		struct memory memory = { .kind = i == 0 ? MEMORY_USER_LARGE :
		    MEMORY_USER_ALIGNED };
		slab_cache *cache = build_counted(&memory,
		    small_slabs(periods[i]));
		size_t slabs = stats_of(cache).slabs;

		slab_free_bulk(cache, MANY, objects);
		traffic(cache);
		ck_assert_uint_eq(stats_of(cache).slabs, slabs);
		go_idle(cache, periods[i]);
		ck_assert_uint_lt(stats_of(cache).slabs, slabs);
		ck_assert_uint_le(stats_of(cache).capacity, 600 * 4);
		end(cache, &memory);
	}
}
END_TEST

/* What is left of such slabs is colors: headers may lie far into them. */
START_TEST(test_period_end_gives_slabs_of_large_objects_back)
{
	struct memory memory = { .kind = MEMORY_USER_LARGE,
	    .counting.aligns_to = (size_t)8 << 20 };
	slab_cache *cache;

	support_clock_stop();
	cache = memory_build(&memory, slab_builder_align(slab_builder_slab_size(
	    slab_builder_new((size_t)512 << 10), (size_t)8 << 20),
	    support_page()));
	ck_assert_uint_eq(slab_alloc_bulk(cache, 90, objects), 90);
	for (size_t i = 1; i < 90; i++)
		slab_free(cache, objects[i]);
	ck_assert_uint_ge(stats_of(cache).slabs, 6);
	for (int i = 0; i < 10000; i++) {
		if (i % 100 == 0)
			support_clock_forward(1);
		slab_free(cache, slab_alloc(cache));
	}
	ck_assert_uint_le(stats_of(cache).slabs, 2);
	slab_free(cache, objects[0]);
	end(cache, &memory);
}
END_TEST

/* A little of it, which the magazine's top rounds are enough for. */
static void small_traffic(slab_cache *cache)
{
	void *some[200];

	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_eq(slab_alloc_bulk(cache, 200, some), 200);
		slab_free_bulk(cache, 200, some);
	}
}

/* Old rounds of the magazine must not keep slabs from becoming empty. */
START_TEST(test_period_end_takes_idle_rounds_out_of_the_magazine)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(small_slabs(15),
	    1000));
	slabs = stats_of(cache).slabs;
	for (size_t i = 400; i < MANY; i++)
		if (i % 20 != 0)
			slab_free(cache, objects[i]);
	slab_reap(cache);
	/* Some of every slab are in the magazine, below some of a few. */
	for (size_t i = 400; i < MANY; i += 20)
		slab_free(cache, objects[i]);
	slab_free_bulk(cache, 400, objects);
	for (int i = 0; i < 8; i++) {
		support_clock_forward(16);
		small_traffic(cache);
	}
	ck_assert_uint_lt(stats_of(cache).slabs, slabs / 4);
	end(cache, &memory);
}
END_TEST

/* A magazine far larger than the default ---------------------------------- */

#define ROUNDS 5000

static slab_cache *build_large_magazine(struct memory *memory, unsigned period)
{
	memory->kind = MEMORY_USER_ALIGNED;
	return build_counted(memory, slab_builder_magazine(small_slabs(period),
	    ROUNDS));
}

START_TEST(test_large_magazine_gives_few_rounds_at_a_time)
{
	struct memory memory = { .room = 0 };
	slab_cache *cache = build_large_magazine(&memory, SLAB_PERIOD_NEVER);

	for (size_t i = 0; i < MANY; i++) {
		slab_free(cache, objects[i]);
		ck_assert_uint_eq(stats_of(cache).live, MANY - i - 1);
	}
	/* 512 rounds leave it at a time, not half of all. */
	ck_assert_uint_ge(stats_of(cache).flushes, (MANY - ROUNDS) / 512);
	ck_assert_intact(cache);
	/* The youngest come back first, as from a small one. */
	for (size_t i = 0; i < 100; i++)
		ck_assert_ptr_eq(slab_alloc(cache), objects[MANY - 1 - i]);
	slab_reset(cache);
	end(cache, &memory);
}
END_TEST

START_TEST(test_large_magazine_gives_idle_rounds_back)
{
	struct memory memory = { .room = 0 };
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = build_large_magazine(&memory, 15);
	slabs = stats_of(cache).slabs;
	slab_free_bulk(cache, MANY, objects);
	/* Their slabs are not made to wait for another period. */
	for (int i = 0; i < 2; i++) {
		support_clock_forward(16);
		small_traffic(cache);
	}
	ck_assert_uint_lt(stats_of(cache).slabs, slabs / 4);
	end(cache, &memory);
}
END_TEST

/* Rounds that were needed in a period are not idle at its end. */
START_TEST(test_large_magazine_keeps_rounds_in_use)
{
	struct memory memory = { .room = 0 };
	slab_cache *cache;
	uint64_t refills = 0;

	support_clock_stop();
	cache = build_large_magazine(&memory, 15);
	slab_free_bulk(cache, ROUNDS, objects);
	for (int round = 0; round < 200; round++) {
		if (round % 20 == 0)
			support_clock_forward(16);
		if (round == 1) /* when the magazine is as full as it will be */
			refills = stats_of(cache).refills;
		for (size_t i = 0; i < ROUNDS - 300; i++)
			objects[i] = slab_alloc(cache);
		for (size_t i = 0; i < ROUNDS - 300; i++)
			slab_free(cache, objects[i]);
	}
	ck_assert_uint_eq(stats_of(cache).refills, refills);
	slab_reset(cache);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_default_is_15_seconds)
{
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = slab_builder_build_mmap(slab_builder_magazine(
	    slab_builder_slab_size(slab_builder_new(SIZE), 65536), 100));
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, objects), MANY);
	slab_free_bulk(cache, MANY, objects);
	slabs = stats_of(cache).slabs;
	support_clock_forward(14);
	traffic(cache);
	ck_assert_uint_eq(stats_of(cache).slabs, slabs);
	go_idle(cache, 15);
	ck_assert_uint_lt(stats_of(cache).slabs, slabs);
	slab_destroy(cache);
}
END_TEST

/* Traffic for which the magazine has room, up alone and down alone. */
static void come_and_go_within(size_t n)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	static void *some[1000];
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(small_slabs(15),
	    2500));
	slab_free_bulk(cache, MANY, objects);
	ck_assert_uint_gt(stats_of(cache).slabs, 100);
	for (int round = 0; round < 3000; round++) {
		if (round % 500 == 0)
			support_clock_forward(16);
		for (size_t i = 0; i < n; i++)
			some[i] = slab_alloc(cache);
		for (size_t i = 0; i < n; i++)
			slab_free(cache, some[i]);
	}
	ck_assert_uint_lt(stats_of(cache).slabs, 60);
	end(cache, &memory);
}

START_TEST(test_period_ends_for_programs_within_their_magazine)
{
	/* Fewer may stay within the window. */
	static const size_t numbers[] = { 256, 257, 300, 1000 };

	for (size_t i = 0; i < COUNT(numbers); i++)
		come_and_go_within(numbers[i]);
}
END_TEST

START_TEST(test_period_slabs_in_use_stay)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = build_counted(&memory, small_slabs(15));
	slabs = stats_of(cache).slabs;
	for (int i = 0; i < 5; i++) {
		slab_free_bulk(cache, MANY, objects);
		support_clock_forward(6);
		ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, objects), MANY);
	}
	ck_assert_uint_eq(stats_of(cache).slabs_created, slabs);
	slab_free_bulk(cache, MANY, objects);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_end_is_spread_over_calls)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;
	size_t last, most = 0;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(small_slabs(15),
	    2));
	slab_free_bulk(cache, MANY, objects);
	last = stats_of(cache).slabs;
	ck_assert_uint_gt(last, 100);
	for (size_t i = 0; i < 60000; i++) {
		void *some[4];
		size_t now;

		if (i % 10000 == 0)
			support_clock_forward(16);
		for (size_t n = 0; n < 4; n++)
			some[n] = slab_alloc(cache);
		slab_free_bulk(cache, 4, some);
		now = stats_of(cache).slabs;
		if (last > now && last - now > most)
			most = last - now;
		last = now;
	}
	ck_assert_uint_le(last, 2);
	ck_assert_uint_ge(most, 1);
	ck_assert_uint_le(most, 16);
	end(cache, &memory);
}
END_TEST

START_TEST(test_edge_of_a_slab_maps_nothing)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = memory_build(&memory, slab_builder_magazine(
	    small_slabs(15), 0));
	size_t n = 0;

	do
		objects[n++] = slab_alloc(cache);
	while (stats_of(cache).slabs < 2);
	for (int i = 0; i < 1000; i++) {
		slab_free(cache, objects[n - 1]);
		objects[n - 1] = slab_alloc(cache);
	}
	ck_assert_uint_eq(stats_of(cache).slabs_created, 2);
	ck_assert_uint_eq(stats_of(cache).slabs_released, 0);
	slab_free_bulk(cache, n, objects);
	end(cache, &memory);
}
END_TEST

static void unmake(void *object, void *arg)
{
	(void)arg;
	memset(object, 0, SIZE);
}

START_TEST(test_figures_agree_while_slabs_go_back)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_ctor(
	    slab_builder_magazine(small_slabs(15), 0), NULL, unmake, NULL));
	slab_free_bulk(cache, MANY, objects);
	while (stats_of(cache).slabs > 1) {
		slab_statistics figures;

		support_clock_forward(1);
		slab_free(cache, slab_alloc(cache));
		figures = stats_of(cache);
		ck_assert_uint_eq(figures.live, 0);
		ck_assert_uint_le(figures.cached, figures.capacity);
		ck_assert_uint_eq(figures.bytes_reserved,
		    memory.counting.bytes);
	}
	end(cache, &memory);
}
END_TEST

static void come_and_go(slab_cache *cache, size_t count)
{
	ck_assert_uint_eq(slab_alloc_bulk(cache, count, objects), count);
	slab_free_bulk(cache, count, objects);
}

/* Empty when a period begins and when it ends, but not all through it. */
START_TEST(test_period_slabs_used_once_in_it_stay)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;
	size_t slabs;

	support_clock_stop();
	cache = build_counted(&memory, small_slabs(15));
	slabs = stats_of(cache).slabs;
	slab_free_bulk(cache, MANY, objects);
	for (int i = 0; i < 10; i++) {
		come_and_go(cache, MANY);
		/* Now the period ends, and the next one begins. */
		support_clock_forward(16);
		for (int n = 0; n < 40; n++)
			come_and_go(cache, 300);
	}
	ck_assert_uint_eq(stats_of(cache).slabs_created, slabs);
	end(cache, &memory);
}
END_TEST

/* Without a magazine every call takes a step; here none is a free. */
START_TEST(test_period_ends_for_programs_that_only_allocate)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(small_slabs(15),
	    0));
	slab_free_bulk(cache, MANY, objects);
	for (int i = 0; i < 2000; i++) {
		if (i % 500 == 0)
			support_clock_forward(16);
		objects[i] = slab_alloc(cache);
	}
	ck_assert_uint_gt(stats_of(cache).slabs_released, 0);
	slab_free_bulk(cache, 2000, objects);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_ends_for_programs_that_only_free)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(small_slabs(15),
	    0));
	for (int i = 0; i < MANY; i++) {
		if (i % 1000 == 0)
			support_clock_forward(16);
		slab_free(cache, objects[i]);
	}
	ck_assert_uint_gt(stats_of(cache).slabs_released, 0);
	end(cache, &memory);
}
END_TEST

/* More at a time than the magazine holds: nothing goes through it. */
START_TEST(test_period_ends_for_programs_that_only_allocate_in_bulk)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, small_slabs(15));
	slab_free_bulk(cache, MANY, objects);
	for (size_t i = 0; i < 60; i++) {
		if (i % 20 == 0)
			support_clock_forward(16);
		ck_assert_uint_eq(slab_alloc_bulk(cache, 100,
		    objects + i * 100), 100);
	}
	ck_assert_uint_gt(stats_of(cache).slabs_released, 0);
	slab_free_bulk(cache, 6000, objects);
	end(cache, &memory);
}
END_TEST

/* They were idle when the period ended, and are in use before they are gone. */
START_TEST(test_period_slabs_used_again_stay)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_statistics before;
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, small_slabs(15));
	slab_free_bulk(cache, MANY, objects);
	while ((before = stats_of(cache)).slabs_released == 0) {
		support_clock_forward(1);
		come_and_go(cache, 300);
	}
	come_and_go(cache, MANY - 1000);
	for (int i = 0; i < 500; i++)
		come_and_go(cache, 300);
	ck_assert_uint_le(stats_of(cache).slabs_released -
	    before.slabs_released, 1000 / before.objects_per_slab);
	end(cache, &memory);
}
END_TEST

CHECK_MAIN("giveback",
    test_period_0_gives_an_empty_slab_back_at_once,
    test_period_0_keeps_no_empty_slab_behind_a_magazine,
    test_cached_objects_need_no_memory,
    test_period_never_keeps_all_until_reap,
    test_period_end_gives_idle_slabs_back,
    test_period_end_gives_slabs_of_large_objects_back,
    test_period_end_takes_idle_rounds_out_of_the_magazine,
    test_large_magazine_gives_few_rounds_at_a_time,
    test_large_magazine_gives_idle_rounds_back,
    test_large_magazine_keeps_rounds_in_use,
    test_period_default_is_15_seconds,
    test_period_ends_for_programs_within_their_magazine,
    test_period_slabs_in_use_stay,
    test_period_end_is_spread_over_calls,
    test_edge_of_a_slab_maps_nothing,
    test_figures_agree_while_slabs_go_back,
    test_period_slabs_used_once_in_it_stay,
    test_period_ends_for_programs_that_only_allocate,
    test_period_ends_for_programs_that_only_free,
    test_period_ends_for_programs_that_only_allocate_in_bulk,
    test_period_slabs_used_again_stay);
