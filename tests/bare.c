/* SPDX-License-Identifier: MIT */
/*
 * What there is without an operating system: caches in buffers and on backings
 * of the program's own, thousands of objects, and the report of a wrong free.
 * It needs nothing of the other tests, and so little memory that it runs on a
 * microcontroller.
 */
#include <slab.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 5000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define REQUIRE(condition) \
	((condition) ? (void)0 : fail(__LINE__, #condition))

SLAB_NORETURN_ static void fail(int line, const char *what)
{
	printf("bare.c:%d: not so: %s (\"%s\")\n", line, what, slab_error());
	exit(EXIT_FAILURE);
}

static _Alignas(64) char memory[256 << 10];
static char *objects[MANY];

static void fill(slab_cache *cache, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		objects[i] = slab_alloc(cache);
		REQUIRE(objects[i] != NULL);
		memset(objects[i], (int)(i % 251), size);
	}
}

static void verify(size_t from, size_t to, size_t step, size_t size)
{
	for (size_t i = from; i < to; i += step)
		for (size_t at = 0; at < size; at++)
			REQUIRE(objects[i][at] == (char)(i % 251));
}

/* A cache that is filled, partly emptied, filled again, and destroyed. */
static void live(slab_cache *cache, size_t n, size_t size)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };

	REQUIRE(cache != NULL);
	fill(cache, n, size);
	REQUIRE(slab_check(cache) == 0);
	for (size_t i = 0; i < n; i++)
		if (i % 3 != 0)
			slab_free(cache, objects[i]);
	slab_reap(cache);
	REQUIRE(slab_check(cache) == 0);
	verify(0, n, 3, size);
	slab_stats(cache, &figures);
	REQUIRE(figures.live == (n + 2) / 3);
	REQUIRE(slab_destroy(cache) == -1 && errno == EBUSY);
	slab_reset(cache);
	fill(cache, n, size);
	verify(0, n, 1, size);
	slab_free_bulk(cache, n, (void **)objects);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
}

static void small_buffers_hold_objects(void)
{
	slab_cache *cache = slab_builder_build_buffer(slab_builder_magazine(
	    slab_builder_new(16), 0), memory, 2048);
	size_t n = 0;

	REQUIRE(cache != NULL);
	while (slab_alloc(cache) != NULL)
		n++;
	REQUIRE(errno == ENOMEM && strlen(slab_error()) > 0);
	printf("a buffer of 2048 bytes holds %d objects of 16\n", (int)n);
	REQUIRE(n >= 10);
	slab_reset(cache);
	REQUIRE(slab_destroy(cache) == 0);
}

/*
 * A backing of the program's own: pieces of the memory, handed out once. ----
 */

static size_t used;

static void *take_piece(void *arg, size_t size, size_t align)
{
	size_t at = used + (-((uintptr_t)memory + used) & (align - 1));

	(void)arg;
	if (at > sizeof(memory) || size > sizeof(memory) - at)
		return NULL;
	used = at + size;
	return memory + at;
}

static void leave_piece(void *arg, void *block, size_t size)
{
	(void)block;
	*(size_t *)arg += size;
}

static void calls_that_need_a_system_fail(void)
{
	/* This program also runs where there is one. */
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(8)));

	REQUIRE(cache != NULL || errno == ENOTSUP);
	REQUIRE(slab_destroy(cache) == 0);
}

static void backing_of_the_program_works(void)
{
	size_t left = 0;
	slab_backing backing = {
		.struct_size = sizeof(backing),
		.arg = &left,
		.alloc = take_piece,
		.free = leave_piece,
	};
	slab_cache *cache = slab_builder_build_backing(slab_builder_slab_size(
	    slab_builder_new(40), 4096), &backing);

	live(cache, 1000, 40);
	REQUIRE(left > 0);
}

/*
 * Wrong frees ----------------------------------------------------------------
 */

static const char expected[] = "libslab: cache \"bare\": double free of 0x";

/* The report does not come back, so the program ends here, and well. */
static void end_well(const char *line)
{
	if (strncmp(line, expected, strlen(expected)) != 0)
		fail(__LINE__, line);
	printf("all well\n");
	exit(EXIT_SUCCESS);
}

static void double_free_is_reported(void)
{
	slab_cache *cache = slab_builder_build_buffer(slab_builder_name(
	    slab_builder_new(32), "bare"), memory, sizeof(memory));
	void *object = slab_alloc(cache);

	REQUIRE(object != NULL);
	slab_set_misuse_handler(end_well);
	slab_free(cache, object);
	slab_free(cache, object);
	fail(__LINE__, "a double free is reported");
}

int main(void)
{
	static const size_t sizes[] = { 8, 24, 40 };

	for (size_t i = 0; i < COUNT(sizes); i++)
		live(slab_builder_build_buffer(slab_builder_new(sizes[i]),
		    memory, sizeof(memory)), MANY, sizes[i]);
	small_buffers_hold_objects();
	calls_that_need_a_system_fail();
	backing_of_the_program_works();
	double_free_is_reported();
}
