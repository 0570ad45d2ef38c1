/* SPDX-License-Identifier: MIT */
/* Owns what walks a whole cache: live objects, leaks, the check of all. */
#include <errno.h>
#include <inttypes.h>

#include "cache/cache.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"
#include "base/error.h"
#include "base/printable.h"

bool
slab_owns(const slab_cache *cache, const void *address)
{
	return slabi_layer_state(&cache->layer, address) == SLABI_IN_USE &&
	    !slabi_cache_holds(cache, address);
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

	/* Then what is out of the slabs is live. */
	slabi_cache_flush(cache);
	layer->pinned++;
	for (slab = layer->lists.newest; slab && result == 0; slab = slab->older)
		result = visit_slab(slab, &layer->system.geometry, visit, arg);
	layer->pinned--;
	slabi_working_set_step(layer);
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
	    " of %zu bytes is still in use\n", leaks->name, (uintptr_t)object, leaks->cache->layer.system.geometry.size);
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

/* Sums over slabs, to compare with the layer's. */
struct sums {
	size_t slabs, out, carved, full, empty, purged;
};

static bool
finds(const struct slabi_layer *layer, const struct slab *slab, uint32_t n)
{
	size_t index;

	return slabi_system_find(&layer->system, slabi_slab_object(slab,
	    &layer->system.geometry, n), &index) == slab && index == n;
}

static const char *
check_slab(const struct slabi_layer *layer, const struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	const char *fault = slabi_slab_check(slab, geometry);

	if (fault)
		return fault;
	if (slab->class != slabi_lists_class(slab, geometry) ||
	    slab->in_use < slab->class_min || slab->in_use > slab->class_max)
		return "a slab is in the wrong list";
	if (slabi_geometry_slab(geometry, (uintptr_t)slab->block) != slab)
		return "a slab has lost its block";
	if (!finds(layer, slab, 0) || !finds(layer, slab, geometry->objects - 1))
		return "the map does not find a slab";
	return NULL;
}

static void
add_slab(struct sums *sums, const struct slabi_layer *layer,
    const struct slab *slab)
{
	sums->slabs++;
	sums->out += slab->in_use;
	sums->carved += slab->carved;
	sums->full += slab->in_use == layer->system.geometry.objects;
	sums->empty += slab->in_use == 0;
	sums->purged += (size_t)slab->purged_chunks <<
	    layer->system.geometry.purge_shift;
}

static const char *
check_layer(const struct slabi_layer *layer)
{
	struct sums sums = { 0, 0, 0, 0, 0, 0 };
	const struct slab *slab, *newer = NULL;

	for (slab = layer->lists.newest; slab; newer = slab, slab = slab->older) {
		const char *fault = check_slab(layer, slab);

		if (fault)
			return fault;
		if (slab->newer != newer)
			return "the list of all slabs is broken";
		add_slab(&sums, layer, slab);
	}
	if (sums.slabs != layer->lists.slabs || sums.out != layer->lists.in_use ||
	    sums.carved != layer->lists.carved || sums.full != layer->lists.full ||
	    sums.empty != layer->lists.empty || sums.purged != layer->purged)
		return "the counts do not agree with the slabs";
	return NULL;
}

/* Every list holds slabs of its class, and all lists hold all slabs. */
static const char *
check_lists(const struct slabi_layer *layer)
{
	size_t listed = 0, in_none = 0;
	const struct slab *slab;
	uint32_t class;

	for (class = 0; class < SLABI_CLASSES; class++) {
		bool set = layer->lists.partial_classes >> class & 1;

		if (set != (layer->lists.partial[class] != NULL))
			return "a list of partial slabs is lost";
		for (slab = layer->lists.partial[class]; slab; slab = slab->next)
			if (++listed > layer->lists.slabs || slab->class != class)
				return "a list of partial slabs is broken";
	}
	for (slab = layer->lists.empty_first; slab; slab = slab->next)
		if (++listed > layer->lists.slabs ||
		    slab->class != SLABI_CLASS_EMPTY)
			return "the list of empty slabs is broken";
	for (slab = layer->lists.newest; slab; slab = slab->older)
		in_none += slab->class == SLABI_CLASS_FULL;
	return listed + in_none == layer->lists.slabs ? NULL :
	    "a slab is in no list";
}

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
	void **first = cache->floor + 1;
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
	size_t rounds = slabi_cache_rounds(cache);
	const char *fault = NULL;
	size_t n;

	if (cache->floor > cache->magazine.base ||
	    cache->magazine.base > cache->magazine.top ||
	    cache->magazine.top > cache->magazine.end ||
	    cache->magazine.end > cache->ceiling)
		return "the magazine's window is not around its top";
	for (n = 0; n < rounds && !fault; n++)
		fault = check_round(&cache->layer, cache->floor[n + 1]);
	if (!fault && has_twins(cache, rounds))
		fault = "the magazine holds an object twice";
	if (!fault && cache->layer.lists.in_use < rounds)
		fault = "the magazine holds more than there is";
	return fault;
}

int
slab_check(slab_cache *cache)
{
	const char *fault = check_layer(&cache->layer);
	char name[SLABI_NAME_SHORT];

	if (!fault)
		fault = check_lists(&cache->layer);
	if (!fault)
		fault = check_magazine(cache);
	if (!fault)
		return 0;
	slabi_fail(EFAULT, "cache \"%s\": %s", slabi_printable(name,
	    sizeof(name), cache->name), fault);
	return -1;
}
