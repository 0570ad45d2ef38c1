/* SPDX-License-Identifier: MIT */
/* Promise 2: constructors and destructors. */
#include "check_support.h"

#include <setjmp.h>

#define MADE UINT64_C(0x4D414445204D4144)
#define GONE UINT64_C(0x474F4E4520474F4E)

/* An object knows its own state, and whose it is. */
struct thing {
	uint64_t state;
	uint64_t uses;
	const void *self;
	char room[40];
};

struct maker {
	size_t made, gone; /* successful calls */
	size_t calls;
	size_t fail_at;    /* this call of the constructor fails */
	size_t fail_from;  /* and all from this one on; 0: none */
	size_t faults;
	bool blind;        /* fresh memory may hold anything */
};

static int make(void *object, void *arg)
{
	struct maker *maker = arg;
	struct thing *thing = object;

	maker->calls++;
	if (maker->calls == maker->fail_at ||
	    (maker->fail_from != 0 && maker->calls >= maker->fail_from))
		return EPROTO;
	if (!maker->blind && thing->state == MADE && thing->self == object)
		maker->faults++;
	*thing = (struct thing){ .state = MADE, .self = object };
	maker->made++;
	return 0;
}

static void unmake(void *object, void *arg)
{
	struct maker *maker = arg;
	struct thing *thing = object;

	if (thing->state != MADE || thing->self != object)
		maker->faults++;
	thing->state = GONE;
	maker->gone++;
}

/* Memory that is lost must hold no thing that is still made. */
static void look_for_things(void *arg, void *memory, size_t size)
{
	struct maker *maker = arg;
	const uint64_t *words = memory;

	for (size_t i = 0; i < size / sizeof(*words); i++)
		maker->faults += words[i] == MADE;
}

struct trial {
	struct maker maker;
	struct memory memory;
	slab_cache *cache;
};

static void start_trial(struct trial *trial, enum memory_kind kind,
    size_t rounds)
{
	trial->memory.kind = kind;
	trial->maker.blind = kind == MEMORY_HEAP;
	trial->memory.counting.dirty = true;
	trial->memory.counting.losing = look_for_things;
	trial->memory.counting.losing_arg = &trial->maker;
	trial->cache = memory_build(&trial->memory, slab_builder_magazine(
	    slab_builder_ctor(slab_builder_for(struct thing), make, unmake,
	    &trial->maker), rounds));
	ck_assert_ptr_nonnull(trial->cache);
}

static void end_trial(struct trial *trial)
{
	ck_assert_intact(trial->cache);
	ck_assert_int_eq(slab_destroy(trial->cache), 0);
	ck_assert_uint_eq(trial->maker.faults, 0);
	ck_assert_uint_eq(trial->maker.made, trial->maker.gone);
	ck_assert(memory_end(&trial->memory));
}

/* Constructors ----------------------------------------------------------- */

START_TEST(test_ctor_runs_at_first_hand_out_and_not_before)
{
	static const size_t rounds[] = { 0, 1, 2, 30, 500 };

	for (size_t i = 0; i < COUNT(rounds) * MEMORY_KINDS; i++) {
		struct trial trial = { .maker.made = 0 };
		struct thing *things[300];

		start_trial(&trial, (enum memory_kind)(i % MEMORY_KINDS),
		    rounds[i / MEMORY_KINDS]);
		ck_assert_uint_eq(trial.maker.calls, 0);
		for (size_t n = 0; n < 300; n++) {
			ck_assert_uint_eq(trial.maker.calls, n);
			things[n] = slab_alloc(trial.cache);
			ck_assert_ptr_eq(things[n]->self, things[n]);
			ck_assert_uint_eq(trial.maker.calls, n + 1);
		}
		slab_free_bulk(trial.cache, 300, (void **)things);
		end_trial(&trial);
	}
}
END_TEST

START_TEST(test_ctor_runs_never_again_while_cached)
{
	static const size_t rounds[] = { 0, 1, 7, 500 };

	for (size_t i = 0; i < COUNT(rounds); i++) {
		struct trial trial = { .maker.made = 0 };
		struct thing *things[200];

		start_trial(&trial, MEMORY_USER_ALIGNED, rounds[i]);
		for (uint64_t round = 0; round < 5; round++) {
			ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 200,
			    (void **)things), 200);
			for (size_t n = 0; n < 200; n++)
				ck_assert_uint_eq(things[n]->uses++, round);
			slab_free_bulk(trial.cache, 200, (void **)things);
		}
		ck_assert_uint_eq(trial.maker.calls, 200);
		ck_assert_uint_eq(trial.maker.gone, 0);
		ck_assert_uint_eq(stats_of(trial.cache).constructed, 200);
		ck_assert_uint_eq(stats_of(trial.cache).cached, 200);
		end_trial(&trial);
	}
}
END_TEST

