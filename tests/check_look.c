/* SPDX-License-Identifier: MIT */
/* The contract of looking at a cache: owns and foreach. */
#include "check_support.h"

#include <sys/mman.h>

#define SIZE 40
#define MANY 3000

static char *objects[MANY];

static slab_cache *build_filled(struct memory *memory, slab_builder *builder)
{
	slab_cache *cache = memory_build(memory, builder);

	ck_assert_ptr_nonnull(cache);
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, (void **)objects),
	    MANY);
	return cache;
}

static void end(slab_cache *cache, struct memory *memory)
{
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(memory));
}

/* owns ------------------------------------------------------------------- */

/* A page that was mapped and is not any more. */
static char *unmapped_page(void)
{
	char *page = mmap(NULL, support_page(), PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert(page != MAP_FAILED);
	munmap(page, support_page());
	return page;
}

static void owns_only_live_objects(slab_cache *cache)
{
	char local, *block = malloc(SIZE);

	for (size_t i = 0; i < MANY; i++) {
		ck_assert(slab_owns(cache, objects[i]));
		ck_assert(!slab_owns(cache, objects[i] + 1));
		ck_assert(!slab_owns(cache, objects[i] + SIZE - 1));
	}
	ck_assert(!slab_owns(cache, NULL));
	ck_assert(!slab_owns(cache, &local));
	ck_assert(!slab_owns(cache, block));
	ck_assert(!slab_owns(cache, cache));
	ck_assert(!slab_owns(cache, unmapped_page()));
	for (unsigned shift = 0; shift < sizeof(void *) * CHAR_BIT; shift++)
		ck_assert(!slab_owns(cache, (void *)((uintptr_t)1 << shift)));
	ck_assert(!slab_owns(cache, (void *)UINTPTR_MAX));
	free(block);
}

START_TEST(test_owns_is_true_of_live_objects_only)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		for (size_t rounds = 0; rounds < 200; rounds += 67) {
			struct memory memory = { .kind = kind };
			slab_cache *cache = build_filled(&memory,
			    slab_builder_magazine(slab_builder_new(SIZE),
			    rounds));

			owns_only_live_objects(cache);
			end(cache, &memory);
		}
	}
}
END_TEST

START_TEST(test_owns_freed_object_is_not_owned)
{
	for (size_t rounds = 0; rounds < 200; rounds += 67) {
		struct memory memory = { .kind = MEMORY_MMAP };
		slab_cache *cache = build_filled(&memory,
		    slab_builder_magazine(slab_builder_new(SIZE), rounds));

		for (size_t i = 0; i < MANY; i += 2)
			slab_free(cache, objects[i]);
		for (size_t i = 0; i < MANY; i++)
			ck_assert_int_eq(slab_owns(cache, objects[i]), i % 2);
		end(cache, &memory);
	}
}
END_TEST

/* Slabs lie apart: the pages around them are asked for, mapped or not. */
START_TEST(test_owns_neighbouring_addresses_are_not_owned)
{
	struct memory memory = { .kind = MEMORY_USER_LARGE };
	slab_cache *cache = build_filled(&memory, slab_builder_new(SIZE));
	size_t owned = 0, bytes = stats_of(cache).slab_size;
	uintptr_t from = (uintptr_t)objects[0] - 2 * bytes;

	for (uintptr_t at = from; at < from + 4 * bytes; at += 8)
		owned += slab_owns(cache, (void *)at);
	ck_assert_uint_ge(owned, 1);
	ck_assert_uint_le(owned, MANY);
	end(cache, &memory);
}
END_TEST

START_TEST(test_owns_object_of_another_cache_is_not_owned)
{
	slab_cache *cache = slab_builder_build(slab_builder_new(SIZE));
	slab_cache *other = slab_builder_build(slab_builder_new(SIZE));
	void *mine = slab_alloc(cache), *theirs = slab_alloc(other);

	ck_assert(slab_owns(cache, mine) && slab_owns(other, theirs));
	ck_assert(!slab_owns(cache, theirs) && !slab_owns(other, mine));
	slab_free(cache, mine);
	slab_free(other, theirs);
	slab_destroy(cache);
	slab_destroy(other);
}
END_TEST

/* foreach ---------------------------------------------------------------- */

struct visits {
	slab_cache *cache;
	size_t n;
	size_t stop_at;
	bool free;
	char *seen[MANY];
};

static int visit(void *object, void *arg)
{
	struct visits *visits = arg;

	visits->seen[visits->n++] = object;
	if (visits->n == visits->stop_at)
		return -17;
	if (visits->free)
		slab_free(visits->cache, object);
	return 0;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)*(char *const *)a;
	uintptr_t y = (uintptr_t)*(char *const *)b;

	return (x > y) - (x < y);
}

