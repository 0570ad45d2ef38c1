/* SPDX-License-Identifier: MIT */
/*
 * Owns which pages of partial slabs are idle: the search for them, in regions
 * that are not in use; what happens to the objects on them; which are purged,
 * and when they come into use again.
 *
 * A slab is searched anew unless nothing can have changed: no region has been
 * used since, and as many objects are out as then.  (Taking one is use; so
 * where there was none, every object that came back makes them fewer.)
 */
#include "base/os.h"
#include "layer/layer.h"

/* What one step looks at: parts of a slab, and constructed objects. */
#define SWEEP_CHUNKS ((size_t)32)
#define SWEEP_OBJECTS ((size_t)512)

void
slabi_idle_destruct_word(struct slabi_layer *layer, struct slab *slab, uint32_t word,
    uint64_t mask)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	uint64_t bits = slabi_slab_constructed_word(slab, geometry, word) & mask;

	for (; bits != 0; bits &= bits - 1) {
		size_t index = word * 64 + (size_t)__builtin_ctzll(bits);

		slabi_life_end(&layer->life,
		    slabi_slab_object(slab, geometry, index));
		slabi_slab_set_constructed(slab, geometry, index, false);
	}
}

/* Destruct the constructed objects of a range. */
static void
destruct_range(struct slabi_layer *layer, struct slab *slab, size_t first,
    size_t end)
{
	if (!layer->system.geometry.has_ctor_bits)
		return;
	while (first < end) {
		size_t n = slabi_min(64 - first % 64, end - first);

		slabi_idle_destruct_word(layer, slab, (uint32_t)(first / 64),
		    slabi_low_bits(n) << first % 64);
		first += n;
	}
}

void
slabi_idle_destruct(struct slabi_layer *layer, struct slab *slab)
{
	destruct_range(layer, slab, 0, slab->bits_ready);
}

/* Where a part of a slab lies in terms of objects. */
struct part {
	size_t first; /* objects that it touches: [first, end) */
	size_t end;
	bool whole;   /* it holds nothing but objects */
};

static struct part
chunk_objects(const struct slabi_geometry *geometry, const struct slab *slab,
    uint32_t number)
{
	uintptr_t pages = (uintptr_t)slabi_slab_pages(slab,
	    slabi_os.page_size);
	size_t color = (uintptr_t)slab - pages;
	size_t start = (size_t)number << geometry->purge_shift;
	size_t end = start + ((size_t)1 << geometry->purge_shift);
	size_t objects = color + geometry->first;
	struct part part = { 0, 0, start >= objects };

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
		size_t n = slabi_min(64 - first % 64, end - first);

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

/* Is an object of a range, or the rest behind the last one, in use? */
static bool
range_used(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t first, size_t end)
{
	size_t last = slabi_min(end, geometry->objects) - 1;
	size_t region = slabi_min(first, last) >> SLABI_REGION_SHIFT;

	for (; region <= last >> SLABI_REGION_SHIFT; region++)
		if (slab->used[region])
			return true;
	return false;
}

/* Can this part be purged?  If so its objects are destructed. */
static bool
give_up_chunk(struct slabi_layer *layer, struct slab *slab, uint32_t number)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct part part = chunk_objects(geometry, slab, number);
	size_t start = (size_t)number << geometry->purge_shift;

	if (!part.whole || is_purged(layer, slab, number))
		return false;
	/* Memory that has never been touched is none. */
	if (part.first >= slab->carved && start >= slab->populated)
		return false;
	if (range_used(slab, geometry, part.first, part.end) ||
	    !range_idle(slab, geometry, part.first, part.end))
		return false;
	destruct_range(layer, slab, part.first,
	    slabi_min(part.end, slab->carved));
	*purged_word(layer, slab, number) |= UINT64_C(1) << number % 64;
	slab->purged_chunks++;
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

		while (from < to && give_up_chunk(layer, slab, from))
			from++;
		run = (size_t)(from - first) << shift;
		layer->purges += run > 0;
		if (run > 0)
			slabi_backing_purge(backing,
			    slabi_slab_pages(slab, slabi_os.page_size) +
			    ((size_t)first << shift), run);
		bytes += run;
		from++;
	}
	layer->purged += bytes;
	return bytes;
}

