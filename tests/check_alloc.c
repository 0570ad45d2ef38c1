/* SPDX-License-Identifier: MIT */
/* The contract of taking objects: alignment and room, zeroed memory. */
#include "check_support.h"

/* Alignment and room ----------------------------------------------------- */

static const size_t edge_sizes[] = {
	1, 2, 3, 5, 7, 8, 9, 13, 16, 17, 24, 31, 33, 48, 63, 64, 65, 100, 127,
	128, 129, 255, 256, 257, 500, 1000, 1023, 1024, 2047, 2048, 4000, 4095,
	4096, 4097, 8191, 12345, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1,
};

/* The first and the last bytes: enough of a big object. */
static void mark(void *object, size_t size, uint64_t number)
{
	size_t edge = size < 32 ? size : 32;

	memset(object, (int)(number % 251), edge);
	memset((char *)object + size - edge, (int)(number % 251), edge);
}

static bool marked(const void *object, size_t size, uint64_t number)
{
	size_t edge = size < 32 ? size : 32;

	return support_all_bytes(object, (int)(number % 251), edge) &&
	    support_all_bytes((const char *)object + size - edge,
	    (int)(number % 251), edge);
}

static size_t enough_for(size_t size)
{
	return size <= 256 ? 1000 : size <= 4200 ? 150 : size <= 65537 ? 12 : 3;
}

static void fill_and_verify(slab_cache *cache, size_t size, size_t align)
{
	char *objects[1000];
	size_t n = enough_for(size);

	for (size_t i = 0; i < n; i++) {
		objects[i] = slab_alloc(cache);
		ck_assert_ptr_nonnull(objects[i]);
		ck_assert(support_aligned(objects[i], align));
		mark(objects[i], size, i);
	}
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(marked(objects[i], size, i),
		    "object %zu of size %zu overlaps", i, size);
	ck_assert_intact(cache);
	slab_free_bulk(cache, n, (void **)objects);
}

static void try_shape(enum memory_kind kind, slab_system system, size_t size,
    size_t align)
{
	struct memory memory = { .kind = kind };
	slab_cache *cache = memory_build(&memory, slab_builder_system(
	    slab_builder_align(slab_builder_new(size), align), system));

	ck_assert_msg(cache != NULL, "%s, size %zu, align %zu: %s",
	    memory_name(kind), size, align, slab_error());
	ck_assert_uint_eq(slab_object_size(cache), size);
	ck_assert_uint_ge(slab_object_align(cache), align);
	fill_and_verify(cache, size, slab_object_align(cache));
	fill_and_verify(cache, size, slab_object_align(cache));
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(&memory));
}

START_TEST(test_alloc_every_size_and_align_has_room)
{
	for (size_t i = 0; i < COUNT(edge_sizes); i++)
		for (size_t align = 1; align <= support_page(); align *= 2)
			try_shape(MEMORY_MMAP, SLAB_SYSTEM_AUTO, edge_sizes[i],
			    align);
}
END_TEST

START_TEST(test_alloc_every_memory_and_system_has_room)
{
	for (size_t i = 0; i < COUNT(edge_sizes) - 2; i++) {
		size_t size = edge_sizes[i];

		for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
			try_shape(kind, SLAB_SYSTEM_AUTO, size, 1);
			try_shape(kind, SLAB_SYSTEM_LARGE, size, 64);
			if (kind != MEMORY_USER_LARGE && size <= 4097)
				try_shape(kind, SLAB_SYSTEM_ALIGNED, size, 8);
		}
	}
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++)
		for (size_t align = 128; align <= 4096; align *= 2)
			try_shape(kind, SLAB_SYSTEM_LARGE, 48, align);
}
END_TEST

