/* SPDX-License-Identifier: MIT */
/* The contract of caches in a buffer of the caller's. */
#include "check_support.h"

#define GUARD 64
#define GUARD_BYTE 0x3C

/* A buffer of `bytes` at an odd address, guarded on both sides. */
struct guarded {
	unsigned char *block, *mem;
	size_t bytes;
};

static struct guarded guard(size_t bytes, size_t offset)
{
	struct guarded it = { .bytes = bytes };

	it.block = aligned_alloc(64, (bytes + offset + 2 * GUARD + 63) &
	    ~(size_t)63);
	ck_assert_ptr_nonnull(it.block);
	it.mem = it.block + GUARD + offset;
	memset(it.mem - GUARD, GUARD_BYTE, GUARD);
	memset(it.mem, 0xA5, bytes);
	memset(it.mem + bytes, GUARD_BYTE, GUARD);
	return it;
}

static void unguard(struct guarded *it)
{
	ck_assert(support_all_bytes(it->mem - GUARD, GUARD_BYTE, GUARD));
	ck_assert(support_all_bytes(it->mem + it->bytes, GUARD_BYTE, GUARD));
	free(it->block);
}

/* Takes all there is: how many; each is written, and lies in the buffer. */
static size_t fill(slab_cache *cache, const struct guarded *it, void **objects,
    size_t room)
{
	size_t n = 0, size = slab_object_size(cache);

	while (n < room && (objects[n] = slab_alloc(cache)) != NULL) {
		unsigned char *object = objects[n++];

		ck_assert(object >= it->mem);
		ck_assert(object + size <= it->mem + it->bytes);
		ck_assert(support_aligned(object, slab_object_align(cache)));
		memset(object, (int)(n % 251), size);
	}
	ck_assert_int_eq(errno, ENOMEM);
	for (size_t i = 0; i < n; i++)
		ck_assert(support_all_bytes(objects[i], (int)((i + 1) % 251),
		    size));
	return n;
}

