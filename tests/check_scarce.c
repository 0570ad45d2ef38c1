/* SPDX-License-Identifier: MIT */
/*
 * What caches take from the system where memory or addresses are scarce, and
 * what they say that they have given back.
 */
#include "check_support.h"

#include "base/os.h"

#define KIB ((size_t)1024)

static struct slabi_os real;
static size_t purged, ready_bytes, largest_ready, n_no_huge, allowed;
static bool refuse_purge;

static bool purge(void *pages, size_t size)
{
	if (refuse_purge)
		return false;
	purged += size;
	return real.purge(pages, size);
}

static bool ready(void *pages, size_t size)
{
	ready_bytes += size;
	if (largest_ready < size)
		largest_ready = size;
	return real.ready(pages, size);
}

static bool no_huge(void *pages, size_t size)
{
	n_no_huge++;
	return real.no_huge(pages, size);
}

static size_t allowance(void)
{
	return allowed;
}

static void watch(void)
{
	/* Once only: CK_FORK=no runs all tests in one process. */
	if (slabi_os.purge != purge)
		real = slabi_os;
	slabi_os.purge = purge;
	slabi_os.ready = ready;
	slabi_os.no_huge = no_huge;
	slabi_os.allowance = allowance;
	purged = ready_bytes = largest_ready = n_no_huge = 0;
	refuse_purge = false;
	allowed = SIZE_MAX;
}

/* A backing with a quota --------------------------------------------------- */

struct quota {
	size_t left;
};

static bool can_align(void *arg, size_t size)
{
	(void)arg;
	(void)size;
	return true;
}

static void *quota_alloc(void *arg, size_t size, size_t align)
{
	struct quota *quota = arg;
	void *block;

	if (size > quota->left || posix_memalign(&block, align, size) != 0)
		return NULL;
	quota->left -= size;
	return block;
}

static void quota_free(void *arg, void *block, size_t size)
{
	struct quota *quota = arg;

	quota->left += size;
	free(block);
}

static void quota_purge(void *arg, void *pages, size_t size)
{
	(void)arg;
	(void)pages;
	(void)size;
}

static slab_cache *build_with_quota(struct quota *quota, size_t size,
    bool aligned, bool purges)
{
	slab_backing backing = {
		.struct_size = sizeof(backing),
		.arg = quota,
		.can_align = aligned ? can_align : NULL,
		.alloc = quota_alloc,
		.free = quota_free,
		.purge = purges ? quota_purge : NULL,
	};
	slab_cache *cache = slab_builder_build_backing(slab_builder_magazine(
	    slab_builder_new(size), 0), &backing);

	ck_assert_ptr_nonnull(cache);
	return cache;
}

START_TEST(test_slab_that_is_refused_is_tried_at_half_the_size)
{
	static const size_t sizes[] = { 1, 24, 64, 500 };

	for (size_t i = 0; i < COUNT(sizes) * 2; i++) {
		size_t bytes = 64 * support_page();
		struct quota quota = { bytes };
		slab_cache *cache = build_with_quota(&quota, sizes[i / 2],
		    i % 2, true);
		void *object = slab_alloc(cache);

		ck_assert_ptr_nonnull(object);
		memset(object, 1, sizes[i / 2]);
		ck_assert_intact(cache);
		ck_assert_uint_le(stats_of(cache).slab_size, bytes);
		slab_free(cache, object);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert_uint_eq(quota.left, bytes);
	}
}
END_TEST

START_TEST(test_slab_is_large_again_when_memory_is)
{
	struct quota quota = { 64 * support_page() };
	slab_cache *cache = build_with_quota(&quota, 64, true, true);
	size_t ideal = stats_of(cache).slab_size;
	void *object = slab_alloc(cache);

	ck_assert_uint_lt(stats_of(cache).slab_size, ideal);
	slab_free(cache, object);
	slab_reap(cache);
	quota.left = SIZE_MAX / 2;
	object = slab_alloc(cache);
	ck_assert_uint_eq(stats_of(cache).slab_size, ideal);
	slab_free(cache, object);
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_slab_without_any_memory_is_an_error)
{
	struct quota quota = { 64 * support_page() };
	slab_cache *cache = build_with_quota(&quota, 64, true, true);

	quota.left = 0;
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	ck_assert_fails(slab_reserve(cache, 10) == 0, ENOMEM);
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

/* Memory of a backing that cannot purge is counted by somebody. */
START_TEST(test_slab_is_small_in_a_backing_that_cannot_purge)
{
	struct quota quota = { SIZE_MAX / 2 };
	slab_cache *cache = build_with_quota(&quota, 64, true, false);
	void *object = slab_alloc(cache);

	ck_assert_uint_le(stats_of(cache).slab_size, 256 * KIB);
	slab_free(cache, object);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_slab_is_small_where_addresses_are_limited)
{
	/* 0: all memory is locked */
	static const size_t allowances[] = { 256 << 20, 64 << 20, 0 };

	watch();
	for (size_t i = 0; i < COUNT(allowances); i++) {
		slab_cache *cache = slab_builder_build_mmap(
		    slab_builder_new(64));
		void *object;

		allowed = allowances[i];
		object = slab_alloc(cache);
		ck_assert_ptr_nonnull(object);
		ck_assert_uint_le(stats_of(cache).slab_size, 256 * KIB);
		ck_assert_intact(cache);
		slab_free(cache, object);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

/* What has gone ----------------------------------------------------------- */

static void *objects[20000];

/* A cache of one slab, all but one of whose objects are free. */
static slab_cache *build_thin(slab_builder *builder)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_magazine(
	    builder, 0));

	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(objects), objects),
	    COUNT(objects));
	slab_free_bulk(cache, COUNT(objects) - 1, objects);
	return cache;
}

