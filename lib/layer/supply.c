/* SPDX-License-Identifier: MIT */
/*
 * Owns where objects come from that were never used: new slabs, the memory
 * that is faulted in ahead of them, and reservations of both.
 */
#include "layer/layer.h"

#include <errno.h>

#include "base/error.h"
#include "base/os.h"

/*
 * Huge pages of AUTO: for a cache of so many bytes.  One is faulted in at
 * once, which takes long, and may stay unused.
 */
#define HUGE_FROM ((size_t)256 << 20)
#define HUGE_SIZE ((size_t)2 << 20)

#define TRIAL_FROM 64 /* slabs */

/*
 * Pages are faulted in before they are touched, in blocks that grow with what
 * is in use: 8 KiB at the least, 32 KiB at the most, between them half of it
 * up to 16 KiB, then an eighth, and from 1 MiB on 1/64.
 */
#define POPULATE_MIN ((size_t)8 << 10)
#define POPULATE_SOON ((size_t)16 << 10)
#define POPULATE_MAX ((size_t)32 << 10)

static bool
wants_huge_pages(const struct slabi_layer *layer)
{
	size_t size;

	if (!layer->system.backing.huge ||
	    layer->huge_pages == SLAB_HUGE_PAGES_NEVER)
		return false;
	if (layer->huge_pages == SLAB_HUGE_PAGES_ALWAYS)
		return true;
	size = layer->system.geometry.slab_size;
	return size >= HUGE_SIZE && layer->lists.slabs >= HUGE_FROM / size;
}

static struct slab *
make_slab(struct slabi_layer *layer)
{
	struct slab *slab = layer->system.calls->make(&layer->system,
	    wants_huge_pages(layer));

	if (!slab)
		return NULL;
	slabi_lists_add(&layer->lists, slab);
	layer->created++;
	return slab;
}

/* How much to fault in at once, at least. */
static size_t
populate_block(const struct slabi_layer *layer)
{
	size_t used = layer->lists.carved * layer->system.geometry.stride;
	size_t block;

	if (used < POPULATE_SOON * 64)
		block = slabi_max(slabi_min(used / 2, POPULATE_SOON),
		    used / 8);
	else
		block = used / 64;
	return slabi_max(POPULATE_MIN, slabi_min(block,
	    POPULATE_MAX));
}

/*
 * Returns how many objects from `begin` on are in memory that is ready, the
 * next block of it from now on if there are none; 0 if there is no memory.  So
 * nothing is touched that is not ready, and at most a block is made so at once.
 */
static size_t
populate(struct slabi_layer *layer, struct slab *slab, uint32_t begin)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t page = slabi_os.page_size;
	uintptr_t pages = (uintptr_t)slabi_slab_pages(slab, page);
	size_t next = (size_t)((uintptr_t)slabi_slab_object(slab, geometry,
	    begin) - pages);
	size_t most = ((uintptr_t)slab->block + geometry->slab_size - pages) &
	    ~(page - 1);

	if (next + geometry->stride > slab->populated &&
	    slab->populated < most) {
		size_t start = slabi_max(slab->populated,
		    next & ~(page - 1));
		size_t stop = slabi_min(most, slabi_max(
		    slabi_round_up(next + geometry->stride, page),
		    (start + populate_block(layer)) & ~(page - 1)));

		if (!layer->system.backing.ready((char *)pages + start,
		    stop - start))
			return 0;
		slab->populated = stop;
	}
	if (slab->populated >= most)
		return geometry->objects - begin;
	return (slab->populated - next) / geometry->stride;
}

/* The same for objects of which not all pages may ever be touched. */
static size_t
populate_start(struct slabi_layer *layer, struct slab *slab, uint32_t begin)
{
	size_t page = slabi_os.page_size;
	uintptr_t object = (uintptr_t)slabi_slab_object(slab,
	    &layer->system.geometry, begin);

	return layer->system.backing.ready((char *)(object & ~(page - 1)),
	    page);
}

/* Returns how many objects above the watermark are ready to be used. */
static size_t
ready_objects(struct slabi_layer *layer, struct slab *slab)
{
	size_t stride = layer->system.geometry.stride;

	if (slab->huge || !layer->system.backing.ready)
		return slabi_max(POPULATE_MAX / stride, 1);
	if (stride < 2 * slabi_os.page_size)
		return populate(layer, slab, slab->carved);
	return populate_start(layer, slab, slab->carved);
}

size_t
slabi_supply_carvable(struct slabi_layer *layer, struct slab *slab)
{
	size_t n = ready_objects(layer, slab);

	if (n == 0)
		slabi_fail(ENOMEM, "no memory for objects of %zu bytes",
		    layer->system.geometry.size);
	return n;
}

struct slab *
slabi_supply_fresh(struct slabi_layer *layer)
{
	if (layer->lists.in_use >= layer->limit) {
		layer->limit_hits++;
		slabi_fail(ENOMEM, "the limit of %zu objects is reached",
		    layer->limit);
		return NULL;
	}
	return layer->lists.fresh ? layer->lists.fresh : make_slab(layer);
}

/*
 * Returns whether the system would give so many more slabs at all: one by one
 * it may hand out more than there is.
 */
static bool
probe_memory(const struct slabi_layer *layer, size_t slabs)
{
	size_t size = layer->system.geometry.slab_size;

	if (slabs > SIZE_MAX / 2 / size)
		return false;
	if (slabs < TRIAL_FROM || !layer->system.backing.probe)
		return true;
	return layer->system.backing.probe(slabs * size);
}

bool
slabi_layer_reserve(struct slabi_layer *layer, size_t objects)
{
	size_t wanted = objects / layer->system.geometry.objects + 1;
	size_t made = 0;

	if (wanted > layer->lists.slabs &&
	    !probe_memory(layer, wanted - layer->lists.slabs)) {
		slabi_fail(ENOMEM, "no memory for %zu objects", objects);
		return false;
	}
	while (layer->lists.slabs * layer->system.geometry.objects < objects) {
		if (make_slab(layer)) {
			made++;
			continue;
		}
		for (; made > 0; made--)
			slabi_layer_release(layer, layer->lists.newest);
		return false;
	}
	layer->reserved = slabi_max(layer->reserved, objects);
	return true;
}
