/* SPDX-License-Identifier: MIT */
/*
 * A cache on mmap, in a buffer or on a user's backing never calls malloc.
 * This program has a malloc of its own, which counts its calls while armed.
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED

int main(void)
{
	return SKIPPED; /* sanitizers have a malloc of their own */
}

#else

static bool armed;
static unsigned calls;

/* Memory for whoever calls malloc: never given back, there is enough. */
static _Alignas(4096) char arena[64 << 20];
static size_t arena_used;

static void *from_arena(size_t size, size_t align)
{
	size_t at = (arena_used + align - 1) & ~(align - 1);

	calls += armed;
	if (at > sizeof(arena) || size > sizeof(arena) - at)
		return NULL;
	arena_used = at + size;
	return arena + at;
}

void *malloc(size_t size)
{
	size_t *block = from_arena(size + 16, 16);

	if (block == NULL)
		return NULL;
	*block = size;
	return (char *)block + 16;
}

void free(void *block)
{
	calls += armed && block != NULL;
}

void *calloc(size_t n, size_t size)
{
	return malloc(n * size); /* the arena is zero */
}

void *realloc(void *block, size_t size)
{
	void *new_block = malloc(size);

	if (block != NULL && new_block != NULL) {
		size_t old_size = *(size_t *)(void *)((char *)block - 16);

		memcpy(new_block, block, old_size < size ? old_size : size);
	}
	return new_block;
}

int posix_memalign(void **block, size_t align, size_t size)
{
	*block = from_arena(size, align);
	return *block == NULL ? ENOMEM : 0;
}

void *aligned_alloc(size_t align, size_t size)
{
	return from_arena(size, align);
}

void *memalign(size_t align, size_t size);
void *memalign(size_t align, size_t size)
{
	return from_arena(size, align);
}

/* What is watched -------------------------------------------------------- */

static int make(void *object, void *arg)
{
	(void)arg;
	*(int *)object = 1;
	return 0;
}

static slab_builder *build_wishes(slab_system system, bool constructed)
{
	slab_builder *spare, *builder = slab_builder_new(200);

	slab_builder_name(builder, "a name that is copied");
	slab_builder_system(builder, system);
	slab_builder_working_period(builder, 0);
	if (constructed)
		slab_builder_ctor(builder, make, NULL, NULL);
	else
		slab_builder_template(builder, NULL);
	spare = slab_builder_clone(builder);
	slab_builder_free(builder);
	return spare;
}

static void live(slab_cache *cache)
{
	static void *objects[5000];
	slab_statistics figures = { .struct_size = sizeof(figures) };

	REQUIRE(cache != NULL);
	REQUIRE(slab_reserve(cache, 10) == 0);
	REQUIRE(slab_alloc_bulk(cache, COUNT(objects), objects) ==
	    COUNT(objects));
	for (size_t i = 0; i < COUNT(objects); i += 3)
		slab_free(cache, objects[i]);
	slab_reap(cache);
	slab_stats(cache, &figures);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == -1 && errno == EBUSY);
	slab_reset(cache);
	REQUIRE(slab_destroy(cache) == 0);
}

static void fail_in_words(void)
{
	REQUIRE(slab_builder_build_mmap(slab_builder_align(
	    slab_builder_new(8), 24)) == NULL);
	REQUIRE(slab_error()[0] != '\0');
}

static void *live_on_mmap(void *arg)
{
	(void)arg;
	armed = true;
	for (slab_system system = SLAB_SYSTEM_AUTO; system <= SLAB_SYSTEM_LARGE;
	    system++) {
		live(slab_builder_build_mmap(build_wishes(system, true)));
		live(slab_builder_build_mmap(build_wishes(system, false)));
	}
	fail_in_words();
	armed = false;
	return NULL;
}

static void live_in_buffer(void)
{
	static char buffer[4 << 20];

	armed = true;
	live(slab_builder_build_buffer(build_wishes(SLAB_SYSTEM_AUTO, true),
	    buffer, sizeof(buffer)));
	armed = false;
}

/* Through a volatile pointer: no compiler leaves these calls out. */
static void use_malloc(void)
{
	void *(*volatile get)(size_t) = malloc;
	void (*volatile put)(void *) = free;

	armed = true;
	put(get(1));
	armed = false;
}

int main(void)
{
	pthread_t thread;

	support_start();
	use_malloc();
	if (calls != 2)
		return SKIPPED; /* someone else's malloc is in force */
	calls = 0;
	live_on_mmap(NULL);
	live_in_buffer();
	REQUIRE(calls == 0);
	/* A thread's first error needs no memory either. */
	REQUIRE(pthread_create(&thread, NULL, live_on_mmap, NULL) == 0);
	REQUIRE(pthread_join(thread, NULL) == 0);
	REQUIRE(calls == 0);
	return EXIT_SUCCESS;
}

#endif
