/* SPDX-License-Identifier: MIT */
/* Owns the decisions how large slabs are and what lies where in them. */
#include "slab/geometry.h"

#include <assert.h>

#include "base/arith.h"

/*
 * Big slabs, carved lazily: few mappings and few headers, and what has not
 * been carved costs addresses only.  2 MiB is also a huge page of most CPUs.
 */
#define IDEAL_SIZE ((size_t)(sizeof(void *) >= 8 ? 2048 : 256) * 1024)
/*
 * Slabs of larger objects are larger, up to 16 MiB.  Most caches then have one
 * slab, so objects that are put back are looked up once, not each; and every
 * other header would cost a miss of caches and TLB.
 */
#define IDEAL_OBJECTS ((size_t)(sizeof(void *) >= 8 ? 128 : 2) * 1024)
#define IDEAL_DOUBLINGS 3
#define MAX_COLORS 256
/* The bits of all chunks take at most this many bytes. */
#define MAX_CHUNK_BYTES (SLABI_MAX_CHUNKS / 8)
/* Bytes between crowded objects, unless more alignment is asked for. */
#define MAX_PADDING 16

/* Returns the size that slabs should have. */
static size_t
ideal_size(const struct slabi_wish *wish)
{
	size_t size = IDEAL_SIZE;

	if (wish->slab_size > 0)
		return wish->slab_size;
	while (size < IDEAL_SIZE << IDEAL_DOUBLINGS &&
	    size / IDEAL_OBJECTS < wish->size)
		size *= 2;
	return size;
}

/* Returns how far into a page blocks may begin. */
static size_t
max_page_offset(const struct slabi_wish *wish)
{
	return wish->unit < wish->page ? wish->page : 0;
}

/* Divide a slab into chunks: pages, or more of them if there are too many. */
static void
set_chunks(struct slabi_geometry *geometry, const struct slabi_wish *wish,
    size_t slab_size)
{
	size_t bytes = slab_size + max_page_offset(wish);

	geometry->purge_shift = slabi_log2(wish->page);
	while ((bytes - 1) >> geometry->purge_shift >= SLABI_MAX_CHUNKS)
		geometry->purge_shift++;
	geometry->purge_words = (uint32_t)((bytes - 1) >>
	    geometry->purge_shift) / 64 + 1;
}

/*
 * Returns whether objects this far apart would crowd few of the CPU cache's
 * sets, as large powers of two do whatever the color.  A little padding costs
 * at most 1.6 % and makes touching them in order up to seven times faster.
 * Objects that fill a good part of a slab are too few to need it.
 */
static bool
is_crowded(size_t stride)
{
	return (stride & 511) == 0 && stride >= 1024 &&
	    stride <= IDEAL_SIZE / 16;
}

/* Newton's iteration, for slabi_geometry_index(): 3, 6, 12 … right bits. */
static void
set_inverse(struct slabi_geometry *geometry)
{
	size_t odd = geometry->stride;
	unsigned bits;

	for (geometry->rotation = 0; odd % 2 == 0; odd /= 2)
		geometry->rotation++;
	geometry->inverse = odd;
	for (bits = 3; bits < sizeof(size_t) * 8; bits *= 2)
		geometry->inverse *= 2 - odd * geometry->inverse;
}

/* Returns false if objects are so large that later sums could overflow. */
static bool
set_stride(struct slabi_geometry *geometry, const struct slabi_wish *wish)
{
	assert(wish->size > 0 && wish->align > 0);
	assert((wish->align & (wish->align - 1)) == 0);
	if (wish->size > SIZE_MAX / 8)
		return false;
	geometry->before = wish->front;
	geometry->beside = wish->beside;
	geometry->size = wish->size;
	geometry->align = wish->align;
	geometry->coloring = wish->coloring;
	geometry->sized = wish->slab_size > 0;
	geometry->stride = slabi_round_up(wish->size + wish->front +
	    wish->back, wish->align);
	if (wish->coloring && wish->align <= MAX_PADDING &&
	    is_crowded(geometry->stride))
		geometry->stride += MAX_PADDING;
	geometry->compact = false;
	set_inverse(geometry);
	return true;
}

/* Lay out a slab of this many objects.  Returns the bytes of its block. */
static size_t
lay_out(struct slabi_geometry *geometry, const struct slabi_wish *wish,
    size_t objects)
{
	size_t stride = geometry->stride;
	size_t words = (objects + 63) / 64;
	size_t summary = (words + 63) / 64;
	size_t head = wish->header +
	    (summary + geometry->purge_words) * 8;
	/* Objects that fill whole lines, or equal parts of one, start on it. */
	size_t start = slabi_max(geometry->align,
	    slabi_min(SLABI_LINE, stride & (~stride + 1)));

	geometry->has_ctor_bits = wish->has_ctor_bits;
	geometry->bits_size = slabi_geometry_bits_size(wish->has_ctor_bits);
	geometry->front = slabi_round_up(words * geometry->bits_size,
	    SLABI_LINE);
	if (geometry->compact)
		geometry->front = SLABI_LINE +
		    slabi_round_up(geometry->front - SLABI_LINE, wish->page);
	geometry->first = slabi_round_up(geometry->front + head +
	    geometry->before, start) - geometry->front;
	geometry->side = slabi_round_up(geometry->first + objects * stride, 8);
	geometry->objects = (uint32_t)objects;
	geometry->words = (uint32_t)words;
	return geometry->front + (geometry->beside == 0 ?
	    geometry->first + objects * stride : geometry->side +
	    SLABI_SIDE_HEAD + objects * geometry->beside);
}

