/* SPDX-License-Identifier: MIT */
/* lib/slab/geometry.c against a slow model, and against promise 4. */
#include "check_support.h"

#include "base/arith.h"
#include "slab/geometry.h"
#include "slab/slab_bits.h"

static const size_t pages[] = { 4096, 16384, 65536 };

static const size_t sizes[] = {
	1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64,
	65, 96, 100, 127, 128, 129, 192, 255, 256, 257, 320, 500, 511, 512,
	513, 1000, 1023, 1024, 1025, 1500, 2047, 2048, 2049, 3000, 4000, 4095,
	4096, 4097, 5000, 8191, 8192, 8193, 10000, 16384, 30000, 65535, 65536,
	65537, 100000, 1 << 20, (1 << 20) + 1, 3 << 20, 64 << 20,
	(64 << 20) + 1,
};

/* A range of a slab that something owns. */
struct range {
	size_t from, to;
};

/* In this order, without overlap, and within the block for every color. */
static void lies_well(const struct slabi_geometry *g,
    const struct slabi_wish *wish)
{
	size_t words = (g->objects + 63) / 64;
	struct range header = { 0, sizeof(struct slab) +
	    ((words + 63) / 64 + g->purge_words) * 8 };
	struct range objects = { g->first, g->first + g->objects * g->stride };
	size_t most_color = g->color_mask * slabi_geometry_color_step(g);
	size_t end = g->front + objects.to;

	ck_assert_uint_eq(g->words, words);
	ck_assert_uint_eq(g->has_ctor_bits, wish->has_ctor_bits);
	ck_assert_uint_le(words * (wish->has_ctor_bits ? 16 : 8), g->front);
	ck_assert_uint_eq(g->front % 64, 0);
	ck_assert_uint_le(header.to, objects.from);
	ck_assert_uint_le(end, g->slab_size);
	ck_assert_uint_le(most_color, g->slab_size - end);
}

/* The size rounded up, and padded where it would crowd few cache sets. */
static size_t right_stride(const struct slabi_wish *wish)
{
	size_t most = sizeof(void *) >= 8 ? 128 << 10 : 16 << 10;
	size_t stride = (wish->size + wish->align - 1) / wish->align *
	    wish->align;

	if (wish->coloring && wish->align <= 16 && stride % 512 == 0 &&
	    stride >= 1024 && stride <= most)
		stride += 16;
	return stride;
}

static void objects_are_right(const struct slabi_geometry *g,
    const struct slabi_wish *wish)
{
	size_t line = slabi_min(64, g->stride & (~g->stride + 1));

	ck_assert_uint_ge(g->objects, 1);
	ck_assert_uint_le(g->objects, SLABI_MAX_OBJECTS);
	ck_assert_uint_eq(g->size, wish->size);
	ck_assert_uint_eq(g->align, wish->align);
	ck_assert_uint_eq(g->stride, right_stride(wish));
	ck_assert_uint_eq((g->front + g->first) % wish->align, 0);
	ck_assert_uint_eq(slabi_geometry_color_step(g) % wish->align, 0);
	/* Whole lines, or equal parts of one, lie on lines. */
	ck_assert_uint_eq((g->front + g->first) % line, 0);
	ck_assert_uint_eq(slabi_geometry_color_step(g) % line, 0);
	ck_assert_uint_eq(g->color_mask & (g->color_mask + 1), 0);
	if (!wish->coloring)
		ck_assert_uint_eq(g->color_mask, 0);
}

/* The reciprocal against division, for every object of the slab. */
static void indexes_are_exact(const struct slabi_geometry *g)
{
	for (size_t n = 0; n < g->objects; n++) {
		size_t offset = n * g->stride, inside = offset + g->stride / 2;

		ck_assert_uint_eq(slabi_geometry_index(g, offset), n);
		if (inside == offset)
			continue;
		ck_assert_uint_ge(slabi_geometry_index(g, inside), g->objects);
		ck_assert_uint_ge(slabi_geometry_index(g, offset + 1),
		    g->objects);
		ck_assert_uint_ge(slabi_geometry_index(g,
		    offset + g->stride - 1), g->objects);
	}
}

