/* SPDX-License-Identifier: MIT */
/* The contract with a backing of the user's own. */
#include "check_support.h"

/* What is wrong with a backing ------------------------------------------- */

static slab_cache *build_on(const slab_backing *backing, size_t size)
{
	return slab_builder_build_backing(slab_builder_new(size), backing);
}

START_TEST(test_backing_that_lacks_something_is_refused)
{
	struct counting counting = { .aligns_to = 65536 };
	slab_backing no_alloc = counting_backing(&counting);
	slab_backing no_free = no_alloc, small = no_alloc, empty = no_alloc;

	no_alloc.alloc = NULL;
	no_free.free = NULL;
	small.struct_size = offsetof(slab_backing, free);
	empty.struct_size = 0;
	ck_assert_fails(build_on(&no_alloc, 8), EINVAL);
	ck_assert_fails(build_on(&no_free, 8), EINVAL);
	ck_assert_fails(build_on(&small, 8), EINVAL);
	ck_assert_fails(build_on(&empty, 8), EINVAL);
	ck_assert(strlen(slab_error()) > 0);
	ck_assert_fails(build_on(NULL, 8), EINVAL);
	ck_assert_uint_eq(counting.allocs + counting.releases, 0);
}
END_TEST

START_TEST(test_backing_is_copied)
{
	struct counting counting = { .aligns_to = 65536 };
	slab_backing backing = counting_backing(&counting);
	slab_cache *cache = build_on(&backing, 8);

	memset(&backing, 0, sizeof(backing));
	slab_free(cache, slab_alloc(cache));
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.releases, 1);
}
END_TEST

START_TEST(test_backing_of_another_version_works)
{
	struct {
		slab_backing backing;
		void *more[3];
	} longer;
	struct counting counting = { .aligns_to = 65536 };
	slab_backing shorter = counting_backing(&counting);
	slab_cache *cache;

	memset(&longer, 0xA5, sizeof(longer));
	longer.backing = shorter;
	longer.backing.struct_size = sizeof(longer);
	cache = build_on(&longer.backing, 8);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.releases, 1);

	shorter.struct_size = offsetof(slab_backing, purge);
	cache = build_on(&shorter, 8);
	slab_free(cache, slab_alloc(cache));
	slab_reap(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.releases, 1);
	ck_assert_uint_eq(counting.bytes + counting.purges, 0);
}
END_TEST

START_TEST(test_backing_without_optional_functions_works)
{
	struct counting counting = { .dirty = true };
	slab_backing backing = counting_backing(&counting);
	void *objects[2000];
	slab_cache *cache;

	backing.can_align = NULL;
	backing.purge = NULL;
	backing.release = NULL;
	cache = build_on(&backing, 100);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 2000, objects), 2000);
	for (size_t i = 0; i < 2000; i++)
		if (i % 199 != 0)
			slab_free(cache, objects[i]);
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).bytes_purged, 0);
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.bytes + counting.faults, 0);
	ck_assert_uint_eq(counting.releases + counting.questions, 0);
}
END_TEST

/* Whether it aligns ------------------------------------------------------ */

/* From the ideal size down by halves, to the first yes or to one page. */
static void questions_are_right(const struct counting *counting)
{
	ck_assert_uint_ge(counting->questions, 1);
	for (size_t i = 0; i < counting->questions; i++) {
		size_t asked = counting->asked[i];

		ck_assert_uint_eq(asked & (asked - 1), 0);
		ck_assert_uint_ge(asked, support_page());
		if (i > 0)
			ck_assert_uint_eq(asked, counting->asked[i - 1] / 2);
		if (i + 1 < counting->questions)
			ck_assert_uint_gt(asked, counting->aligns_to);
	}
}

START_TEST(test_backing_is_asked_by_halves_down_to_a_page)
{
	static const size_t sizes[] = { 1, 8, 64, 100, 600, 1000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t most = support_page() / 2; most < (1 << 22);
		    most *= 2) {
			struct counting counting = { .aligns_to = most };
			slab_backing backing = counting_backing(&counting);
			slab_cache *cache = build_on(&backing, sizes[i]);
			size_t last = counting.asked[counting.questions - 1];

			questions_are_right(&counting);
			if (most < support_page())
				ck_assert_uint_eq(last, support_page());
			else
				ck_assert_uint_eq(stats_of(cache).slab_size,
				    last);
			slab_free(cache, slab_alloc(cache));
			ck_assert_int_eq(slab_destroy(cache), 0);
			ck_assert_uint_eq(counting.faults, 0);
		}
	}
}
END_TEST

