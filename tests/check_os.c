/* SPDX-License-Identifier: MIT */
/* What becomes of refused system calls; and the real ones. */
#include "check_support.h"

#include <sys/mman.h>

#include "base/os.h"
#include "base/os_posix.h"

/* Refusals ---------------------------------------------------------------- */

static bool refuse_map, refuse_unmap, misplace;
static void *last_hint;
static size_t mapped, purged, populated, n_huge, n_now;
static struct slabi_os real;
static struct slabi_posix real_posix;

/* Aligned to no more than a page. */
static void *map_askew(size_t size)
{
	size_t page = support_page();
	char *pages = real_posix.map(NULL, size + 2 * page);
	char *odd = (char *)(((uintptr_t)pages + page) & ~(2 * page - 1)) +
	    page;

	ck_assert_ptr_nonnull(pages);
	if (odd > pages)
		real_posix.unmap(pages, (size_t)(odd - pages));
	real_posix.unmap(odd + size, (size_t)(pages + 2 * page - odd));
	return odd;
}

static void *map(void *hint, size_t size)
{
	errno = ENOMEM;
	if (refuse_map)
		return NULL;
	mapped += size;
	last_hint = hint;
	return misplace ? map_askew(size) : real_posix.map(hint, size);
}

static int unmap(void *pages, size_t size)
{
	errno = ENOMEM;
	if (refuse_unmap)
		return -1;
	ck_assert_ptr_nonnull(pages);
	ck_assert_uint_le(size, mapped);
	/* All of it is mapped. */
	ck_assert_int_eq(msync(pages, size, MS_ASYNC), 0);
	mapped -= size;
	return real_posix.unmap(pages, size);
}

static bool purge(void *pages, size_t size)
{
	purged += size;
	return real.purge(pages, size);
}

/* As it is where pages cannot be faulted in ahead of their use. */
static bool ready(void *pages, size_t size)
{
	(void)pages;
	populated += size;
	return true;
}

static bool huge(void *pages, size_t size)
{
	/* The kernel refuses anything else. */
	ck_assert_uint_eq((uintptr_t)pages % support_page(), 0);
	ck_assert_uint_eq(size % support_page(), 0);
	n_huge++;
	errno = EINVAL;
	return false;
}

static bool now(uint64_t *milliseconds)
{
	n_now++;
	return real.now(milliseconds);
}

static void watch(void)
{
	/* Once only: CK_FORK=no runs all tests in one process. */
	if (slabi_posix.map != map) {
		real = slabi_os;
		real_posix = slabi_posix;
	}
	slabi_posix = (struct slabi_posix){ map, unmap };
	slabi_os.purge = purge;
	slabi_os.ready = ready;
	slabi_os.huge = huge;
	slabi_os.now = now;
	purged = populated = n_huge = n_now = 0;
}

START_TEST(test_os_without_memory_there_are_few_builders)
{
	slab_builder *builders[100];
	size_t n = 0;

	watch();
	refuse_map = true;
	while ((builders[n] = slab_builder_new(8)) != NULL)
		n++;
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_uint_ge(n, 1);
	ck_assert_ptr_null(slab_builder_clone(builders[0]));
	ck_assert_fails(slab_builder_build(slab_builder_new(8)), ENOMEM);
	refuse_map = false;
	builders[n] = slab_builder_clone(builders[0]);
	ck_assert_ptr_nonnull(builders[n]);
	while (n > 0)
		slab_builder_free(builders[n--]);
	slab_destroy(slab_builder_build(builders[0]));
}
END_TEST

START_TEST(test_os_builders_are_unmapped)
{
	slab_builder *builders[40];
	size_t before;

	watch();
	before = mapped;
	for (size_t i = 0; i < COUNT(builders); i++)
		builders[i] = slab_builder_new(8);
	ck_assert_uint_gt(mapped, before);
	for (size_t i = 0; i < COUNT(builders); i++)
		slab_builder_free(builders[i]);
	ck_assert_uint_eq(mapped, before);
}
END_TEST

START_TEST(test_os_copy_without_memory_is_a_fault)
{
	static char big[100000];
	slab_builder *builder = slab_builder_new(sizeof(big));

	watch();
	memset(big, 'b', sizeof(big) - 1);
	refuse_map = true;
	slab_builder_template(builder, big);
	refuse_map = false;
	ck_assert_fails(slab_builder_build_mmap(builder), ENOMEM);
	builder = slab_builder_new(8);
	refuse_map = true;
	slab_builder_name(builder, big);
	ck_assert_fails(slab_builder_build(builder), ENOMEM);
	ck_assert(strlen(slab_error()) > 0);
}
END_TEST

