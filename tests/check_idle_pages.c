/* SPDX-License-Identifier: MIT */
/* Promise 5: idle pages of partial slabs go back. */
#include "check_slabs.h"

#define REGION 4096 /* objects whose use is told apart, fewer than MANY */

/* A few slabs of many pages. */
static slab_builder *large_slabs(void)
{
	return slab_builder_slab_size(slab_builder_new(SIZE), 2 << 20);
}

/* Frees all but every `step`-th object, which get their number written. */
static void thin_out(slab_cache *cache, size_t count, size_t step)
{
	for (size_t i = 0; i < count; i++) {
		if (i % step == 0)
			memset(objects[i], (int)(i / step % 251), SIZE);
		else
			slab_free(cache, objects[i]);
	}
}

static void verify_and_free(slab_cache *cache, size_t count, size_t step)
{
	for (size_t i = 0; i < count; i += step) {
		ck_assert(support_all_bytes(objects[i],
		    (int)(i / step % 251), SIZE));
		slab_free(cache, objects[i]);
	}
}

START_TEST(test_reap_purges_idle_pages_of_partial_slabs)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind,
		    .room = (size_t)16 << 20 };
		slab_cache *cache;
		size_t step = 8 * support_page() / SIZE + 3, bytes;

		memory.counting.dirty = true;
		cache = build_counted(&memory, slab_builder_working_period(
		    large_slabs(), SLAB_PERIOD_NEVER));
		thin_out(cache, MANY, step);
		bytes = slab_reap(cache);
		ck_assert_intact(cache);
		if (kind != MEMORY_BUFFER && kind != MEMORY_HEAP) {
			ck_assert_uint_gt(bytes, MANY * SIZE / 4);
			ck_assert_uint_gt(stats_of(cache).bytes_purged, 0);
			ck_assert_uint_eq(memory.counting.purges == 0,
			    kind == MEMORY_MMAP);
		}
		verify_and_free(cache, MANY, step);
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_purged_pages_are_used_again)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	static void *others[MANY];
	size_t step = 4 * support_page() / SIZE + 3, bytes;
	slab_cache *cache;

	memory.counting.dirty = true;
	cache = build_counted(&memory, large_slabs());
	thin_out(cache, MANY, step);
	slab_reap(cache);
	bytes = stats_of(cache).bytes_purged;
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY / 2, others), MANY / 2);
	for (size_t i = 0; i < MANY / 2; i++)
		memset(others[i], 0xEE, SIZE);
	ck_assert_intact(cache);
	ck_assert_uint_lt(stats_of(cache).bytes_purged, bytes);
	slab_free_bulk(cache, MANY / 2, others);
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).bytes_purged, bytes);
	verify_and_free(cache, MANY, step);
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).bytes_purged, 0);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_end_purges_idle_pages)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	size_t step = 8 * support_page() / SIZE + 3;
	slab_cache *cache;

	support_clock_stop();
	cache = build_counted(&memory, slab_builder_magazine(
	    large_slabs(), 100));
	thin_out(cache, MANY, step);
	for (int i = 0; i < 4; i++)
		go_idle(cache, 15);
	ck_assert_uint_gt(memory.counting.purges, 0);
	ck_assert_uint_gt(stats_of(cache).bytes_purged, 0);
	ck_assert_intact(cache);
	verify_and_free(cache, MANY, step);
	end(cache, &memory);
}
END_TEST

/*
 * A cache of one slab, thinned out, and for ten periods as many allocations,
 * and then frees, as leave no period without any.
 */
static slab_cache *use_one_slab(struct memory *memory, slab_huge_pages huge,
    size_t count, size_t step)
{
	static void *others[1000];
	slab_cache *cache;

	support_clock_stop();
	cache = memory_build(memory, slab_builder_huge_pages(
	    slab_builder_slab_size(slab_builder_magazine(
	    slab_builder_new(SIZE), 0), 16 << 20), huge));
	ck_assert_uint_eq(slab_alloc_bulk(cache, count, objects), count);
	ck_assert_uint_eq(stats_of(cache).slabs, 1);
	thin_out(cache, count, step);
	for (int i = 0; i < 2000; i++) {
		if (i % 100 == 0)
			support_clock_forward(8);
		if (i < 1000)
			others[i] = slab_alloc(cache);
		else
			slab_free(cache, others[i - 1000]);
	}
	ck_assert_intact(cache);
	return cache;
}