START_TEST(test_ctor_failing_at_the_kth_call_loses_nothing)
{
	for (size_t k = 1; k <= 120; k++) {
		struct trial trial = { .maker.fail_at = k };
		void *things[120];
		size_t n = 0;

		start_trial(&trial, MEMORY_USER_ALIGNED, k % 3 * 20);
		while (n < k - 1)
			things[n++] = slab_alloc(trial.cache);
		ck_assert_fails(slab_alloc(trial.cache), EPROTO);
		ck_assert_uint_eq(stats_of(trial.cache).live, k - 1);
		ck_assert_uint_eq(stats_of(trial.cache).constructed, k - 1);
		ck_assert_intact(trial.cache);
		while (n < 120) {
			things[n] = slab_alloc(trial.cache);
			ck_assert_ptr_nonnull(things[n++]);
		}
		ck_assert_uint_eq(trial.maker.calls, 121);
		slab_free_bulk(trial.cache, 120, things);
		end_trial(&trial);
	}
}
END_TEST

START_TEST(test_ctor_failing_always_leaves_the_cache_whole)
{
	struct trial trial = { .maker.fail_from = 4 };
	void *things[10];

	start_trial(&trial, MEMORY_USER_LARGE, 8);
	errno = 0;
	ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 10, things), 3);
	ck_assert_int_eq(errno, EPROTO);
	for (int i = 0; i < 100; i++)
		ck_assert_fails(slab_alloc(trial.cache), EPROTO);
	slab_free(trial.cache, things[1]);
	things[1] = slab_alloc(trial.cache);
	ck_assert_ptr_nonnull(things[1]);
	trial.maker.fail_from = 0;
	ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 7, things + 3), 7);
	slab_free_bulk(trial.cache, 10, things);
	end_trial(&trial);
}
END_TEST

START_TEST(test_ctor_failing_at_the_limit_still_reaches_it)
{
	struct maker maker = { .fail_at = 2, .blind = true };
	slab_cache *cache = slab_builder_build(slab_builder_limit(
	    slab_builder_ctor(slab_builder_for(struct thing), make, unmake,
	    &maker), 2));
	void *first = slab_alloc(cache), *second;

	ck_assert_fails(slab_alloc(cache), EPROTO);
	second = slab_alloc(cache);
	ck_assert_ptr_nonnull(second);
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	slab_free(cache, first);
	slab_free(cache, second);
	slab_destroy(cache);
	ck_assert_uint_eq(maker.gone, 2);
}
END_TEST

START_TEST(test_ctor_reserve_constructs_nothing)
{
	struct trial trial = { .maker.made = 0 };
	void *things[500];

	start_trial(&trial, MEMORY_MMAP, 16);
	ck_assert_int_eq(slab_reserve(trial.cache, 500), 0);
	ck_assert_uint_eq(trial.maker.calls, 0);
	ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 500, things), 500);
	ck_assert_uint_eq(trial.maker.calls, 500);
	slab_free_bulk(trial.cache, 500, things);
	end_trial(&trial);
}
END_TEST

/* Destructors ------------------------------------------------------------ */

START_TEST(test_dtor_runs_once_before_memory_goes_back)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct trial trial = { .maker.made = 0 };
		void *things[700];

		start_trial(&trial, kind, 20);
		ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 700, things),
		    700);
		slab_free_bulk(trial.cache, 650, things);
		slab_reap(trial.cache);
		ck_assert_uint_eq(stats_of(trial.cache).destructed,
		    trial.maker.gone);
		ck_assert_uint_le(trial.maker.gone, 650);
		for (size_t i = 650; i < 700; i++)
			ck_assert_uint_eq(((struct thing *)things[i])->state,
			    MADE);
		slab_free_bulk(trial.cache, 50, things + 650);
		end_trial(&trial);
		ck_assert_uint_eq(trial.maker.gone, 700);
	}
}
END_TEST

/* Promise 3: not all of them in one call. */
START_TEST(test_dtor_at_the_end_of_a_period_runs_for_few_a_call)
{
	enum { MANY = 30000 };
	static void *things[MANY];
	struct maker maker = { .blind = true };
	size_t most = 0;
	slab_cache *cache;

	support_clock_stop();
	cache = slab_builder_build_mmap(slab_builder_slab_size(
	    slab_builder_magazine(slab_builder_ctor(
	    slab_builder_for(struct thing), make, unmake, &maker), 10),
	    1 << 18));
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, things), MANY);
	slab_free_bulk(cache, MANY, things);
	for (size_t i = 0; i < 60000; i++) {
		size_t before = maker.gone;

		if (i % 6000 == 0)
			support_clock_forward(16);
		if (i / 30 % 2 == 0)
			things[i % 30] = slab_alloc(cache);
		else
			slab_free(cache, things[i % 30]);
		if (maker.gone - before > most)
			most = maker.gone - before;
	}
	ck_assert_uint_ge(most, 1);
	ck_assert_uint_le(most, 256);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(maker.gone, maker.made);
}
END_TEST

