/* SPDX-License-Identifier: MIT */
/* libslab; with SLAB_INLINE defined, its inline functions. */
#include <slab.h>

#define POOL_HAS_BULK
#define POOL_CONSTRUCTS

typedef slab_cache pool;

static int construct_object(void *object, void *arg)
{
	(void)arg;
	construct(object);
	return 0;
}

static void destroy_object(void *object, void *arg)
{
	(void)arg;
	destroy(object);
}

static const char *pool_version(void)
{
	static char version[32];

	snprintf(version, sizeof version, "libslab %s", slab_version());
	return version;
}

static slab_cache *build(slab_builder *builder, const struct wish *wish)
{
	size_t room = 2 * wish->count * (wish->size + 8) + (8u << 20);

	if (wants(wish, "heap"))
		return slab_builder_build(builder);
	if (wants(wish, "buffer"))
		return slab_builder_build_buffer(builder, array_new(room, 1),
		    room);
	return slab_builder_build_mmap(builder);
}

static pool *pool_new(const struct wish *wish)
{
	slab_builder *builder = slab_builder_new(wish->size);
	slab_cache *cache;

	if (wants(wish, "aligned"))
		slab_builder_system(builder, SLAB_SYSTEM_ALIGNED);
	if (wants(wish, "large"))
		slab_builder_system(builder, SLAB_SYSTEM_LARGE);
	if (wants(wish, "small-pages"))
		slab_builder_huge_pages(builder, SLAB_HUGE_PAGES_NEVER);
	if (wants(wish, "huge-pages"))
		slab_builder_huge_pages(builder, SLAB_HUGE_PAGES_ALWAYS);
	if (wants(wish, "no-magazine"))
		slab_builder_magazine(builder, 0);
	if (wants(wish, "deep")) /* what a program of large batches asks for */
		slab_builder_magazine(builder, 128 << 10);
	if (wants(wish, "check"))
		slab_builder_debug(builder, SLAB_DEBUG_CHECK);
	if (wish->constructed)
		slab_builder_ctor(builder, construct_object, destroy_object,
		    NULL);
	if (wish->period)
		slab_builder_working_period(builder, wish->period);
	cache = build(builder, wish);
	if (cache == NULL) {
		fprintf(stderr, "%s\n", slab_error());
		exit(1);
	}
	return cache;
}

static inline void *pool_alloc(pool *cache, size_t size)
{
	(void)size;
	return slab_alloc(cache);
}

static inline void pool_free(pool *cache, void *object, size_t size)
{
	(void)size;
	slab_free(cache, object);
}

static inline void pool_alloc_bulk(pool *cache, size_t size, size_t count,
    void **object)
{
	(void)size;
	if (slab_alloc_bulk(cache, count, object) != count)
		die("slab_alloc_bulk");
}

static inline void pool_free_bulk(pool *cache, size_t size, size_t count,
    void **object)
{
	(void)size;
	slab_free_bulk(cache, count, object);
}

static void pool_reap(pool *cache)
{
	slab_reap(cache);
}
