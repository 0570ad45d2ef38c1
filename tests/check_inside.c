/* SPDX-License-Identifier: MIT */
/*
 * The slab layer and the working set from inside: what slab_check() says of
 * damage, and what may happen while a slab is on its way out.
 */
#include "check_support.h"

#include "api/registry.h"
#include "base/arith.h"
#include "cache/cache.h"
#include "layer/idle_pages.h"
#include "layer/working_set.h"
#include "slab/slab_pages.h"

#define MANY 500

static void *objects[MANY];

static int make(void *object, void *arg)
{
	(void)arg;
	memset(object, 1, 8);
	return 0;
}

static void unmake(void *object, void *arg)
{
	(void)arg;
	memset(object, 2, 8);
}

/* Some slabs full, one partial, one empty; and some rounds. */
static slab_cache *build_sample(struct memory *memory)
{
	slab_cache *cache;

	memory->kind = MEMORY_USER_ALIGNED;
	cache = memory_build(memory, slab_builder_magazine(
	    slab_builder_ctor(slab_builder_working_period(
	    slab_builder_slab_size(slab_builder_new(support_page() / 40), 1),
	    SLAB_PERIOD_NEVER), make, unmake, NULL), 8));
	ck_assert_ptr_nonnull(cache);
	for (size_t i = 0; i < MANY; i++)
		objects[i] = slab_alloc(cache);
	for (size_t i = 0; i < 100; i++)
		slab_free(cache, objects[i]);
	ck_assert_intact(cache);
	ck_assert_uint_gt(stats_of(cache).slabs_full, 0);
	ck_assert_uint_gt(stats_of(cache).slabs_partial, 0);
	ck_assert_uint_gt(stats_of(cache).slabs_empty, 0);
	ck_assert_ptr_ne(cache->exchange.magazine.hot.top, cache->exchange.magazine.hot.base);
	return cache;
}

/* Damage ----------------------------------------------------------------- */

static struct slab *partial(struct slabi_layer *layer)
{
	return layer->lists.partial[31 - __builtin_clz(layer->lists.partial_classes)];
}

static void *first_of(struct slabi_layer *layer, struct slab *slab)
{
	return slabi_slab_object(slab, &layer->system.geometry, 0);
}

static void damage_slab(slab_cache *cache)
{
	partial(&cache->layer)->in_use--;
}

static void damage_class(slab_cache *cache)
{
	partial(&cache->layer)->class ^= 1;
}

static void damage_floor(slab_cache *cache)
{
	partial(&cache->layer)->class_min = partial(&cache->layer)->in_use + 1;
}

static void damage_ceiling(slab_cache *cache)
{
	partial(&cache->layer)->class_max = partial(&cache->layer)->in_use - 1;
}

static void damage_block(slab_cache *cache)
{
	struct slab *slab = cache->layer.lists.newest;

	slab->block = (char *)slab->block + 64;
}

static void damage_map(slab_cache *cache)
{
	slabi_map_remove(&cache->layer.system.map,
	    (uintptr_t)cache->layer.lists.newest);
}

static void damage_all_list(slab_cache *cache)
{
	cache->layer.lists.newest->older->newer = NULL;
}

static void damage_out_count(slab_cache *cache)
{
	cache->layer.lists.in_use++;
}

static void damage_slab_count(slab_cache *cache)
{
	cache->layer.lists.slabs++;
}

static void damage_full_count(slab_cache *cache)
{
	cache->layer.lists.full--;
}

static void damage_empty_count(slab_cache *cache)
{
	cache->layer.lists.empty++;
}

static void damage_carved_count(slab_cache *cache)
{
	cache->layer.lists.carved++;
}

static void damage_purged_count(slab_cache *cache)
{
	cache->layer.purged += 4096;
}

static void damage_partial_head(slab_cache *cache)
{
	cache->layer.lists.partial_classes = 0;
}

static void damage_partial_list(slab_cache *cache)
{
	partial(&cache->layer)->next = partial(&cache->layer);
}

static void damage_partial_class(slab_cache *cache)
{
	partial(&cache->layer)->next = cache->layer.lists.empty_first;
}

static void damage_empty_list(slab_cache *cache)
{
	cache->layer.lists.empty_first = partial(&cache->layer);
}

static void damage_lost_empty(slab_cache *cache)
{
	cache->layer.lists.empty_first = NULL;
}

static void damage_round(slab_cache *cache)
{
	*cache->exchange.magazine.hot.top = (char *)*cache->exchange.magazine.hot.top + 1;
}

static void damage_round_free(slab_cache *cache)
{
	*cache->exchange.magazine.hot.top = first_of(&cache->layer,
	    cache->layer.lists.empty_first);
}

