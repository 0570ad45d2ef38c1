/* SPDX-License-Identifier: MIT */
/* lib/slab/slab_map.c against a plain list; slabs are addresses only. */
#include "check_support.h"

#include "slab/slab_map.h"

#define MANY 3000
#define APART ((uintptr_t)1 << 24) /* slabs lie at multiples of this, or so */

#define FIRST 192 /* from a slab to its first object */

struct bench {
	struct slabi_map map;
	struct slabi_backing backing;
	struct counting counting;
	size_t extent;
	uintptr_t slabs[MANY]; /* 0: not in the map */
};

static void set_up(struct bench *bench, unsigned granule_shift, size_t extent)
{
	memset(bench, 0, sizeof(*bench));
	bench->counting.dirty = true;
	bench->backing.calls = counting_backing(&bench->counting);
	bench->backing.unit = support_page();
	bench->backing.meta_unit = support_page();
	bench->extent = extent;
	slabi_map_init(&bench->map);
	slabi_map_set_slabs(&bench->map, granule_shift, FIRST, extent - FIRST);
}

/* Where the n-th slab lies: not at all regular, but apart. */
static uintptr_t address_of(size_t n)
{
	uintptr_t color = (uintptr_t)(support_mix(n) % 1000) * 64;

	return (n + 1) * (sizeof(void *) == 4 ? APART / 16 : APART) + color;
}

static bool enter(struct bench *bench, size_t n)
{
	if (!slabi_map_insert(&bench->map, address_of(n), &bench->backing))
		return false;
	bench->slabs[n] = address_of(n);
	return true;
}

static void leave(struct bench *bench, size_t n)
{
	slabi_map_remove(&bench->map, bench->slabs[n]);
	bench->slabs[n] = 0;
}

/* What is still in the map leaves it, and all memory goes back. */
static void tear_down(struct bench *bench)
{
	for (size_t n = 0; n < MANY; n++)
		if (bench->slabs[n] != 0)
			leave(bench, n);
	slabi_map_shrink(&bench->map, &bench->backing);
	ck_assert_uint_eq(slabi_map_bytes(&bench->map), 0);
	ck_assert_uint_eq(bench->counting.bytes + bench->counting.faults, 0);
}

static void finds(const struct bench *bench, uintptr_t address,
    uintptr_t wanted)
{
	const struct slabi_map *map = &bench->map;
	uintptr_t guess = slabi_map_guess(&map->keys, &map->now, address);

	ck_assert_uint_eq(slabi_map_search(map, address), wanted);
	if (slabi_map_holds(&map->keys, guess, address))
		ck_assert_uint_eq(guess, wanted);
}

/*
 * Every slab is found by the first and last byte of its objects and some
 * between.
 */
static void verify(const struct bench *bench)
{
	for (size_t n = 0; n < MANY; n++) {
		uintptr_t slab = address_of(n);
		uintptr_t wanted = bench->slabs[n];

		for (size_t i = 0; i < 16; i++)
			finds(bench, slab + FIRST +
			    (bench->extent - FIRST) / 16 * i, wanted);
		finds(bench, slab + bench->extent - 1, wanted);
		finds(bench, slab + bench->extent, 0);
		finds(bench, slab + FIRST - 1, 0);
		finds(bench, slab, 0);
		finds(bench, slab - 1, 0);
	}
	finds(bench, 0, 0);
	finds(bench, 8, 0);
	finds(bench, UINTPTR_MAX, 0);
}

/* The same for the slabs that are there, quickly. */
static void verify_entered(const struct bench *bench)
{
	for (size_t n = 0; n < MANY; n++)
		if (bench->slabs[n] != 0)
			finds(bench, bench->slabs[n] + FIRST,
			    bench->slabs[n]);
}

/* Nothing is in the tables but what is counted. */
static void counts(const struct bench *bench)
{
	const struct slabi_map *map = &bench->map;
	size_t used = 0;

	for (size_t n = 0; n <= map->now.mask; n++)
		used += map->now.slots[n] != 0;
	/* 1 is what an entry leaves behind. */
	for (size_t n = 0; map->old.slots != NULL && n <= map->old.mask; n++)
		used += map->old.slots[n] > 1;
	ck_assert_uint_eq(used, map->used);
}

static const struct {
	unsigned granule_shift;
	size_t extent;
} shapes[] = {
	{ 16, 65536 - 4096 }, { 16, 100000 }, { 16, 131071 }, { 12, 4096 },
	{ 12, 8000 }, { 19, 900000 },
};

START_TEST(test_map_finds_what_is_in_it_while_it_grows)
{
	static struct bench bench;

	for (size_t i = 0; i < COUNT(shapes); i++) {
		set_up(&bench, shapes[i].granule_shift, shapes[i].extent);
		for (size_t n = 0; n < MANY; n++) {
			ck_assert(enter(&bench, n));
			if (n < 40 || n % 500 == 0)
				verify(&bench);
			if (bench.map.old.slots != NULL)
				verify_entered(&bench);
		}
		verify(&bench);
		for (size_t n = 0; n < MANY; n++) {
			leave(&bench, n * 7 % MANY);
			if (n > MANY - 20 || n % 500 == 0)
				verify(&bench);
		}
		tear_down(&bench);
	}
}
END_TEST

