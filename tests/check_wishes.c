/* SPDX-License-Identifier: MIT */
/* The contract of the builder: wishes, and what is built of them. */
#include "check_support.h"

#include <stdalign.h>

struct shape {
	char c[3];
	double d[2];
};

SLAB_DEFINE_TYPED(shape, struct shape);

/* Size and alignment ----------------------------------------------------- */

START_TEST(test_builder_default_align_divides_the_size)
{
	for (size_t size = 1; size <= 300; size++) {
		slab_cache *cache = slab_builder_build(slab_builder_new(size));
		size_t align = size & (~size + 1);

		if (align > alignof(max_align_t))
			align = alignof(max_align_t);
		ck_assert_ptr_nonnull(cache);
		ck_assert_uint_eq(slab_object_size(cache), size);
		ck_assert_uint_eq(slab_object_align(cache), align);
		slab_destroy(cache);
	}
}
END_TEST

START_TEST(test_builder_largest_align_wins)
{
	static const struct {
		size_t size, first, second, align;
	} rows[] = {
		{ 24, 8, 64, 64 }, { 24, 64, 8, 64 }, { 24, 1, 1, 8 },
		{ 3, 2, 1, 2 }, { 64, 1, 2, alignof(max_align_t) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		slab_cache *cache = slab_builder_build(slab_builder_align(
		    slab_builder_align(slab_builder_new(rows[i].size),
		    rows[i].first), rows[i].second));

		ck_assert_uint_eq(slab_object_align(cache), rows[i].align);
		ck_assert_uint_ge(stats_of(cache).stride, rows[i].size);
		ck_assert_uint_eq(stats_of(cache).stride % rows[i].align, 0);
		slab_destroy(cache);
	}
}
END_TEST

START_TEST(test_builder_for_type_takes_its_layout)
{
	slab_cache *cache = slab_builder_build(slab_builder_for(struct shape));

	ck_assert_uint_eq(slab_object_size(cache), sizeof(struct shape));
	ck_assert_uint_eq(slab_object_align(cache), alignof(struct shape));
	slab_destroy(cache);
}
END_TEST

START_TEST(test_builder_typed_cache_gives_its_type)
{
	slab_cache *cache = slab_builder_build(shape_builder());
	struct shape *one = shape_alloc(cache), *two = shape_zalloc(cache);

	ck_assert_uint_eq(slab_object_size(cache), sizeof(*one));
	ck_assert_uint_eq(slab_object_align(cache), alignof(struct shape));
	ck_assert(one != NULL && two != NULL && one != two);
	ck_assert(support_all_bytes(two, 0, sizeof(*two)));
	shape_free(cache, one);
	shape_free(cache, two);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

/* Copies ----------------------------------------------------------------- */

START_TEST(test_builder_name_is_copied)
{
	char name[] = "conn";
	slab_builder *builder = slab_builder_name(slab_builder_new(8), name);
	slab_cache *cache;

	name[0] = 'x';
	cache = slab_builder_build(builder);
	ck_assert_str_eq(slab_cache_name(cache), "conn");
	slab_destroy(cache);
}
END_TEST

START_TEST(test_builder_name_of_any_length_is_kept)
{
	static const size_t lengths[] = { 0, 1, 31, 64, 255, 4096, 70000 };
	char *name = calloc(1, 70001);

	for (size_t i = 0; i < COUNT(lengths); i++) {
		memset(name, 'n', lengths[i]);
		for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
			struct memory memory = { .kind = kind };
			slab_cache *cache = memory_build(&memory,
			    slab_builder_name(slab_builder_new(8), name));

			ck_assert_str_eq(slab_cache_name(cache), name);
			slab_destroy(cache);
			ck_assert(memory_end(&memory));
		}
	}
	free(name);
}
END_TEST

START_TEST(test_builder_last_name_counts)
{
	slab_cache *cache = slab_builder_build(slab_builder_name(
	    slab_builder_name(slab_builder_new(8), "a longer first name"),
	    "b"));

	ck_assert_str_eq(slab_cache_name(cache), "b");
	slab_destroy(cache);
}
END_TEST

START_TEST(test_builder_unnamed_cache_is_called_by_its_size)
{
	slab_cache *cache = slab_builder_build(slab_builder_new(123));

	ck_assert_str_eq(slab_cache_name(cache), "size-123");
	slab_destroy(cache);
}
END_TEST

START_TEST(test_builder_clone_has_the_same_wishes)
{
	slab_builder *b = slab_builder_name(slab_builder_limit(
	    slab_builder_align(slab_builder_new(40), 32), 3), "first");
	slab_cache *twin = slab_builder_build(slab_builder_name(
	    slab_builder_align(slab_builder_clone(b), 128), "second"));
	slab_cache *namesake = slab_builder_build(slab_builder_clone(b));
	slab_cache *cache = slab_builder_build_mmap(b);

	ck_assert_str_eq(slab_cache_name(cache), "first");
	ck_assert_str_eq(slab_cache_name(namesake), "first");
	ck_assert_uint_eq(slab_object_align(cache), 32);
	ck_assert_str_eq(slab_cache_name(twin), "second");
	ck_assert_uint_eq(slab_object_align(twin), 128);
	ck_assert_uint_eq(slab_object_size(twin), 40);
	ck_assert_uint_eq(slab_alloc_bulk(twin, 4, (void *[4]){ 0 }), 3);
	slab_reset(twin);
	slab_destroy(twin);
	slab_destroy(namesake);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_builder_clone_has_its_own_template)
{
	static const size_t sizes[] = { 24, 5000, 70000 };
	static char first[70000], second[70000];

	memset(first, 1, sizeof(first));
	memset(second, 2, sizeof(second));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		slab_builder *b = slab_builder_template(
		    slab_builder_new(sizes[i]), first);
		slab_builder *twin = slab_builder_clone(b);
		slab_cache *cache;
		char *object;

		slab_builder_free(slab_builder_template(b, second));
		cache = slab_builder_build(twin);
		object = slab_alloc(cache);
		ck_assert_mem_eq(object, first, sizes[i]);
		slab_free(cache, object);
		slab_destroy(cache);
	}
}
END_TEST

