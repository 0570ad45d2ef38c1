/* SPDX-License-Identifier: MIT */
/*
 * Owns which pages of partial slabs are idle: the search for them, in regions
 * that are not touched; what happens to the objects on them; which are purged,
 * and when they come into use again.
 *
 * A slab is searched anew unless nothing can have changed: no region has been
 * touched since, and as many objects are in use as then.  (If no region was
 * touched, no object was taken; so any put since then shows as a smaller
 * `in_use`.)
 */
#include "layer/idle_pages.h"

#include <assert.h>
#include <string.h>

#include "base/arith.h"
#include "layer/destruct.h"
#include "slab/slab_pages.h"

/* What one step looks at: chunks of a slab, and constructed objects. */
#define SWEEP_CHUNKS ((size_t)32)
#define SWEEP_OBJECTS ((size_t)512)

/* Returns whether an object of a range is constructed. */
static bool
has_constructed(const struct slabi_layer *layer, const struct slab *slab,
    size_t first, size_t end)
{
	for (; first < end && first < slab->bits_ready; first++)
		if (slabi_slab_is_constructed(slab, &layer->system.geometry,
		    first))
			return true;
	return false;
}

/* Destruct the objects of a chunk.  Returns false if it must stay. */
static bool
vacate(struct slabi_layer *layer, struct slab *slab, uint32_t number)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slabi_chunk chunk = slabi_slab_chunk(slab, geometry, number);
	size_t start = (size_t)number << geometry->purge_shift;

	if (!chunk.objects_only ||
	    slabi_slab_is_purged(slab, geometry, number))
		return false;
	/* Pages that have never been touched have no memory. */
	if (chunk.first >= slab->carved && start >= slab->populated)
		return false;
	if (slabi_slab_is_range_touched(slab, geometry, chunk.first,
	    chunk.end) ||
	    !slabi_slab_is_range_idle(slab, geometry, chunk.first, chunk.end))
		return false;
	/* They could be taken while a destructor runs under no lock. */
	if (layer->life.leave && layer->life.dtor && has_constructed(layer,
	    slab, chunk.first, slabi_min(chunk.end, slab->carved)))
		return false;
	slabi_destruct_range(layer, slab, chunk.first,
	    slabi_min(chunk.end, slab->carved));
	return true;
}

/* Purge vacant chunks.  Returns the bytes whose memory has gone. */
static size_t
purge_chunks(struct slabi_layer *layer, struct slab *slab, uint32_t first,
    uint32_t end)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t bytes = (size_t)(end - first) << geometry->purge_shift;
	char *start = slabi_slab_first_page(slab) +
	    ((size_t)first << geometry->purge_shift);

	if (bytes == 0 ||
	    !slabi_backing_purge(&layer->system.backing, start, bytes))
		return 0;
	for (; first < end; first++)
		slabi_slab_set_purged(slab, geometry, first, true);
	layer->purges++;
	layer->purged += bytes;
	layer->returned += bytes;
	return bytes;
}

/* Purge the idle chunks in [from, to) of a slab.  Returns the bytes. */
static size_t
sweep(struct slabi_layer *layer, struct slab *slab, uint32_t from, uint32_t to)
{
	size_t bytes = 0;

	for (; from < to; from++) {
		uint32_t first = from;

		while (from < to && vacate(layer, slab, from))
			from++;
		bytes += purge_chunks(layer, slab, first, from);
	}
	return bytes;
}

/* Returns how many chunks a step looks at, as destructors may take long. */
static uint32_t
chunks_per_step(const struct slabi_layer *layer)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t chunk = (size_t)1 << geometry->purge_shift;
	size_t most = geometry->has_ctor_bits ?
	    SWEEP_OBJECTS / (chunk / geometry->stride + 1) : SWEEP_CHUNKS;

	return (uint32_t)slabi_max(slabi_min(most, SWEEP_CHUNKS), 1);
}

/* Returns whether a slab is searched.  Touched huge pages are not broken up. */
static bool
may_sweep(const struct slabi_layer *layer, const struct slab *slab)
{
	return layer->system.backing.calls.purge && slab->in_use > 0 &&
	    slab->in_use < layer->system.geometry.objects &&
	    !(slab->huge && slabi_slab_is_touched(slab));
}

/* Returns whether a search can find anything. */
static bool
has_changed(const struct slab *slab)
{
	return slab->in_use != slab->swept_in_use ||
	    slabi_slab_is_touched(slab);
}

/* Watch from here on which regions are touched. */
static void
restart_watch(struct slab *slab)
{
	/* A region that was touched may be searched from now on. */
	if (slabi_slab_is_touched(slab))
		slab->swept_in_use = SLABI_NOT_SWEPT;
	memset(slab->touched, false, sizeof(slab->touched));
}

bool
slabi_idle_sweep_some(struct slabi_layer *layer, struct slab *slab)
{
	uint32_t end = slabi_slab_chunks(slab, &layer->system.geometry);
	uint32_t from = slab->swept_chunks;

	if (from == 0 && !has_changed(slab))
		return true;
	if (from == 0)
		slab->swept_in_use = slab->in_use;
	if (may_sweep(layer, slab) && from < end) {
		slab->swept_chunks = (uint32_t)slabi_min(end,
		    from + chunks_per_step(layer));
		sweep(layer, slab, from, slab->swept_chunks);
		return false;
	}
	slab->swept_chunks = 0;
	restart_watch(slab);
	return true;
}

/* Finds the object behind the first `*n` free ones, which become fewer. */
static size_t
behind_free(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t *n)
{
	size_t found = 0;
	uint32_t word = 0;

	for (; found < *n && word < slabi_slab_ready_words(slab); word++)
		found += slabi_count_bits(slabi_slab_free_word(slab, geometry,
		    word));
	*n = slabi_min(*n, found);
	return slabi_min((size_t)word * 64, slab->carved);
}

size_t
slabi_idle_sweep(struct slabi_layer *layer, struct slab *slab, size_t keep)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	bool changed = has_changed(slab);
	uint32_t from = 0;

	if (keep > 0)
		from = (uint32_t)(slabi_slab_page_offset(slab,
		    slabi_slab_object(slab, geometry, behind_free(slab,
		    geometry, &keep))) >> geometry->purge_shift) + 1;
	restart_watch(slab);
	if (!changed || !may_sweep(layer, slab))
		return keep;
	slab->swept_in_use = from > 0 ? SLABI_NOT_SWEPT : slab->in_use;
	sweep(layer, slab, from, slabi_slab_chunks(slab, geometry));
	return keep;
}

void
slabi_idle_revive(struct slabi_layer *layer, struct slab *slab, size_t n,
    struct slabi_sink from)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;

	for (; n > 0 && slab->purged_chunks > 0; n--, from.next += from.step) {
		size_t bytes = slabi_slab_revive(slab, geometry, *from.next) <<
		    geometry->purge_shift;

		assert(layer->purged >= bytes); /* I5 */
		layer->purged -= bytes;
	}
}
