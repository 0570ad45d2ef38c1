/* SPDX-License-Identifier: MIT */
/* Making slabs and releasing them; reservations. */
#ifndef SLABI_SUPPLY_H
#define SLABI_SUPPLY_H

#include "layer/layer.h"

/*
 * Returns a slab with objects above its watermark, a new one if need be; NULL
 * with errno if there is no memory.
 */
struct slab *slabi_supply_fresh(struct slabi_layer *layer);
/* Take an empty slab out of the lists and the map.  It keeps its memory. */
void slabi_supply_unlink(struct slabi_layer *layer, struct slab *slab);
/*
 * Free the block of a slab that has been unlinked and destructed, and has
 * memory up to `end` from its first page.
 */
void slabi_supply_drop(struct slabi_layer *layer, struct slab *slab,
    size_t end);
/* Unlink an empty slab, destruct its objects and free its memory. */
void slabi_supply_release(struct slabi_layer *layer, struct slab *slab);

/*
 * Make room for this many objects, which stays until as many are in use or all
 * idle memory is reaped.  Returns false, and changes nothing, without memory.
 */
bool slabi_supply_reserve(struct slabi_layer *layer, size_t objects);
/* Returns whether an empty slab may be released: no reservation needs it. */
bool slabi_supply_may_release(const struct slabi_layer *layer);

/*
 * End the reservation if as many objects as that are in use.  This is called
 * with an empty magazine, so `in_use` is what the program holds.
 */
static inline void
slabi_supply_note_in_use(struct slabi_layer *layer)
{
	if (layer->lists.in_use >= layer->reserved)
		layer->reserved = 0;
}

#endif
