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

/*
 * Slabs where memory is scarce: of this size, or what lets a process have this
 * many of them.
 */
#define SCARCE_SIZE ((size_t)256 << 10)
#define SCARCE_SLABS 1024

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

/* Returns how large the first slab of a cache should be. */
static size_t
first_size(const struct slabi_system *system)
{
	const struct slabi_backing *backing = &system->backing;
	size_t scarce = backing->calls.purge ? SIZE_MAX : SCARCE_SIZE;

	if (system->geometry.sized)
		return system->ideal_size;
	if (backing->ready) {
		scarce = slabi_os.allowance();
		scarce = scarce == 0 ? SCARCE_SIZE :
		    slabi_max(SCARCE_SIZE / 4, scarce / SCARCE_SLABS);
	}
	return slabi_min(scarce, system->ideal_size);
}

/*
 * Make the first slab.  All slabs that a cache has at a time are equally large,
 * and where addresses are limited, or all of them get memory at once, they are
 * small; one that is refused is tried again at half the size.
 */
static struct slab *
make_first(struct slabi_layer *layer, bool huge)
{
	struct slabi_system *system = &layer->system;
	size_t first = first_size(system);
	struct slab *slab;

	slabi_system_restore(system);
	while (system->geometry.slab_size > first &&
	    slabi_system_halve(system))
		;
	do
		slab = slabi_system_make(system, huge);
	while (!slab && errno == ENOMEM && slabi_system_halve(system));
	return slab;
}

static struct slab *
make_slab(struct slabi_layer *layer, bool huge)
{
	/* A cache that is debugged knows its layout from the start. */
	bool is_first = layer->lists.slabs == 0 && !layer->period.draining &&
	    !layer->system.backing.fixed &&
	    layer->system.geometry.before == 0 &&
	    layer->system.geometry.beside == 0;
	struct slab *slab = NULL;

	if (slabi_quota_admit_objects(layer, 1, 1))
		slab = is_first ? make_first(layer, huge) :
		    slabi_system_make(&layer->system, huge);
	if (!slab)
		return NULL;
	slabi_lists_add(&layer->lists, slab);
	layer->created++;
	if (layer->watch)
		layer->watch->made(layer, slab);
	return slab;
}

/* A slab that was reserved is put on huge pages when it is used. */
static void
ask_for_huge_pages(struct slabi_layer *layer, struct slab *slab)
{
	if (slab->carved > 0 || slab->huge || !wants_huge_pages(layer))
		return;
	layer->system.backing.huge(slab->block,
	    layer->system.geometry.slab_size);
	slab->huge = true;
}

struct slab *
slabi_supply_fresh(struct slabi_layer *layer)
{
	struct slab *slab = layer->lists.fresh;

	if (!slab)
		return make_slab(layer, wants_huge_pages(layer));
	ask_for_huge_pages(layer, slab);
	return slab;
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

/* Purge the pages of a slab behind its header.  Returns whether they went. */
static bool
purge_block(struct slabi_layer *layer, const struct slab *slab, size_t end)
{
	size_t start = slabi_page_up(slabi_slab_page_offset(slab,
	    slabi_slab_object(slab, &layer->system.geometry, 0)));

	if (start >= end || !slabi_backing_purge(&layer->system.backing,
	    slabi_slab_first_page(slab) + start, end - start))
		return false;
	layer->purges++;
	return true;
}

void
slabi_supply_drop(struct slabi_layer *layer, struct slab *slab, size_t end)
{
	/* Where the block may stay in the process only what is purged goes. */
	if (!layer->system.backing.keeps_freed ||
	    !layer->system.backing.calls.purge || purge_block(layer, slab, end))
		layer->returned += slabi_slab_touched_bytes(slab,
		    &layer->system.geometry, end);
	slabi_system_drop(&layer->system, slab);
}

void
slabi_supply_release(struct slabi_layer *layer, struct slab *slab)
{
	struct slabi_period *period = &layer->period;
	struct slabi_period before = *period;

	slabi_supply_unlink(layer, slab);
	/* A destructor may not return; then it is on its way all the same. */
	if (!before.draining) {
		period->draining = slab;
		period->destructed = 0;
		period->undrained = slabi_slab_touched_end(slab,
		    &layer->system.geometry);
	}
	slabi_destruct_range(layer, slab, 0, slab->bits_ready);
	period->draining = before.draining;
	period->destructed = before.destructed;
	period->undrained = before.undrained;
	slabi_supply_drop(layer, slab,
	    slabi_slab_touched_end(slab, &layer->system.geometry));
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
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t needed = objects / geometry->objects + 1;
	size_t made = 0, before = layer->reserved;
	int error;

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
	/* The size of slabs may change with the first one. */
	while (layer->lists.slabs * geometry->objects < objects) {
		if (make_slab(layer, false)) {
			made++;
			continue;
		}
		error = errno;
		for (; made > 0; made--)
			slabi_supply_release(layer, layer->lists.newest);
		layer->reserved = before;
		slabi_quota_settle(layer);
		errno = error;
		return false;
	}
	slabi_quota_settle(layer);
	return true;
}

bool
slabi_supply_may_release(const struct slabi_layer *layer)
{
	size_t objects = layer->system.geometry.objects;

	return layer->lists.empty > 0 &&
	    (layer->lists.slabs - 1) * objects >= layer->reserved;
}