/* Lay out as many objects as fit.  Returns the bytes used, or 0 for none. */
static size_t
fill(struct slabi_geometry *geometry, const struct slabi_wish *wish,
    size_t room)
{
	size_t objects = slabi_min(SLABI_MAX_OBJECTS, room / geometry->stride);

	while (objects > 0) {
		size_t bytes = lay_out(geometry, wish, objects);
		size_t less;

		if (bytes <= room)
			return bytes;
		less = slabi_max((bytes - room) / (geometry->stride +
		    geometry->beside + 1), 1);
		objects -= slabi_min(less, objects);
	}
	return 0;
}

/* The same from the start, for a slab of this size without colors. */
static size_t
fill_plain(struct slabi_geometry *geometry, const struct slabi_wish *wish,
    size_t slab_size)
{
	if (!set_stride(geometry, wish))
		return 0;
	set_chunks(geometry, wish, slab_size);
	return fill(geometry, wish, slab_size);
}

/* Returns what colors may cost of a slab: so all waste stays below 2 %. */
static size_t
color_budget(const struct slabi_geometry *geometry,
    const struct slabi_wish *wish, size_t slab_size)
{
	bool padded = geometry->stride - geometry->size >= MAX_PADDING;

	return slab_size / (padded ? 512 : wish->has_ctor_bits ? 256 : 128);
}

/*
 * Put the first bits, the header and the first object on one page, whatever the
 * color, if that costs few colors and little memory.  Returns the bytes that
 * are left for colors.
 */
static size_t
make_compact(struct slabi_geometry *geometry, const struct slabi_wish *wish,
    size_t budget)
{
	size_t needed;

	geometry->compact = budget / 2 >= wish->page;
	lay_out(geometry, wish, geometry->objects);
	needed = SLABI_LINE + geometry->first + geometry->stride;
	if (needed > wish->page / 2)
		geometry->compact = false;
	return geometry->compact ? wish->page - needed : budget;
}

/*
 * Make room for colors: within the budget, or else in what is left over.
 * Returns how many there are.
 */
static size_t
choose_colors(struct slabi_geometry *geometry, const struct slabi_wish *wish,
    size_t slab_size, size_t used)
{
	size_t step = slabi_max(SLABI_LINE, geometry->align);
	size_t budget = color_budget(geometry, wish, slab_size);
	bool affordable = geometry->stride <= budget;
	size_t room = affordable ? make_compact(geometry, wish, budget) :
	    slab_size - used;
	size_t colors = slabi_min(slabi_power_below(room / step + 1),
	    MAX_COLORS);

	if (affordable)
		fill(geometry, wish, slab_size - (colors - 1) * step);
	return colors;
}

bool
slabi_geometry_exact(struct slabi_geometry *geometry,
    const struct slabi_wish *wish, size_t slab_size)
{
	size_t used = fill_plain(geometry, wish, slab_size);
	size_t colors = 1;

	if (used == 0)
		return false;
	if (wish->coloring)
		colors = choose_colors(geometry, wish, slab_size, used);
	geometry->slab_size = slab_size;
	geometry->class_scale = ((uint64_t)SLABI_CLASSES <<
	    SLABI_CLASS_SHIFT) / geometry->objects + 1;
	geometry->granule_shift = slabi_log2(slabi_power_below(slab_size));
	geometry->color_mask = colors - 1;
	return true;
}

bool
slabi_geometry_least(const struct slabi_wish *wish, size_t *bytes)
{
	struct slabi_geometry geometry;

	if (!set_stride(&geometry, wish))
		return false;
	set_chunks(&geometry, wish, geometry.stride);
	set_chunks(&geometry, wish, lay_out(&geometry, wish, 1));
	*bytes = lay_out(&geometry, wish, 1);
	return true;
}

bool
slabi_geometry_aligned(struct slabi_geometry *geometry,
    const struct slabi_wish *wish)
{
	size_t ideal = ideal_size(wish);
	size_t whole = slabi_max(wish->page, wish->unit);
	size_t least, size;

	if (!slabi_geometry_least(wish, &least) || ideal > SIZE_MAX / 4)
		return false;
	size = slabi_power_above(slabi_max(ideal,
	    slabi_max(least, whole)));
	/* The next size may need bits for more chunks. */
	if (!slabi_geometry_exact(geometry, wish, size) &&
	    !slabi_geometry_exact(geometry, wish, size *= 2))
		return false;
	/* What is more than the bitmaps can tell apart would be lost. */
	while (geometry->objects == SLABI_MAX_OBJECTS && size > whole)
		if (!slabi_geometry_exact(geometry, wish, size /= 2))
			return false;
	return true;
}

bool
slabi_geometry_large(struct slabi_geometry *geometry,
    const struct slabi_wish *wish)
{
	size_t ideal = ideal_size(wish) -
	    (wish->slab_size > 0 ? 0 : max_page_offset(wish));
	size_t least, size, used;

	if (!slabi_geometry_least(wish, &least) || ideal > SIZE_MAX / 4)
		return false;
	ideal = slabi_max(ideal, wish->page);
	size = slabi_round_up(slabi_max(ideal, least), wish->unit);
	used = fill_plain(geometry, wish, size);
	if (used == 0) {
		size += slabi_round_up(MAX_CHUNK_BYTES, wish->unit);
		used = fill_plain(geometry, wish, size);
	}
	/* Large objects leave a rest, and tiny ones cannot use all. */
	if (geometry->stride > color_budget(geometry, wish, size) ||
	    geometry->objects == SLABI_MAX_OBJECTS)
		size = slabi_min(size, slabi_round_up(used +
		    MAX_CHUNK_BYTES, wish->unit));
	return slabi_geometry_exact(geometry, wish, size);
}

bool
slabi_geometry_wasteful(const struct slabi_geometry *geometry)
{
	return geometry->stride > geometry->slab_size / 16;
}