START_TEST(test_backing_that_refuses_gives_a_large_cache)
{
	struct counting counting = { .aligns_to = 0 };
	slab_backing backing = counting_backing(&counting);
	slab_cache *cache = build_on(&backing, 64);
	void *object = slab_alloc(cache);

	questions_are_right(&counting);
	ck_assert(slab_owns(cache, object));
	slab_free(cache, object);
	slab_destroy(cache);
	ck_assert_uint_eq(counting.faults, 0); /* page alignment only */
	ck_assert_fails(slab_builder_build_backing(slab_builder_system(
	    slab_builder_new(64), SLAB_SYSTEM_ALIGNED), &backing), ENOTSUP);
	ck_assert_uint_eq(counting.bytes, 0);
	ck_assert_uint_eq(counting.releases, 1);
}
END_TEST

START_TEST(test_backing_is_not_asked_for_a_large_cache)
{
	struct counting counting = { .aligns_to = SIZE_MAX };
	slab_backing backing = counting_backing(&counting);
	slab_cache *cache = slab_builder_build_backing(slab_builder_system(
	    slab_builder_new(64), SLAB_SYSTEM_LARGE), &backing);

	ck_assert_uint_eq(counting.questions, 0);
	slab_free(cache, slab_alloc(cache));
	slab_destroy(cache);
}
END_TEST

START_TEST(test_backing_that_misaligns_is_noticed)
{
	struct counting counting = { .aligns_to = 65536, .misalign = true };
	slab_backing backing = counting_backing(&counting);
	slab_cache *cache;

	ck_assert_fails(build_on(&backing, 64), EINVAL);
	ck_assert(strlen(slab_error()) > 0);
	ck_assert_uint_eq(counting.bytes + counting.faults, 0);
	ck_assert_uint_eq(counting.releases, 0);

	counting.misalign = false;
	cache = build_on(&backing, 64);
	counting.misalign = true;
	ck_assert_fails(slab_alloc(cache), EINVAL);
	ck_assert_intact(cache);
	counting.misalign = false;
	slab_free(cache, slab_alloc(cache));
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.bytes + counting.faults, 0);
}
END_TEST

/* Refusals --------------------------------------------------------------- */

#define MANY 4000

static void *objects[MANY];

/* Takes MANY objects, past one refusal at most. */
static void fill(slab_cache *cache, const struct counting *counting)
{
	size_t n = 0;

	while (n < MANY) {
		errno = 0;
		n += slab_alloc_bulk(cache, MANY - n, objects + n);
		if (n < MANY) {
			ck_assert_int_eq(errno, ENOMEM);
			ck_assert_uint_ge(counting->refused, 1);
			ck_assert_intact(cache);
			ck_assert_uint_eq(stats_of(cache).live, n);
		}
	}
}

/* Builds, fills and empties a cache; the k-th call of the backing fails. */
static size_t live_through(size_t k, slab_system system)
{
	struct counting counting = { .aligns_to = 1 << 20, .refuse_at = k,
	    .dirty = true };
	slab_backing backing = counting_backing(&counting);
	slab_builder *builder = slab_builder_slab_size(slab_builder_system(
	    slab_builder_new(200), system), 1);
	slab_cache *cache = slab_builder_build_backing(
	    slab_builder_clone(builder), &backing);

	if (cache == NULL) {
		ck_assert_int_eq(errno, ENOMEM);
		ck_assert_uint_eq(counting.bytes + counting.releases, 0);
		cache = slab_builder_build_backing(
		    slab_builder_clone(builder), &backing);
	}
	slab_builder_free(builder);
	ck_assert_ptr_nonnull(cache);
	for (int round = 0; round < 2; round++) {
		fill(cache, &counting);
		slab_free_bulk(cache, MANY, objects);
		slab_reap(cache);
	}
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.bytes + counting.faults, 0);
	ck_assert_uint_eq(counting.releases, 1);
	return counting.refused;
}

START_TEST(test_backing_refusing_its_kth_call_leaves_the_cache_whole)
{
	for (slab_system system = SLAB_SYSTEM_ALIGNED;
	    system <= SLAB_SYSTEM_LARGE; system++) {
		size_t k = 1;

		while (live_through(k, system) > 0)
			k++;
		ck_assert_uint_gt(k, 10);
	}
}
END_TEST