/* Wishes that are rounded ------------------------------------------------ */

START_TEST(test_builder_slab_size_wish_is_rounded)
{
	const size_t wishes[] = {
		1, 100, 4096, 5000, 65536, 100000, (size_t)1 << 21,
	};

	for (size_t i = 0; i < COUNT(wishes); i++) {
		slab_cache *cache = slab_builder_build_mmap(
		    slab_builder_slab_size(slab_builder_new(48), wishes[i]));
		slab_statistics figures = stats_of(cache);

		ck_assert_uint_eq(figures.slab_size % support_page(), 0);
		ck_assert_uint_ge(figures.objects_per_slab, 1);
		ck_assert_uint_le(figures.objects_per_slab * 48,
		    figures.slab_size);
		slab_free(cache, slab_alloc(cache));
		slab_destroy(cache);
	}
}
END_TEST

/* How many different offsets in their slabs the first objects have. */
static size_t count_colors(bool coloring)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = memory_build(&memory, slab_builder_coloring(
	    slab_builder_slab_size(slab_builder_new(100), 65536), coloring));
	size_t n = stats_of(cache).objects_per_slab, colors = 0;
	bool seen[65536] = { false };

	for (size_t i = 0; i < 30 * n; i++) {
		size_t offset = (uintptr_t)slab_alloc(cache) %
		    stats_of(cache).slab_size;

		if (i % n == 0 && !seen[offset]) {
			seen[offset] = true;
			colors++;
		}
	}
	slab_reset(cache);
	slab_destroy(cache);
	ck_assert(memory_end(&memory));
	return colors;
}

START_TEST(test_builder_coloring_wish_is_followed)
{
	ck_assert_uint_eq(count_colors(false), 1);
	ck_assert_uint_gt(count_colors(true), 1);
}
END_TEST

static bool is_of(slab_cache *cache, slab_system system)
{
	char text[1000] = "";
	FILE *stream = fmemopen(text, sizeof(text), "w");

	slab_dump(cache, stream);
	fclose(stream);
	return strstr(text, system == SLAB_SYSTEM_ALIGNED ?
	    "slabs    aligned" : "slabs    large") != NULL;
}

