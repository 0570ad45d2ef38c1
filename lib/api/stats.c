/* SPDX-License-Identifier: MIT */
/* Owns the figures of a cache, and how people see them. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cache/cache.h"
#include "base/error.h"

/* Constructed objects of the slab that is going back. */
static size_t
leaving(const struct slabi_layer *layer)
{
	const struct slab *slab = layer->period.draining;
	size_t count = 0;
	uint32_t word;

	if (!slab)
		return 0;
	for (word = layer->period.destructed;
	    word < slabi_slab_ready_words(slab); word++)
		count += (size_t)__builtin_popcountll(slabi_slab_constructed_word(slab,
		    &layer->system.geometry, word));
	return count;
}

/* Free objects that are ready: constructed, or handed out before. */
static size_t
cached(const struct slab_cache *cache)
{
	const struct slabi_life *life = &cache->layer.life;
	size_t ready = slabi_life_exists(life) ?
	    (size_t)(life->constructed - life->destructed) -
	    leaving(&cache->layer) : cache->layer.lists.carved;

	return ready - slabi_cache_live(cache);
}

static size_t
bytes_reserved(const struct slab_cache *cache)
{
	const struct slabi_layer *layer = &cache->layer;
	size_t slabs = layer->lists.slabs + (layer->period.draining != NULL);

	return slabs * layer->system.geometry.slab_size +
	    slabi_map_bytes(&layer->system.map) + cache->block_size +
	    cache->large_size;
}

static slab_statistics
figures_of(const struct slab_cache *cache)
{
	const struct slabi_layer *layer = &cache->layer;
	const struct slabi_geometry *geometry = &layer->system.geometry;

	return (slab_statistics){
		.object_size = geometry->size,
		.align = geometry->align,
		.stride = geometry->stride,
		.slab_size = geometry->slab_size,
		.objects_per_slab = geometry->objects,
		.live = slabi_cache_live(cache),
		.cached = cached(cache),
		.capacity = layer->lists.slabs * geometry->objects,
		.slabs = layer->lists.slabs,
		.slabs_full = layer->lists.full,
		.slabs_partial = layer->lists.slabs - layer->lists.full - layer->lists.empty,
		.slabs_empty = layer->lists.empty,
		.bytes_reserved = bytes_reserved(cache),
		.bytes_purged = layer->purged,
		.constructed = layer->life.constructed,
		.destructed = layer->life.destructed,
		.refills = cache->refills,
		.flushes = cache->flushes,
		.slabs_created = layer->created,
		.slabs_released = layer->released,
	};
}

void
slab_stats(const slab_cache *cache, slab_statistics *figures)
{
	slab_statistics all = figures_of(cache);
	size_t size = figures->struct_size;

	/* Callers built with another version have a smaller or larger one. */
	all.struct_size = size;
	memcpy(figures, &all, size < sizeof(all) ? size : sizeof(all));
}

static int
dump_one(const struct slab_cache *cache, FILE *stream)
{
	slab_statistics s = figures_of(cache);
	bool aligned = cache->layer.system.calls->kind == SLAB_SYSTEM_ALIGNED;

	return fprintf(stream,
	    "cache \"%s\"\n"
	    "  objects  %zu bytes, aligned to %zu, %zu apart\n"
	    "           %zu live, %zu cached, room for %zu\n"
	    "  slabs    %s, %zu bytes, %zu objects each\n"
	    "           %zu: %zu full, %zu partial, %zu empty\n"
	    "           %" PRIu64 " created, %" PRIu64 " released\n"
	    "  memory   %zu bytes reserved, %zu of them purged\n"
	    "  magazine %zu of %zu rounds, %" PRIu64 " refills, %" PRIu64
	    " flushes\n"
	    "  life     %" PRIu64 " constructed, %" PRIu64 " destructed\n",
	    cache->name, s.object_size, s.align, s.stride, s.live, s.cached,
	    s.capacity, aligned ? "aligned" : "large", s.slab_size,
	    s.objects_per_slab, s.slabs, s.slabs_full, s.slabs_partial,
	    s.slabs_empty, s.slabs_created, s.slabs_released, s.bytes_reserved,
	    s.bytes_purged, slabi_cache_rounds(cache), cache->target,
	    s.refills, s.flushes, s.constructed, s.destructed);
}

static int
dump_row(const struct slab_cache *cache, void *arg)
{
	slab_statistics s = figures_of(cache);

	return fprintf(arg, "%-24s %10zu %10zu %10zu %8zu %12zu\n",
	    cache->name, s.object_size, s.live, s.cached, s.slabs,
	    s.bytes_reserved - s.bytes_purged) < 0 ? -1 : 0;
}

static int
dump_table(FILE *stream)
{
	if (fprintf(stream, "%-24s %10s %10s %10s %8s %12s\n", "cache",
	    "size", "live", "cached", "slabs", "reserved") < 0)
		return -1;
	return slabi_registry_each(dump_row, stream);
}

int
slab_dump(const slab_cache *cache, FILE *stream)
{
	int result = cache ? dump_one(cache, stream) : dump_table(stream);

	if (result >= 0 && fflush(stream) == 0)
		return 0;
	slabi_fail(errno, "the figures could not be written");
	return -1;
}

void
slab_oom(const slab_cache *cache)
{
	fprintf(stderr, "libslab: cache \"%s\": out of memory\n", cache->name);
	slab_dump(cache, stderr);
	abort();
}

size_t
slab_object_size(const slab_cache *cache)
{
	return cache->layer.system.geometry.size;
}

size_t
slab_object_align(const slab_cache *cache)
{
	return cache->layer.system.geometry.align;
}

const char *
slab_cache_name(const slab_cache *cache)
{
	return cache->name;
}

const char *
slab_version(void)
{
	return SLAB_VERSION_STRING;
}