START_TEST(test_dtor_without_a_ctor_sees_what_was_used)
{
	struct maker maker = { .made = 0 };
	slab_cache *cache = slab_builder_build(slab_builder_ctor(
	    slab_builder_for(struct thing), NULL, unmake, &maker));
	struct thing *things[40];

	for (size_t i = 0; i < 40; i++) {
		things[i] = slab_alloc(cache);
		*things[i] = (struct thing){ .state = MADE,
		    .self = things[i] };
	}
	slab_free_bulk(cache, 40, (void **)things);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(maker.gone, 40);
	ck_assert_uint_eq(maker.faults, 0);
}
END_TEST

START_TEST(test_dtor_may_be_missing)
{
	struct maker maker = { .blind = true };
	slab_cache *cache = slab_builder_build(slab_builder_ctor(
	    slab_builder_for(struct thing), make, NULL, &maker));
	void *thing = slab_alloc(cache);

	slab_free(cache, thing);
	ck_assert_ptr_eq(slab_alloc(cache), thing);
	slab_free(cache, thing);
	ck_assert_uint_eq(maker.calls, 1);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_reset_keeps_things_constructed)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct trial trial = { .maker.made = 0 };
		void *things[200];

		start_trial(&trial, kind, 10);
		for (int round = 0; round < 3; round++) {
			ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 200,
			    things), 200);
			slab_free_bulk(trial.cache, 30, things + 50);
			slab_reset(trial.cache);
			ck_assert_uint_eq(stats_of(trial.cache).live, 0);
			ck_assert_intact(trial.cache);
		}
		ck_assert_uint_eq(trial.maker.calls, 200);
		ck_assert_uint_eq(trial.maker.gone, 0);
		end_trial(&trial);
	}
}
END_TEST

/* Free objects ----------------------------------------------------------- */

START_TEST(test_free_objects_are_never_written)
{
	struct trial trial = { .maker.made = 0 };
	struct thing *things[400], before[400];

	start_trial(&trial, MEMORY_HEAP, 50);
	ck_assert_uint_eq(slab_alloc_bulk(trial.cache, 400, (void **)things),
	    400);
	for (size_t i = 0; i < 400; i++) {
		memset(things[i]->room, (int)i, sizeof(things[i]->room));
		before[i] = *things[i];
	}
	slab_free_bulk(trial.cache, 400, (void **)things);
	ck_assert_intact(trial.cache);
	for (size_t i = 0; i < 400; i++)
		ck_assert_mem_eq(things[i], &before[i], sizeof(before[i]));
	end_trial(&trial);
}
END_TEST

/* A destructor that is left by longjmp(), three times. */
static jmp_buf landing;
static int leaving;
static size_t ended;

static void leave(void *object, void *arg)
{
	(void)object;
	(void)arg;
	ended++;
	if (leaving > 0) {
		leaving--;
		longjmp(landing, 1);
	}
}

START_TEST(test_construct_destructor_that_is_left_is_followed_by_the_others)
{
	for (volatile unsigned period = 0; period < 2; period++) {
		slab_cache *volatile cache = slab_builder_build_mmap(
		    slab_builder_working_period(slab_builder_ctor(
		    slab_builder_new(64), NULL, leave, NULL), period));
		void *all[300];

		ck_assert_uint_eq(slab_alloc_bulk(cache, 300, all), 300);
		slab_free_bulk(cache, 300, all);
		ended = 0;
		leaving = 3;
		if (setjmp(landing) == 0 || leaving > 0)
			slab_reap(cache);
		slab_reap(cache);
		ck_assert_uint_eq(ended, 300);
		ck_assert_uint_eq(stats_of(cache).destructed, 300);
		ck_assert_uint_eq(stats_of(cache).slabs, 0);
		ck_assert_uint_eq(stats_of(cache).cached, 0);
		ck_assert_intact(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

CHECK_MAIN("construct",
    test_construct_destructor_that_is_left_is_followed_by_the_others,
    test_ctor_runs_at_first_hand_out_and_not_before,
    test_ctor_runs_never_again_while_cached,
    test_ctor_failing_at_the_kth_call_loses_nothing,
    test_ctor_failing_always_leaves_the_cache_whole,
    test_ctor_failing_at_the_limit_still_reaches_it,
    test_ctor_reserve_constructs_nothing,
    test_dtor_runs_once_before_memory_goes_back,
    test_dtor_at_the_end_of_a_period_runs_for_few_a_call,
    test_dtor_without_a_ctor_sees_what_was_used,
    test_dtor_may_be_missing,
    test_reset_keeps_things_constructed,
    test_free_objects_are_never_written);
