/* SPDX-License-Identifier: MIT */
/*
 * lib/slab/slab_bits.c against a slow model: an array with the state of each
 * object.
 */
#include "check_support.h"

#include "slab/slab_bits.h"

enum state { NEVER, OUT, FREE };

struct bench {
	struct slabi_geometry geometry;
	struct slab *slab;
	char *block;
	enum state *states;
	bool *made;
	uint32_t carved, out; /* what the slab should say */
};

static void set_up(struct bench *bench, size_t size, size_t slab_size,
    bool made)
{
	struct slabi_wish wish = { .size = size, .align = 1, .unit = 4096,
	    .page = 4096, .header = sizeof(struct slab),
	    .has_ctor_bits = made };

	*bench = (struct bench){ .carved = 0 };
	ck_assert(slabi_geometry_exact(&bench->geometry, &wish, slab_size));
	bench->block = aligned_alloc(4096, slab_size);
	bench->states = calloc(bench->geometry.objects,
	    sizeof(*bench->states));
	bench->made = calloc(bench->geometry.objects, sizeof(bool));
	ck_assert(bench->block && bench->states && bench->made);
	memset(bench->block, 0xA5, slab_size);
	bench->slab = slabi_geometry_slab(&bench->geometry,
	    (uintptr_t)bench->block);
	slabi_slab_init(bench->slab, &bench->geometry, bench->block);
}

static void tear_down(struct bench *bench)
{
	free(bench->block);
	free(bench->states);
	free(bench->made);
}

static size_t index_of(const struct bench *bench, const void *object)
{
	size_t offset = (size_t)((const char *)object - (char *)bench->slab) -
	    bench->geometry.first;

	ck_assert_uint_eq(offset % bench->geometry.stride, 0);
	ck_assert_uint_lt(offset / bench->geometry.stride,
	    bench->geometry.objects);
	return offset / bench->geometry.stride;
}

static void verify(const struct bench *bench)
{
	static const enum slabi_refusal places[] = {
		[NEVER] = SLABI_UNCARVED, [OUT] = SLABI_IN_USE,
		[FREE] = SLABI_FREE,
	};
	const struct slabi_geometry *g = &bench->geometry;

	ck_assert_ptr_eq(slabi_slab_check(bench->slab, g), NULL);
	ck_assert_uint_eq(bench->slab->in_use, bench->out);
	ck_assert_uint_eq(bench->slab->carved, bench->carved);
	for (size_t i = 0; i < g->objects; i++) {
		ck_assert_int_eq(slabi_slab_state(bench->slab, g, i),
		    places[bench->states[i]]);
		if (g->has_ctor_bits)
			ck_assert_int_eq(slabi_slab_is_constructed(bench->slab, g,
			    i), bench->made[i]);
	}
}

/* The operations ---------------------------------------------------------- */

static void came_out(struct bench *bench, size_t index, enum state before)
{
	ck_assert_int_eq(bench->states[index], before);
	bench->states[index] = OUT;
	bench->out++;
	bench->carved += before == NEVER;
}

static void carve(struct bench *bench, size_t n)
{
	void *out[300];
	size_t left = bench->geometry.objects - bench->carved;
	size_t from = bench->carved;
	struct slabi_sink sink = { out, 1, n };
	size_t got = slabi_slab_carve(bench->slab, &bench->geometry, n, &sink);

	ck_assert_uint_eq(got, n < left ? n : left);
	for (size_t i = 0; i < got; i++) {
		ck_assert_uint_eq(index_of(bench, out[i]), from + i);
		came_out(bench, from + i, NEVER);
	}
}

static size_t first_free(const struct bench *bench, size_t from)
{
	while (from < bench->carved && bench->states[from] != FREE)
		from++;
	return from;
}