START_TEST(test_os_copies_of_a_clone_are_its_own)
{
	static char big[100000];
	slab_builder *builder, *clone;
	size_t before;

	watch();
	before = mapped;
	memset(big, 'b', sizeof(big) - 1);
	builder = slab_builder_name(slab_builder_template(
	    slab_builder_new(sizeof(big)), big), big);
	clone = slab_builder_clone(builder);
	slab_builder_free(slab_builder_name(builder, "small"));
	slab_builder_name(slab_builder_template(clone, big), big);
	slab_builder_free(slab_builder_template(clone, NULL));
	ck_assert_uint_eq(mapped, before);
}
END_TEST

START_TEST(test_os_build_without_memory_fails)
{
	watch();
	refuse_map = true;
	ck_assert_fails(slab_builder_build_mmap(slab_builder_new(8)), ENOMEM);
	refuse_map = false;
	slab_destroy(slab_builder_build_mmap(slab_builder_new(8)));
}
END_TEST

/* What cannot be unmapped is used again when nothing can be mapped. */
START_TEST(test_os_refused_munmap_is_survived)
{
	static const size_t sizes[] = { 600, 70000, 600 };
	slab_cache *caches[COUNT(sizes)];

	watch();
	for (size_t i = 0; i < COUNT(sizes); i++) {
		caches[i] = slab_builder_build_mmap(slab_builder_new(
		    sizes[i]));
		slab_free(caches[i], slab_alloc(caches[i]));
	}
	refuse_unmap = true;
	for (size_t i = 0; i < 2; i++) {
		errno = 4711;
		purged = 0;
		ck_assert_uint_gt(slab_reap(caches[i]), 0);
		ck_assert_int_eq(errno, 4711);
		ck_assert_uint_gt(purged, sizes[i]);
		ck_assert_uint_eq(stats_of(caches[i]).slabs, 0);
		ck_assert_intact(caches[i]);
	}
	refuse_map = true;
	for (size_t i = 0; i < 2; i++) {
		char *object = slab_zalloc(caches[i]);

		ck_assert_ptr_nonnull(object);
		ck_assert(support_all_bytes(object, 0, sizes[i]));
		slab_free(caches[i], object);
		ck_assert_intact(caches[i]);
		slab_reap(caches[i]);
	}
	refuse_map = refuse_unmap = false;
	for (size_t i = 0; i < COUNT(sizes); i++)
		ck_assert_int_eq(slab_destroy(caches[i]), 0);
}
END_TEST

START_TEST(test_os_refusals_are_no_errors_of_a_free)
{
	slab_cache *cache;
	void *object;

	watch();
	cache = slab_builder_build_mmap(slab_builder_working_period(
	    slab_builder_magazine(slab_builder_new(64), 0), 0));
	object = slab_alloc(cache);
	refuse_unmap = true;
	errno = 4711;
	slab_free(cache, object);
	ck_assert_int_eq(errno, 4711);
	ck_assert_uint_eq(stats_of(cache).slabs, 0);
	refuse_unmap = false;
	ck_assert_int_eq(slab_destroy(cache), 0);
}
END_TEST

/* Advice ------------------------------------------------------------------- */

static slab_cache *build_advised(slab_huge_pages mode)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_huge_pages(
	    slab_builder_new(4096), mode));

	ck_assert_ptr_nonnull(cache);
	return cache;
}

