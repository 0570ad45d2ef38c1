/* SPDX-License-Identifier: MIT */
/*
 * Owns which pages of partial slabs are idle: the search for them, by regions
 * that nobody has touched; what happens to the objects on them; which are
 * purged, and when they come into use again.
 */
#include "os.h"
#include "slab_layer.h"

#define SWEEP_STEP 32 /* parts of a slab that one step looks at */

void
slabi_idle_destruct_word(struct slabi_layer *layer, struct slab *slab, uint32_t word,
    uint64_t mask)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	uint64_t bits = slabi_slab_made_word(slab, geometry, word) & mask;

	for (; bits != 0; bits &= bits - 1) {
		size_t index = word * 64 + (size_t)__builtin_ctzll(bits);

		slabi_life_end(&layer->life,
		    slabi_slab_object(slab, geometry, index));
		slabi_slab_set_made(slab, geometry, index, false);
	}
}

/* Destruct the constructed objects of a range. */
static void
destruct_range(struct slabi_layer *layer, struct slab *slab, size_t first,
    size_t end)
{
	if (!layer->system.geometry.made)
		return;
	while (first < end) {
		size_t n = slabi_smaller(64 - first % 64, end - first);

		slabi_idle_destruct_word(layer, slab, (uint32_t)(first / 64),
		    slabi_low_bits(n) << first % 64);
		first += n;
	}
}

void
slabi_idle_destruct(struct slabi_layer *layer, struct slab *slab)
{
	destruct_range(layer, slab, 0, slab->tracked);
}

/* Where a part of a slab lies in terms of objects. */
struct part {
	size_t first; /* objects that it touches: [first, end) */
	size_t end;
	bool whole;   /* it holds nothing but objects */
};

static struct part
part_objects(const struct slabi_geometry *geometry, const struct slab *slab,
    uint32_t number)
{
	uintptr_t pages = (uintptr_t)slabi_slab_pages(slab,
	    slabi_os.page_size);
	size_t color = (uintptr_t)slab - pages;
	size_t block_end = (uintptr_t)slab->block + geometry->slab_size - pages;
	size_t start = (size_t)number << geometry->purge_shift;
	size_t end = start + ((size_t)1 << geometry->purge_shift);
	size_t objects = color + geometry->first;
	struct part part = { 0, 0, start >= objects && end <= block_end };

	if (part.whole) {
		part.first = (start - objects) / geometry->stride;
		part.end = (end - 1 - objects) / geometry->stride + 1;
	}
	return part;
}

/* Is every object of a range free, or never used? */
static bool
range_idle(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t first, size_t end)
{
	if (end > slab->carved)
		end = slab->carved;
	while (first < end) {
		uint64_t bits = slabi_slab_free_word(slab, geometry,
		    (uint32_t)(first / 64)) >> first % 64;
		size_t n = slabi_smaller(64 - first % 64, end - first);

		if (~bits & slabi_low_bits(n))
			return false;
		first += n;
	}
	return true;
}

/* The word with a part's bit. */
static uint64_t *
purged_word(const struct slabi_layer *layer, struct slab *slab, uint32_t part)
{
	return slabi_slab_purged(slab, &layer->system.geometry) + part / 64;
}

static bool
is_purged(const struct slabi_layer *layer, struct slab *slab, uint32_t part)
{
	return *purged_word(layer, slab, part) >> part % 64 & 1;
}

/* How the region of an object is used, or of the rest behind the last one. */
static enum slabi_use
region_use(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t index)
{
	return slab->use[slabi_smaller(index, geometry->objects - 1) >>
	    SLABI_REGION_SHIFT];
}

/* Can this part be purged?  If so its objects are destructed. */
static bool
give_up_part(struct slabi_layer *layer, struct slab *slab, uint32_t number)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct part part = part_objects(geometry, slab, number);
	size_t start = (size_t)number << geometry->purge_shift;

	if (!part.whole || is_purged(layer, slab, number))
		return false;
	/* Memory that has never been touched is none. */
	if (part.first >= slab->carved && start >= slab->populated)
		return false;
	if (region_use(slab, geometry, part.first) != SLABI_IDLE)
		return false;
	if (!range_idle(slab, geometry, part.first, part.end))
		return false;
	destruct_range(layer, slab, part.first,
	    slabi_smaller(part.end, slab->carved));
	*purged_word(layer, slab, number) |= UINT64_C(1) << number % 64;
	slab->purged_parts++;
	return true;
}

