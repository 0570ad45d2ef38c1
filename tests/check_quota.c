/* SPDX-License-Identifier: MIT */
/* The contract of budgets, and of requests to return idle memory. */
#include "check_support.h"

#include <pthread.h>
#include <sched.h>

#define KIB ((size_t)1024)
#define MANY 100000

static void *objects[MANY];

static slab_cache *build_with(slab_quota *quota, size_t size)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_quota(
	    slab_builder_huge_pages(slab_builder_new(size),
	    SLAB_HUGE_PAGES_NEVER), quota));

	ck_assert_ptr_nonnull(cache);
	return cache;
}

static void end(slab_cache *cache)
{
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

START_TEST(test_quotas_that_make_no_sense_are_refused)
{
	slab_quota *quota = slab_quota_new(1, SIZE_MAX);

	ck_assert_fails(slab_quota_new(0, 10), EINVAL);
	ck_assert_fails(slab_quota_new(11, 10), EINVAL);
	ck_assert_words("11 and 10");
	ck_assert_fails(slab_quota_set(quota, 0, 1) == 0, EINVAL);
	ck_assert_int_eq(slab_quota_set(quota, 5, 5), 0);
	ck_assert_uint_eq(slab_quota_used(quota), 0);
	ck_assert_int_eq(slab_quota_free(quota), 0);
	ck_assert_int_eq(slab_quota_free(NULL), 0);
	ck_assert_ptr_null(slab_builder_quota(NULL, NULL));
}
END_TEST

START_TEST(test_quotas_in_use_are_not_freed)
{
	slab_quota *quota = slab_quota_new(SIZE_MAX, SIZE_MAX);
	slab_builder *builder = slab_builder_quota(slab_builder_new(64),
	    quota);
	slab_builder *clone = slab_builder_clone(builder);
	slab_cache *cache;

	slab_builder_quota(builder, quota);
	ck_assert_fails(slab_quota_free(quota) == 0, EBUSY);
	slab_builder_free(builder);
	ck_assert_fails(slab_quota_free(quota) == 0, EBUSY);
	cache = slab_builder_build(clone);
	ck_assert_fails(slab_quota_free(quota) == 0, EBUSY);
	slab_destroy(cache);
	builder = slab_builder_quota(slab_builder_new(64), quota);
	slab_builder_free(slab_builder_quota(builder, NULL));
	ck_assert_uint_eq(slab_quota_used(quota), 0);
	ck_assert_int_eq(slab_quota_free(quota), 0);
}
END_TEST

START_TEST(test_what_is_used_is_what_caches_have_touched)
{
	slab_quota *quota = slab_quota_new(SIZE_MAX, SIZE_MAX);
	slab_cache *a = build_with(quota, 64), *b = build_with(quota, 1000);
	size_t used = slab_quota_used(quota), touched;

	ck_assert_uint_gt(used, 0);
	ck_assert_uint_le(used, 64 * KIB);
	slab_alloc_bulk(a, 50000, objects);
	slab_alloc_bulk(b, 5000, objects + 50000);
	used = slab_quota_used(quota);
	touched = stats_of(a).bytes_touched + stats_of(b).bytes_touched;
	ck_assert_uint_ge(used, 50000 * 64 + 5000 * 1000);
	ck_assert_uint_le(used, touched + touched / 20);
	ck_assert_uint_le(touched, used + used / 20);
	slab_free_bulk(a, 50000, objects);
	slab_reap(a);
	ck_assert_uint_le(slab_quota_used(quota), used - 50000 * 60);
	slab_free_bulk(b, 5000, objects + 50000);
	end(a);
	end(b);
	ck_assert_uint_eq(slab_quota_used(quota), 0);
	ck_assert_int_eq(slab_quota_free(quota), 0);
}
END_TEST

START_TEST(test_the_hard_limit_holds_over_several_caches)
{
	size_t hard = 2048 * KIB, got;
	slab_quota *quota = slab_quota_new(hard, hard);
	slab_cache *a = build_with(quota, 64), *b = build_with(quota, 200);

	ck_assert_uint_eq(slab_alloc_bulk(a, 15000, objects), 15000);
	errno = 0;
	got = slab_alloc_bulk(b, MANY - 15000, objects + 15000);
	ck_assert_uint_lt(got, MANY - 15000);
	ck_assert_uint_gt(got, 3000);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_words("quota");
	ck_assert_uint_gt(stats_of(b).failures, 0);
	ck_assert_uint_le(slab_quota_used(quota), hard + 16 * KIB);
	ck_assert_uint_le(slab_bytes_resident(a) + slab_bytes_resident(b),
	    hard + hard / 20 + 96 * KIB);
	/* What one returns another can have. */
	slab_free_bulk(a, 15000, objects);
	slab_reap(a);
	ck_assert_uint_gt(slab_alloc_bulk(b, 3000, objects), 2900);
	end(a);
	end(b);
	ck_assert_int_eq(slab_quota_free(quota), 0);
}
END_TEST

START_TEST(test_purged_pages_are_charged_before_they_are_used_again)
{
	slab_quota *quota = slab_quota_new(SIZE_MAX, SIZE_MAX);
	slab_cache *cache = build_with(quota, 64);
	size_t n = 40000, used;

	slab_alloc_bulk(cache, n, objects);
	slab_free_bulk(cache, n - 1, objects);
	slab_reap(cache);
	if (stats_of(cache).bytes_purged > 0) {
		used = slab_quota_used(quota);
		slab_quota_set(quota, used + 100 * KIB, used + 100 * KIB);
		n = slab_alloc_bulk(cache, n, objects);
		ck_assert_uint_lt(n, 4000);
		ck_assert_uint_gt(n, 500);
		ck_assert_int_eq(errno, ENOMEM);
		ck_assert_uint_le(slab_quota_used(quota), used + 100 * KIB);
	}
	end(cache);
	slab_quota_free(quota);
}
END_TEST

START_TEST(test_reservations_are_charged)
{
	slab_quota *quota = slab_quota_new(1024 * KIB, 1024 * KIB);
	slab_cache *cache = build_with(quota, 100);

	ck_assert_fails(slab_reserve(cache, 20000) == 0, ENOMEM);
	ck_assert_uint_le(slab_quota_used(quota), 64 * KIB);
	ck_assert_int_eq(slab_reserve(cache, 5000), 0);
	ck_assert_uint_ge(slab_quota_used(quota), 5000 * 100);
	ck_assert_int_eq(slab_quota_set(quota, 1, 1), 0);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 5000, objects), 5000);
	ck_assert_uint_lt(slab_alloc_bulk(cache, 5000, objects), 5000);
	end(cache);
	ck_assert_int_eq(slab_quota_free(quota), 0);
}
END_TEST

