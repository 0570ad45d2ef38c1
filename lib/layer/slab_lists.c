/* SPDX-License-Identifier: MIT */
/* Owns the lists of slabs: by fullness, fresh ones, and all; and their sums. */
#include "layer/slab_lists.h"

#include <assert.h>

#include "base/arith.h"

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
link_empty(struct slabi_lists *lists, struct slab *slab)
{
	/* Slabs without free objects to take come last: see choose(). */
	if (slab->carved > 0) {
		slab->previous = NULL;
		slab->next = lists->empty_first;
	} else {
		slab->previous = lists->empty_last;
		slab->next = NULL;
	}
	*(slab->previous ? &slab->previous->next : &lists->empty_first) = slab;
	*(slab->next ? &slab->next->previous : &lists->empty_last) = slab;
	lists->empty++;
}

static void
unlink_empty(struct slabi_lists *lists, struct slab *slab)
{
	*(slab->previous ? &slab->previous->next : &lists->empty_first) =
	    slab->next;
	*(slab->next ? &slab->next->previous : &lists->empty_last) =
	    slab->previous;
	lists->empty--;
	/* Slabs that are in use again are not to be released. */
	lists->empty_low = slabi_min(lists->empty_low, lists->empty);
	lists->surplus = slabi_min(lists->surplus, lists->empty);
}

static void
link_partial(struct slabi_lists *lists, struct slab *slab)
{
	struct slab **first = &lists->partial[slab->class];

	slab->previous = NULL;
	slab->next = *first;
	if (slab->next)
		slab->next->previous = slab;
	*first = slab;
	lists->partial_classes |= UINT32_C(1) << slab->class;
}

static void
unlink_partial(struct slabi_lists *lists, struct slab *slab)
{
	if (slab->next)
		slab->next->previous = slab->previous;
	if (slab->previous) {
		slab->previous->next = slab->next;
		return;
	}
	lists->partial[slab->class] = slab->next;
	if (!slab->next)
		lists->partial_classes &= ~(UINT32_C(1) << slab->class);
}

static void
link_class(struct slabi_lists *lists, struct slab *slab, uint8_t class)
{
	slab->class = class;
	if (class == SLABI_CLASS_EMPTY)
		link_empty(lists, slab);
	else if (class != SLABI_CLASS_FULL)
		link_partial(lists, slab);
}

static void
unlink_class(struct slabi_lists *lists, struct slab *slab)
{
	if (slab->class == SLABI_CLASS_EMPTY)
		unlink_empty(lists, slab);
	else if (slab->class != SLABI_CLASS_FULL)
		unlink_partial(lists, slab);
}

/* With how many objects in use, at least and at most, its class stays. */
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
	assert(slab->class_min <= slab->in_use &&
	    slab->in_use <= slab->class_max); /* I4 */
}

/* Are all its objects in use, now, and when it was last put in its list? */
static size_t
is_full(const struct slabi_geometry *geometry, const struct slab *slab)
{
	return slab->in_use == geometry->objects;
}

static size_t
was_full(const struct slabi_geometry *geometry, const struct slab *slab)
{
	return slab->class_min == geometry->objects;
}

void
slabi_lists_update(struct slabi_lists *lists,
    const struct slabi_geometry *geometry, struct slab *slab)
{
	uint8_t class = slabi_lists_class(slab, geometry);

	if (class != slab->class) {
		unlink_class(lists, slab);
		link_class(lists, slab, class);
	}
	lists->full += is_full(geometry, slab) - was_full(geometry, slab);
	set_bounds(slab, geometry);
	assert(lists->full + lists->empty <= lists->slabs); /* I5 */
}

static void
link_fresh(struct slabi_lists *lists, struct slab *slab)
{
	slab->previous_fresh = NULL;
	slab->next_fresh = lists->fresh;
	if (slab->next_fresh)
		slab->next_fresh->previous_fresh = slab;
	lists->fresh = slab;
}

void
slabi_lists_unlink_fresh(struct slabi_lists *lists, struct slab *slab)
{
	if (slab->next_fresh)
		slab->next_fresh->previous_fresh = slab->previous_fresh;
	*(slab->previous_fresh ? &slab->previous_fresh->next_fresh :
	    &lists->fresh) = slab->next_fresh;
}

static void
link_all(struct slabi_lists *lists, struct slab *slab)
{
	slab->older = lists->newest;
	if (slab->older)
		slab->older->newer = slab;
	lists->newest = slab;
}

static void
unlink_all(struct slabi_lists *lists, struct slab *slab)
{
	if (slab->older)
		slab->older->newer = slab->newer;
	*(slab->newer ? &slab->newer->older : &lists->newest) = slab->older;
	if (lists->hand == slab)
		lists->hand = slab->older;
}

void
slabi_lists_add(struct slabi_lists *lists, struct slab *slab)
{
	assert(slab->in_use == 0 && slab->carved == 0);
	link_all(lists, slab);
	link_fresh(lists, slab);
	link_class(lists, slab, SLABI_CLASS_EMPTY);
	lists->slabs++;
}

void
slabi_lists_remove(struct slabi_lists *lists,
    const struct slabi_geometry *geometry, struct slab *slab)
{
	assert(slab->class == SLABI_CLASS_EMPTY && slab->in_use == 0); /* I4 */
	unlink_class(lists, slab);
	if (slab->carved < geometry->objects)
		slabi_lists_unlink_fresh(lists, slab);
	unlink_all(lists, slab);
	lists->slabs--;
	lists->carved -= slab->carved;
}

void
slabi_lists_add_surplus(struct slabi_lists *lists, size_t n)
{
	lists->surplus += n;
	assert(lists->surplus <= lists->empty); /* I11 */
}

void
slabi_lists_start_period(struct slabi_lists *lists)
{
	lists->empty_low = lists->empty;
}

void
slabi_lists_end_period(struct slabi_lists *lists)
{
	lists->surplus = lists->empty_low;
	lists->hand = lists->newest;
	slabi_lists_start_period(lists);
	assert(lists->surplus <= lists->empty); /* I11 */
}