static void damage_round_twice(slab_cache *cache)
{
	*cache->exchange.magazine.hot.top = cache->exchange.magazine.hot.top[-1];
}

static void damage_window(slab_cache *cache)
{
	cache->exchange.magazine.hot.base = cache->exchange.magazine.hot.top + 1;
}

static void damage_window_end(slab_cache *cache)
{
	cache->exchange.magazine.hot.end = cache->exchange.magazine.ceiling + 1;
}

static void damage_round_unmade(slab_cache *cache)
{
	const struct slabi_system *system = &cache->layer.system;
	size_t index;
	struct slab *slab = slabi_system_find(system, *cache->exchange.magazine.hot.top,
	    &index);

	slabi_slab_set_constructed(slab, &system->geometry, index, false);
}

START_TEST(test_check_notices_every_damage)
{
	void (*const damages[])(slab_cache *cache) = {
		damage_slab, damage_class, damage_floor, damage_ceiling,
		damage_block, damage_map,
		damage_all_list, damage_out_count, damage_slab_count,
		damage_full_count, damage_empty_count, damage_carved_count,
		damage_purged_count, damage_partial_head, damage_partial_list,
		damage_partial_class, damage_empty_list, damage_lost_empty,
		damage_round, damage_round_free, damage_round_twice,
		damage_round_unmade, damage_window, damage_window_end,
	};

	for (size_t i = 0; i < COUNT(damages); i++) {
		struct memory memory = { .room = 0 };
		slab_cache *cache = build_sample(&memory);
		char words[200];

		damages[i](cache);
		errno = 0;
		ck_assert_msg(slab_check(cache) == -1, "damage %zu", i);
		ck_assert_int_eq(errno, EFAULT);
		ck_assert_words("size-");
		/* Looking changes nothing. */
		snprintf(words, sizeof(words), "%s", slab_error());
		ck_assert_msg(slab_check(cache) == -1, "damage %zu", i);
		ck_assert_str_eq(slab_error(), words);
		slabi_registry_remove(cache); /* it cannot be destroyed */
		counting_drop(&memory.counting);
	}
}
END_TEST

/* A slab on its way out --------------------------------------------------- */

#define BIG 40000

/* Slow paths until a slab is being drained. */
static bool start_draining(slab_cache *cache)
{
	for (int i = 0; i < 10000; i++) {
		if (i % 1000 == 0)
			support_clock_forward(16);
		slab_free(cache, slab_alloc(cache));
		if (cache->layer.period.draining != NULL)
			return true;
	}
	return false;
}

static slab_cache *build_draining(struct memory *memory, void **many,
    slab_ctor *ctor)
{
	slab_cache *cache;

	support_clock_stop();
	memory->kind = MEMORY_USER_ALIGNED;
	memory->counting.dirty = true;
	cache = memory_build(memory, slab_builder_magazine(slab_builder_ctor(
	    slab_builder_slab_size(slab_builder_new(64), 1 << 20), ctor, NULL,
	    NULL), 0));
	ck_assert_uint_eq(slab_alloc_bulk(cache, BIG, many), BIG);
	slab_free_bulk(cache, BIG, many);
	ck_assert(start_draining(cache));
	return cache;
}

static void misuse_is_seen_while_draining(slab_ctor *ctor)
{
	static void *many[BIG];
	struct memory memory = { .room = 0 };
	slab_cache *cache = build_draining(&memory, many, ctor);
	uintptr_t from = (uintptr_t)cache->layer.period.draining->block;
	size_t bytes = stats_of(cache).slab_size, tried = 0;

	for (; cache->layer.period.draining != NULL; tried++) {
		void *object = many[tried * 7 % BIG];

		if (tried % 100 == 99)
			slabi_working_set_step(&cache->layer);
		if ((uintptr_t)object - from >= bytes)
			continue;
		ck_assert(!slab_owns(cache, object));
		ck_assert_ptr_nonnull(strstr(report_of_free(cache, object),
		    "not from this cache"));
	}
	ck_assert_intact(cache);
	ck_assert_uint_ge(tried, 100);
	ck_assert_uint_eq(stats_of(cache).live, 0);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
}

START_TEST(test_draining_slab_owns_nothing)
{
	misuse_is_seen_while_draining(NULL);
	misuse_is_seen_while_draining(make);
}
END_TEST

