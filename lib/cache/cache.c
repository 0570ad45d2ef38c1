/* SPDX-License-Identifier: MIT */
/*
 * Owns how objects are handed out and taken back: the hot paths, which are
 * written down in <slab.h> so that callers can have them inline too, and the
 * slow ones behind them.
 */

/* On a line of their own: the hot paths are one line long each. */
#define SLAB_HOT_ SLAB_API_ __attribute__((aligned(64)))

#include "cache/cache.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

#include <errno.h>

#include "base/error.h"
#include "cache/misuse.h"

/* Construct an object that has been taken raw; false: it is given back. */
static bool
construct(struct slab_cache *cache, const struct slabi_taken *taken)
{
	struct slabi_layer *layer = &cache->layer;
	enum slabi_refusal place;
	int error = slabi_life_begin(&layer->life, taken->object,
	    layer->system.geometry.size);

	if (error == 0) {
		slabi_layer_set_constructed(layer, taken);
		return true;
	}
	slabi_layer_put_one(layer, taken->object, &place);
	slabi_fail(error, "the constructor failed with errno %d", error);
	return false;
}

bool
slabi_cache_handler_helps(struct slab_cache *cache)
{
	int error = errno;
	bool helps;

	if (!cache->oom || error != ENOMEM ||
	    cache->layer.lists.in_use >= cache->layer.limit)
		return false;
	cache->oom_calls++;
	helps = cache->oom(cache, cache->oom_arg);
	errno = error;
	return helps;
}

size_t
slabi_cache_take(struct slab_cache *cache, size_t n, void **out,
    ptrdiff_t step)
{
	struct slabi_taken raw;
	size_t taken;

	do {
		struct slabi_sink sink = { out, step, n };

		taken = slabi_layer_take(&cache->layer, &sink, &raw);
	} while (taken == 0 && slabi_cache_handler_helps(cache));
	if (taken > 0 && raw.raw && !construct(cache, &raw))
		taken = 0;
	cache->failures += taken == 0;
	return taken;
}

bool
slabi_cache_refill(struct slab_cache *cache)
{
	void **first = cache->floor + 1;
	size_t n = slabi_exchange_refill_count(cache);
	size_t got = slabi_cache_take(cache, n, first + n - 1, -1);

	if (got == 0)
		return false;
	if (got < n)
		memmove(first, first + n - got, got * sizeof(*first));
	cache->magazine.top += got;
	cache->refills++;
	return true;
}

/* An object where there is no magazine. */
static void *
take_directly(struct slab_cache *cache)
{
	struct slabi_taken taken;

	if (!slabi_layer_take_one(&cache->layer, &taken)) {
		if (slabi_cache_take(cache, 1, &taken.object, 1) == 0)
			return NULL;
	} else if (taken.raw && !construct(cache, &taken)) {
		cache->failures++;
		return NULL;
	}
	slabi_working_set_step(&cache->layer);
	return taken.object;
}

static void
give_directly(struct slab_cache *cache, void *object)
{
	enum slabi_refusal place;

	if (!slabi_layer_put_one(&cache->layer, object, &place))
		slabi_cache_misuse(cache, place, object);
	slabi_working_set_step(&cache->layer);
}

void *
slab_alloc_slow(slab_cache *cache)
{
	if (cache->ceiling == cache->floor)
		return take_directly(cache);
	slabi_exchange_drain_overflow(cache);
	if (cache->magazine.top == cache->floor && !slabi_cache_refill(cache))
		return NULL;
	/* Before it is taken: whoever reports misuse may not return. */
	slabi_exchange_tick(cache);
	return *cache->magazine.top--;
}

/* Put an object on the full magazine. */
static void
push_full(struct slab_cache *cache, void *object)
{
	enum slabi_refusal place;
	void *bad = slabi_exchange_overflow(cache, &place);

	*++cache->magazine.top = object;
	if (bad)
		slabi_cache_misuse(cache, place, bad);
}

void
slab_free_slow(slab_cache *cache, void *object)
{
	int error = errno;

	if (!object)
		return;
	if (object == *cache->magazine.top)
		slabi_cache_misuse(cache, SLABI_FREE, object);
	if (cache->ceiling == cache->floor) {
		give_directly(cache, object);
	} else {
		if (cache->magazine.top < cache->ceiling)
			*++cache->magazine.top = object;
		else
			push_full(cache, object);
		slabi_exchange_tick(cache);
	}
	errno = error;
}

void *
slab_zalloc(slab_cache *cache)
{
	void *object;

	if (slabi_life_exists(&cache->layer.life)) {
		slabi_fail(EINVAL, "slab_zalloc() in a cache with a "
		    "constructor or a template");
		return NULL;
	}
	object = slab_alloc(cache);
	if (object)
		memset(object, 0, cache->layer.system.geometry.size);
	return object;
}