static void end(slab_cache *cache)
{
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

#define SLAB_SIZE ((size_t)1 << 20)

static slab_cache *aligned_cache(void)
{
	return slab_builder_build_mmap(slab_builder_slab_size(
	    slab_builder_system(slab_builder_new(64), SLAB_SYSTEM_ALIGNED),
	    SLAB_SIZE));
}

START_TEST(test_os_slabs_are_aligned_wherever_the_kernel_puts_them)
{
	slab_cache *cache;

	watch();
	misplace = true;
	cache = aligned_cache();
	ck_assert_int_eq(slab_reserve(cache, 3 * SLAB_SIZE / 64), 0);
	misplace = false;
	ck_assert_uint_eq(stats_of(cache).slab_size, SLAB_SIZE);
	ck_assert(slab_owns(cache, slab_alloc(cache)));
	end(cache);
	ck_assert_uint_eq(mapped, 0);
}
END_TEST

/* Below the last one, and where one has gone back. */
START_TEST(test_os_slabs_are_asked_for_where_there_is_room)
{
	slab_cache *cache;
	uintptr_t first;

	watch();
	cache = aligned_cache();
	first = (uintptr_t)slab_alloc(cache) & ~(SLAB_SIZE - 1);
	ck_assert_int_eq(slab_reserve(cache, SLAB_SIZE / 64), 0);
	ck_assert_uint_eq((uintptr_t)last_hint, first - SLAB_SIZE);
	end(cache);

	cache = aligned_cache();
	ck_assert_ptr_nonnull(slab_alloc(cache));
	ck_assert_uint_eq((uintptr_t)last_hint, first);
	end(cache);
}
END_TEST

START_TEST(test_os_huge_pages_are_asked_for_as_wished)
{
	static void *many[300000];
	slab_cache *cache;
	void *first;

	watch();
	cache = build_advised(SLAB_HUGE_PAGES_NEVER);
	first = slab_alloc(cache);
	ck_assert_int_eq(slab_reserve(cache, 300000), 0);
	ck_assert_uint_eq(n_huge, 0);
	end(cache);
	cache = build_advised(SLAB_HUGE_PAGES_ALWAYS);
	first = slab_alloc(cache);
	ck_assert_ptr_nonnull(first);
	ck_assert_uint_eq(n_huge, 1);
	end(cache);
	n_huge = 0;
	cache = build_advised(SLAB_HUGE_PAGES_AUTO);
	first = slab_alloc(cache);
	ck_assert_ptr_nonnull(first);
	ck_assert_uint_eq(n_huge, 0);
	ck_assert_int_eq(slab_reserve(cache, COUNT(many)), 0);
	/* A reservation touches no page of objects, so no huge one either. */
	ck_assert_uint_eq(n_huge, 0);
	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(many), many),
	    COUNT(many));
	if (stats_of(cache).slab_size >= (size_t)2 << 20)
		ck_assert_uint_gt(n_huge, 0);
	ck_assert_uint_lt(n_huge, stats_of(cache).slabs);
	end(cache);
}
END_TEST

START_TEST(test_os_huge_pages_are_asked_for_on_the_heap_too)
{
	slab_cache *cache;

	watch();
	cache = slab_builder_build(slab_builder_huge_pages(
	    slab_builder_new(4096), SLAB_HUGE_PAGES_ALWAYS));
	ck_assert_ptr_nonnull(cache);
	ck_assert_ptr_nonnull(slab_alloc(cache));
	ck_assert_uint_eq(n_huge, 1);
	end(cache);
}
END_TEST

/* Wherever a slab's color puts its header. */
START_TEST(test_os_one_small_object_takes_three_pages_at_most)
{
	static slab_cache *caches[600];

	watch();
	for (size_t i = 0; i < COUNT(caches); i++) {
		populated = 0;
		caches[i] = slab_builder_build_mmap(slab_builder_new(256));
		ck_assert_ptr_nonnull(caches[i]);
		ck_assert_ptr_nonnull(slab_alloc(caches[i]));
		ck_assert_uint_le(populated, 3 * support_page());
	}
	for (size_t i = 0; i < COUNT(caches); i++)
		end(caches[i]);
}
END_TEST

/* What is touched has been faulted in, and not much besides. */
START_TEST(test_os_pages_are_faulted_in_once_and_not_long_before)
{
	static const size_t sizes[] = { 8, 64, 1000, 4096, 10000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		slab_cache *cache;
		size_t used = 0, page;

		watch();
		cache = slab_builder_build_mmap(slab_builder_huge_pages(
		    slab_builder_new(sizes[i]), SLAB_HUGE_PAGES_NEVER));
		page = support_page();
		ck_assert_ptr_nonnull(slab_alloc(cache));
		ck_assert_uint_le(populated, 3 * page + sizes[i]);
		for (used = sizes[i]; used < (size_t)4 << 20;
		    used += sizes[i]) {
			ck_assert_ptr_nonnull(slab_alloc(cache));
			ck_assert_uint_le(populated, used + used / 4 +
			    8 * page + sizes[i]);
			/* Of large ones only their first page. */
			if (sizes[i] < 2 * page)
				ck_assert_uint_ge(populated, used);
		}
		end(cache);
	}
}
END_TEST

/* However slowly they are used up, where they are in use at all. */
START_TEST(test_os_pages_faulted_in_ahead_are_not_purged)
{
	slab_cache *cache;

	watch();
	support_clock_stop();
	cache = slab_builder_build_mmap(slab_builder_huge_pages(
	    slab_builder_magazine(slab_builder_new(64), 0),
	    SLAB_HUGE_PAGES_NEVER));
	for (size_t i = 0; i < 4000; i++) {
		if (i % 100 == 0)
			support_clock_forward(16);
		ck_assert_ptr_nonnull(slab_alloc(cache));
	}
	ck_assert_uint_eq(purged, 0);
	end(cache);
}
END_TEST

