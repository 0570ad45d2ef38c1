/* SPDX-License-Identifier: MIT */
/*
 * Owns the calls that give idle memory back, of one cache or of all, and those
 * that change how much a cache may hold and for how long.
 */
#include <errno.h>

#include "api/registry.h"
#include "base/error.h"
#include "cache/cache.h"
#include "cache/direct.h"
#include "layer/working_set.h"

#define TEND_STEPS 16 /* of the working set, at most, in one call */

static size_t
reap(slab_cache *cache, size_t keep)
{
	size_t bytes;

	slabi_cache_flush(cache);
	slabi_cache_enter(cache);
	bytes = slabi_exchange_shrink(&cache->exchange,
	    &cache->layer.system.backing);
	bytes += slabi_working_set_reap(&cache->layer, keep);
	slabi_cache_leave(cache);
	return bytes;
}

size_t
slab_reap_to(slab_cache *cache, size_t objects)
{
	int error = errno;
	size_t bytes = reap(cache, objects);

	errno = error;
	return bytes;
}

size_t
slab_reap(slab_cache *cache)
{
	return slab_reap_to(cache, 0);
}

/* Returns whether rounds are idle, or have not been looked at yet. */
static bool
has_idle_rounds(const slab_cache *cache)
{
	return !cache->path && (cache->exchange.idle_rounds > 0 ||
	    cache->exchange.period != cache->layer.period.number);
}

static size_t
tend(slab_cache *cache)
{
	struct slabi_layer *layer = &cache->layer;
	uint64_t before;
	size_t bytes;
	int step;

	slabi_cache_enter(cache);
	before = layer->returned;
	if (!slabi_working_set_is_due(layer))
		slabi_working_set_read_clock(layer);
	for (step = 0; step < TEND_STEPS && (has_idle_rounds(cache) ||
	    slabi_working_set_is_due(layer)); step++) {
		if (cache->path)
			slabi_working_set_step(layer);
		else
			slabi_cache_tick(cache);
	}
	bytes = (size_t)(layer->returned - before);
	slabi_cache_leave(cache);
	return bytes;
}

/* Returns the sum of what a call of each cache of the process returns. */
static size_t
for_all(size_t (*call)(slab_cache *cache))
{
	struct slabi_walk walk = { 0 };
	size_t bytes = 0;
	slab_cache *cache;

	while ((cache = slabi_registry_next(&walk, NULL, NULL)))
		bytes += call(cache);
	return bytes;
}

size_t
slab_tend(slab_cache *cache)
{
	int error = errno;
	size_t bytes = cache ? tend(cache) : for_all(tend);

	errno = error;
	return bytes;
}

size_t
slab_reap_all(void)
{
	return for_all(slab_reap);
}

int
slab_set_limit(slab_cache *cache, size_t objects)
{
	if (objects == 0) {
		slabi_fail(EINVAL, "the limit is 0 objects");
		return -1;
	}
	slabi_cache_set_limit(cache, objects);
	return 0;
}

int
slab_set_working_period(slab_cache *cache, unsigned seconds)
{
	slabi_cache_enter(cache);
	slabi_working_set_begin(&cache->layer, seconds);
	slabi_working_set_step(&cache->layer);
	slabi_cache_leave(cache);
	return 0;
}