/* Look at the parts [from, to) of a slab, and purge the idle ones; bytes. */
static size_t
sweep(struct slabi_layer *layer, struct slab *slab, uint32_t from, uint32_t to)
{
	const struct slabi_backing *backing = &layer->system.backing;
	unsigned shift = layer->system.geometry.purge_shift;
	size_t bytes = 0;

	while (from < to) {
		uint32_t first = from;
		size_t run;

		while (from < to && give_up_part(layer, slab, from))
			from++;
		run = (size_t)(from - first) << shift;
		if (run > 0)
			backing->calls.purge(backing->calls.arg,
			    slabi_slab_pages(slab, slabi_os.page_size) +
			    ((size_t)first << shift), run);
		bytes += run;
		from++;
	}
	layer->purged += bytes;
	return bytes;
}

static uint32_t
parts(const struct slabi_layer *layer)
{
	return (uint32_t)(layer->system.geometry.slab_size >>
	    layer->system.geometry.purge_shift);
}

static bool
has_regions(const struct slab *slab, enum slabi_use use)
{
	return memchr(slab->use, (int)use, sizeof(slab->use)) != NULL;
}

/* Is there anything to look for?  Huge pages in use are not broken up. */
static bool
may_sweep(const struct slabi_layer *layer, const struct slab *slab)
{
	return layer->system.backing.calls.purge && slab->out > 0 &&
	    slab->out < layer->system.geometry.objects &&
	    has_regions(slab, SLABI_IDLE) &&
	    !(slab->huge && has_regions(slab, SLABI_USED));
}

/* From here on see what is touched; idle regions may have been `swept`. */
static void
look_away(struct slab *slab, bool swept)
{
	size_t i;

	for (i = 0; i < SLABI_REGIONS; i++) {
		if (slab->use[i] == SLABI_USED)
			slab->use[i] = SLABI_IDLE;
		else if (swept)
			slab->use[i] = SLABI_SWEPT;
	}
}

bool
slabi_idle_sweep_some(struct slabi_layer *layer, struct slab *slab,
    uint32_t *part)
{
	uint32_t from = *part;
	uint32_t to = from + SWEEP_STEP;
	bool swept = may_sweep(layer, slab);

	if (swept && to < parts(layer)) {
		*part = to;
		sweep(layer, slab, from, to);
		return false;
	}
	if (swept)
		sweep(layer, slab, from, parts(layer));
	look_away(slab, swept);
	return true;
}

size_t
slabi_idle_sweep(struct slabi_layer *layer, struct slab *slab)
{
	size_t bytes;

	look_away(slab, false);
	if (!may_sweep(layer, slab))
		return 0;
	bytes = sweep(layer, slab, 0, parts(layer));
	look_away(slab, true);
	return bytes;
}

void
slabi_idle_touch(struct slabi_layer *layer, struct slab *slab, size_t n,
    void *const *objects, ptrdiff_t step)
{
	unsigned shift = layer->system.geometry.purge_shift;
	size_t stride = layer->system.geometry.stride;

	for (; n > 0 && slab->purged_parts > 0; n--, objects += step) {
		size_t at = (size_t)((char *)*objects -
		    slabi_slab_pages(slab, slabi_os.page_size));
		uint32_t part = (uint32_t)(at >> shift);
		uint32_t last = (uint32_t)((at + stride - 1) >> shift);

		for (; part <= last; part++) {
			if (!is_purged(layer, slab, part))
				continue;
			*purged_word(layer, slab, part) &=
			    ~(UINT64_C(1) << part % 64);
			slab->purged_parts--;
			layer->purged -= (size_t)1 << shift;
		}
	}
}
