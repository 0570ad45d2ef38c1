/* SPDX-License-Identifier: MIT */
/* Owns the calls on a cache as a whole: reserve, reset, destroy. */
#include <errno.h>

#include "api/registry.h"
#include "base/error.h"
#include "base/printable.h"
#include "cache/debug.h"
#include "cache/shared.h"
#include "layer/slab_layer.h"
#include "layer/supply.h"
#include "layer/working_set.h"

enum outcome { DONE, NO_MEMORY, ABOVE_LIMIT };

/* Have room for `n` objects beside the live ones, in one attempt. */
static enum outcome
reserve(slab_cache *cache, size_t n)
{
	struct slabi_layer *layer = &cache->layer;
	enum outcome outcome = ABOVE_LIMIT;
	size_t live;

	slabi_cache_enter(cache);
	/* Of what lies in threads' magazines, nothing is counted on. */
	live = cache->shared ? layer->lists.in_use : slabi_cache_live(cache);
	if (live > layer->limit || n > layer->limit - live || n > SIZE_MAX / 2)
		slabi_fail(ENOMEM, "%zu more objects than the %zu in use "
		    "exceed the limit", n, live);
	else
		outcome = (cache->path && cache->path->reserve ?
		    cache->path->reserve(cache, n) :
		    slabi_supply_reserve(layer, live + n)) ? DONE : NO_MEMORY;
	if (outcome == DONE && cache->debug)
		cache->debug->promised = live + n;
	slabi_cache_leave(cache);
	return outcome;
}

int
slab_reserve(slab_cache *cache, size_t n)
{
	enum outcome outcome;

	do {
		if (cache->shared)
			slabi_cache_flush(cache);
		outcome = reserve(cache, n);
	} while (outcome == NO_MEMORY && slabi_cache_handler_helps(cache));
	return outcome == DONE ? 0 : -1;
}

void
slab_request_reap(void)
{
	slabi_working_set_ask_all();
}

void
slab_reset(slab_cache *cache)
{
	slabi_cache_forget(cache);
	slabi_cache_enter(cache);
	slabi_layer_reset(&cache->layer);
	slabi_working_set_step(&cache->layer);
	slabi_cache_leave(cache);
}

int
slab_destroy(slab_cache *cache)
{
	struct slabi_backing backing;
	char name[SLABI_NAME_SHORT];
	size_t live;

	if (!cache)
		return 0;
	live = slabi_cache_live(cache);
	if (live > 0) {
		slabi_fail(EBUSY, "cache \"%s\" has %zu objects handed out",
		    slabi_printable(name, sizeof(name), cache->name), live);
		return -1;
	}
	slabi_cache_flush(cache);
	slabi_registry_remove(cache);
	if (cache->shared)
		slabi_shared_end(cache);
	slabi_layer_end(&cache->layer);
	backing = cache->layer.system.backing;
	if (cache->path && cache->path->end)
		cache->path->end(cache);
	slabi_exchange_end(&cache->exchange, &backing);
	slabi_backing_meta_free(&backing, cache, cache->block_size);
	if (backing.calls.release)
		backing.calls.release(backing.calls.arg);
	return 0;
}
