/* SPDX-License-Identifier: MIT */
/* Owns the calls on a cache as a whole: reserve, reap, reset, destroy. */
#include <errno.h>

#include "api/registry.h"
#include "base/error.h"
#include "base/printable.h"
#include "cache/cache.h"
#include "layer/slab_layer.h"
#include "layer/supply.h"
#include "layer/working_set.h"

int
slab_reserve(slab_cache *cache, size_t n)
{
	size_t live = slabi_cache_live(cache);

	if (n > cache->layer.limit - live || n > SIZE_MAX / 2) {
		slabi_fail(ENOMEM, "%zu more objects than the %zu in use "
		    "exceed the limit", n, live);
		return -1;
	}
	while (!slabi_supply_reserve(&cache->layer, live + n))
		if (!slabi_cache_handler_helps(cache))
			return -1;
	return 0;
}

size_t
slab_reap(slab_cache *cache)
{
	int error = errno;
	size_t bytes;

	slabi_cache_flush(cache);
	bytes = slabi_exchange_shrink(&cache->exchange,
	    &cache->layer.system.backing);
	bytes += slabi_working_set_reap(&cache->layer);
	errno = error;
	return bytes;
}

void
slab_reset(slab_cache *cache)
{
	slabi_cache_forget(cache);
	slabi_layer_reset(&cache->layer);
	slabi_working_set_step(&cache->layer);
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
		slabi_fail(EBUSY, "cache \"%s\" has %zu live objects; see "
		    "slab_report_leaks() and slab_reset()",
		    slabi_printable(name, sizeof(name), cache->name), live);
		return -1;
	}
	slabi_cache_flush(cache);
	slabi_registry_remove(cache);
	slabi_layer_end(&cache->layer);
	backing = cache->layer.system.backing;
	slabi_exchange_end(&cache->exchange, &backing);
	slabi_backing_meta_free(&backing, cache, cache->block_size);
	if (backing.calls.release)
		backing.calls.release(backing.calls.arg);
	return 0;
}
