/* SPDX-License-Identifier: MIT */
/*
 * Owns how calls are served where there is no magazine, or none is used because
 * more objects are in use than a new limit allows: by the slabs.
 */
#include "cache/direct.h"

#include <errno.h>

#include "cache/misuse.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

static void *
direct_alloc(slab_cache *cache)
{
	struct slabi_taken taken;

	if (!slabi_layer_take_one(&cache->layer, &taken)) {
		if (slabi_cache_take(cache, 1, &taken.object) == 0)
			return NULL;
	} else if (taken.raw && !slabi_cache_construct(cache, &taken)) {
		cache->failures++;
		return NULL;
	}
	slabi_working_set_step(&cache->layer);
	return taken.object;
}

static void
direct_free(slab_cache *cache, void *object)
{
	enum slabi_refusal why;
	int error = errno;

	if (!object)
		return;
	if (!slabi_layer_put_one(&cache->layer, object, &why))
		slabi_cache_misuse(cache, why, object);
	slabi_working_set_step(&cache->layer);
	errno = error;
}

static size_t
direct_alloc_bulk(slab_cache *cache, size_t n, void **out)
{
	size_t done = 0, some;

	while (done < n &&
	    (some = slabi_cache_take(cache, n - done, out + done)) > 0) {
		done += some;
		slabi_working_set_step(&cache->layer);
	}
	return done;
}

static void
direct_free_bulk(slab_cache *cache, size_t n, void *const *objects)
{
	size_t i;

	for (i = 0; i < n; i++)
		direct_free(cache, objects[i]);
}

static size_t
direct_rounds(const slab_cache *cache)
{
	(void)cache;
	return 0;
}

static bool
direct_holds(const slab_cache *cache, const void *address)
{
	(void)cache;
	(void)address;
	return false;
}

static void
direct_flush(slab_cache *cache)
{
	(void)cache;
}

static const char *
direct_check(slab_cache *cache)
{
	(void)cache;
	return NULL;
}

const struct slabi_path slabi_path_direct = {
	.alloc = direct_alloc,
	.free = direct_free,
	.alloc_bulk = direct_alloc_bulk,
	.free_bulk = direct_free_bulk,
	.rounds = direct_rounds,
	.holds = direct_holds,
	.flush = direct_flush,
	.forget = direct_flush,
	.check = direct_check,
};

/* The magazine is used again when an object may be allocated. */
static void
end_over_limit(slab_cache *cache)
{
	if (cache->layer.lists.in_use >= cache->layer.limit)
		return;
	cache->path = NULL;
	slabi_exchange_forget(&cache->exchange);
}

static void
over_limit_free(slab_cache *cache, void *object)
{
	direct_free(cache, object);
	end_over_limit(cache);
}

static void
over_limit_free_bulk(slab_cache *cache, size_t n, void *const *objects)
{
	direct_free_bulk(cache, n, objects);
	end_over_limit(cache);
}

static void
over_limit_forget(slab_cache *cache)
{
	cache->path = NULL;
	slabi_exchange_forget(&cache->exchange);
}

const struct slabi_path slabi_path_over_limit = {
	.alloc = direct_alloc,
	.free = over_limit_free,
	.alloc_bulk = direct_alloc_bulk,
	.free_bulk = over_limit_free_bulk,
	.rounds = direct_rounds,
	.holds = direct_holds,
	.flush = direct_flush,
	.forget = over_limit_forget,
	.check = direct_check,
};

void
slabi_cache_set_limit(struct slab_cache *cache, size_t objects)
{
	slabi_cache_flush(cache);
	slabi_cache_enter(cache);
	cache->layer.limit = objects;
	slabi_cache_leave(cache);
	if (!cache->path && cache->layer.lists.in_use > objects) {
		slabi_magazine_clear(&cache->exchange.magazine);
		cache->path = &slabi_path_over_limit;
	} else if (cache->path == &slabi_path_over_limit) {
		end_over_limit(cache);
	}
}
