/* SPDX-License-Identifier: MIT */
/* Owns how slabs are made and released, and reservations of them. */
#include "layer/supply.h"

#include <assert.h>
#include <errno.h>

#include "base/arith.h"
#include "base/error.h"
#include "layer/destruct.h"
#include "slab/slab_pages.h"

/*
 * Huge pages of AUTO: for a cache of this many bytes.  A huge page is faulted
 * in at once, which takes long, and may stay unused.
 */
#define HUGE_FROM ((size_t)256 << 20)
#define HUGE_SIZE ((size_t)2 << 20)

#define PROBE_FROM 64 /* slabs */

static bool
wants_huge_pages(const struct slabi_layer *layer)
{
	size_t size = layer->system.geometry.slab_size;

	if (!layer->system.backing.huge ||
	    layer->huge_pages == SLAB_HUGE_PAGES_NEVER)
		return false;
	if (layer->huge_pages == SLAB_HUGE_PAGES_ALWAYS)
		return true;
	return size >= HUGE_SIZE && layer->lists.slabs >= HUGE_FROM / size;
}

static struct slab *
make_slab(struct slabi_layer *layer)
{
	struct slab *slab = NULL;

	if (slabi_quota_admit_objects(layer, 1, 1))
		slab = slabi_system_make(&layer->system,
		    wants_huge_pages(layer));
	if (!slab)
		return NULL;
	slabi_lists_add(&layer->lists, slab);
	layer->created++;
	if (layer->watch)
		layer->watch->made(layer, slab);
	return slab;
}

struct slab *
slabi_supply_fresh(struct slabi_layer *layer)
{
	if (layer->lists.in_use >= layer->limit) {
		layer->limit_hits++;
		slabi_fail(ENOMEM, "the limit of %zu objects is reached; free "
		    "one, or see slab_builder_limit()",
		    layer->limit);
		return NULL;
	}
	return layer->lists.fresh ? layer->lists.fresh : make_slab(layer);
}

void
slabi_supply_unlink(struct slabi_layer *layer, struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;

	assert(slab->in_use == 0 && layer->pinned == 0);
	if (layer->watch)
		layer->watch->leaving(layer, slab);
	slabi_system_leave(&layer->system, slab);
	slabi_lists_remove(&layer->lists, geometry, slab);
	assert(layer->purged >= slabi_slab_purged_bytes(slab, geometry)); /* I5 */
	layer->purged -= slabi_slab_purged_bytes(slab, geometry);
	layer->released++;
}

void
slabi_supply_drop(struct slabi_layer *layer, struct slab *slab)
{
	slabi_system_drop(&layer->system, slab);
}

void
slabi_supply_release(struct slabi_layer *layer, struct slab *slab)
{
	slabi_supply_unlink(layer, slab);
	slabi_destruct_range(layer, slab, 0, slab->bits_ready);
	slabi_supply_drop(layer, slab);
}

/*
 * Returns whether there is memory for this many more slabs at all.  The kernel
 * overcommits: mapping slabs one by one succeeds even if they can never all be
 * touched, but one large trial mapping is refused when the total is hopeless.
 */
static bool
is_hopeful(const struct slabi_layer *layer, size_t slabs)
{
	const struct slabi_backing *backing = &layer->system.backing;
	size_t size = layer->system.geometry.slab_size;

	if (slabs > SIZE_MAX / 2 / size)
		return false;
	return slabs < PROBE_FROM || !backing->probe ||
	    backing->probe(slabs * size);
}

bool
slabi_supply_reserve(struct slabi_layer *layer, size_t objects)
{
	size_t per_slab = layer->system.geometry.objects;
	size_t needed = objects / per_slab + 1;
	size_t made = 0, before = layer->reserved;

	if (needed > layer->lists.slabs &&
	    !is_hopeful(layer, needed - layer->lists.slabs)) {
		slabi_fail(ENOMEM, "no memory for %zu objects", objects);
		return false;
	}
	if (objects > layer->lists.carved && !slabi_quota_admit_objects(layer,
	    objects - layer->lists.carved, needed > layer->lists.slabs ?
	    needed - layer->lists.slabs : 0))
		return false;
	layer->reserved = slabi_max(before, objects);
	while (layer->lists.slabs * per_slab < objects) {
		if (make_slab(layer)) {
			made++;
			continue;
		}
		for (; made > 0; made--)
			slabi_supply_release(layer, layer->lists.newest);
		layer->reserved = before;
		slabi_quota_settle(layer);
		return false;
	}
	slabi_quota_settle(layer);
	return true;
}

/*
 * We are called with an empty magazine, so `in_use` is what the program holds.
 * Once that reaches the reservation, the reservation is fulfilled.
 */
void
slabi_supply_note_in_use(struct slabi_layer *layer)
{
	if (layer->lists.in_use >= layer->reserved)
		layer->reserved = 0;
}

bool
slabi_supply_may_release(const struct slabi_layer *layer)
{
	size_t objects = layer->system.geometry.objects;

	return layer->lists.empty > 0 &&
	    (layer->lists.slabs - 1) * objects >= layer->reserved;
}