/* Be they in the table that is left or in the one that is filled. */
START_TEST(test_map_forgets_what_leaves_while_it_grows)
{
	static struct bench bench;

	for (size_t i = 0; i < COUNT(shapes); i++) {
		set_up(&bench, shapes[i].granule_shift, shapes[i].extent);
		for (size_t n = 0; n < MANY; n++) {
			ck_assert(enter(&bench, n));
			if (bench.map.old.slots == NULL)
				continue;
			for (size_t k = n % 5; k <= n; k += 1 + n / 20) {
				if (bench.slabs[k] == 0)
					continue;
				leave(&bench, k);
				finds(&bench, address_of(k) + FIRST, 0);
			}
			verify_entered(&bench);
			counts(&bench);
			ck_assert_uint_eq(slabi_map_bytes(&bench.map),
			    bench.counting.bytes);
		}
		verify(&bench);
		counts(&bench);
		tear_down(&bench);
	}
}
END_TEST

START_TEST(test_map_shrinks_while_it_grows)
{
	static struct bench bench;
	size_t n = 0;

	set_up(&bench, 16, 60000);
	/* A table that came from the backing is left. */
	while (bench.map.old.bytes == 0)
		ck_assert(enter(&bench, n++));
	while (n > 0)
		leave(&bench, --n);
	tear_down(&bench);
}
END_TEST

START_TEST(test_map_agrees_with_a_list_after_random_changes)
{
	static struct bench bench;
	uint64_t random = 7;

	for (size_t i = 0; i < COUNT(shapes); i++) {
		set_up(&bench, shapes[i].granule_shift, shapes[i].extent);
		for (size_t step = 0; step < 30000; step++) {
			size_t most = step % 5000 + 1; /* waves */
			size_t n = (size_t)support_random(&random) %
			    (most < MANY ? most : MANY);

			if (bench.slabs[n] != 0)
				leave(&bench, n);
			else
				ck_assert(enter(&bench, n));
			if (step % 3000 == 0)
				verify(&bench);
		}
		verify(&bench);
		tear_down(&bench);
	}
}
END_TEST

/* No call does all of the work: memory comes long before it is needed. */
START_TEST(test_map_grows_step_by_step)
{
	static struct bench bench;
	size_t steps_with_two = 0, last = 0;

	set_up(&bench, 16, 60000);
	for (size_t n = 0; n < MANY; n++) {
		ck_assert(enter(&bench, n));
		steps_with_two += bench.map.old.slots != NULL ||
		    bench.map.next.slots != NULL;
		ck_assert_uint_le(bench.map.moved, bench.map.old.slots == NULL
		    ? SIZE_MAX : last + 512);
		last = bench.map.old.slots == NULL ? 0 : bench.map.moved;
	}
	ck_assert_uint_gt(steps_with_two, 3);
	tear_down(&bench);
}
END_TEST

START_TEST(test_map_without_memory_fills_up_and_refuses)
{
	static struct bench bench;
	size_t n = 0, full;

	set_up(&bench, 16, 60000);
	bench.counting.refuse_from = 1;
	while (enter(&bench, n))
		n++;
	full = n;
	ck_assert_uint_ge(full, 3);
	verify(&bench);
	leave(&bench, 1);
	ck_assert(enter(&bench, 1));
	ck_assert(!enter(&bench, full));
	verify(&bench);
	bench.counting.refuse_from = 0;
	for (; n < MANY; n++)
		ck_assert_msg(enter(&bench, n), "%zu", n);
	verify(&bench);
	tear_down(&bench);
}
END_TEST

START_TEST(test_map_presized_needs_no_more_memory)
{
	static struct bench bench;

	for (size_t entries = 1; entries < 700; entries = entries * 2 + 1) {
		set_up(&bench, 16, 60000);
		bench.backing.fixed = true;
		ck_assert(slabi_map_presize(&bench.map, entries,
		    &bench.backing));
		slabi_map_clear(&bench.map);
		counts(&bench);
		bench.counting.refuse_from = 1;
		for (size_t n = 0; n < entries / 2; n++)
			ck_assert(enter(&bench, n));
		verify(&bench);
		bench.backing.fixed = false;
		tear_down(&bench);
	}
}
END_TEST

START_TEST(test_map_presize_without_memory_fails)
{
	static struct bench bench;

	set_up(&bench, 16, 60000);
	bench.counting.refuse_from = 1;
	ck_assert(!slabi_map_presize(&bench.map, 1000, &bench.backing));
	ck_assert(slabi_map_presize(&bench.map, 1, &bench.backing));
	tear_down(&bench);
}
END_TEST

START_TEST(test_map_in_use_does_not_shrink)
{
	static struct bench bench;

	set_up(&bench, 16, 60000);
	for (size_t n = 0; n < 100; n++)
		ck_assert(enter(&bench, n));
	ck_assert_uint_gt(slabi_map_bytes(&bench.map), 0);
	ck_assert_uint_eq(slabi_map_shrink(&bench.map, &bench.backing), 0);
	verify(&bench);
	for (size_t n = 0; n < 100; n++)
		leave(&bench, n);
	ck_assert_uint_gt(slabi_map_shrink(&bench.map, &bench.backing), 0);
	ck_assert(enter(&bench, 5));
	verify(&bench);
	leave(&bench, 5);
	tear_down(&bench);
}
END_TEST

CHECK_MAIN("slab_map",
    test_map_finds_what_is_in_it_while_it_grows,
    test_map_forgets_what_leaves_while_it_grows,
    test_map_shrinks_while_it_grows,
    test_map_agrees_with_a_list_after_random_changes,
    test_map_grows_step_by_step,
    test_map_without_memory_fills_up_and_refuses,
    test_map_presized_needs_no_more_memory,
    test_map_presize_without_memory_fails,
    test_map_in_use_does_not_shrink);
