/* SPDX-License-Identifier: MIT */
/*
 * One slab: header, summary, two bitmaps, watermark.  Knows no cache.
 *
 * An object below the watermark `carved` has been taken out at least once.
 * It is out, or its free bit is set.  Objects above it have never been
 * touched, nor has their memory.  Three levels of bits lead to a free object:
 *
 *   top        one word:  bit i says that summary word i is not 0
 *   summary[]             bit w says that word w of the bitmap is not 0
 *   free bits             bit n says that object n is free
 *
 * Bits are written when they are needed first: those of objects from `tracked`
 * on may be anything and count as 0, but for the rest of the last word.
 *
 *   I1  out + number of free bits == carved <= objects, tracked <= carved
 *   I2  bit i of top is set if and only if summary word i is not 0, and bit w
 *       of the summary if and only if word w of the free bits is not 0
 *   I3  no bit at or above the watermark is set
 */
#ifndef SLABI_SLAB_H
#define SLABI_SLAB_H

#include <slab.h>

#include "slab/geometry.h"

/*
 * What of a slab is in use, told for regions of so many objects as a word of
 * the summary stands for.
 */
#define SLABI_REGION_SHIFT 12
#define SLABI_REGIONS (SLABI_MAX_OBJECTS >> SLABI_REGION_SHIFT)
#define SLABI_NOT_SWEPT UINT32_MAX

struct slab {
	/* What every take and give touches: one line. */
	struct slab *next;     /* in the list of its fullness */
	struct slab *previous;
	uint64_t top;
	uint32_t in_use;       /* objects taken and not put back */
	uint32_t carved;       /* the watermark */
	size_t bits_ready;     /* objects below it have bits */
	uint32_t class_min;    /* with fewer in use it changes its list, */
	uint32_t class_max;    /* and with more */
	uint8_t class;         /* which list: see slab_layer.h */
	bool huge;             /* on transparent huge pages */
	uint16_t purged_chunks; /* bits set in `purged` */
	/* The rest. */
	/*
	 * Since the working set looked last, an object of the region has been
	 * taken, or the first one of a word of bits has come back, which is
	 * seldom enough to note.
	 */
	bool used[SLABI_REGIONS];
	uint32_t swept_in_use; /* `in_use` at the last search of all regions */
	uint32_t swept_chunks; /* chunks that the present search has seen */
	size_t populated;      /* bytes of the block faulted in ahead of use */
	void *block;           /* from the backing */
	struct slab *newer;    /* in the list of all slabs */
	struct slab *older;
	struct slab *next_fresh; /* in the list of slabs with room to carve */
	struct slab *previous_fresh;
	uint64_t summary[];    /* and behind it, a bit a part: it is purged */
};

/* Where objects go that are taken: next[0], next[step], … */
struct slabi_sink {
	void **next;
	ptrdiff_t step;
	size_t left;  /* how many more there is room for */
};

/* One object that has been taken, and where it lies. */
struct slabi_taken {
	void *object;
	struct slab *slab;
	size_t index;
	bool raw;     /* it is not constructed, but has to be */
};

void slabi_slab_init(struct slab *slab, const struct slabi_geometry *geometry,
    void *block);

/*
 * Take free objects in address order until the sink is full.  Works in whole
 * words, so it may take up to 63 fewer than that, but takes at least one.  In a
 * slab with constructed bits it takes only constructed objects, up to the first
 * word of bits without one, and so perhaps none.  Returns how many.
 */
size_t slabi_slab_take(struct slab *slab, const struct slabi_geometry *geometry,
    struct slabi_sink *sink);
/* Take one free object of a slab that has some. */
struct slabi_taken slabi_slab_take_one(struct slab *slab,
    const struct slabi_geometry *geometry);
/* Take up to `n` objects above the watermark.  Returns how many. */
size_t slabi_slab_carve(struct slab *slab,
    const struct slabi_geometry *geometry, size_t n, struct slabi_sink *sink);

/* What an address is to a slab. */
enum slabi_refusal {
	SLABI_IN_USE,      /* an object that is out */
	SLABI_FREE,     /* one whose free bit is set */
	SLABI_UNCARVED, /* one that has never been out */
	SLABI_INSIDE,   /* not the start of an object */
	SLABI_FOREIGN   /* in no slab of the cache */
};