static void classes_are_in_order(const struct slabi_geometry *g)
{
	uint32_t class;

	ck_assert_uint_eq(slabi_geometry_class_floor(g, 0), 0);
	ck_assert_uint_eq(slabi_geometry_class_floor(g, SLABI_CLASSES),
	    g->objects);
	for (class = 0; class < SLABI_CLASSES; class++) {
		uint32_t least = slabi_geometry_class_floor(g, class);
		uint32_t next = slabi_geometry_class_floor(g, class + 1);

		if (least == next) /* fewer objects than classes */
			continue;
		ck_assert_uint_eq(slabi_geometry_class(g, least), class);
		ck_assert_uint_eq(slabi_geometry_class(g, next - 1), class);
	}
}

static void granules_are_few(const struct slabi_geometry *g, size_t page)
{
	ck_assert_uint_lt(g->purge_shift, sizeof(size_t) * 8);
	ck_assert_uint_ge((size_t)1 << g->purge_shift, page);
	ck_assert_uint_le((size_t)1 << g->granule_shift, g->slab_size);
	ck_assert_uint_gt((size_t)1 << g->granule_shift, g->slab_size / 2);
	ck_assert_uint_le((g->slab_size - 1) >> g->purge_shift,
	    SLABI_MAX_CHUNKS - 1);
}

static void holds(const struct slabi_geometry *g,
    const struct slabi_wish *wish)
{
	objects_are_right(g, wish);
	lies_well(g, wish);
	classes_are_in_order(g);
	granules_are_few(g, wish->page);
}

/* Calls `try` for sizes x aligns x pages x the two flags. */
static void for_all_wishes(void (*try)(const struct slabi_wish *wish))
{
	for (size_t i = 0; i < COUNT(sizes) * COUNT(pages) * 4; i++) {
		struct slabi_wish wish = {
			.size = sizes[i / 4 / COUNT(pages)],
			.page = pages[i / 4 % COUNT(pages)],
			.header = sizeof(struct slab),
			.has_ctor_bits = i % 2, .coloring = i / 2 % 2,
		};

		wish.unit = wish.page;
		for (wish.align = 1; wish.align <= wish.page; wish.align *= 2)
			try(&wish);
	}
}

static void try_aligned(const struct slabi_wish *wish)
{
	struct slabi_geometry g, half;

	if (!slabi_geometry_aligned(&g, wish)) {
		ck_assert_uint_gt(wish->size, SIZE_MAX / 64);
		return;
	}
	holds(&g, wish);
	ck_assert_uint_eq(g.slab_size & (g.slab_size - 1), 0);
	for (size_t size = g.slab_size; size >= wish->page; size /= 2)
		if (slabi_geometry_exact(&half, wish, size))
			holds(&half, wish);
}

/* Not even where a header with more bits for parts is what is missing. */
static void no_object_is_too_large(const struct slabi_wish *wish)
{
	struct slabi_geometry g;

	ck_assert(slabi_geometry_large(&g, wish));
	holds(&g, wish);
	ck_assert_uint_lt(g.slab_size - g.objects * g.stride,
	    wish->unit + wish->page);
	ck_assert(slabi_geometry_aligned(&g, wish));
	holds(&g, wish);
}

START_TEST(test_geometry_takes_large_objects_of_all_sizes)
{
	for (size_t i = 0; i < 200000; i++) {
		struct slabi_wish wish = {
			.size = ((size_t)14 << 20) + i * 232,
			.align = i % 3 == 0 ? 64 : 8,
			.unit = i % 2 == 0 ? 64 : 4096, .page = 4096,
			.header = sizeof(struct slab),
			.slab_size = i % 5 == 0 ? (i * 7919) % (60 << 20) : 0,
			.has_ctor_bits = i % 7 == 0, .coloring = i % 11 != 0,
		};

		no_object_is_too_large(&wish);
	}
}
END_TEST

