/* SPDX-License-Identifier: MIT */
/*
 * Thousands of caches, each with one small object: at most two mappings and
 * 12 KiB of resident memory each; and a cache of thousands of slabs.
 */
#include "support.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/os_posix.h"

#define CACHES 3000
#define MAPPINGS (4 * CACHES + 64)

static slab_cache *caches[CACHES];
static void *objects[CACHES];

/* All mappings that there are. */
static struct mapping {
	char *pages;
	size_t size;
} mappings[MAPPINGS];
static size_t n_mappings;
static struct slabi_posix real;

static void *note_map(void *hint, size_t size)
{
	void *pages = real.map(hint, size);

	REQUIRE(pages != NULL && n_mappings < MAPPINGS);
	mappings[n_mappings++] = (struct mapping){ pages, size };
	return pages;
}

/* The start, the end, the middle or all of a mapping goes. */
static int note_unmap(void *pages, size_t size)
{
	struct mapping *it = mappings;
	char *from = pages, *to = from + size;

	while (it < mappings + n_mappings && (from < it->pages ||
	    to > it->pages + it->size))
		it++;
	REQUIRE(it < mappings + n_mappings);
	if (to < it->pages + it->size)
		mappings[n_mappings++] = (struct mapping){ to,
		    (size_t)(it->pages + it->size - to) };
	it->size = (size_t)(from - it->pages);
	if (it->size == 0)
		*it = mappings[--n_mappings];
	return real.unmap(pages, size);
}

static size_t resident_bytes(void)
{
	static unsigned char in_core[1 << 16];
	size_t bytes = 0, page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < n_mappings; i++) {
		size_t pages = mappings[i].size / page;

		REQUIRE(pages <= sizeof(in_core));
		if (mincore(mappings[i].pages, mappings[i].size, in_core) != 0)
			return 0;
		for (size_t n = 0; n < pages; n++)
			bytes += (in_core[n] & 1) * page;
	}
	return bytes;
}

static void build_all(void)
{
	for (size_t i = 0; i < CACHES; i++) {
		caches[i] = slab_builder_build_mmap(slab_builder_new(
		    1 + i % 256));
		REQUIRE(caches[i] != NULL);
		objects[i] = slab_alloc(caches[i]);
		REQUIRE(objects[i] != NULL);
		memset(objects[i], (int)(i % 251), 1 + i % 256);
	}
}

static void destroy_all(void)
{
	for (size_t n = 0; n < CACHES; n++) {
		size_t i = n * 7 % CACHES; /* in no order of their making */

		REQUIRE(support_all_bytes(objects[i], (int)(i % 251),
		    1 + i % 256));
		slab_free(caches[i], objects[i]);
		REQUIRE(slab_destroy(caches[i]) == 0);
	}
}

static void many_caches_are_cheap(void)
{
	size_t resident;

	build_all();
	resident = resident_bytes();
	printf("%d caches: %zu mappings, %zu bytes resident\n", CACHES,
	    n_mappings, resident);
	REQUIRE(n_mappings <= 2 * CACHES + 8);
	if (support_page() == 4096)
		REQUIRE(resident <= (size_t)12 * 1024 * CACHES + 65536);
	destroy_all();
	printf("%zu mappings are left\n", n_mappings);
	REQUIRE(n_mappings <= 8);
}

static void many_slabs_are_found(void)
{
	static void *many[30000];
	slab_cache *cache;

	slabi_posix = real;
	cache = slab_builder_build_mmap(slab_builder_system(
	    slab_builder_slab_size(slab_builder_new(1000), 1),
	    SLAB_SYSTEM_LARGE));
	REQUIRE(slab_alloc_bulk(cache, COUNT(many), many) == COUNT(many));
	for (size_t i = 0; i < COUNT(many); i++)
		REQUIRE(slab_owns(cache, many[i]));
	REQUIRE(slab_check(cache) == 0);
	slab_free_bulk(cache, COUNT(many), many);
	REQUIRE(slab_destroy(cache) == 0);
}

int main(void)
{
	support_start();
	real = slabi_posix;
	slabi_posix.map = note_map;
	slabi_posix.unmap = note_unmap;
	many_caches_are_cheap();
	many_slabs_are_found();
	return EXIT_SUCCESS;
}