START_TEST(test_alloc_size_64_mib_has_room)
{
	enum { SIZE = 64 << 20 };
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(SIZE));
	char *first = slab_alloc(cache), *second = slab_alloc(cache);

	if (first == NULL || second == NULL) { /* a small machine */
		ck_assert_int_eq(errno, ENOMEM);
	} else {
		mark(first, SIZE, 1);
		mark(second, SIZE, 2);
		ck_assert(marked(first, SIZE, 1));
		ck_assert(slab_owns(cache, first));
		ck_assert(!slab_owns(cache, first + SIZE - 1));
	}
	slab_free(cache, first);
	slab_free(cache, second);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_alloc_slab_of_a_single_object_works)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind };
		slab_cache *cache = memory_build(&memory,
		    slab_builder_slab_size(slab_builder_new(
		    support_page() - support_page() / 16), support_page()));
		void *objects[20];

		ck_assert_uint_eq(slab_alloc_bulk(cache, 20, objects), 20);
		if (stats_of(cache).objects_per_slab == 1)
			ck_assert_uint_ge(stats_of(cache).slabs_full, 20);
		ck_assert_intact(cache);
		slab_free_bulk(cache, 20, objects);
		ck_assert_intact(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

START_TEST(test_alloc_last_freed_comes_first)
{
	slab_cache *cache = slab_builder_build(slab_builder_new(64));
	void *a = slab_alloc(cache), *b = slab_alloc(cache);

	slab_free(cache, a);
	slab_free(cache, b);
	ck_assert_ptr_eq(slab_alloc(cache), b);
	ck_assert_ptr_eq(slab_alloc(cache), a);
	slab_free(cache, NULL);
	ck_assert_uint_eq(stats_of(cache).live, 2);
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

/*
 * More than the magazine holds, freed at random, comes back in the order of
 * addresses, but for the few rounds on top.
 */
START_TEST(test_alloc_large_batch_comes_in_order)
{
	enum { ALL = 300 * 32, ON_TOP = 5 * 32 };
	static void *objects[ALL];
	uint64_t seed = 1;

	for (size_t step = 1; step <= 32; step += 31) {
		slab_cache *cache = slab_builder_build(slab_builder_new(16));

		ck_assert_uint_eq(slab_alloc_bulk(cache, ALL, objects), ALL);
		for (size_t i = ALL; i > 0; i--) {
			size_t other = support_random(&seed) % i;

			slab_free(cache, objects[other]);
			objects[other] = objects[i - 1];
		}
		for (size_t i = 0; i < ALL; i += step) {
			if (step == 1)
				objects[i] = slab_alloc(cache);
			else
				ck_assert_uint_eq(slab_alloc_bulk(cache, step,
				    objects + i), step);
		}
		for (size_t i = ON_TOP + step; i < ALL; i += step)
			ck_assert_uint_lt((uintptr_t)objects[i - step],
			    (uintptr_t)objects[i]);
		slab_reset(cache);
		slab_destroy(cache);
	}
}
END_TEST

/* What was more than the magazine holds is forgotten when it has come back. */
START_TEST(test_alloc_last_freed_comes_first_after_a_large_batch)
{
	enum { ALL = 5000, FEW = 300 };
	static void *objects[ALL];
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(16));

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ALL; i++)
			objects[i] = slab_alloc(cache);
		for (size_t i = 0; round == 0 && i < ALL; i++)
			slab_free(cache, objects[i]);
	}
	/* Of those that have come in the order of addresses. */
	for (size_t i = 0; i < FEW; i++)
		slab_free(cache, objects[ALL / 2 + i]);
	for (size_t i = FEW; i > 0; i--)
		ck_assert_ptr_eq(slab_alloc(cache), objects[ALL / 2 + i - 1]);
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

/* So that the others can become empty. */
START_TEST(test_alloc_fullest_partial_slab_comes_first)
{
	slab_cache *cache = slab_builder_build(slab_builder_magazine(
	    slab_builder_slab_size(slab_builder_new(support_page() / 40), 1),
	    0));
	size_t n = stats_of(cache).objects_per_slab;
	void *objects[300];

	ck_assert_uint_ge(n, 10);
	ck_assert_uint_le(3 * n, 300);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 3 * n, objects), 3 * n);
	for (size_t i = 1; i < n; i++)
		slab_free(cache, objects[i]);
	slab_free(cache, objects[n + 3]);
	for (size_t i = 2; i < n; i++)
		slab_free(cache, objects[2 * n + i]);
	ck_assert_ptr_eq(slab_alloc(cache), objects[n + 3]);
	ck_assert_ptr_eq(slab_alloc(cache), objects[2 * n + 2]);
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_alloc_free_preserves_errno)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_magazine(
	    slab_builder_working_period(slab_builder_new(64), 0), 0));
	void *objects[500];

	ck_assert_uint_eq(slab_alloc_bulk(cache, 500, objects), 500);
	errno = 4711;
	for (size_t i = 0; i < 250; i++)
		slab_free(cache, objects[i]);
	slab_free_bulk(cache, 250, objects + 250);
	slab_free(cache, NULL);
	ck_assert_int_eq(errno, 4711);
	slab_destroy(cache);
}
END_TEST

/* zalloc ----------------------------------------------------------------- */

START_TEST(test_zalloc_used_memory_is_zero_again)
{
	static const size_t sizes[] = { 1, 3, 24, 64, 1000, 5000, 70000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct memory memory = { .kind = MEMORY_USER_LARGE };
		slab_cache *cache = memory_build(&memory,
		    slab_builder_new(sizes[i]));

		for (int round = 0; round < 3; round++) {
			void *object = slab_zalloc(cache);

			ck_assert(support_all_bytes(object, 0, sizes[i]));
			memset(object, 0xFF, sizes[i]);
			slab_free(cache, object);
		}
		slab_destroy(cache);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

START_TEST(test_zalloc_in_a_constructed_cache_fails)
{
	slab_cache *cache = slab_builder_build(slab_builder_template(
	    slab_builder_new(8), NULL));

	ck_assert_fails(slab_zalloc(cache), EINVAL);
	ck_assert(strlen(slab_error()) > 0);
	ck_assert_uint_eq(stats_of(cache).live, 0);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_zalloc_at_the_limit_fails)
{
	slab_cache *cache = slab_builder_build(slab_builder_limit(
	    slab_builder_new(8), 1));
	void *object = slab_zalloc(cache);

	ck_assert_ptr_nonnull(object);
	ck_assert_fails(slab_zalloc(cache), ENOMEM);
	slab_free(cache, object);
	slab_destroy(cache);
}
END_TEST

CHECK_MAIN("alloc",
    test_alloc_every_size_and_align_has_room,
    test_alloc_every_memory_and_system_has_room,
    test_alloc_size_64_mib_has_room,
    test_alloc_slab_of_a_single_object_works,
    test_alloc_last_freed_comes_first,
    test_alloc_large_batch_comes_in_order,
    test_alloc_last_freed_comes_first_after_a_large_batch,
    test_alloc_fullest_partial_slab_comes_first,
    test_alloc_free_preserves_errno,
    test_zalloc_used_memory_is_zero_again,
    test_zalloc_in_a_constructed_cache_fails,
    test_zalloc_at_the_limit_fails);