static void try_large(const struct slabi_wish *wish)
{
	struct slabi_geometry g;

	if (!slabi_geometry_large(&g, wish)) {
		ck_assert_uint_gt(wish->size, SIZE_MAX / 64);
		return;
	}
	holds(&g, wish);
	ck_assert_uint_eq(g.slab_size % wish->unit, 0);
}

START_TEST(test_geometry_aligned_lies_well_for_all_wishes)
{
	for_all_wishes(try_aligned);
}
END_TEST

START_TEST(test_geometry_large_lies_well_for_all_wishes)
{
	for_all_wishes(try_large);
}
END_TEST

START_TEST(test_geometry_index_is_exact_for_all_sizes)
{
	for (size_t size = 1; size <= 5000; size += 1 + size / 300) {
		struct slabi_wish wish = { .size = size, .align = 1,
		    .unit = 4096, .page = 4096,
		    .header = sizeof(struct slab) };
		struct slabi_geometry g;

		ck_assert(slabi_geometry_large(&g, &wish));
		indexes_are_exact(&g);
		ck_assert(slabi_geometry_exact(&g, &wish, 65536));
		indexes_are_exact(&g);
	}
}
END_TEST

START_TEST(test_geometry_index_is_exact_in_enormous_slabs)
{
	static const size_t some[] = { 4097, 12289, 100003, 1 << 20 };

	for (size_t i = 0; i < COUNT(some); i++) {
		struct slabi_wish wish = { .size = some[i], .align = 1,
		    .unit = 4096, .page = 4096, .slab_size = 512u << 20,
		    .header = sizeof(struct slab) };
		struct slabi_geometry g;

		ck_assert(slabi_geometry_large(&g, &wish));
		indexes_are_exact(&g);
		holds(&g, &wish);
	}
}
END_TEST

/* What the largest size that is told apart from an overflow may be. */
START_TEST(test_geometry_overflow_is_noticed)
{
	static const size_t some[] = {
		SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 4096, PTRDIFF_MAX,
		SIZE_MAX / 8 + 1, SIZE_MAX / 4, SIZE_MAX / 2,
	};

	for (size_t i = 0; i < COUNT(some) * 13; i++) {
		struct slabi_wish wish = { .size = some[i / 13],
		    .align = (size_t)1 << i % 13, .unit = 4096,
		    .page = 4096, .header = sizeof(struct slab) };
		struct slabi_geometry g;

		ck_assert(!slabi_geometry_aligned(&g, &wish));
		ck_assert(!slabi_geometry_large(&g, &wish));
	}
}
END_TEST

START_TEST(test_geometry_wish_for_slabs_is_followed)
{
	for (size_t bytes = 1; bytes <= (1 << 22); bytes = bytes * 3 + 1) {
		struct slabi_wish wish = { .size = 48, .align = 16,
		    .slab_size = bytes, .unit = 4096, .page = 4096,
		    .header = sizeof(struct slab) };
		struct slabi_geometry g;

		ck_assert(slabi_geometry_aligned(&g, &wish));
		ck_assert_uint_ge(g.slab_size, bytes);
		ck_assert_uint_lt(g.slab_size, 2 * bytes + 4096);
		ck_assert(slabi_geometry_large(&g, &wish));
		ck_assert_uint_ge(g.slab_size, bytes);
		ck_assert_uint_lt(g.slab_size, bytes + 4096);
	}
}
END_TEST

START_TEST(test_geometry_block_too_small_is_refused)
{
	struct slabi_wish wish = { .size = 100, .align = 4, .unit = 4096,
	    .page = 4096, .header = sizeof(struct slab) };
	struct slabi_geometry g;
	size_t least;

	ck_assert(slabi_geometry_least(&wish, &least));
	ck_assert(slabi_geometry_exact(&g, &wish, least));
	ck_assert_uint_eq(g.objects, 1);
	for (size_t bytes = 0; bytes < sizeof(struct slab) + 100; bytes++)
		ck_assert(!slabi_geometry_exact(&g, &wish, bytes));
}
END_TEST