/* Slabs only: what is smaller is refused, such as tables. */
static void *alloc_slabs_only(void *arg, size_t size, size_t align)
{
	struct counting *counting = arg;

	counting->refuse_at = size < 20 * support_page() ?
	    counting->allocs + 1 : 0;
	return counting_backing(counting).alloc(arg, size, align);
}

START_TEST(test_backing_without_memory_for_tables_ends_in_order)
{
	struct counting counting = { .dirty = true };
	slab_backing backing = counting_backing(&counting);
	slab_builder *builder = slab_builder_slab_size(slab_builder_new(
	    10 * support_page()), 21 * support_page());
	slab_cache *cache;
	size_t n = 0, bytes;
	char *name;

	name = calloc(1, 25 * support_page());
	ck_assert_ptr_nonnull(name);
	slab_builder_name(builder, memset(name, 'n', 25 * support_page() - 1));
	free(name);
	backing.alloc = alloc_slabs_only;
	cache = slab_builder_build_backing(builder, &backing);
	ck_assert_ptr_nonnull(cache);
	while ((objects[n] = slab_alloc(cache)) != NULL)
		n++;
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_uint_gt(n, 4);
	bytes = counting.bytes;
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	ck_assert_uint_eq(counting.bytes, bytes);
	ck_assert_intact(cache);
	slab_free_bulk(cache, n, objects);
	ck_assert_uint_eq(slab_alloc_bulk(cache, n, objects), n);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert_uint_eq(counting.bytes + counting.faults, 0);
}
END_TEST

/* The handler for lack of memory ----------------------------------------- */

struct helper {
	struct counting *counting;
	int calls;
	int helps_at; /* the call that brings memory; 0: none */
};

static bool bring_memory(slab_cache *cache, void *arg)
{
	struct helper *helper = arg;

	ck_assert_ptr_nonnull(slab_cache_name(cache));
	errno = 0; /* a handler may use errno as it likes */
	helper->calls++;
	if (helper->calls == helper->helps_at)
		helper->counting->refuse_from = 0;
	return helper->calls <= helper->helps_at;
}

static bool take_or_reserve(slab_cache *cache, bool reserve)
{
	void *object;

	if (reserve)
		return slab_reserve(cache, 10) == 0;
	object = slab_alloc(cache);
	slab_free(cache, object);
	return object != NULL;
}

static void ask_for_help(int helps_at, bool reserve)
{
	struct counting counting = { .aligns_to = 65536 };
	struct helper helper = { &counting, 0, helps_at };
	slab_backing backing = counting_backing(&counting);
	slab_cache *cache = slab_builder_build_backing(slab_builder_oom(
	    slab_builder_new(64), bring_memory, &helper), &backing);

	counting.refuse_from = 1;
	errno = 0;
	ck_assert(take_or_reserve(cache, reserve) == (helps_at > 0));
	if (helps_at == 0)
		ck_assert_int_eq(errno, ENOMEM);
	ck_assert_int_eq(helper.calls, helps_at == 0 ? 1 : helps_at);
	ck_assert_intact(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

START_TEST(test_oom_handler_is_asked_until_it_says_no)
{
	for (int helps_at = 0; helps_at < 5; helps_at++) {
		ask_for_help(helps_at, false);
		ask_for_help(helps_at, true);
	}
}
END_TEST

/* Blocks ----------------------------------------------------------------- */

START_TEST(test_backing_gets_its_blocks_back_as_allocated)
{
	static const size_t sizes[] = { 8, 100, 4096, 5000, 70000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct counting counting = { .aligns_to = 65536,
		    .dirty = true };
		slab_backing backing = counting_backing(&counting);
		slab_cache *cache = build_on(&backing, sizes[i]);
		void *some[50];

		for (int round = 0; round < 3; round++) {
			ck_assert_uint_eq(slab_alloc_bulk(cache, 50, some),
			    50);
			for (size_t n = 0; n < 50; n++)
				memset(some[n], 0x5A, sizes[i]);
			slab_free_bulk(cache, 50, some);
			slab_reap(cache);
		}
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert_uint_eq(counting.frees, counting.allocs);
		ck_assert_uint_eq(counting.bytes + counting.faults, 0);
		ck_assert_uint_eq(counting.releases, 1);
	}
}
END_TEST

/* Of a member that is there in part, nothing is used. */
START_TEST(test_backing_members_count_as_a_whole_only)
{
	for (size_t size = offsetof(slab_backing, purge);
	    size <= sizeof(slab_backing); size++) {
		struct counting counting = { .aligns_to = 65536 };
		slab_backing whole = counting_backing(&counting), part;
		bool purges = size >= offsetof(slab_backing, release);
		slab_cache *cache;

		memset(&part, 0xA5, sizeof(part));
		memcpy(&part, &whole, size);
		part.struct_size = size;
		cache = build_on(&part, 64);
		ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, objects), MANY);
		slab_free_bulk(cache, MANY - 1, objects);
		slab_reap(cache);
		slab_free(cache, objects[MANY - 1]);
		ck_assert(purges || counting.purges == 0);
		ck_assert_int_eq(slab_destroy(cache), 0);
		ck_assert_uint_eq(counting.releases,
		    size == sizeof(slab_backing));
	}
}
END_TEST

