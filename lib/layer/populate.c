/* SPDX-License-Identifier: MIT */
/*
 * Owns how much memory is faulted in before it is touched.
 *
 * Pages are faulted in in blocks that grow with what is in use: a page at the
 * least, 32 KiB at the most, between them half of it up to 16 KiB, then an
 * eighth, and from 1 MiB on 1/64.
 */
#include "layer/populate.h"

#include <errno.h>

#include "base/arith.h"
#include "base/error.h"
#include "slab/slab_pages.h"

#define POPULATE_SOON ((size_t)16 << 10)
#define POPULATE_MAX ((size_t)32 << 10)

/* Returns how much to fault in at once, at least. */
static size_t
block_size(const struct slabi_layer *layer)
{
	size_t used = layer->lists.carved * layer->system.geometry.stride;
	size_t block;

	if (used < POPULATE_SOON * 64)
		block = slabi_max(slabi_min(used / 2, POPULATE_SOON),
		    used / 8);
	else
		block = used / 64;
	return slabi_max(slabi_os.page_size, slabi_min(block, POPULATE_MAX));
}

/*
 * Returns how many objects at the watermark are in memory that is ready, and
 * makes the next block ready if there are none; 0 if there is no memory.  So
 * objects are only carved from memory that is resident already; at most one
 * block is faulted in per call.
 */
static size_t
populate_ahead(struct slabi_layer *layer, struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	char *pages = slabi_slab_first_page(slab);
	size_t next = slabi_slab_page_offset(slab,
	    slabi_slab_object(slab, geometry, slab->carved));
	size_t end = slabi_page_down(slabi_slab_page_offset(slab,
	    (char *)slab->block + geometry->slab_size));

	if (next + geometry->stride > slab->populated &&
	    slab->populated < end) {
		size_t start = slabi_max(slab->populated,
		    slabi_page_down(next));
		size_t stop = slabi_min(end, slabi_max(
		    slabi_page_up(next + geometry->stride),
		    slabi_page_down(start + block_size(layer))));

		if (!layer->system.backing.ready(pages + start, stop - start))
			return 0;
		slab->populated = stop;
	}
	if (slab->populated >= end)
		return geometry->objects - slab->carved;
	return (slab->populated - next) / geometry->stride;
}

/* The same for objects of which not all pages may ever be touched. */
static size_t
populate_start(struct slabi_layer *layer, struct slab *slab)
{
	uintptr_t object = (uintptr_t)slabi_slab_object(slab,
	    &layer->system.geometry, slab->carved);

	return layer->system.backing.ready((void *)slabi_page_down(object),
	    slabi_os.page_size);
}

/* Returns how many objects at the watermark are ready, or 0. */
static size_t
ready_objects(struct slabi_layer *layer, struct slab *slab)
{
	size_t stride = layer->system.geometry.stride;

	if (slab->huge || !layer->system.backing.ready)
		return slabi_max(POPULATE_MAX / stride, 1);
	if (stride <= slabi_os.page_size)
		return populate_ahead(layer, slab);
	return populate_start(layer, slab);
}

size_t
slabi_populate_carvable(struct slabi_layer *layer, struct slab *slab)
{
	size_t n = ready_objects(layer, slab);

	if (n == 0)
		slabi_fail(ENOMEM, "no memory for objects of %zu bytes",
		    layer->system.geometry.size);
	return n;
}
