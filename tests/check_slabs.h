/* SPDX-License-Identifier: MIT */
/* A cache with many slabs, all of whose objects are handed out. */
#ifndef SLAB_TESTS_CHECK_SLABS_H
#define SLAB_TESTS_CHECK_SLABS_H

#include "check_support.h"

#define SIZE 1000
#define MANY 8000

static void *objects[MANY];

/*
 * A cache whose slabs are small, so that it has many, with a magazine that is
 * smaller than the traffic.
 */
static inline slab_builder *small_slabs(unsigned period)
{
	return slab_builder_magazine(slab_builder_slab_size(
	    slab_builder_working_period(slab_builder_new(SIZE), period),
	    65536), 100);
}

static inline slab_cache *build_counted(struct memory *memory,
    slab_builder *builder)
{
	slab_cache *cache = memory_build(memory, builder);

	ck_assert_ptr_nonnull(cache);
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, objects), MANY);
	ck_assert_uint_ge(stats_of(cache).slabs, 4);
	return cache;
}

/* So much traffic that every clock is read. */
static inline void traffic(slab_cache *cache)
{
	static void *some[600];

	for (int i = 0; i < 300; i++) {
		ck_assert_uint_eq(slab_alloc_bulk(cache, 600, some), 600);
		slab_free_bulk(cache, 600, some);
	}
}

/* Three periods without any other. */
static inline void go_idle(slab_cache *cache, unsigned period)
{
	for (int i = 0; i < 3; i++) {
		support_clock_forward(period + 1);
		traffic(cache);
	}
}

static inline void end(slab_cache *cache, struct memory *memory)
{
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(memory));
}

#endif
