/* SPDX-License-Identifier: MIT */
/* From objects to their caches, and how slabs are seen by the system. */
#include "check_support.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "base/os_look.h"
#include "slab/directory.h"

#define MANY 5000
#define UNIT ((size_t)64 << 10)

static slab_builder *findable(size_t size)
{
	return slab_builder_findable(slab_builder_new(size), true);
}

static void find_all(slab_cache *cache, size_t size, size_t n)
{
	static void *objects[MANY];

	ck_assert_uint_eq(slab_alloc_bulk(cache, n, objects), n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_eq(slab_cache_of(objects[i]), cache);
		ck_assert_ptr_eq(slab_cache_of((char *)objects[i] + size - 1),
		    cache);
	}
	ck_assert_uint_eq(stats_of(cache).slab_size % UNIT, 0);
	ck_assert_intact(cache);
	for (size_t i = 0; i < n; i++)
		slab_free_any(objects[i]);
	slab_reap(cache);
	for (size_t i = 0; i < n; i++)
		ck_assert_ptr_null(slab_cache_of(objects[i]));
	ck_assert_int_eq(slab_destroy(cache), 0);
}

START_TEST(test_objects_of_every_size_lead_to_their_cache)
{
	static const size_t sizes[] = { 1, 16, 200, 1000, 5000, 70000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		size_t n = sizes[i] > 1000 ? 100 : MANY;

		for (int system = SLAB_SYSTEM_AUTO;
		    system <= SLAB_SYSTEM_LARGE; system++) {
			find_all(slab_builder_build(slab_builder_system(
			    findable(sizes[i]), (slab_system)system)),
			    sizes[i], n);
			find_all(slab_builder_build_mmap(slab_builder_system(
			    findable(sizes[i]), (slab_system)system)),
			    sizes[i], n);
		}
		find_all(slab_builder_build_mmap(slab_builder_slab_size(
		    findable(sizes[i]), 1)), sizes[i], n);
	}
}
END_TEST

START_TEST(test_other_addresses_lead_nowhere)
{
	slab_cache *plain = slab_builder_build_mmap(slab_builder_new(64));
	slab_cache *off = slab_builder_build_mmap(slab_builder_findable(
	    findable(64), false));
	void *object = slab_alloc(plain), *other = slab_alloc(off);
	int local;

	ck_assert_ptr_null(slab_cache_of(NULL));
	ck_assert_ptr_null(slab_cache_of(&local));
	ck_assert_ptr_null(slab_cache_of(object));
	ck_assert_ptr_null(slab_cache_of(other));
	ck_assert_ptr_null(slab_cache_of((void *)UINTPTR_MAX));
	for (unsigned bit = 0; bit < sizeof(void *) * 8; bit++)
		ck_assert_ptr_null(slab_cache_of((void *)((uintptr_t)1 <<
		    bit)));
	slab_free(plain, object);
	slab_free(off, other);
	slab_destroy(plain);
	slab_destroy(off);
}
END_TEST

START_TEST(test_several_caches_are_told_apart)
{
	slab_cache *caches[20];
	void *objects[20];

	for (size_t i = 0; i < COUNT(caches); i++) {
		caches[i] = slab_builder_build_mmap(findable(100 + i));
		objects[i] = slab_alloc(caches[i]);
	}
	for (size_t i = 0; i < COUNT(caches); i++)
		ck_assert_ptr_eq(slab_cache_of(objects[i]), caches[i]);
	for (size_t i = 0; i < COUNT(caches); i++) {
		slab_free_any(objects[i]);
		ck_assert_int_eq(slab_destroy(caches[i]), 0);
		ck_assert_ptr_null(slab_cache_of(objects[i]));
	}
	slab_free_any(NULL);
}
END_TEST

static bool can_align_a_page(void *arg, size_t size)
{
	(void)arg;
	return size <= 4096;
}

static void *alloc_never(void *arg, size_t size, size_t align)
{
	(void)arg;
	(void)size;
	(void)align;
	return NULL;
}

static void free_never(void *arg, void *block, size_t size)
{
	(void)arg;
	(void)block;
	(void)size;
}

START_TEST(test_memory_that_cannot_be_aligned_is_refused)
{
	static char buffer[1 << 20];
	slab_backing backing = { .struct_size = sizeof(backing),
		.alloc = alloc_never, .free = free_never };

	ck_assert_fails(slab_builder_build_buffer(findable(64), buffer,
	    sizeof(buffer)), ENOTSUP);
	ck_assert_words("65536");
	ck_assert_fails(slab_builder_build_backing(findable(64), &backing),
	    ENOTSUP);
	backing.can_align = can_align_a_page;
	ck_assert_fails(slab_builder_build_backing(findable(64), &backing),
	    ENOTSUP);
	ck_assert_fails(slab_builder_build_buffer(slab_builder_no_dump(
	    slab_builder_new(64), true), buffer, sizeof(buffer)), ENOTSUP);
	ck_assert_ptr_null(slab_builder_findable(NULL, true));
	ck_assert_ptr_null(slab_builder_no_dump(NULL, true));
	ck_assert_ptr_null(slab_builder_mapping_name(NULL, true));
}
END_TEST

static slab_cache *asked;
static void *object_asked;
static volatile sig_atomic_t answers;