/* A backing that in the end gives a slab's block that lies across the last. */
static _Alignas(65536) char ground[1 << 20];
static size_t given, overlap_from, overlap_by;
static char *last_slab;

static bool ground_aligns(void *arg, size_t size)
{
	(void)arg;
	return size <= 65536;
}

static void *ground_alloc(void *arg, size_t size, size_t align)
{
	char *block = ground + ((given + align - 1) & ~(align - 1));

	(void)arg;
	if (given > overlap_from && size == 65536)
		return last_slab + size - overlap_by;
	if (size == 65536)
		last_slab = block;
	given = (size_t)(block - ground) + size;
	return given <= sizeof(ground) ? block : NULL;
}

static void ground_free(void *arg, void *block, size_t size)
{
	(void)arg;
	(void)block;
	(void)size;
}

START_TEST(test_backing_memory_that_is_in_use_is_refused)
{
	static const size_t by[] = { 65536, 4096, 32768 };

	for (size_t i = 0; i <= COUNT(by); i++) {
		slab_backing backing = {
			.struct_size = sizeof(backing),
			.can_align = i == COUNT(by) ? ground_aligns : NULL,
			.alloc = ground_alloc,
			.free = ground_free,
		};
		slab_cache *cache;
		size_t n = 0;

		given = 0;
		overlap_from = 200000;
		overlap_by = by[i % COUNT(by)];
		cache = slab_builder_build_backing(slab_builder_slab_size(
		    slab_builder_new(64), 65536), &backing);
		errno = 0;
		while (slab_alloc(cache) != NULL)
			n++;
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_words("in use");
		ck_assert_uint_gt(n, 1000);
		ck_assert_intact(cache);
		slab_reset(cache);
		ck_assert_int_eq(slab_destroy(cache), 0);
	}
}
END_TEST

/* errno says why a call failed, whatever the backing's free() does to it. */
static void spoil_errno(void *arg, void *block, size_t size)
{
	ground_free(arg, block, size);
	errno = EBADF;
}

static void *four_blocks(void *arg, size_t size, size_t align)
{
	return given > 150000 ? NULL : ground_alloc(arg, size, align);
}

START_TEST(test_backing_free_does_not_change_errno_of_a_failure)
{
	slab_backing backing = {
		.struct_size = sizeof(backing),
		.alloc = four_blocks,
		.free = spoil_errno,
	};
	slab_cache *cache;

	given = 0;
	overlap_from = SIZE_MAX;
	ck_assert_fails(slab_builder_build_backing(slab_builder_system(
	    slab_builder_new(64), SLAB_SYSTEM_ALIGNED), &backing), ENOTSUP);
	cache = slab_builder_build_backing(slab_builder_slab_size(
	    slab_builder_new(64), 65536), &backing);
	ck_assert_fails(slab_reserve(cache, 5000) == 0, ENOMEM);
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

CHECK_MAIN("backing",
    test_backing_members_count_as_a_whole_only,
    test_backing_memory_that_is_in_use_is_refused,
    test_backing_free_does_not_change_errno_of_a_failure,
    test_backing_that_lacks_something_is_refused,
    test_backing_is_copied,
    test_backing_of_another_version_works,
    test_backing_without_optional_functions_works,
    test_backing_is_asked_by_halves_down_to_a_page,
    test_backing_that_refuses_gives_a_large_cache,
    test_backing_is_not_asked_for_a_large_cache,
    test_backing_that_misaligns_is_noticed,
    test_backing_refusing_its_kth_call_leaves_the_cache_whole,
    test_backing_without_memory_for_tables_ends_in_order,
    test_oom_handler_is_asked_until_it_says_no,
    test_backing_gets_its_blocks_back_as_allocated);