/* Whether `n` seen addresses are the objects, those of odd index only. */
static void same_objects(struct visits *visits, bool odd)
{
	size_t n = 0;

	for (size_t i = odd; i < MANY; i += 1 + odd)
		objects[n++] = objects[i];
	ck_assert_uint_eq(visits->n, n);
	qsort(objects, n, sizeof(*objects), by_address);
	qsort(visits->seen, n, sizeof(*objects), by_address);
	ck_assert(memcmp(objects, visits->seen, n * sizeof(*objects)) == 0);
}

START_TEST(test_foreach_visits_every_live_object_once)
{
	for (unsigned i = 0; i < 2 * MEMORY_KINDS; i++) {
		struct memory memory = { .kind = (enum memory_kind)(i / 2) };
		struct visits visits = { .n = 0 };
		bool odd = i % 2;
		slab_cache *cache = build_filled(&memory,
		    slab_builder_new(SIZE));

		for (size_t n = 0; odd && n < MANY; n += 2)
			slab_free(cache, objects[n]);
		ck_assert_int_eq(slab_foreach(cache, visit, &visits), 0);
		same_objects(&visits, odd);
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_foreach_visits_in_address_order_within_a_slab)
{
	struct memory memory = { .kind = MEMORY_HEAP };
	struct visits visits = { .n = 0 };
	slab_cache *cache = build_filled(&memory, slab_builder_new(SIZE));
	size_t turns = 0;

	slab_foreach(cache, visit, &visits);
	for (size_t i = 1; i < visits.n; i++)
		turns += visits.seen[i] < visits.seen[i - 1];
	ck_assert_uint_lt(turns, stats_of(cache).slabs);
	end(cache, &memory);
}
END_TEST

START_TEST(test_foreach_stops_and_returns)
{
	struct memory memory = { .kind = MEMORY_HEAP };
	slab_cache *cache = build_filled(&memory, slab_builder_new(SIZE));

	for (size_t stop = 1; stop < MANY; stop += 500) {
		struct visits visits = { .stop_at = stop };

		ck_assert_int_eq(slab_foreach(cache, visit, &visits), -17);
		ck_assert_uint_eq(visits.n, stop);
	}
	end(cache, &memory);
}
END_TEST

START_TEST(test_foreach_visit_may_free_its_object)
{
	static const unsigned periods[] = { 0, 15, SLAB_PERIOD_NEVER };

	for (size_t i = 0; i < COUNT(periods) * MEMORY_KINDS; i++) {
		struct memory memory = { .kind =
		    (enum memory_kind)(i % MEMORY_KINDS) };
		struct visits visits = { .free = true };

		visits.cache = build_filled(&memory, slab_builder_magazine(
		    slab_builder_working_period(slab_builder_slab_size(
		    slab_builder_new(SIZE), 1), periods[i / MEMORY_KINDS]),
		    i % 3 * 5));
		ck_assert_int_eq(slab_foreach(visits.cache, visit, &visits),
		    0);
		same_objects(&visits, false);
		ck_assert_uint_eq(stats_of(visits.cache).live, 0);
		if (periods[i / MEMORY_KINDS] == 0 && i % 3 == 0)
			ck_assert_uint_eq(stats_of(visits.cache).slabs, 0);
		end(visits.cache, &memory);
	}
}
END_TEST

static int reap(void *object, void *arg)
{
	slab_cache *cache = arg;

	slab_free(cache, object);
	ck_assert_uint_eq(slab_reap(cache), 0);
	return 0;
}

START_TEST(test_foreach_reap_does_nothing_meanwhile)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_filled(&memory, slab_builder_new(SIZE));

	ck_assert_int_eq(slab_foreach(cache, reap, cache), 0);
	ck_assert_uint_gt(slab_reap(cache), 0);
	end(cache, &memory);
}
END_TEST

START_TEST(test_foreach_of_an_empty_cache_visits_nothing)
{
	struct visits visits = { .n = 0 };
	slab_cache *cache = slab_builder_build(slab_builder_new(SIZE));

	ck_assert_int_eq(slab_foreach(cache, visit, &visits), 0);
	slab_free(cache, slab_alloc(cache));
	ck_assert_int_eq(slab_foreach(cache, visit, &visits), 0);
	ck_assert_uint_eq(visits.n, 0);
	slab_destroy(cache);
}
END_TEST

CHECK_MAIN("look",
    test_owns_is_true_of_live_objects_only,
    test_owns_freed_object_is_not_owned,
    test_owns_neighbouring_addresses_are_not_owned,
    test_owns_object_of_another_cache_is_not_owned,
    test_foreach_visits_every_live_object_once,
    test_foreach_visits_in_address_order_within_a_slab,
    test_foreach_stops_and_returns,
    test_foreach_visit_may_free_its_object,
    test_foreach_reap_does_nothing_meanwhile,
    test_foreach_of_an_empty_cache_visits_nothing);
