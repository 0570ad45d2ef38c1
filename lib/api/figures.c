/* SPDX-License-Identifier: MIT */
/* Owns the figures of a cache: what each is, and the table of them. */
#include <string.h>

#include "api/figures.h"
#include "base/arith.h"

#include "cache/cache.h"

/* Returns how many objects of the slab on its way out are constructed. */
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
		count += (size_t)__builtin_popcountll(
		    slabi_slab_constructed_word(slab,
		    &layer->system.geometry, word));
	return count;
}

/* Returns how many free objects are constructed, or were handed out before. */
static size_t
cached(const struct slab_cache *cache)
{
	const struct slabi_life *life = &cache->layer.life;
	size_t ready = slabi_life_exists(life) ?
	    (size_t)(life->constructed - life->destructed) -
	    leaving(&cache->layer) : cache->layer.lists.carved;
	size_t live = slabi_cache_live(cache);

	return ready > live ? ready - live : 0;
}

/* Returns the bytes that are not in slabs: the cache itself and its tables. */
static size_t
bytes_around(const struct slab_cache *cache)
{
	return slabi_map_bytes(&cache->layer.system.map) + cache->block_size +
	    cache->exchange.block_size;
}

static size_t
bytes_reserved(const struct slab_cache *cache)
{
	const struct slabi_layer *layer = &cache->layer;
	size_t slabs = layer->lists.slabs + (layer->period.draining != NULL);

	return slabs * layer->system.geometry.slab_size + bytes_around(cache);
}

/* What is written of a slab is its front, and objects up to the watermark. */
static size_t
bytes_touched(const struct slab_cache *cache)
{
	const struct slabi_layer *layer = &cache->layer;
	const struct slabi_geometry *geometry = &layer->system.geometry;

	return layer->lists.slabs * (geometry->front + geometry->first) +
	    layer->lists.carved * geometry->stride + layer->period.undrained +
	    bytes_around(cache) - layer->purged;
}

/* Slabs that this period has not needed, one that is going, and idle rounds. */
static size_t
bytes_idle(const struct slab_cache *cache)
{
	const struct slabi_layer *layer = &cache->layer;
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t slabs = slabi_max(layer->lists.surplus,
	    slabi_min(layer->lists.empty_low, layer->lists.empty));
	size_t per_slab = layer->lists.slabs > 0 ? layer->lists.carved / layer->lists.slabs : 0;

	return (slabs * per_slab + cache->exchange.idle_rounds) * geometry->stride +
	    layer->period.undrained;
}

slab_statistics
slabi_figures_of(const slab_cache *cache)
{
	const struct slabi_layer *layer = &cache->layer;
	const struct slabi_geometry *geometry = &layer->system.geometry;

#define FIGURE(name, kind, unit, value, help) .name = (value),
	return (slab_statistics){
		.struct_size = sizeof(slab_statistics),
#include "api/figures.def"
	};
#undef FIGURE
}

void
slab_stats(const slab_cache *cache, slab_statistics *figures)
{
	slab_statistics all = slabi_figures_of(cache);
	size_t size = figures->struct_size;

	/* Callers built with another version have a smaller or larger one. */
	all.struct_size = size;
	memcpy(figures, &all, size < sizeof(all) ? size : sizeof(all));
}

const slab_field *
slab_statistics_field(size_t n)
{
#define FIGURE(name, kind, unit, value, help) { #name, help, \
	offsetof(slab_statistics, name), \
	sizeof(((slab_statistics *)NULL)->name), SLAB_##kind, SLAB_##unit },
	static const slab_field fields[] = {
#include "api/figures.def"
	};
#undef FIGURE

	return n < sizeof(fields) / sizeof(*fields) ? &fields[n] : NULL;
}

uint64_t
slabi_figure(const slab_statistics *figures, const slab_field *field)
{
	const char *at = (const char *)figures + field->offset;
	uint64_t wide;
	size_t word;

	if (field->size == sizeof(wide)) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	memcpy(&word, at, sizeof(word));
	return word;
}
