/* SPDX-License-Identifier: MIT */
/* Owns what walks a whole cache: the live objects, and those left over. */
#include <inttypes.h>

#include "base/printable.h"
#include "cache/cache.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

bool
slab_owns(const slab_cache *cache, const void *address)
{
	bool in_use;

	if (cache->path && cache->path->owns)
		return cache->path->owns(cache, address);
	/* Rounds of other threads cannot be looked at, but be taken. */
	if (cache->shared)
		slabi_cache_flush((slab_cache *)(uintptr_t)cache);
	slabi_cache_enter(cache);
	in_use = slabi_layer_state(&cache->layer, address) == SLABI_IN_USE;
	slabi_cache_leave(cache);
	return in_use && !slabi_cache_holds(cache, address);
}

/* Visit what is out of one slab, in address order. */
static int
visit_slab(const struct slab *slab, const struct slabi_geometry *geometry,
    int (*visit)(void *object, void *arg), void *arg)
{
	size_t index;

	for (index = 0; index < slab->carved; index++) {
		uint64_t bits = slabi_slab_free_word(slab, geometry,
		    (uint32_t)(index / 64));
		int result;

		if (bits == ~UINT64_C(0))
			index |= 63; /* nothing is out of this word */
		if (bits >> index % 64 & 1)
			continue;
		result = visit(slabi_slab_object(slab, geometry, index), arg);
		if (result != 0)
			return result;
	}
	return 0;
}

int
slab_foreach(slab_cache *cache, int (*visit)(void *object, void *arg),
    void *arg)
{
	struct slabi_layer *layer = &cache->layer;
	struct slab *slab;
	int result = 0;

	if (cache->path && cache->path->each)
		return cache->path->each(cache, visit, arg);
	/* Then what is out of the slabs is live. */
	slabi_cache_flush(cache);
	layer->pinned++;
	for (slab = layer->lists.newest; slab && result == 0;
	    slab = slab->older)
		result = visit_slab(slab, &layer->system.geometry, visit, arg);
	layer->pinned--;
	slabi_cache_enter(cache);
	slabi_working_set_step(layer);
	slabi_cache_leave(cache);
	return result;
}

struct leaks {
	const struct slab_cache *cache;
	FILE *stream;
	size_t count;
	char name[SLABI_NAME_ROOM];
};

static int
report_leak(void *object, void *arg)
{
	struct leaks *leaks = arg;

	leaks->count++;
	fprintf(leaks->stream, "libslab: cache \"%s\": 0x%" PRIxPTR
	    " of %zu bytes is still in use\n", leaks->name,
	    (uintptr_t)object, leaks->cache->layer.system.geometry.size);
	return 0;
}

size_t
slab_report_leaks(slab_cache *cache, FILE *stream)
{
	struct leaks leaks = { .cache = cache, .stream = stream };

	slabi_printable(leaks.name, sizeof(leaks.name), cache->name);
	slab_foreach(cache, report_leak, &leaks);
	return leaks.count;
}
