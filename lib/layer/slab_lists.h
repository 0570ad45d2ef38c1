/* SPDX-License-Identifier: MIT */
/*
 * The slabs of a cache in lists by how full they are, with their sums, and what
 * the working set has to know of the empty ones.
 *
 *   partial[31] … partial[0]   an object in use and a free one, by fullness
 *   empty                      no object in use; the one emptied last is first
 *   fresh                      objects above the watermark; besides the others
 *   newest … oldest            all slabs
 *
 *   I11  surplus <= empty and empty_low <= empty
 */
#ifndef SLABI_SLAB_LISTS_H
#define SLABI_SLAB_LISTS_H

#include "base/arith.h"
#include "slab/slab_bits.h"

/* Values of slab->class: below SLABI_CLASSES partial, by fullness. */
#define SLABI_CLASS_EMPTY SLABI_CLASSES      /* no object is in use */
#define SLABI_CLASS_FULL (SLABI_CLASSES + 1) /* no free bit; in no list */

struct slabi_lists {
	struct slab *partial[SLABI_CLASSES];
	uint32_t partial_classes; /* bit i: partial[i] is not empty */
	struct slab *empty_first; /* emptied last */
	struct slab *empty_last;  /* idle for longest */
	struct slab *fresh;
	struct slab *newest;      /* of all slabs */
	struct slab *hand;        /* the next to be searched for idle pages */
	size_t slabs;
	size_t full;              /* slabs with all objects in use */
	size_t empty;             /* slabs with none in use */
	size_t empty_low;         /* fewest empty slabs at once in this period */
	size_t surplus;           /* empty slabs that are due to be released */
	size_t in_use;            /* objects taken and not put back */
	size_t carved;            /* objects below watermarks */
	size_t peak;              /* the most there have ever been of them */
};

/* Enter a slab that has no objects yet. */
void slabi_lists_add(struct slabi_lists *lists, struct slab *slab);
/* Remove an empty slab from all lists. */
void slabi_lists_remove(struct slabi_lists *lists,
    const struct slabi_geometry *geometry, struct slab *slab);
/* Move a slab whose counts have changed to the list of its class. */
void slabi_lists_update(struct slabi_lists *lists,
    const struct slabi_geometry *geometry, struct slab *slab);
/* Remove a slab that has no object above its watermark from the fresh ones. */
void slabi_lists_unlink_fresh(struct slabi_lists *lists, struct slab *slab);
/* Returns the class that belongs to a slab's counts. */
uint8_t slabi_lists_class(const struct slab *slab,
    const struct slabi_geometry *geometry);
/* Make `n` more of the empty slabs due to be released. */
void slabi_lists_add_surplus(struct slabi_lists *lists, size_t n);
/* Start to watch how many slabs are empty. */
void slabi_lists_start_period(struct slabi_lists *lists);
/*
 * The slabs that were empty all through the period become the surplus, and the
 * hand is put on the newest slab.
 */
void slabi_lists_end_period(struct slabi_lists *lists);

/* Returns whether any free bit is set. */
static inline bool
slabi_lists_has_free(const struct slabi_lists *lists)
{
	return lists->carved != lists->in_use;
}

/* Returns the slab to take free objects from, of which there are some. */
static inline struct slab *
slabi_lists_choose(const struct slabi_lists *lists)
{
	if (lists->partial_classes != 0)
		return lists->partial[slabi_highest_bit(
		    lists->partial_classes)];
	return lists->empty_first;
}

/* Count `n` objects that have been carved from a slab. */
static inline void
slabi_lists_add_carved(struct slabi_lists *lists,
    const struct slabi_geometry *geometry, struct slab *slab, size_t n)
{
	lists->carved += n;
	if (lists->peak < lists->carved)
		lists->peak = lists->carved;
	if (slab->carved == geometry->objects)
		slabi_lists_unlink_fresh(lists, slab);
}

#endif