/* Whole parts of a slab's block, with what lies before it on its first page. */
static uint32_t
parts(const struct slabi_layer *layer, const struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	uintptr_t end = (uintptr_t)slab->block + geometry->slab_size;

	return (uint32_t)((end - (uintptr_t)slabi_slab_pages(slab,
	    slabi_os.page_size)) >> geometry->purge_shift);
}

/* How many parts a step looks at: destructors may take long. */
static uint32_t
step_chunks(const struct slabi_layer *layer)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t part = (size_t)1 << geometry->purge_shift;
	size_t most = geometry->has_ctor_bits ?
	    SWEEP_OBJECTS / (part / geometry->stride + 1) : SWEEP_CHUNKS;

	return (uint32_t)slabi_max(slabi_min(most, SWEEP_CHUNKS), 1);
}

static bool
is_used(const struct slab *slab)
{
	return memchr(slab->used, true, sizeof(slab->used)) != NULL;
}

/* May a slab be searched?  Huge pages in use are not broken up. */
static bool
may_sweep(const struct slabi_layer *layer, const struct slab *slab)
{
	return layer->system.backing.calls.purge && slab->in_use > 0 &&
	    slab->in_use < layer->system.geometry.objects &&
	    !(slab->huge && is_used(slab));
}

/* Can a search find anything? */
static bool
has_changed(const struct slab *slab)
{
	return slab->in_use != slab->swept_in_use || is_used(slab);
}

/* From here on see what is used. */
static void
restart_watch(struct slab *slab)
{
	/* A region that was in use may be searched from now on. */
	if (is_used(slab))
		slab->swept_in_use = SLABI_NOT_SWEPT;
	memset(slab->used, false, sizeof(slab->used));
}

bool
slabi_idle_sweep_some(struct slabi_layer *layer, struct slab *slab)
{
	uint32_t end = parts(layer, slab);
	uint32_t from = slab->swept_chunks;

	if (from == 0 && !has_changed(slab))
		return true;
	if (from == 0)
		slab->swept_in_use = slab->in_use;
	if (may_sweep(layer, slab) && from < end) {
		slab->swept_chunks = (uint32_t)slabi_min(end,
		    from + step_chunks(layer));
		sweep(layer, slab, from, slab->swept_chunks);
		return false;
	}
	slab->swept_chunks = 0;
	restart_watch(slab);
	return true;
}

size_t
slabi_idle_sweep(struct slabi_layer *layer, struct slab *slab)
{
	bool changed = has_changed(slab);

	restart_watch(slab);
	if (!changed || !may_sweep(layer, slab))
		return 0;
	slab->swept_in_use = slab->in_use;
	return sweep(layer, slab, 0, parts(layer, slab));
}

/* Note that the chunks of one object have memory again. */
static void
touch(struct slabi_layer *layer, struct slab *slab, const void *object)
{
	unsigned shift = layer->system.geometry.purge_shift;
	size_t at = (size_t)((const char *)object -
	    slabi_slab_pages(slab, slabi_os.page_size));
	size_t end = at + layer->system.geometry.stride - 1;
	uint32_t part;

	for (part = (uint32_t)(at >> shift); part <= end >> shift; part++) {
		if (!is_purged(layer, slab, part))
			continue;
		*purged_word(layer, slab, part) &= ~(UINT64_C(1) << part % 64);
		slab->purged_chunks--;
		layer->purged -= (size_t)1 << shift;
	}
}

void
slabi_idle_touch(struct slabi_layer *layer, struct slab *slab, size_t n,
    struct slabi_sink from)
{
	for (; n > 0 && slab->purged_chunks > 0; n--, from.next += from.step)
		touch(layer, slab, *from.next);
}
