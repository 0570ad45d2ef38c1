/* SPDX-License-Identifier: MIT */
/*
 * The slab layer's data: all that lies below a cache's magazine.
 *
 * Slabs are in lists by how full they are, so that the fullest one with a free
 * object is found at once, and objects are taken in this order:
 *
 *   partial[31] … partial[0]   free objects of the fullest partial slab
 *   empty                      free objects of the slab emptied last
 *   fresh                      never-used objects, at a slab's watermark
 *   a new slab
 *
 *   I4  a slab is in the list that its `in_use` and `carved` say, class_min <=
 *       in_use <= class_max, and it is in `fresh` if and only if it has objects
 *       above its watermark
 *   I5  `in_use`, `carved`, `slabs`, `full`, `empty` and `purged` are the sums
 *       over slabs
 *   I6  never-used objects are taken only when no free bit is set anywhere, so
 *       no more objects ever exist than have been in use at once
 *   I7  in caches with construction, a free object is constructed if and only
 *       if its constructed bit is set
 */
#ifndef SLABI_LAYER_H
#define SLABI_LAYER_H

#include "layer/quota.h"
#include "layer/slab_lists.h"
#include "slab/life.h"
#include "slab/system.h"

#define SLABI_NEVER UINT64_MAX

/* What happens with the time: see working_set.c. */
struct slabi_period {
	uint64_t length;       /* ms; 0: no waiting; SLABI_NEVER: no period */
	uint64_t ends;
	uint32_t number;       /* periods so far */
	uint32_t visits;       /* of the slow paths, to read the clock rarely */
	struct slab *draining; /* the slab that is released step by step */
	uint32_t reaps_asked;  /* requests that have been followed */
	uint32_t destructed;   /* words of its bitmap that are done with */
	size_t undrained;      /* from its first page, has memory up to here */
};

struct slabi_layer;

/* What a debugged cache notices of its slabs. */
struct slabi_watch {
	/* A slab is new; all objects of one are free, and it is to go. */
	void (*made)(struct slabi_layer *layer, struct slab *slab);
	void (*leaving)(struct slabi_layer *layer, struct slab *slab);
	/* A free object is about to be destructed, or has been. */
	void (*ending)(struct slabi_layer *layer, struct slab *slab,
	    size_t index, bool ended);
};

struct slabi_layer {
	struct slabi_system system;
	const struct slabi_watch *watch; /* NULL: nobody notices */
	struct slabi_life life;
	struct slabi_period period;
	struct slabi_lists lists;
	slab_huge_pages huge_pages;
	unsigned pinned;   /* > 0: slabs are being walked, none is released */
	size_t limit;      /* most objects that may be in use */
	size_t reserved;   /* objects that there must be room for */
	size_t purged;     /* bytes without memory */
	uint64_t purges;   /* calls of the backing's purge */
	uint64_t limit_hits;
	struct slabi_account *account; /* NULL: no budget */
	uint64_t created;  /* slabs so far */
	uint64_t released;
	uint64_t returned; /* bytes of memory given back so far */
};

#endif