START_TEST(test_builds_that_cannot_have_a_quota_fail)
{
	static char buffer[65536];
	slab_quota *quota = slab_quota_new(100, 100);

	ck_assert_fails(slab_builder_build_buffer(slab_builder_quota(
	    slab_builder_new(64), quota), buffer, sizeof(buffer)), ENOTSUP);
	ck_assert_fails(slab_builder_build_mmap(slab_builder_quota(
	    slab_builder_new(64), quota)), ENOMEM);
	ck_assert_uint_eq(slab_quota_used(quota), 0);
	ck_assert_int_eq(slab_quota_free(quota), 0);
}
END_TEST

struct told {
	slab_cache *other;
	size_t calls, wanted;
};

static void reap_other(slab_quota *quota, size_t wanted, void *arg)
{
	struct told *told = arg;

	ck_assert_uint_gt(slab_quota_used(quota), 0);
	told->calls++;
	told->wanted = wanted;
	if (told->other)
		slab_reap(told->other);
}

START_TEST(test_the_handler_is_told_once_a_crossing)
{
	slab_quota *quota = slab_quota_new(512 * KIB, SIZE_MAX);
	slab_cache *cache = build_with(quota, 100);
	struct told told = { NULL, 0, 0 };

	slab_quota_on_pressure(quota, reap_other, &told);
	for (int round = 1; round <= 3; round++) {
		ck_assert_uint_eq(slab_alloc_bulk(cache, 10000, objects),
		    10000);
		ck_assert_uint_eq(told.calls, (size_t)round);
		ck_assert_uint_gt(told.wanted, 0);
		slab_free_bulk(cache, 10000, objects);
		slab_reap(cache);
	}
	slab_quota_on_pressure(quota, NULL, NULL);
	slab_alloc_bulk(cache, 10000, objects);
	ck_assert_uint_eq(told.calls, 3);
	end(cache);
	slab_quota_free(quota);
}
END_TEST