/* Taking alone is use, and so is giving. */
START_TEST(test_period_end_leaves_pages_of_regions_in_use)
{
	struct memory memory = { .kind = MEMORY_USER_LARGE };
	size_t step = 8 * support_page() / SIZE + 3;
	slab_cache *cache = use_one_slab(&memory, SLAB_HUGE_PAGES_AUTO,
	    REGION, step);

	ck_assert_uint_eq(memory.counting.purges, 0);
	verify_and_free(cache, REGION, step);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_end_purges_other_regions_of_slabs_in_use)
{
	struct memory memory = { .kind = MEMORY_USER_LARGE };
	size_t step = 8 * support_page() / SIZE + 3;
	slab_cache *cache = use_one_slab(&memory, SLAB_HUGE_PAGES_AUTO,
	    MANY, step);

	ck_assert_uint_gt(stats_of(cache).bytes_purged,
	    (MANY - REGION) * SIZE / 4);
	ck_assert_uint_le(stats_of(cache).bytes_purged, (MANY - REGION) * SIZE);
	verify_and_free(cache, MANY, step);
	end(cache, &memory);
}
END_TEST

START_TEST(test_period_end_leaves_huge_pages_of_slabs_in_use)
{
	struct memory memory = { .kind = MEMORY_MMAP };
	size_t step = 8 * support_page() / SIZE + 3;
	slab_cache *cache = use_one_slab(&memory, SLAB_HUGE_PAGES_ALWAYS,
	    MANY, step);

	ck_assert_uint_eq(stats_of(cache).bytes_purged, 0);
	verify_and_free(cache, MANY, step);
	end(cache, &memory);
}
END_TEST

/* Searched before, slabs give back no less than without. ------------------ */

static void reap(slab_cache *cache)
{
	slab_reap(cache);
}

/* Time goes by, in which the first objects are in use. */
static void wait_idle(slab_cache *cache)
{
	for (int i = 0; i < 4000; i++) {
		if (i % 100 == 0)
			support_clock_forward(8);
		slab_free(cache, slab_alloc(cache));
	}
}

/* What is purged when few objects are left; `early`: first search once more. */
static size_t purged(size_t size, void (*idle)(slab_cache *cache), bool early)
{
	static void *many[50000];
	struct memory memory = { .kind = MEMORY_USER_LARGE };
	slab_cache *cache;
	size_t bytes;

	cache = memory_build(&memory, slab_builder_slab_size(
	    slab_builder_coloring(slab_builder_magazine(
	    slab_builder_new(size), 0), false), (size_t)2 << 20));
	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(many), many),
	    COUNT(many));
	for (size_t i = 0; i < COUNT(many); i += 64)
		slab_free(cache, many[i]);
	if (early)
		idle(cache);
	for (size_t i = 100; i < COUNT(many); i++)
		if (i % 64 != 0)
			slab_free(cache, many[i]);
	idle(cache);
	bytes = stats_of(cache).bytes_purged;
	slab_reset(cache);
	end(cache, &memory);
	return bytes;
}

START_TEST(test_searched_slabs_give_back_no_less)
{
	static const size_t sizes[] = { 1, 7, 64, 300 };

	support_clock_stop();
	for (size_t i = 0; i < COUNT(sizes); i++) {
		ck_assert_uint_eq(purged(sizes[i], reap, true),
		    purged(sizes[i], reap, false));
		ck_assert_uint_eq(purged(sizes[i], wait_idle, true),
		    purged(sizes[i], wait_idle, false));
	}
}
END_TEST

static size_t destructed;

static void count(void *object, void *arg)
{
	(void)object;
	(void)arg;
	destructed++;
}

START_TEST(test_period_end_destructs_few_objects_in_a_call)
{
	static void *many[50000];
	size_t most = 0;
	slab_cache *cache;

	support_clock_stop();
	cache = slab_builder_build_mmap(slab_builder_ctor(
	    slab_builder_magazine(slab_builder_new(8), 0), NULL, count, NULL));
	destructed = 0;
	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(many), many),
	    COUNT(many));
	slab_free_bulk(cache, COUNT(many) - 1, many + 1);
	for (int i = 0; i < 4000; i++) {
		size_t before = destructed;

		if (i % 100 == 0)
			support_clock_forward(8);
		slab_free(cache, slab_alloc(cache));
		if (destructed - before > most)
			most = destructed - before;
	}
	ck_assert_uint_gt(destructed, COUNT(many) / 2);
	/* A page's, as each of the two calls takes a step. */
	ck_assert_uint_le(most, 2 * (support_page() / 8 + 1));
	slab_free(cache, many[0]);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

CHECK_MAIN("idle_pages",
    test_reap_purges_idle_pages_of_partial_slabs,
    test_purged_pages_are_used_again,
    test_period_end_purges_idle_pages,
    test_period_end_leaves_pages_of_regions_in_use,
    test_period_end_purges_other_regions_of_slabs_in_use,
    test_period_end_leaves_huge_pages_of_slabs_in_use,
    test_searched_slabs_give_back_no_less,
    test_period_end_destructs_few_objects_in_a_call);