/* A cache of that size lives in the buffer: how many objects it gave. */
static size_t live_in(size_t bytes, size_t offset, size_t size, size_t align)
{
	static void *objects[60000];
	struct guarded it = guard(bytes, offset);
	size_t n = 0;
	slab_cache *cache;

	errno = 0;
	cache = slab_builder_build_buffer(slab_builder_align(
	    slab_builder_new(size), align), it.mem, it.bytes);
	if (cache == NULL) {
		ck_assert_int_eq(errno, ENOMEM);
		ck_assert(strlen(slab_error()) > 0);
	} else {
		n = fill(cache, &it, objects, COUNT(objects));
		ck_assert_intact(cache);
		slab_free_bulk(cache, n, objects);
		ck_assert_uint_eq(fill(cache, &it, objects, COUNT(objects)),
		    n);
		slab_reset(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
	unguard(&it);
	return n;
}

START_TEST(test_buffer_null_is_refused)
{
	ck_assert_fails(slab_builder_build_buffer(slab_builder_new(8), NULL,
	    100000), EINVAL);
}
END_TEST

START_TEST(test_buffer_that_cannot_align_is_refused)
{
	static char buffer[65536];
	slab_builder *builder = slab_builder_system(slab_builder_new(20000),
	    SLAB_SYSTEM_ALIGNED);

	ck_assert_fails(slab_builder_build_buffer(slab_builder_clone(builder),
	    buffer, 20000), ENOTSUP);
	ck_assert(strlen(slab_error()) > 0);
	slab_builder_free(builder);
	builder = slab_builder_system(slab_builder_new(SIZE_MAX / 4),
	    SLAB_SYSTEM_ALIGNED);
	ck_assert_fails(slab_builder_build_buffer(builder, buffer,
	    sizeof(buffer)), ENOTSUP);
}
END_TEST

START_TEST(test_buffer_of_every_size_works_or_is_too_small)
{
	size_t page = support_page(), last = 0;

	for (size_t bytes = 0; bytes < 64; bytes++)
		ck_assert_uint_eq(live_in(bytes, 0, 8, 8), 0);
	for (size_t bytes = 64; bytes < 12 * page; bytes += page / 8 + 1) {
		size_t n = live_in(bytes, 0, 100, 4);

		ck_assert_uint_ge(n + 2 * page / 100, last);
		last = n;
	}
	ck_assert_uint_gt(last, 4 * page / 100);
}
END_TEST

START_TEST(test_buffer_at_every_offset_works)
{
	static const size_t offsets[] = { 0, 1, 2, 3, 7, 8, 16, 33, 63, 1000 };

	for (size_t i = 0; i < COUNT(offsets); i++)
		for (size_t align = 1; align <= support_page(); align *= 4)
			ck_assert_uint_gt(live_in(20 * support_page(),
			    offsets[i], 40, align), 0);
}
END_TEST

START_TEST(test_buffer_is_used_well)
{
	size_t bytes = (size_t)1 << 20;

	ck_assert_uint_gt(live_in(bytes, 0, 64, 64) * 64, bytes / 10 * 9 -
	    2 * support_page());
	ck_assert_uint_gt(live_in(bytes, 5, 1000, 8) * 1000, bytes / 10 * 9 -
	    2 * support_page());
}
END_TEST

START_TEST(test_buffer_exactly_full_gives_again_what_is_freed)
{
	struct guarded it = guard(30 * support_page(), 0);
	static void *objects[60000];
	slab_cache *cache = slab_builder_build_buffer(slab_builder_new(96),
	    it.mem, it.bytes);
	size_t n = fill(cache, &it, objects, COUNT(objects));

	for (size_t i = 0; i < n; i += 7) {
		slab_free(cache, objects[i]);
		ck_assert_ptr_eq(slab_alloc(cache), objects[i]);
		ck_assert_fails(slab_alloc(cache), ENOMEM);
	}
	ck_assert_uint_eq(stats_of(cache).live, n);
	ck_assert_intact(cache);
	slab_free_bulk(cache, n, objects);
	slab_reap(cache);
	ck_assert_uint_eq(fill(cache, &it, objects, COUNT(objects)), n);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	unguard(&it);
}
END_TEST

START_TEST(test_buffer_serves_again_after_destroy)
{
	struct guarded it = guard(20 * support_page(), 0);

	for (size_t size = 1; size < 2000; size = size * 3 + 1) {
		slab_cache *cache = slab_builder_build_buffer(
		    slab_builder_new(size), it.mem, it.bytes);
		void *object = slab_alloc(cache);

		ck_assert_ptr_nonnull(object);
		slab_free(cache, object);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
	unguard(&it);
}
END_TEST

START_TEST(test_buffer_two_caches_of_two_halves_stay_apart)
{
	struct guarded it = guard(60 * support_page(), 8);
	size_t half = it.bytes / 2;
	slab_cache *a = slab_builder_build_buffer(slab_builder_new(32),
	    it.mem, half);
	slab_cache *b = slab_builder_build_buffer(slab_builder_new(32),
	    it.mem + half, half);

	for (unsigned char *object; (object = slab_alloc(a)) != NULL;)
		ck_assert(object + 32 <= it.mem + half);
	for (unsigned char *object; (object = slab_alloc(b)) != NULL;)
		ck_assert(object >= it.mem + half);
	ck_assert_intact(a);
	ck_assert_intact(b);
	slab_reset(a);
	slab_reset(b);
	slab_destroy(a);
	slab_destroy(b);
	unguard(&it);
}
END_TEST

CHECK_MAIN("buffer",
    test_buffer_null_is_refused,
    test_buffer_that_cannot_align_is_refused,
    test_buffer_of_every_size_works_or_is_too_small,
    test_buffer_at_every_offset_works,
    test_buffer_is_used_well,
    test_buffer_exactly_full_gives_again_what_is_freed,
    test_buffer_serves_again_after_destroy,
    test_buffer_two_caches_of_two_halves_stay_apart);
