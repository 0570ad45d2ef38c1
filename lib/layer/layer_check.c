/* SPDX-License-Identifier: MIT */
/* Owns the check of a slab layer: whether I4 and I5 hold, slab by slab. */
#include "layer/layer_check.h"

/* Sums over slabs, to compare with the layer's. */
struct sums {
	size_t slabs, in_use, carved, full, empty, purged;
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
	if (!finds(layer, slab, 0) ||
	    !finds(layer, slab, geometry->objects - 1))
		return "the map does not find a slab";
	return NULL;
}

static void
add_slab(struct sums *sums, const struct slabi_layer *layer,
    const struct slab *slab)
{
	sums->slabs++;
	sums->in_use += slab->in_use;
	sums->carved += slab->carved;
	sums->full += slab->in_use == layer->system.geometry.objects;
	sums->empty += slab->in_use == 0;
	sums->purged += (size_t)slab->purged_chunks <<
	    layer->system.geometry.purge_shift;
}

static const char *
check_sums(const struct slabi_layer *layer)
{
	struct sums sums = { 0, 0, 0, 0, 0, 0 };
	const struct slabi_lists *lists = &layer->lists;
	const struct slab *slab, *newer = NULL;

	for (slab = lists->newest; slab; newer = slab, slab = slab->older) {
		const char *fault = check_slab(layer, slab);

		if (fault)
			return fault;
		if (slab->newer != newer)
			return "the list of all slabs is broken";
		add_slab(&sums, layer, slab);
	}
	if (sums.slabs != lists->slabs || sums.in_use != lists->in_use ||
	    sums.carved != lists->carved || sums.full != lists->full ||
	    sums.empty != lists->empty || sums.purged != layer->purged)
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
			if (++listed > layer->lists.slabs ||
		    slab->class != class)
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

const char *
slabi_layer_check(const struct slabi_layer *layer)
{
	const char *fault = check_sums(layer);

	return fault ? fault : check_lists(layer);
}
