/* SPDX-License-Identifier: MIT */
/* Promise 2: templates. */
#include "check_support.h"

START_TEST(test_template_is_where_objects_start)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 24, 100, 4097, 70000 };
	static unsigned char image[70000];

	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (unsigned char)support_mix(i);
	for (size_t i = 0; i < COUNT(sizes) * MEMORY_KINDS; i++) {
		struct memory memory = { .kind =
		    (enum memory_kind)(i % MEMORY_KINDS) };
		size_t size = sizes[i / MEMORY_KINDS];
		slab_cache *cache = memory_build(&memory,
		    slab_builder_template(slab_builder_new(size), image));
		char *objects[30];

		ck_assert_uint_eq(slab_alloc_bulk(cache, 30,
		    (void **)objects), 30);
		for (size_t n = 0; n < 30; n++)
			ck_assert(memcmp(objects[n], image, size) == 0);
		objects[7][0] ^= 1;
		slab_free(cache, objects[7]);
		ck_assert_ptr_eq(slab_alloc(cache), objects[7]);
		ck_assert(objects[7][0] == (char)(image[0] ^ 1));
		slab_reset(cache);
		slab_destroy(cache);
		ck_assert(memory_end(&memory));
	}
}
END_TEST

START_TEST(test_template_null_is_zero_bytes)
{
	struct memory memory = { .kind = MEMORY_USER_LARGE };
	slab_cache *cache = memory_build(&memory, slab_builder_template(
	    slab_builder_new(77), NULL));
	void *objects[100];

	ck_assert_uint_eq(slab_alloc_bulk(cache, 100, objects), 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert(support_all_bytes(objects[i], 0, 77));
	slab_free_bulk(cache, 100, objects);
	slab_destroy(cache);
	ck_assert(memory_end(&memory));
}
END_TEST

START_TEST(test_template_is_copied_when_it_is_given)
{
	char image[16] = "before";
	slab_builder *builder = slab_builder_template(slab_builder_new(16),
	    image);
	slab_cache *cache;

	strcpy(image, "after");
	cache = slab_builder_build_mmap(builder);
	ck_assert_str_eq(slab_alloc(cache), "before");
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

static int see_template(void *object, void *arg)
{
	*(bool *)arg = support_all_bytes(object, 0x11, 16);
	memset(object, 0x22, 16);
	return 0;
}

START_TEST(test_template_comes_before_the_ctor)
{
	bool seen = false;
	char image[16];
	slab_cache *cache;

	memset(image, 0x11, sizeof(image));
	cache = slab_builder_build(slab_builder_template(slab_builder_ctor(
	    slab_builder_new(16), see_template, NULL, &seen), image));
	ck_assert(support_all_bytes(slab_alloc(cache), 0x22, 16));
	ck_assert(seen);
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

CHECK_MAIN("template",
    test_template_is_where_objects_start,
    test_template_null_is_zero_bytes,
    test_template_is_copied_when_it_is_given,
    test_template_comes_before_the_ctor);