/* Downwards in `out`, as the magazine is filled. */
static void take(struct bench *bench, size_t n)
{
	void *out[300];
	struct slabi_sink sink = { out + n - 1, -1, n };
	size_t got = slabi_slab_take(bench->slab, &bench->geometry, &sink);
	size_t at = 0;

	ck_assert_uint_le(got, n);
	ck_assert_uint_eq(sink.left, n - got);
	ck_assert_ptr_eq(sink.next, out + n - 1 - got);
	for (size_t i = 0; i < got; i++) {
		size_t index = index_of(bench, out[n - 1 - i]);

		at = first_free(bench, at);
		if (bench->geometry.has_ctor_bits)
			ck_assert(bench->made[index]);
		else
			ck_assert_uint_eq(index, at);
		ck_assert_uint_ge(index, at);
		came_out(bench, index, FREE);
	}
	at = first_free(bench, 0);
	/* Fewer than a word holds may be left, or all that there are. */
	if (got < n && !bench->geometry.has_ctor_bits)
		ck_assert(at == bench->carved || (got > 0 && n - got < 64));
	if (got == 0 && bench->geometry.has_ctor_bits) /* none in the first word */
		for (size_t i = at; i < bench->carved && i / 64 == at / 64;
		    i++)
			ck_assert(bench->states[i] != FREE || !bench->made[i]);
}

/* A constructed one of the first word with a free object, else the first. */
static size_t best_free(const struct bench *bench)
{
	size_t first = first_free(bench, 0);
	size_t at = first;

	while (at / 64 == first / 64 && at < bench->carved && !bench->made[at])
		at = first_free(bench, at + 1);
	return at / 64 == first / 64 && at < bench->carved ? at : first;
}

static void take_one(struct bench *bench)
{
	size_t at = bench->geometry.has_ctor_bits ? best_free(bench) :
	    first_free(bench, 0);
	struct slabi_taken taken;

	if (at == bench->carved)
		return;
	taken = slabi_slab_take_one(bench->slab, &bench->geometry);
	ck_assert_uint_eq(index_of(bench, taken.object), at);
	ck_assert_uint_eq(taken.index, at);
	ck_assert_ptr_eq(taken.slab, bench->slab);
	ck_assert_int_eq(taken.raw, bench->geometry.has_ctor_bits && !bench->made[at]);
	came_out(bench, at, FREE);
}

static void give(struct bench *bench, size_t index)
{
	if (bench->states[index] != OUT)
		return;
	ck_assert(slabi_slab_prepare_bits(bench->slab, &bench->geometry, index));
	ck_assert(slabi_slab_put(bench->slab, &bench->geometry, index));
	bench->states[index] = FREE;
	bench->out--;
}

static void give_all(struct bench *bench)
{
	slabi_slab_put_all(bench->slab, &bench->geometry);
	for (size_t i = 0; i < bench->carved; i++)
		bench->states[i] = FREE;
	bench->out = 0;
}

static void set_made(struct bench *bench, size_t index, bool made)
{
	if (!bench->geometry.has_ctor_bits || index >= bench->carved)
		return;
	slabi_slab_set_constructed(bench->slab, &bench->geometry, index, made);
	bench->made[index] = made;
}

static void do_one(struct bench *bench, uint64_t number)
{
	size_t index = (size_t)(number >> 8) % bench->geometry.objects;
	size_t n = (size_t)(number >> 8) % 100 + 1;

	switch (number % 16) {
	case 0: carve(bench, n); break;
	case 1: take(bench, n); break;
	case 2: take_one(bench); break;
	case 3: case 4: set_made(bench, index, number >> 4 & 1); break;
	default: give(bench, index); break;
	}
	if (number % 4001 == 0)
		give_all(bench);
}

static void churn(size_t size, size_t slab_size, bool made, size_t steps)
{
	struct bench bench;
	uint64_t random = size * slab_size + made;

	set_up(&bench, size, slab_size, made);
	for (size_t i = 0; i < steps; i++) {
		do_one(&bench, support_random(&random));
		if (i % (steps / 10) == 0)
			verify(&bench);
	}
	verify(&bench);
	tear_down(&bench);
}

START_TEST(test_slab_of_any_shape_agrees_with_the_model)
{
	static const size_t sizes[] = { 1, 2, 3, 8, 48, 100, 1000, 3000 };
	static const size_t slab_sizes[] = { 4096, 16384, 65536 };

	for (size_t i = 0; i < COUNT(sizes) * COUNT(slab_sizes); i++)
		for (int made = 0; made <= 1; made++)
			churn(sizes[i / COUNT(slab_sizes)],
			    slab_sizes[i % COUNT(slab_sizes)], made, 3000);
}
END_TEST

