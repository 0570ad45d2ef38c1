/* SPDX-License-Identifier: MIT */
/*
 * Sizes and offsets of a cache's slabs.  Pure arithmetic: no memory, no system
 * calls.
 *
 *   block                                                 block + slab_size
 *   |  color  | ... bits 1, bits 0 | header, summary, chunks | objects | rest |
 *                                  ^ the slab: offsets are from here
 *
 * The rest begins with a side table in caches that are debugged.
 *
 * A slab starts `color` bytes further into its block than it must, so that
 * headers and objects of many slabs do not fall on the same cache sets.  The
 * color follows from the block's address alone.  Bitmaps grow downward from the
 * header.  So the first bits, the header and the first object are adjacent, and
 * for small objects share one page whatever the color; and large bitmaps cost
 * nothing before they are used.
 */
#ifndef SLABI_GEOMETRY_H
#define SLABI_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arith.h"

#define SLABI_MAX_OBJECTS (64 * 64 * 64) /* what three levels of bits hold */
#define SLABI_SIDE_HEAD 32      /* bytes of a side table that are for no object */
#define SLABI_CLASSES 32        /* classes of partial slabs, by fullness */
#define SLABI_MAX_CHUNKS 4096   /* of a slab, which purging tells apart */

/* What is asked of slabs. */
struct slabi_wish {
	size_t size;      /* bytes of an object */
	size_t align;     /* of an object; a power of two, at most a page */
	size_t slab_size; /* bytes; 0: what suits */
	size_t header;    /* bytes of a slab's header without the summary */
	size_t unit;      /* blocks are a multiple of this, and aligned to it */
	size_t page;      /* bytes of a page */
	bool has_ctor_bits; /* a constructed bit for every object */
	bool coloring;
	size_t front;     /* bytes before every object; a multiple of align */
	size_t back;      /* and behind it */
	size_t beside;    /* bytes for every object, behind all of them */
};

struct slabi_geometry {
	size_t size;          /* bytes that the user asked for */
	size_t align;
	size_t stride;        /* from object to object, perhaps padded */
	size_t slab_size;     /* bytes of a block */
	size_t first;         /* where the objects start */
	size_t front;         /* from the block to its slab, without color */
	bool has_ctor_bits;   /* there are constructed bits */
	bool coloring;        /* as was wished, */
	bool sized;           /* and a size was */
	bool compact;         /* first bits, header, first object: on one page */
	size_t bits_size;     /* bytes of all bits for 64 objects */
	uint32_t objects;     /* in a slab */
	uint32_t words;       /* of one bitmap */
	size_t inverse;       /* of the stride without its powers of two, */
	unsigned rotation;    /* of which there are this many */
	unsigned granule_shift; /* log2 of the largest power of two <= slab_size */
	uint64_t class_scale; /* see slabi_geometry_class() */
	uintptr_t color_mask; /* colors - 1 */
	size_t before;        /* bytes before every object that are not of it */
	size_t beside;        /* bytes for every object in the side table, */
	size_t side;          /* which starts here, and the objects end */
	unsigned purge_shift; /* log2 of the bytes of a chunk */
	uint32_t purge_words; /* of a bit for each chunk */
};

/*
 * Stores the size of the smallest possible slab: header and one object.
 * Returns false if objects are too large.
 */
bool slabi_geometry_least(const struct slabi_wish *wish, size_t *bytes);
/* Lay out blocks of exactly `slab_size` bytes; false if no object fits. */
bool slabi_geometry_exact(struct slabi_geometry *geometry,
    const struct slabi_wish *wish, size_t slab_size);
/* Lay out slabs of a power of two for aligned systems: the ideal size. */
bool slabi_geometry_aligned(struct slabi_geometry *geometry,
    const struct slabi_wish *wish);
/* Lay out slabs of whole units, with little rest, for large systems. */
bool slabi_geometry_large(struct slabi_geometry *geometry,
    const struct slabi_wish *wish);
/* Returns whether rounding slabs up to a power of two would waste much. */
bool slabi_geometry_wasteful(const struct slabi_geometry *geometry);

/* Returns the bytes from one color to the next. */
static inline size_t
slabi_geometry_color_step(const struct slabi_geometry *geometry)
{
	return geometry->align > SLABI_LINE ? geometry->align : SLABI_LINE;
}

/* Returns the slab in a block. */
static inline void *
slabi_geometry_slab(const struct slabi_geometry *geometry, uintptr_t block)
{
	uintptr_t color = block >> geometry->granule_shift &
	    geometry->color_mask;

	return (void *)(block + geometry->front +
	    color * slabi_geometry_color_step(geometry));
}

/* Returns the bytes of a slab in which objects lie. */
static inline size_t
slabi_geometry_extent(const struct slabi_geometry *geometry)
{
	return geometry->objects * geometry->stride;
}

/*
 * Returns the index of the object that starts at an offset from the first one;
 * a number above that of any object where none starts, whatever the offset.
 *
 * A multiple of an odd number is divided by multiplying with its inverse modulo
 * 2^64 (2^32), and anything else becomes larger than all quotients; the
 * stride's power of two is rotated away, which puts what it leaves into the top
 * bits (H. S. Warren, "Hacker's Delight", second edition, sections 10-16 and
 * 10-17).
 */
static inline size_t
slabi_geometry_index(const struct slabi_geometry *geometry, size_t offset)
{
	size_t product = offset * geometry->inverse;

	return product >> geometry->rotation |
	    product << (-geometry->rotation &
	    (unsigned)(sizeof(size_t) * 8 - 1));
}

/*
 * Returns the class of a slab with this many objects in use: their share of
 * SLABI_CLASSES, rounded down.  The product is too large by less than 1 /
 * objects of a class, so nothing is rounded up; and it stays below 2^64.
 */
#define SLABI_CLASS_SHIFT 40
static inline uint32_t
slabi_geometry_class(const struct slabi_geometry *geometry, uint32_t in_use)
{
	return (uint32_t)(in_use * geometry->class_scale >> SLABI_CLASS_SHIFT);
}

/* Returns with how many objects in use, at least, a slab is in a class. */
static inline uint32_t
slabi_geometry_class_floor(const struct slabi_geometry *geometry,
    uint32_t class)
{
	return (class * geometry->objects + SLABI_CLASSES - 1) / SLABI_CLASSES;
}

/* Returns the bytes of all bits for 64 objects. */
static inline size_t
slabi_geometry_bits_size(bool has_ctor_bits)
{
	return has_ctor_bits ? 16 : 8;
}

#endif