/* Promise 4, for what the builder makes of sizes 16 to 4096. */
START_TEST(test_geometry_waste_is_at_most_2_percent)
{
	for (size_t size = 16; size <= 4096; size++) {
		for (int made = 0; made <= 1; made++) {
			struct slabi_wish wish = { .size = size, .align = 1,
			    .unit = 4096, .page = 4096, .has_ctor_bits = made,
			    .header = sizeof(struct slab),
			    .coloring = true };
			struct slabi_geometry g;
			size_t payload;

			while (wish.align < 16 && size % (wish.align * 2) == 0)
				wish.align *= 2;
			ck_assert(slabi_geometry_aligned(&g, &wish));
			if (slabi_geometry_wasteful(&g))
				ck_assert(slabi_geometry_large(&g, &wish));
			payload = size * g.objects;
			ck_assert_msg((g.slab_size - payload) * 50 <= payload,
			    "size %zu: %zu objects in %zu", size,
			    (size_t)g.objects, g.slab_size);
		}
	}
}
END_TEST

/*
 * The same promise: a cache of one object has little memory.  Slabs of 32-bit
 * systems are too small to spend pages on it.
 */
START_TEST(test_geometry_header_and_first_object_share_a_page)
{
	for (size_t size = 8; size <= 256 && sizeof(void *) >= 8; size++) {
		for (int made = 0; made <= 1; made++) {
			struct slabi_wish wish = { .size = size, .align = 1,
			    .unit = 4096, .page = 4096, .has_ctor_bits = made,
			    .header = sizeof(struct slab),
			    .coloring = true };
			struct slabi_geometry g;
			size_t from, to;

			ck_assert(slabi_geometry_aligned(&g, &wish));
			from = g.front - (made ? 16 : 8);
			to = g.front + g.color_mask * slabi_geometry_color_step(&g) + g.first +
			    g.stride - 1;
			ck_assert_uint_eq(from / 4096, to / 4096);
			ck_assert_uint_ge(g.color_mask, 15);
		}
	}
}
END_TEST

START_TEST(test_geometry_powers_and_logarithms)
{
	for (unsigned bit = 0; bit < sizeof(size_t) * CHAR_BIT; bit++) {
		size_t power = (size_t)1 << bit;

		ck_assert_uint_eq(slabi_log2(power), bit);
		ck_assert_uint_eq(slabi_power_above(power), power);
		ck_assert_uint_eq(slabi_power_below(power), power);
		if (bit >= 2) {
			ck_assert_uint_eq(slabi_power_above(power - 1), power);
			ck_assert_uint_eq(slabi_power_below(power + 1), power);
			ck_assert_uint_eq(slabi_power_below(power - 1),
			    power / 2);
		}
	}
	ck_assert_uint_eq(slabi_round_up(0, 8), 0);
	ck_assert_uint_eq(slabi_round_up(1, 8), 8);
	ck_assert_uint_eq(slabi_round_up(8, 8), 8);
}
END_TEST

CHECK_MAIN("geometry",
    test_geometry_aligned_lies_well_for_all_wishes,
    test_geometry_large_lies_well_for_all_wishes,
    test_geometry_takes_large_objects_of_all_sizes,
    test_geometry_index_is_exact_for_all_sizes,
    test_geometry_index_is_exact_in_enormous_slabs,
    test_geometry_overflow_is_noticed,
    test_geometry_wish_for_slabs_is_followed,
    test_geometry_block_too_small_is_refused,
    test_geometry_waste_is_at_most_2_percent,
    test_geometry_header_and_first_object_share_a_page,
    test_geometry_powers_and_logarithms);
