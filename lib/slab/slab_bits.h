/* SPDX-License-Identifier: MIT */
/*
 * One slab: header, summary, two bitmaps, watermark.  Knows no cache.
 *
 * An object below the watermark `carved` has been taken at least once.  It is
 * in use, or its free bit is set.  Objects above it have never been touched,
 * nor has their memory.  Three levels of bits lead to a free object:
 *
 *   top        one word:  bit i says that summary word i is not 0
 *   summary[]             bit w says that word w of the bitmap is not 0
 *   free bits             bit n says that object n is free
 *
 * Bits are written when they are needed first.  Bits at index `bits_ready` and
 * above are uninitialised and read as 0, except those that share a word with an
 * initialised bit.
 *
 *   I1  in_use + number of free bits == carved <= objects and
 *       bits_ready <= carved
 *   I2  bit i of top is set if and only if summary word i is not 0, and bit w
 *       of the summary if and only if word w of the free bits is not 0
 *   I3  no bit at or above the watermark is set
 */
#ifndef SLABI_SLAB_H
#define SLABI_SLAB_H

#include <assert.h>
#include <slab.h>

#include "base/arith.h"
#include "slab/geometry.h"

/* Use is recorded per region: the 4096 objects covered by one summary word. */
#define SLABI_REGION_SHIFT 12
#define SLABI_REGIONS (SLABI_MAX_OBJECTS >> SLABI_REGION_SHIFT)
#define SLABI_NOT_SWEPT UINT32_MAX

struct slab {
	/* What every take and put touches: one line. */
	struct slab *next;     /* in the list of its fullness */
	struct slab *previous;
	uint64_t top;
	uint32_t in_use;       /* objects taken and not put back */
	uint32_t carved;       /* the watermark */
	size_t bits_ready;     /* bits of objects below it are initialised */
	uint32_t class_min;    /* with fewer in use it changes its list, */
	uint32_t class_max;    /* and with more */
	uint8_t class;         /* which list: see slab_lists.h */
	bool huge;             /* on transparent huge pages */
	uint16_t purged_chunks; /* chunks without memory: see slab_pages.h */
	/* The rest. */
	/*
	 * Set when an object of the region is taken, or when a full word gets
	 * its first free bit (rare, so cheap to record).  Cleared by the
	 * search for idle pages.
	 */
	bool touched[SLABI_REGIONS];
	uint32_t swept_in_use; /* `in_use` at the last search of all regions */
	uint32_t swept_chunks; /* chunks that the present search has seen */
	size_t populated;      /* from the first page, faulted in up to here */
	void *block;           /* from the backing */
	struct slab *newer;    /* in the list of all slabs */
	struct slab *older;
	struct slab *next_fresh; /* in the list of slabs with room to carve */
	struct slab *previous_fresh;
	uint64_t summary[];    /* and behind it a bit for each chunk */
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

/* What an address is, and so why an object is refused: all but the first. */
enum slabi_refusal {
	SLABI_IN_USE,   /* an object in use */
	SLABI_FREE,     /* an object whose free bit is set */
	SLABI_UNCARVED, /* an object that has never been taken */
	SLABI_INSIDE,   /* not the start of an object */
	SLABI_FOREIGN   /* in no slab of the cache */
};

/*
 * Initialise the bits of objects up to this one.  Returns false if it has never
 * been taken.
 */
bool slabi_slab_prepare_bits(struct slab *slab,
    const struct slabi_geometry *geometry, size_t index);
/* Put every object back that is in use. */
void slabi_slab_put_all(struct slab *slab,
    const struct slabi_geometry *geometry);

/* Returns a word of constructed bits; 0 where they are uninitialised. */
uint64_t slabi_slab_constructed_word(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t word);
void slabi_slab_set_constructed(struct slab *slab,
    const struct slabi_geometry *geometry, size_t index, bool constructed);
bool slabi_slab_is_constructed(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t index);

/* Returns a sentence about the first of I1 to I3 that is broken, or NULL. */
const char *slabi_slab_check(const struct slab *slab,
    const struct slabi_geometry *geometry);

/* In builds with --enable-debug=2, assert that I1 to I3 hold. */
static inline void
slabi_slab_verify(const struct slab *slab,
    const struct slabi_geometry *geometry)
{
#if defined(SLABI_DEBUG) && SLABI_DEBUG >= 2
	assert(slabi_slab_check(slab, geometry) == NULL); /* I1 to I3 */
#endif
	(void)slab;
	(void)geometry;
}

static inline void *
slabi_slab_object(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t index)
{
	return (char *)(uintptr_t)slab + geometry->first +
	    index * geometry->stride;
}

/*
 * Returns the index of the object that starts at an address; if none does, a
 * number above the index of any object.
 */
static inline size_t
slabi_slab_index(const struct slab *slab,
    const struct slabi_geometry *geometry, const void *address)
{
	return slabi_geometry_index(geometry,
	    (uintptr_t)address - (uintptr_t)slab - geometry->first);
}

/*
 * Returns where a word of free bits is; the word of constructed bits follows
 * it.
 */
static inline uint64_t *
slabi_slab_bits(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t word)
{
	return (uint64_t *)((uintptr_t)slab + ~word * geometry->bits_size);
}

/* Returns how many words of the bitmaps are initialised. */
static inline uint32_t
slabi_slab_ready_words(const struct slab *slab)
{
	return (uint32_t)((slab->bits_ready + 63) / 64);
}

/* Returns a word of free bits; 0 where they are uninitialised. */
static inline uint64_t
slabi_slab_free_word(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t word)
{
	return word < slabi_slab_ready_words(slab) ?
	    *slabi_slab_bits(slab, geometry, word) : 0;
}

/* Returns what the object of this index is. */
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

/* Set the bits above a word of free bits that is no longer 0. */
static inline void
slabi_slab_set_above(struct slab *slab, size_t word)
{
	slab->summary[word / 64] |= UINT64_C(1) << word % 64;
	slab->top |= UINT64_C(1) << word / 64;
	slab->touched[word / 64] = true;
}

/*
 * Set the free bit of an object below `bits_ready`.  The caller adjusts
 * `in_use`.  Returns false if the object is free already.
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

/*
 * Put an object below `bits_ready` back.  Returns false if it is free already.
 */
static inline bool
slabi_slab_put(struct slab *slab, const struct slabi_geometry *geometry,
    size_t index)
{
	bool done = slabi_slab_set_free(slab, geometry, index);

	assert(!done || slab->in_use > 0); /* I1 */
	slab->in_use -= done;
	return done;
}

/*
 * Put objects back as long as they are objects of this slab in use, below
 * `bits_ready`.  Returns how many.
 */
size_t slabi_slab_put_run(struct slab *slab,
    const struct slabi_geometry *geometry, size_t n, void *const *objects);

#endif
