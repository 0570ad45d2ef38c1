/* SPDX-License-Identifier: MIT */
/* The contract of calls on a cache as a whole: reap, reset, destroy. */
#include "check_slabs.h"

/* Frees all but every `step`-th object, which get their number written. */
static void thin_out(slab_cache *cache, size_t step)
{
	for (size_t i = 0; i < MANY; i++) {
		if (i % step == 0)
			memset(objects[i], (int)(i / step % 251), SIZE);
		else
			slab_free(cache, objects[i]);
	}
}

static void verify_and_free(slab_cache *cache, size_t step)
{
	for (size_t i = 0; i < MANY; i += step) {
		ck_assert(support_all_bytes(objects[i],
		    (int)(i / step % 251), SIZE));
		slab_free(cache, objects[i]);
	}
}

START_TEST(test_reap_tells_what_went_back)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_counted(&memory, small_slabs(15));
	slab_statistics before, after;
	size_t bytes, gone;

	thin_out(cache, 40);
	before = stats_of(cache);
	bytes = slab_reap(cache);
	after = stats_of(cache);
	gone = before.bytes_reserved - after.bytes_reserved +
	    after.bytes_purged - before.bytes_purged;
	/* But for what one slab has above its watermark, all had memory. */
	ck_assert_uint_le(bytes, gone);
	ck_assert_uint_ge(bytes, gone - before.slab_size);
	ck_assert_uint_eq(after.live, MANY / 40);
	ck_assert_uint_eq(slab_reap(cache), 0);
	verify_and_free(cache, 40);
	end(cache, &memory);
}
END_TEST

START_TEST(test_reap_of_everything_leaves_a_usable_cache)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind,
		    .room = (size_t)16 << 20 };
		slab_cache *cache = build_counted(&memory, small_slabs(15));

		for (int i = 0; i < 3; i++) {
			slab_free_bulk(cache, MANY, objects);
			slab_reap(cache);
			ck_assert_uint_eq(stats_of(cache).slabs, 0);
			ck_assert_uint_eq(stats_of(cache).cached, 0);
			ck_assert_intact(cache);
			ck_assert_uint_eq(slab_alloc_bulk(cache, MANY,
			    objects), MANY);
		}
		slab_free_bulk(cache, MANY, objects);
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_reset_takes_every_object_back)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind,
		    .room = (size_t)16 << 20 };
		slab_cache *cache = build_counted(&memory, small_slabs(15));

		slab_reset(cache);
		ck_assert_uint_eq(stats_of(cache).live, 0);
		ck_assert(!slab_owns(cache, objects[0]));
		ck_assert_intact(cache);
		ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, objects), MANY);
		slab_free_bulk(cache, MANY / 2, objects);
		slab_reset(cache);
		slab_reset(cache);
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_destroy_with_live_objects_changes_nothing)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind };
		slab_cache *cache = memory_build(&memory, small_slabs(15));
		slab_statistics before, after;

		objects[0] = slab_alloc(cache);
		objects[1] = slab_alloc(cache);
		slab_free(cache, objects[0]);
		before = stats_of(cache);
		ck_assert_fails(slab_destroy(cache) == 0, EBUSY);
		ck_assert(strlen(slab_error()) > 0);
		after = stats_of(cache);
		ck_assert_mem_eq(&before, &after, sizeof(before));
		ck_assert(slab_owns(cache, objects[1]));
		slab_free(cache, objects[1]);
		end(cache, &memory);
	}
}
END_TEST

CHECK_MAIN("whole",
    test_reap_tells_what_went_back,
    test_reap_of_everything_leaves_a_usable_cache,
    test_reset_takes_every_object_back,
    test_destroy_with_live_objects_changes_nothing);
