/* SPDX-License-Identifier: MIT */
/* Owns the lists of slabs: by fullness, fresh ones, and all. */
#include "layer/layer.h"

uint8_t
slabi_lists_class(const struct slab *slab,
    const struct slabi_geometry *geometry)
{
	if (slab->in_use == 0)
		return SLABI_CLASS_EMPTY;
	if (slab->in_use == slab->carved)
		return SLABI_CLASS_FULL;
	return (uint8_t)slabi_geometry_class(geometry, slab->in_use);
}

static void
link_empty(struct slabi_layer *layer, struct slab *slab)
{
	/* Slabs without free objects to take come last: see choose(). */
	if (slab->carved > 0) {
		slab->previous = NULL;
		slab->next = layer->empty_first;
	} else {
		slab->previous = layer->empty_last;
		slab->next = NULL;
	}
	*(slab->previous ? &slab->previous->next : &layer->empty_first) = slab;
	*(slab->next ? &slab->next->previous : &layer->empty_last) = slab;
	layer->empty++;
}

static void
unlink_empty(struct slabi_layer *layer, struct slab *slab)
{
	struct slabi_period *period = &layer->period;

	*(slab->previous ? &slab->previous->next : &layer->empty_first) =
	    slab->next;
	*(slab->next ? &slab->next->previous : &layer->empty_last) =
	    slab->previous;
	layer->empty--;
	/* Those in use again need not go back. */
	period->empty_low = slabi_min(period->empty_low, layer->empty);
	period->surplus = slabi_min(period->surplus, layer->empty);
}

static void
link_partial(struct slabi_layer *layer, struct slab *slab)
{
	struct slab **first = &layer->partial[slab->class];

	slab->previous = NULL;
	slab->next = *first;
	if (slab->next)
		slab->next->previous = slab;
	*first = slab;
	layer->partial_classes |= UINT32_C(1) << slab->class;
}

static void
unlink_partial(struct slabi_layer *layer, struct slab *slab)
{
	if (slab->next)
		slab->next->previous = slab->previous;
	if (slab->previous) {
		slab->previous->next = slab->next;
		return;
	}
	layer->partial[slab->class] = slab->next;
	if (!slab->next)
		layer->partial_classes &= ~(UINT32_C(1) << slab->class);
}

static void
link_class(struct slabi_layer *layer, struct slab *slab, uint8_t class)
{
	slab->class = class;
	if (class == SLABI_CLASS_EMPTY)
		link_empty(layer, slab);
	else if (class != SLABI_CLASS_FULL)
		link_partial(layer, slab);
}

static void
unlink_class(struct slabi_layer *layer, struct slab *slab)
{
	if (slab->class == SLABI_CLASS_EMPTY)
		unlink_empty(layer, slab);
	else if (slab->class != SLABI_CLASS_FULL)
		unlink_partial(layer, slab);
}

/* The fewest and the most objects out with which a slab stays in its class. */
static void
set_bounds(struct slab *slab, const struct slabi_geometry *geometry)
{
	uint32_t class = slab->class;
	uint32_t next;

	slab->class_min = slab->class_max = slab->in_use;
	if (class >= SLABI_CLASSES)
		return;
	next = slabi_geometry_class_floor(geometry, class + 1);
	if (class > 0)
		slab->class_min = slabi_geometry_class_floor(geometry, class);
	else
		slab->class_min = 1;
	slab->class_max = (next < slab->carved ? next : slab->carved) - 1;
}

/* Are all its objects out, now, and when it was last put in its list? */
static size_t
is_full(const struct slabi_layer *layer, const struct slab *slab)
{
	return slab->in_use == layer->system.geometry.objects;
}

static size_t
was_full(const struct slabi_layer *layer, const struct slab *slab)
{
	return slab->class_min == layer->system.geometry.objects;
}

void
slabi_lists_update(struct slabi_layer *layer, struct slab *slab)
{
	uint8_t class = slabi_lists_class(slab, &layer->system.geometry);

	if (class != slab->class) {
		unlink_class(layer, slab);
		link_class(layer, slab, class);
	}
	layer->full += is_full(layer, slab) - was_full(layer, slab);
	set_bounds(slab, &layer->system.geometry);
}

static void
link_fresh(struct slabi_layer *layer, struct slab *slab)
{
	slab->previous_fresh = NULL;
	slab->next_fresh = layer->fresh;
	if (slab->next_fresh)
		slab->next_fresh->previous_fresh = slab;
	layer->fresh = slab;
}

void
slabi_lists_unlink_fresh(struct slabi_layer *layer, struct slab *slab)
{
	if (slab->next_fresh)
		slab->next_fresh->previous_fresh = slab->previous_fresh;
	*(slab->previous_fresh ? &slab->previous_fresh->next_fresh :
	    &layer->fresh) = slab->next_fresh;
}

static void
link_all(struct slabi_layer *layer, struct slab *slab)
{
	slab->older = layer->newest;
	if (slab->older)
		slab->older->newer = slab;
	layer->newest = slab;
}

static void
unlink_all(struct slabi_layer *layer, struct slab *slab)
{
	if (slab->older)
		slab->older->newer = slab->newer;
	*(slab->newer ? &slab->newer->older : &layer->newest) = slab->older;
}

void
slabi_lists_add(struct slabi_layer *layer, struct slab *slab)
{
	link_all(layer, slab);
	link_fresh(layer, slab);
	link_class(layer, slab, SLABI_CLASS_EMPTY);
	layer->slabs++;
}

void
slabi_lists_remove(struct slabi_layer *layer, struct slab *slab)
{
	unlink_class(layer, slab);
	if (slab->carved < layer->system.geometry.objects)
		slabi_lists_unlink_fresh(layer, slab);
	unlink_all(layer, slab);
	layer->slabs--;
}