START_TEST(test_a_failing_call_tries_again_after_the_handler)
{
	size_t hard = 1024 * KIB;
	slab_quota *quota = slab_quota_new(hard, hard);
	struct told told = { build_with(quota, 100), 0, 0 };
	slab_cache *cache = build_with(quota, 100);

	slab_quota_on_pressure(quota, reap_other, &told);
	slab_alloc_bulk(told.other, 8000, objects);
	slab_free_bulk(told.other, 8000, objects);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 8000, objects), 8000);
	ck_assert_uint_ge(told.calls, 1);
	told.calls = 0;
	ck_assert_uint_lt(slab_alloc_bulk(cache, 8000, objects), 8000);
	ck_assert_uint_ge(told.calls, 1);
	ck_assert_uint_le(told.calls, 2);
	told.calls = 0;
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	ck_assert_uint_eq(told.calls, 1);
	end(cache);
	end(told.other);
	slab_quota_free(quota);
}
END_TEST

static void *use_up(void *arg)
{
	slab_cache *cache;
	void *mine[2000];

	/* The others may have it all. */
	while (!(cache = slab_builder_build_mmap(slab_builder_quota(
	    slab_builder_new(128), arg))))
		sched_yield();
	for (int i = 0; i < 50; i++) {
		size_t n = slab_alloc_bulk(cache, COUNT(mine), mine);

		slab_free_bulk(cache, n, mine);
		slab_reap(cache);
	}
	slab_destroy(cache);
	return NULL;
}

START_TEST(test_threads_share_a_quota)
{
	slab_quota *quota = slab_quota_new(300 * KIB, 400 * KIB);
	pthread_t threads[4];

	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_create(&threads[i], NULL, use_up, quota);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(slab_quota_used(quota), 0);
	ck_assert_int_eq(slab_quota_free(quota), 0);
}
END_TEST

START_TEST(test_shared_caches_have_quotas)
{
	size_t hard = 1024 * KIB, n;
	slab_quota *quota = slab_quota_new(hard, hard);
	slab_cache *cache = slab_builder_build_mmap(slab_builder_quota(
	    slab_builder_shared(slab_builder_new(100)), quota));

	n = slab_alloc_bulk(cache, MANY, objects);
	ck_assert_uint_lt(n, 11000);
	ck_assert_uint_gt(n, 7000);
	ck_assert_int_eq(errno, ENOMEM);
	slab_free_bulk(cache, n, objects);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(slab_quota_used(quota), 0);
	slab_quota_free(quota);
}
END_TEST

START_TEST(test_requests_are_followed_at_the_next_visit)
{
	slab_cache *cache = slab_builder_build_mmap(
	    slab_builder_working_period(slab_builder_new(64),
	    SLAB_PERIOD_NEVER));
	size_t before;

	slab_alloc_bulk(cache, 50000, objects);
	slab_free_bulk(cache, 50000, objects);
	before = stats_of(cache).bytes_touched;
	ck_assert_uint_ge(before, 50000 * 64);
	slab_request_reap();
	ck_assert_uint_eq(stats_of(cache).bytes_touched, before);
	for (int i = 0; i < 4; i++) {
		slab_alloc_bulk(cache, 300, objects);
		slab_free_bulk(cache, 300, objects);
	}
	ck_assert_uint_le(stats_of(cache).bytes_touched, 512 * KIB);
	end(cache);
}
END_TEST

START_TEST(test_requests_leave_reservations_alone)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));

	ck_assert_int_eq(slab_reserve(cache, 50000), 0);
	slab_request_reap();
	slab_free(cache, slab_alloc(cache));
	ck_assert_uint_ge(stats_of(cache).capacity, 50000);
	end(cache);
}
END_TEST

CHECK_MAIN("quota",
    test_quotas_that_make_no_sense_are_refused,
    test_quotas_in_use_are_not_freed,
    test_what_is_used_is_what_caches_have_touched,
    test_the_hard_limit_holds_over_several_caches,
    test_purged_pages_are_charged_before_they_are_used_again,
    test_reservations_are_charged,
    test_builds_that_cannot_have_a_quota_fail,
    test_the_handler_is_told_once_a_crossing,
    test_a_failing_call_tries_again_after_the_handler,
    test_threads_share_a_quota,
    test_shared_caches_have_quotas,
    test_requests_are_followed_at_the_next_visit,
    test_requests_leave_reservations_alone);