START_TEST(test_reap_counts_only_pages_that_have_gone)
{
	slab_cache *cache;

	watch();
	cache = build_thin(slab_builder_new(64));
	refuse_purge = true;
	ck_assert_uint_eq(slab_reap(cache), 0);
	ck_assert_uint_eq(stats_of(cache).bytes_purged, 0);
	ck_assert_intact(cache);
	refuse_purge = false;
	/* What was refused is tried again when something has changed. */
	slab_free(cache, slab_alloc(cache));
	ck_assert_uint_eq(slab_reap(cache), purged);
	ck_assert_uint_eq(stats_of(cache).bytes_purged, purged);
	ck_assert_uint_gt(purged, 0);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_reap_counts_pages_once)
{
	size_t first, second;
	slab_cache *cache;

	watch();
	cache = build_thin(slab_builder_new(64));
	first = slab_reap(cache);
	slab_free(cache, objects[COUNT(objects) - 1]);
	second = slab_reap(cache);
	ck_assert_uint_gt(first, 0);
	ck_assert_uint_le(second, 8 * support_page());
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_reap_counts_memory_and_not_addresses)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));
	size_t bytes;

	slab_free(cache, slab_alloc(cache));
	bytes = slab_reap(cache);
	ck_assert_uint_gt(bytes, 0);
	ck_assert_uint_le(bytes, 3 * support_page());
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_reap_purges_what_the_heap_would_keep)
{
	slab_cache *cache;
	size_t bytes;

	watch();
	cache = slab_builder_build(slab_builder_magazine(
	    slab_builder_new(64), 0));
	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(objects), objects),
	    COUNT(objects));
	slab_free_bulk(cache, COUNT(objects), objects);
	bytes = slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	ck_assert_uint_ge(purged, COUNT(objects) * 64 - 2 * support_page());
	ck_assert_uint_le(bytes, purged + 2 * support_page());
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

/*
 * What is touched -----------------------------------------------------------
 */

START_TEST(test_reserve_touches_two_pages_of_a_slab)
{
	slab_cache *cache;

	watch();
	cache = slab_builder_build_mmap(slab_builder_new(64));
	ready_bytes = 0;
	ck_assert_int_eq(slab_reserve(cache, 16000000), 0);
	ck_assert_uint_le(ready_bytes,
	    2 * support_page() * stats_of(cache).slabs);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

/* More than one page of an object is faulted in only if it is touched. */
START_TEST(test_object_of_some_pages_gets_them_one_by_one)
{
	size_t size = support_page() + support_page() / 4;
	slab_cache *cache;

	watch();
	cache = slab_builder_build_mmap(slab_builder_new(size));
	ck_assert_ptr_nonnull(slab_alloc(cache));
	largest_ready = 0;
	for (int i = 0; i < 100; i++)
		ck_assert_ptr_nonnull(slab_alloc(cache));
	ck_assert_uint_le(largest_ready, support_page());
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_small_cache_asks_not_to_have_huge_pages)
{
	static const slab_huge_pages modes[] = { SLAB_HUGE_PAGES_AUTO,
	    SLAB_HUGE_PAGES_NEVER, SLAB_HUGE_PAGES_ALWAYS };

	for (size_t i = 0; i < COUNT(modes); i++) {
		slab_cache *cache;

		watch();
		cache = slab_builder_build_mmap(slab_builder_huge_pages(
		    slab_builder_new(64), modes[i]));
		ck_assert_ptr_nonnull(slab_alloc(cache));
		if (stats_of(cache).slab_size >= 2048 * KIB)
			ck_assert_uint_eq(n_no_huge,
			    modes[i] != SLAB_HUGE_PAGES_ALWAYS);
		slab_reset(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

START_TEST(test_zalloc_of_large_objects_is_zero_and_takes_no_memory)
{
	size_t size = 1024 * KIB + 100;

	for (int heap = 0; heap <= 1; heap++) {
		slab_builder *builder = slab_builder_new(size);
		slab_cache *cache;
		char *object;

		watch();
		cache = heap ? slab_builder_build(builder) :
		    slab_builder_build_mmap(builder);
		object = slab_alloc(cache);
		memset(object, 0xA5, size);
		slab_free(cache, object);
		object = slab_zalloc(cache);
		ck_assert(support_all_bytes(object, 0, size));
		ck_assert_uint_ge(purged, size - 2 * support_page());
		slab_free(cache, object);
		/* Where the system refuses, the library writes itself. */
		memset(object, 0xA5, size);
		refuse_purge = true;
		object = slab_zalloc(cache);
		ck_assert(support_all_bytes(object, 0, size));
		slab_free(cache, object);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

CHECK_MAIN("scarce",
    test_slab_that_is_refused_is_tried_at_half_the_size,
    test_slab_is_large_again_when_memory_is,
    test_slab_without_any_memory_is_an_error,
    test_slab_is_small_in_a_backing_that_cannot_purge,
    test_slab_is_small_where_addresses_are_limited,
    test_reap_counts_only_pages_that_have_gone,
    test_reap_counts_pages_once,
    test_reap_counts_memory_and_not_addresses,
    test_reap_purges_what_the_heap_would_keep,
    test_reserve_touches_two_pages_of_a_slab,
    test_object_of_some_pages_gets_them_one_by_one,
    test_small_cache_asks_not_to_have_huge_pages,
    test_zalloc_of_large_objects_is_zero_and_takes_no_memory);