START_TEST(test_draining_is_finished_by_destroy_and_reap)
{
	static void *many[BIG];

	for (int i = 0; i < 2; i++) {
		struct memory memory = { .room = 0 };
		slab_cache *cache = build_draining(&memory, many, make);

		ck_assert_intact(cache);
		if (i == 0) {
			slab_reap(cache);
			ck_assert_ptr_null(cache->layer.period.draining);
			ck_assert_uint_eq(stats_of(cache).constructed,
			    stats_of(cache).destructed);
		}
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

/* However many steps it takes to purge the block. */
START_TEST(test_draining_keeps_the_header_to_the_end)
{
	static void *many[BIG];

	support_clock_stop();
	for (size_t more = 0; more <= 34 * 4096; more += support_page()) {
		struct memory memory = { .kind = MEMORY_USER_LARGE };
		slab_cache *cache = memory_build(&memory,
		    slab_builder_magazine(slab_builder_slab_size(
		    slab_builder_new(64), (1 << 20) + more), 0));

		ck_assert_uint_eq(slab_alloc_bulk(cache, BIG, many), BIG);
		slab_free_bulk(cache, BIG, many);
		ck_assert(start_draining(cache));
		while (cache->layer.period.draining != NULL)
			slabi_working_set_step(&cache->layer);
		ck_assert_intact(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

/* Blocks of the heap may begin late in a page: one more is whole at the end. */
START_TEST(test_reap_purges_the_last_page_of_a_block)
{
	static void *many[BIG];
	size_t page = support_page();
	slab_cache *cache = slab_builder_build(slab_builder_magazine(
	    slab_builder_slab_size(slab_builder_new(244), 40 * page - 64), 0));
	size_t n = stats_of(cache).objects_per_slab;
	const struct slab *slab;
	uintptr_t from, to;

	ck_assert_uint_eq(slab_alloc_bulk(cache, n, many), n);
	slab_free_bulk(cache, n - 1, many + 1);
	slab = cache->layer.lists.newest;
	from = ((uintptr_t)many[1] + page - 1) & ~(page - 1);
	to = ((uintptr_t)slab->block + stats_of(cache).slab_size) & ~(page - 1);
	ck_assert_uint_eq(slab_reap(cache), to - from);
	slab_free(cache, many[0]);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

/* A slab that is being searched leaves: the next one is, from its beginning. */
START_TEST(test_search_goes_on_at_the_start_of_the_next_slab)
{
	struct memory memory = { .room = 0 };
	slab_cache *cache = build_sample(&memory);
	struct slabi_layer *layer = &cache->layer;
	struct slab *slab = layer->lists.empty_first;

	layer->lists.hand = slab;
	slab->swept_chunks = 1;
	slab_reap(cache);
	ck_assert_ptr_ne(layer->lists.hand, slab);
	for (slab = layer->lists.newest; slab; slab = slab->older)
		ck_assert_uint_eq(slab->swept_chunks, 0);
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
}
END_TEST

/* A cache whose magazine holds so many rounds, and nothing else is out. */
#define ROUNDS 1500

static slab_cache *build_with_rounds(struct memory *memory, void **many)
{
	slab_cache *cache;

	memory->kind = MEMORY_USER_ALIGNED;
	cache = memory_build(memory, slab_builder_magazine(
	    slab_builder_new(64), 2000));
	ck_assert_uint_eq(slab_alloc_bulk(cache, ROUNDS, many), ROUNDS);
	slab_free_bulk(cache, ROUNDS, many);
	return cache;
}

/* Between two visits as many rounds as the window is wide came and went. */
START_TEST(test_rounds_within_the_window_are_not_idle)
{
	static void *many[ROUNDS];

	for (size_t least = 0; least <= ROUNDS; least += 100) {
		struct memory memory = { .room = 0 };
		slab_cache *cache = build_with_rounds(&memory, many);
		size_t idle = least > 128 ? least - 128 : 0;

		cache->exchange.least_rounds = least;
		cache->layer.period.number++;
		for (int visit = 0; visit < 3; visit++)
			slabi_cache_tick(cache);
		ck_assert_uint_eq(cache->layer.lists.in_use, ROUNDS - idle);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

/* Idle rounds are to go back, and before they are gone most are taken. */
START_TEST(test_idle_rounds_that_are_left_go_back)
{
	static void *many[ROUNDS];

	for (size_t left = 0; left < 500; left += 1 + left / 4) {
		struct memory memory = { .room = 0 };
		slab_cache *cache = build_with_rounds(&memory, many);
		size_t taken = ROUNDS - left;

		cache->exchange.idle_rounds = ROUNDS - 1;
		ck_assert_uint_eq(slab_alloc_bulk(cache, taken, many), taken);
		ck_assert_uint_eq(cache->layer.lists.in_use, taken + (left > 0));
		ck_assert_uint_eq(cache->exchange.idle_rounds, 0);
		ck_assert_intact(cache);
		slab_free_bulk(cache, taken, many);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

/* A call that does not end well keeps what it has popped already. */
static void act_alloc_some(void *arg)
{
	void *some[100];

	slab_alloc_bulk(arg, COUNT(some), some);
}

START_TEST(test_bulk_that_meets_a_misuse_loses_no_rounds)
{
	static void *many[ROUNDS];
	struct memory memory = { .room = 0 };
	slab_cache *cache = build_with_rounds(&memory, many);
	char local;

	cache->exchange.magazine.floor[1] = &local;
	cache->exchange.idle_rounds = ROUNDS - 1;
	cache->exchange.magazine.hot.base = cache->exchange.magazine.hot.top;
	ck_assert_ptr_nonnull(report_of(act_alloc_some, cache));
	ck_assert_uint_eq(stats_of(cache).live, 1);
	slab_reset(cache);
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
}
END_TEST

START_TEST(test_reap_returns_the_memory_of_a_grown_magazine)
{
	static void *many[ROUNDS];
	struct memory memory = { .room = 0 };
	slab_cache *cache = build_with_rounds(&memory, many);

	ck_assert_ptr_nonnull(cache->exchange.block);
	slab_reap(cache);
	ck_assert_ptr_null(cache->exchange.block);
	ck_assert_uint_eq(cache->exchange.block_size, 0);
	ck_assert_intact(cache);
	ck_assert_uint_eq(slab_alloc_bulk(cache, ROUNDS, many), ROUNDS);
	slab_free_bulk(cache, ROUNDS, many);
	ck_assert_ptr_nonnull(cache->exchange.block);
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
}
END_TEST

START_TEST(test_bulk_of_no_objects_writes_nothing)
{
	static const size_t rounds[] = { 0, 2000 };

	for (size_t i = 0; i < COUNT(rounds); i++) {
		struct memory memory = { .room = 0 };
		slab_cache *cache = memory_build(&memory,
		    slab_builder_magazine(slab_builder_new(64), rounds[i]));
		slab_cache before = *cache;

		ck_assert_uint_eq(slab_alloc_bulk(cache, 0, NULL), 0);
		slab_free_bulk(cache, 0, NULL);
		ck_assert_int_eq(memcmp(&before, cache, sizeof(before)), 0);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

/*
 * Is the page purged on which the objects of one region end, of the next begin?
 */
static bool border_is_purged(bool first_used, bool second_used)
{
	static void *many[2 << SLABI_REGION_SHIFT];
	struct memory memory = { .kind = MEMORY_USER_LARGE };
	slab_cache *cache = memory_build(&memory, slab_builder_coloring(
	    slab_builder_magazine(slab_builder_slab_size(slab_builder_new(104),
	    (size_t)2 << 20), 0), false));
	struct slabi_layer *layer = &cache->layer;
	size_t border = 1 << SLABI_REGION_SHIFT, page = support_page();
	uint32_t chunk;
	bool purged;

	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(many), many),
	    COUNT(many));
	ck_assert_uint_eq(layer->lists.slabs, 1);
	ck_assert_uint_ne((uintptr_t)many[border] % page, 0);
	slab_free_bulk(cache, 4 * page / 104, many + border - 2 * page / 104);
	memset(layer->lists.newest->touched, false, sizeof(layer->lists.newest->touched));
	layer->lists.newest->touched[0] = first_used;
	layer->lists.newest->touched[1] = second_used;
	while (!slabi_idle_sweep_some(layer, layer->lists.newest))
		;
	ck_assert_intact(cache);
	chunk = (uint32_t)(slabi_slab_page_offset(layer->lists.newest,
	    many[border]) >> layer->system.geometry.purge_shift);
	purged = slabi_slab_is_purged(layer->lists.newest,
	    &layer->system.geometry, chunk);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
	return purged;
}

/* It is in use if either of them is. */
START_TEST(test_sweep_leaves_pages_that_regions_in_use_reach_into)
{
	ck_assert(border_is_purged(false, false));
	ck_assert(!border_is_purged(true, false));
	ck_assert(!border_is_purged(false, true));
	ck_assert(!border_is_purged(true, true));
}
END_TEST

CHECK_MAIN("inside",
    test_check_notices_every_damage,
    test_draining_slab_owns_nothing,
    test_draining_is_finished_by_destroy_and_reap,
    test_draining_keeps_the_header_to_the_end,
    test_reap_purges_the_last_page_of_a_block,
    test_search_goes_on_at_the_start_of_the_next_slab,
    test_rounds_within_the_window_are_not_idle,
    test_bulk_that_meets_a_misuse_loses_no_rounds,
    test_reap_returns_the_memory_of_a_grown_magazine,
    test_bulk_of_no_objects_writes_nothing,
    test_idle_rounds_that_are_left_go_back,
    test_sweep_leaves_pages_that_regions_in_use_reach_into);