/* malloc's header takes a page before every aligned block. */
START_TEST(test_builder_auto_system_suits_the_memory)
{
	slab_cache *heap = slab_builder_build(slab_builder_new(48));
	slab_cache *mapped = slab_builder_build_mmap(slab_builder_new(48));

	ck_assert(is_of(heap, SLAB_SYSTEM_LARGE));
	ck_assert(is_of(mapped, SLAB_SYSTEM_ALIGNED));
	slab_destroy(heap);
	slab_destroy(mapped);
}
END_TEST

START_TEST(test_builder_system_wish_is_followed)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		for (slab_system system = SLAB_SYSTEM_AUTO;
		    system <= SLAB_SYSTEM_LARGE; system++) {
			struct memory memory = { .kind = kind };
			slab_cache *cache = memory_build(&memory,
			    slab_builder_system(slab_builder_new(48),
			    system));

			if (kind == MEMORY_USER_LARGE &&
			    system == SLAB_SYSTEM_ALIGNED) {
				ck_assert_ptr_null(cache);
				ck_assert_int_eq(errno, ENOTSUP);
				free(memory.buffer);
				continue;
			}
			ck_assert_ptr_nonnull(cache);
			if (system != SLAB_SYSTEM_AUTO)
				ck_assert(is_of(cache, system));
			slab_free(cache, slab_alloc(cache));
			ck_assert_int_eq(slab_destroy(cache), 0);
			ck_assert(memory_end(&memory));
		}
	}
}
END_TEST

/* Objects little larger than half a power of two: aligned slabs waste much. */
START_TEST(test_builder_slabs_of_large_objects_are_as_wished)
{
	static const size_t sizes[] = { 5 << 20, (8 << 20) + 1, 70 << 20 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (slab_system system = SLAB_SYSTEM_AUTO;
		    system <= SLAB_SYSTEM_LARGE; system++) {
			slab_cache *cache = slab_builder_build_mmap(
			    slab_builder_system(slab_builder_new(sizes[i]),
			    system));
			size_t bytes = stats_of(cache).slab_size;
			size_t used = stats_of(cache).objects_per_slab *
			    sizes[i];

			if (system == SLAB_SYSTEM_ALIGNED)
				ck_assert_uint_eq(bytes & (bytes - 1), 0);
			else
				ck_assert_uint_le(bytes - used, bytes / 50);
			slab_destroy(cache);
		}
	}
}
END_TEST

START_TEST(test_builder_magazine_of_any_size_works_or_fails)
{
	static const size_t wishes[] = {
		0, 1, 2, 3, 7, 100, 5000, SIZE_MAX / 64,
	};

	for (size_t i = 0; i < COUNT(wishes); i++) {
		slab_cache *cache = slab_builder_build(slab_builder_magazine(
		    slab_builder_new(16), wishes[i]));

		if (cache == NULL) {
			ck_assert_uint_eq(wishes[i], SIZE_MAX / 64);
			ck_assert_int_eq(errno, ENOMEM);
			continue;
		}
		slab_free(cache, slab_alloc(cache));
		ck_assert_intact(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

START_TEST(test_builder_version_is_the_header_s)
{
	ck_assert_str_eq(slab_version(), SLAB_VERSION_STRING);
	ck_assert(SLAB_VERSION_AT_LEAST(1, 0, 0));
	ck_assert(!SLAB_VERSION_AT_LEAST(SLAB_VERSION_MAJOR + 1, 0, 0));
}
END_TEST

CHECK_MAIN("wishes",
    test_builder_default_align_divides_the_size,
    test_builder_largest_align_wins,
    test_builder_for_type_takes_its_layout,
    test_builder_typed_cache_gives_its_type,
    test_builder_name_is_copied,
    test_builder_name_of_any_length_is_kept,
    test_builder_last_name_counts,
    test_builder_unnamed_cache_is_called_by_its_size,
    test_builder_clone_has_the_same_wishes,
    test_builder_clone_has_its_own_template,
    test_builder_slab_size_wish_is_rounded,
    test_builder_coloring_wish_is_followed,
    test_builder_auto_system_suits_the_memory,
    test_builder_system_wish_is_followed,
    test_builder_slabs_of_large_objects_are_as_wished,
    test_builder_magazine_of_any_size_works_or_fails,
    test_builder_version_is_the_header_s);
