/* SPDX-License-Identifier: MIT */
/* Owns the check of a whole cache: its rounds here, its slabs by the layer. */
#include <errno.h>

#include "base/error.h"
#include "base/printable.h"
#include "cache/cache.h"
#include "layer/layer_check.h"
#include "layer/slab_layer.h"

static const char *
check_round(const struct slabi_layer *layer, void *round)
{
	if (slabi_layer_state(layer, round) != SLABI_IN_USE)
		return "the magazine holds what is not an object";
	if (slabi_life_exists(&layer->life) &&
	    !slabi_layer_is_constructed(layer, round))
		return "the magazine holds an unconstructed object";
	return NULL;
}

/* Turn the free bit of an object; is it set now? */
static bool
turn_bit(struct slabi_layer *layer, void *object)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t index;
	struct slab *slab = slabi_system_find(&layer->system, object, &index);
	uint64_t *bits = slabi_slab_bits(slab, geometry, index / 64);

	slabi_slab_prepare_bits(slab, geometry, index);
	*bits ^= UINT64_C(1) << index % 64;
	return *bits >> index % 64 & 1;
}

/* Is a round there twice?  For a while they all are marked as free. */
static bool
has_twins(struct slab_cache *cache, size_t rounds)
{
	struct slabi_layer *layer = &cache->layer;
	void **first = cache->exchange.magazine.floor + 1;
	bool twin = false;
	size_t n;

	for (n = 0; n < rounds && !twin; n++)
		twin = !turn_bit(layer, first[n]);
	while (n-- > 0)
		turn_bit(layer, first[n]);
	return twin;
}

/* Every round is an object that is out, constructed, and there only once. */
static const char *
check_magazine(struct slab_cache *cache)
{
	const struct slabi_magazine *magazine = &cache->exchange.magazine;
	size_t rounds = slabi_magazine_rounds(magazine);
	const char *fault = NULL;
	size_t n;

	if (!slabi_magazine_is_sound(magazine))
		return "the magazine's window is not around its top";
	for (n = 0; n < rounds && !fault; n++)
		fault = check_round(&cache->layer, magazine->floor[n + 1]);
	if (!fault && has_twins(cache, rounds))
		fault = "the magazine holds an object twice";
	if (!fault && cache->layer.lists.in_use < rounds)
		fault = "the magazine holds more than there is";
	return fault;
}

int
slab_check(slab_cache *cache)
{
	bool has_slabs = !cache->path || !cache->path->each;
	char name[SLABI_NAME_SHORT];
	const char *fault;

	if (cache->shared)
		slabi_cache_flush(cache);
	fault = has_slabs ? slabi_layer_check(&cache->layer) : NULL;
	if (!fault)
		fault = check_magazine(cache);
	if (!fault && cache->path)
		fault = cache->path->check(cache);
	if (!fault)
		return 0;
	slabi_fail(EFAULT, "cache \"%s\": %s", slabi_printable(name,
	    sizeof(name), cache->name), fault);
	return -1;
}