START_TEST(test_slab_of_most_objects_agrees_with_the_model)
{
	struct bench bench;

	churn(1, 1 << 20, true, 2000);
	set_up(&bench, 1, 1 << 20, false);
	ck_assert_uint_eq(bench.geometry.objects, SLABI_MAX_OBJECTS);
	while (bench.carved < SLABI_MAX_OBJECTS)
		carve(&bench, 300);
	give(&bench, SLABI_MAX_OBJECTS - 1);
	take_one(&bench);
	give(&bench, 64 * 64);
	give(&bench, 0);
	take(&bench, 3);
	give_all(&bench);
	take(&bench, 300);
	verify(&bench);
	tear_down(&bench);
}
END_TEST

START_TEST(test_slab_leaves_words_whole_when_it_can)
{
	struct bench bench;
	void *out[200];

	set_up(&bench, 16, 65536, false);
	carve(&bench, 300);
	give_all(&bench);
	take(&bench, 1);
	ck_assert_uint_eq(slabi_slab_take(bench.slab, &bench.geometry,
	    &(struct slabi_sink){ out, 1, 200 }), 63 + 64 + 64);
	ck_assert_uint_eq(slabi_slab_take(bench.slab, &bench.geometry,
	    &(struct slabi_sink){ out, 1, 9 }), 9);
	ck_assert_ptr_null(slabi_slab_check(bench.slab, &bench.geometry));
	tear_down(&bench);
}
END_TEST

START_TEST(test_slab_index_behind_the_objects_is_inside)
{
	struct bench bench;

	set_up(&bench, 48, 65536, false);
	carve(&bench, 10);
	ck_assert_int_eq(slabi_slab_state(bench.slab, &bench.geometry,
	    bench.geometry.objects), SLABI_INSIDE);
	ck_assert_int_eq(slabi_slab_state(bench.slab, &bench.geometry,
	    SIZE_MAX), SLABI_INSIDE);
	tear_down(&bench);
}
END_TEST

/* Planted damage ----------------------------------------------------------- */

static uint64_t *free_word(const struct bench *bench, size_t word)
{
	return slabi_slab_bits(bench->slab, &bench->geometry, word);
}

static void damage_watermark(struct bench *bench)
{
	bench->slab->carved = bench->geometry.objects + 1;
}

static void damage_lower_watermark(struct bench *bench)
{
	bench->slab->carved = 70;
}

static void damage_out(struct bench *bench)
{
	bench->slab->in_use++;
}

static void damage_bit(struct bench *bench)
{
	*free_word(bench, 0) ^= 2;
}

static void damage_bit_above_the_watermark(struct bench *bench)
{
	*free_word(bench, 1) |= UINT64_C(1) << 63;
}

static void damage_summary(struct bench *bench)
{
	bench->slab->summary[0] ^= 1;
}

static void damage_top(struct bench *bench)
{
	bench->slab->top ^= 1;
}

static void damage_tracked(struct bench *bench)
{
	bench->slab->bits_ready = 0;
}

START_TEST(test_slab_check_notices_damage)
{
	void (*const damages[])(struct bench *bench) = {
		damage_watermark, damage_lower_watermark, damage_out,
		damage_bit, damage_bit_above_the_watermark, damage_summary,
		damage_top, damage_tracked,
	};

	for (size_t i = 0; i < COUNT(damages); i++) {
		struct bench bench;

		set_up(&bench, 100, 65536, false);
		carve(&bench, 100);
		give(&bench, 1);
		give(&bench, 99);
		verify(&bench);
		damages[i](&bench);
		ck_assert_msg(slabi_slab_check(bench.slab, &bench.geometry) !=
		    NULL, "damage %zu", i);
		tear_down(&bench);
	}
}
END_TEST

CHECK_MAIN("slab",
    test_slab_of_any_shape_agrees_with_the_model,
    test_slab_of_most_objects_agrees_with_the_model,
    test_slab_leaves_words_whole_when_it_can,
    test_slab_index_behind_the_objects_is_inside,
    test_slab_check_notices_damage);