static void use(slab_cache *cache)
{
	void *some[50];

	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_eq(slab_alloc_bulk(cache, 50, some), 50);
		for (size_t n = 0; n < 50; n++)
			slab_free(cache, some[n]);
	}
	end(cache);
}

static void idle_pages_are_purged(slab_cache *cache)
{
	static void *some[20000];
	size_t live = 0;

	ck_assert_uint_eq(slab_alloc_bulk(cache, COUNT(some), some),
	    COUNT(some));
	for (size_t n = 0; n < COUNT(some); n++)
		if (n % 4096 != 0)
			slab_free(cache, some[n]);
		else
			live++;
	purged = 0;
	slab_reap(cache);
	ck_assert_uint_gt(purged, 0);
	ck_assert_uint_eq(stats_of(cache).bytes_purged, purged);
	ck_assert_uint_eq(stats_of(cache).live, live);
	end(cache);
}

START_TEST(test_os_idle_pages_are_purged)
{
	watch();
	idle_pages_are_purged(slab_builder_build_mmap(slab_builder_new(512)));
	idle_pages_are_purged(slab_builder_build(slab_builder_new(512)));
}
END_TEST

START_TEST(test_os_clock_is_read_only_where_there_are_periods)
{
	static char buffer[1 << 20];

	watch();
	use(slab_builder_build(slab_builder_magazine(
	    slab_builder_working_period(slab_builder_new(64),
	    SLAB_PERIOD_NEVER), 10)));
	use(slab_builder_build(slab_builder_magazine(
	    slab_builder_working_period(slab_builder_new(64), 0), 10)));
	use(slab_builder_build_buffer(slab_builder_magazine(
	    slab_builder_working_period(slab_builder_new(64), 1), 10),
	    buffer, sizeof(buffer)));
	ck_assert_uint_eq(n_now, 0);
	use(slab_builder_build(slab_builder_magazine(slab_builder_new(64),
	    10)));
	ck_assert_uint_gt(n_now, 1);
	ck_assert_uint_lt(n_now, 5000);
}
END_TEST

/* The real calls ----------------------------------------------------------- */

START_TEST(test_os_pages_are_zero_and_zero_again)
{
	size_t size = 4 * slabi_os.page_size;
	char *pages = slabi_os.reserve(size, slabi_os.page_size);

	ck_assert_ptr_nonnull(pages);
	ck_assert(slabi_os.ready(pages, size));
	slabi_os.no_huge(pages, size); /* not every kernel can */
	slabi_os.huge(pages, size);    /* nor this */
	ck_assert(support_all_bytes(pages, 0, size));
	memset(pages, 1, size);
	ck_assert(slabi_os.purge(pages, size));
	ck_assert(support_all_bytes(pages, 0, size));
	slabi_os.release(pages, size);
	ck_assert(!slabi_os.probe(SIZE_MAX - size + 1));
	ck_assert_ptr_null(slabi_os.reserve(SIZE_MAX - size + 1,
	    slabi_os.page_size));
	/* Valgrind says EINVAL. */
	ck_assert(errno == ENOMEM || errno == EINVAL);
}
END_TEST

START_TEST(test_os_clock_does_not_go_back)
{
	uint64_t before, now;

	ck_assert(slabi_os.now(&before));
	for (int ticks = 0; ticks < 30;) {
		ck_assert(slabi_os.now(&now));
		ck_assert_uint_ge(now, before);
		ticks += now > before;
		before = now;
	}
}
END_TEST

CHECK_MAIN("os",
    test_os_without_memory_there_are_few_builders,
    test_os_builders_are_unmapped,
    test_os_copy_without_memory_is_a_fault,
    test_os_copies_of_a_clone_are_its_own,
    test_os_build_without_memory_fails,
    test_os_refused_munmap_is_survived,
    test_os_refusals_are_no_errors_of_a_free,
    test_os_slabs_are_aligned_wherever_the_kernel_puts_them,
    test_os_slabs_are_asked_for_where_there_is_room,
    test_os_huge_pages_are_asked_for_as_wished,
    test_os_huge_pages_are_asked_for_on_the_heap_too,
    test_os_one_small_object_takes_three_pages_at_most,
    test_os_pages_are_faulted_in_once_and_not_long_before,
    test_os_pages_faulted_in_ahead_are_not_purged,
    test_os_idle_pages_are_purged,
    test_os_clock_is_read_only_where_there_are_periods,
    test_os_pages_are_zero_and_zero_again,
    test_os_clock_does_not_go_back);