/* Have bits for the objects up to this one; false: it was never handed out. */
bool slabi_slab_prepare_bits(struct slab *slab, const struct slabi_geometry *geometry,
    size_t index);
/* Give back every object that is out. */
void slabi_slab_put_all(struct slab *slab,
    const struct slabi_geometry *geometry);

/* One word of a bitmap; 0 where it has never been written. */
uint64_t slabi_slab_constructed_word(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t word);
void slabi_slab_set_constructed(struct slab *slab,
    const struct slabi_geometry *geometry, size_t index, bool made);
bool slabi_slab_is_constructed(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t index);

/* The invariants I1 to I3: NULL, or which is broken. */
const char *slabi_slab_check(const struct slab *slab,
    const struct slabi_geometry *geometry);

static inline void *
slabi_slab_object(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t index)
{
	return (char *)(uintptr_t)slab + geometry->first +
	    index * geometry->stride;
}

/* The index of the object at an address; any other gives one above them all. */
static inline size_t
slabi_slab_index(const struct slab *slab,
    const struct slabi_geometry *geometry, const void *address)
{
	return slabi_geometry_index(geometry,
	    (uintptr_t)address - (uintptr_t)slab - geometry->first);
}

/* A word with its `n` lowest bits set. */
static inline uint64_t
slabi_low_bits(size_t n)
{
	return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/*
 * Where the pages of a slab's block begin: blocks of the heap begin within a
 * page, behind malloc's header.
 */
static inline char *
slabi_slab_pages(const struct slab *slab, size_t page)
{
	return (char *)((uintptr_t)slab->block & ~(uintptr_t)(page - 1));
}

/* Parts of the slab that have no memory: a bit each. */
static inline uint64_t *
slabi_slab_purged(struct slab *slab, const struct slabi_geometry *geometry)
{
	return slab->summary + (geometry->words + 63) / 64;
}

/* Where the n-th word of free bits is; that of constructed bits follows it. */
static inline uint64_t *
slabi_slab_bits(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t word)
{
	return (uint64_t *)((uintptr_t)slab + ~word * geometry->bits_size);
}

/* Words of the bitmaps that have been written. */
static inline uint32_t
slabi_slab_ready_words(const struct slab *slab)
{
	return (uint32_t)((slab->bits_ready + 63) / 64);
}

static inline uint64_t
slabi_slab_free_word(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t word)
{
	return word < slabi_slab_ready_words(slab) ?
	    *slabi_slab_bits(slab, geometry, word) : 0;
}

/* What the object of this index is. */
static inline enum slabi_refusal
slabi_slab_state(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t index)
{
	uint32_t word = (uint32_t)(index / 64);

	if (index >= slab->carved)
		return index < geometry->objects ? SLABI_UNCARVED :
		    SLABI_INSIDE;
	return slabi_slab_free_word(slab, geometry, word) >> index % 64 & 1 ?
	    SLABI_FREE : SLABI_IN_USE;
}

/* A word's first bit has been set: tell the levels above. */
static inline void
slabi_slab_set_above(struct slab *slab, size_t word)
{
	slab->summary[word / 64] |= UINT64_C(1) << word % 64;
	slab->top |= UINT64_C(1) << word / 64;
	slab->used[word / 64] = true;
}

/*
 * Set the free bit of a tracked object; false: it is free already.  Whoever
 * calls counts it in `out`.
 */
static inline bool
slabi_slab_set_free(struct slab *slab, const struct slabi_geometry *geometry,
    size_t index)
{
	uint64_t *place = slabi_slab_bits(slab, geometry, index / 64);
	uint64_t bit = UINT64_C(1) << index % 64;
	uint64_t bits = *place;

	if (SLAB_UNLIKELY_(bits == 0))
		slabi_slab_set_above(slab, index / 64);
	if (SLAB_UNLIKELY_((bits & bit) != 0))
		return false;
	*place = bits | bit;
	return true;
}

/* Give a tracked object back; false: it is free already. */
static inline bool
slabi_slab_put(struct slab *slab, const struct slabi_geometry *geometry,
    size_t index)
{
	bool given = slabi_slab_set_free(slab, geometry, index);

	slab->in_use -= given;
	return given;
}

/*
 * Give objects back as long as they are objects of this slab that are out and
 * tracked; how many.
 */
size_t slabi_slab_put_run(struct slab *slab,
    const struct slabi_geometry *geometry, size_t n, void *const *objects);

#endif
