/* SPDX-License-Identifier: MIT */
/* slab_buffer_size(): buffers of that size hold what was asked for. */
#include <errno.h>
#include <stdlib.h>

#include "check_support.h"

static const size_t sizes[] = { 1, 8, 24, 64, 200, 1000, 4096, 70000 };
static const size_t counts[] = { 1, 10, 65, 1000, 20000 };

static slab_builder *with_align(size_t size, size_t align, slab_system system)
{
	return slab_builder_system(slab_builder_align(slab_builder_new(size),
	    align), system);
}

/* Returns how many objects a cache in a buffer at this offset hands out. */
static size_t filled(slab_builder *builder, size_t offset, size_t bytes)
{
	char *memory = malloc(bytes + offset);
	slab_cache *cache;
	size_t n = 0;

	ck_assert_ptr_nonnull(memory);
	cache = slab_builder_build_buffer(builder, memory + offset, bytes);
	ck_assert_msg(cache != NULL, "%s", slab_error());
	while (slab_alloc(cache))
		n++;
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	free(memory);
	return n;
}

static void fits(slab_builder *builder, size_t objects)
{
	static const size_t offsets[] = { 0, 1, 8, 63, 64, 100, 1000, 4095 };
	size_t bytes = slab_buffer_size(builder, objects);
	size_t i;

	ck_assert_msg(bytes > 0, "%s", slab_error());
	for (i = 0; i < sizeof(offsets) / sizeof(*offsets); i++)
		ck_assert_uint_ge(filled(slab_builder_clone(builder),
		    offsets[i], bytes), objects);
	slab_builder_free(builder);
}

START_TEST(test_buffer_of_that_size_holds_the_objects)
{
	size_t i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (j = 0; j < sizeof(counts) / sizeof(*counts); j++)
			if (sizes[i] * counts[j] < 8000000)
				fits(slab_builder_new(sizes[i]), counts[j]);
}
END_TEST

START_TEST(test_buffer_of_that_size_holds_aligned_objects)
{
	fits(with_align(64, 64, SLAB_SYSTEM_AUTO), 1000);
	fits(with_align(200, 512, SLAB_SYSTEM_AUTO), 333);
	fits(with_align(64, support_page(), SLAB_SYSTEM_AUTO), 20);
}
END_TEST

START_TEST(test_buffer_of_that_size_holds_aligned_slabs)
{
	fits(with_align(64, 8, SLAB_SYSTEM_ALIGNED), 10);
	fits(with_align(64, 8, SLAB_SYSTEM_ALIGNED), 20000);
	fits(with_align(1000, 8, SLAB_SYSTEM_ALIGNED), 5000);
}
END_TEST

START_TEST(test_buffer_size_counts_name_template_and_magazine)
{
	static const char object[3000];
	char name[500];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fits(slab_builder_template(slab_builder_new(sizeof(object)), object),
	    10);
	fits(slab_builder_name(slab_builder_new(16), name), 10);
	fits(slab_builder_magazine(slab_builder_new(16), 10000), 10);
	fits(slab_builder_magazine(slab_builder_new(16), 0), 10);
}
END_TEST

START_TEST(test_buffer_size_is_not_much_more_than_needed)
{
	slab_builder *builder = slab_builder_new(64);
	size_t bytes = slab_buffer_size(builder, 10000);

	ck_assert_uint_gt(bytes, 640000);
	ck_assert_uint_lt(bytes, 640000 + 640000 / 20 + 4096);
	slab_builder_free(builder);
}
END_TEST

START_TEST(test_buffer_size_of_no_objects_is_that_of_one)
{
	slab_builder *builder = slab_builder_new(64);

	ck_assert_uint_eq(slab_buffer_size(builder, 0),
	    slab_buffer_size(builder, 1));
	slab_builder_free(builder);
}
END_TEST

/* Nothing is consumed, and the reason is in errno and slab_error(). */
static void fails(slab_builder *builder, size_t objects, int error)
{
	errno = 0;
	ck_assert_uint_eq(slab_buffer_size(builder, objects), 0);
	ck_assert_int_eq(errno, error);
	ck_assert_int_ne(slab_error()[0], '\0');
	slab_builder_free(builder);
}

START_TEST(test_buffer_size_of_what_cannot_be_fails)
{
	fails(NULL, 1, ENOMEM);
	fails(slab_builder_new(0), 1, EINVAL);
	fails(slab_builder_align(slab_builder_new(8), 24), 1, EINVAL);
	fails(slab_builder_new(64), SIZE_MAX / 64, ENOMEM);
	fails(slab_builder_new(SIZE_MAX / 4), 1, ENOMEM);
	fails(slab_builder_limit(slab_builder_new(64), 10), 11, ENOMEM);
}
END_TEST

struct message {
	uint64_t id;
	char text[];
};

START_TEST(test_builder_for_flex_has_size_and_alignment_of_the_structure)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_for_flex(
	    struct message, text, 13));

	ck_assert_ptr_nonnull(cache);
	ck_assert_uint_eq(slab_object_size(cache),
	    offsetof(struct message, text) + 13);
	ck_assert_uint_eq(slab_object_align(cache),
	    _Alignof(struct message));
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

struct padded {
	uint64_t id;
	char kind;
	char text[];
};

START_TEST(test_builder_for_flex_never_has_less_than_the_structure)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_for_flex(
	    struct padded, text, 2));

	ck_assert_ptr_nonnull(cache);
	ck_assert_uint_eq(slab_object_size(cache), sizeof(struct padded));
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

START_TEST(test_builder_for_flex_that_overflows_has_no_memory)
{
	errno = 0;
	ck_assert_ptr_null(slab_builder_build_mmap(slab_builder_for_flex(
	    struct message, text, SIZE_MAX - 2)));
	ck_assert_int_eq(errno, ENOMEM);
}
END_TEST

CHECK_MAIN("buffer size",
    test_buffer_of_that_size_holds_the_objects,
    test_buffer_of_that_size_holds_aligned_objects,
    test_buffer_of_that_size_holds_aligned_slabs,
    test_buffer_size_counts_name_template_and_magazine,
    test_buffer_size_is_not_much_more_than_needed,
    test_buffer_size_of_no_objects_is_that_of_one,
    test_buffer_size_of_what_cannot_be_fails,
    test_builder_for_flex_has_size_and_alignment_of_the_structure,
    test_builder_for_flex_never_has_less_than_the_structure,
    test_builder_for_flex_that_overflows_has_no_memory);