static void ask(int signal)
{
	(void)signal;
	answers += slab_cache_of(object_asked) == asked;
}

START_TEST(test_signal_handlers_may_ask)
{
	asked = slab_builder_build_mmap(findable(64));
	object_asked = slab_alloc(asked);
	signal(SIGUSR1, ask);
	raise(SIGUSR1);
	ck_assert_int_eq(answers, 1);
	slab_free_any(object_asked);
	slab_destroy(asked);
}
END_TEST

static void free_a_local(void *arg)
{
	slab_free_any(arg);
}

START_TEST(test_free_of_an_address_from_nowhere_is_reported)
{
	int local;
	const char *report = report_of(free_a_local, &local);

	ck_assert_ptr_nonnull(report);
	ck_assert_ptr_nonnull(strstr(report, "which is not from any cache"));
	ck_assert_ptr_nonnull(strstr(report, "libslab: free of 0x"));
}
END_TEST

static void *come_and_go(void *arg)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_working_period(
	    slab_builder_slab_size(findable(1000), 1), 0));

	(void)arg;
	for (int i = 0; i < 300; i++) {
		void *objects[200];

		slab_alloc_bulk(cache, COUNT(objects), objects);
		REQUIRE(slab_cache_of(objects[i % 200]) == cache);
		slab_free_bulk(cache, COUNT(objects), objects);
		slab_reap(cache);
	}
	slab_destroy(cache);
	return NULL;
}

START_TEST(test_threads_enter_and_remove_slabs_at_once)
{
	pthread_t threads[3];

	for (size_t i = 0; i < COUNT(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    come_and_go, NULL), 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
}
END_TEST

START_TEST(test_addresses_beyond_the_map_are_refused)
{
	if (sizeof(void *) == 8) {
		ck_assert(!slabi_directory_add((void *)(UINTPTR_MAX / 2 & ~
		    (UNIT - 1)), UNIT, &asked));
		ck_assert_int_eq(errno, ENOMEM);
	}
}
END_TEST

/* As the system shows it -------------------------------------------------- */

/* The flags of the mapping around an address, of /proc/self/smaps. */
static bool has_flag(const void *address, const char *flag)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	char line[300];
	bool inside = false, found = false;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long start, end;

		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = (uintptr_t)address >= start &&
			    (uintptr_t)address < end;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	if (maps != NULL)
		fclose(maps);
	return found;
}

START_TEST(test_slabs_can_be_left_out_of_dumps)
{
	slab_cache *secret = slab_builder_build_mmap(slab_builder_no_dump(
	    slab_builder_new(64), true));
	slab_cache *plain = slab_builder_build_mmap(slab_builder_new(64));
	void *object = slab_alloc(secret), *other = slab_alloc(plain);
	void *here = &object;

	/* Where the system shows flags of mappings at all: */
	if (has_flag(here, "rd")) {
		ck_assert(has_flag(object, " dd"));
		ck_assert(!has_flag(other, " dd"));
	}
	slab_free(secret, object);
	slab_free(plain, other);
	slab_destroy(secret);
	slab_destroy(plain);
}
END_TEST

/* malloc() may get the memory of a heap cache's slabs again. */
START_TEST(test_heap_memory_is_dumped_again_afterwards)
{
	slab_cache *secret = slab_builder_build(slab_builder_no_dump(
	    slab_builder_slab_size(slab_builder_new(1000), 65536), true));
	char *object = slab_alloc(secret), *before = object + 8192;

	if (has_flag(&object, "rd"))
		ck_assert(has_flag(before, " dd"));
	slab_free(secret, object);
	slab_destroy(secret);
	ck_assert(!has_flag(before, " dd"));
}
END_TEST

static bool name_is_in_maps(const char *name)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[300];
	bool found = false;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		found |= strstr(line, name) != NULL;
	if (maps != NULL)
		fclose(maps);
	return found;
}

START_TEST(test_mappings_have_the_names_of_caches)
{
	void *page = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);
	bool named;
	slab_cache *cache = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_new(64), "a[b]\n$c"));
	slab_cache *quiet = slab_builder_build_mmap(slab_builder_mapping_name(
	    slab_builder_name(slab_builder_new(64), "quiet"), false));
	void *object = slab_alloc(cache), *other = slab_alloc(quiet);

	slabi_os_name_pages(page, 65536, "a name");
	named = name_is_in_maps("a name");
	ck_assert(name_is_in_maps("[anon:libslab:a_b___c]") == named);
	ck_assert(!name_is_in_maps("quiet"));
	slab_free(cache, object);
	slab_free(quiet, other);
	slab_destroy(cache);
	slab_destroy(quiet);
	munmap(page, 65536);
}
END_TEST

CHECK_MAIN("find",
    test_objects_of_every_size_lead_to_their_cache,
    test_other_addresses_lead_nowhere,
    test_several_caches_are_told_apart,
    test_memory_that_cannot_be_aligned_is_refused,
    test_signal_handlers_may_ask,
    test_free_of_an_address_from_nowhere_is_reported,
    test_threads_enter_and_remove_slabs_at_once,
    test_addresses_beyond_the_map_are_refused,
    test_slabs_can_be_left_out_of_dumps,
    test_heap_memory_is_dumped_again_afterwards,
    test_mappings_have_the_names_of_caches);
