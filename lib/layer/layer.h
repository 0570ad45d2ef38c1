/* SPDX-License-Identifier: MIT */
/*
 * The slab layer: all that lies below a cache's magazine.
 *
 * Slabs are in lists by how full they are, so that the fullest one with a free
 * object is found at once, and objects are taken in this order:
 *
 *   partial[31] … partial[0]   free objects of the fullest partial slab
 *   empty                      free objects of the slab emptied last
 *   fresh                      never-used objects, at a slab's watermark
 *   a new slab
 *
 *   I4  a slab is in the list that its `out` and `carved` say, floor <= out <=
 *       ceiling, and it is in `fresh` if and only if it has objects above its
 *       watermark
 *   I5  `out`, `carved`, `slabs`, `full` and `empty` are the sums over slabs
 *   I6  never-used objects are taken only when no free bit is set anywhere, so
 *       no more objects ever exist than have been out at once
 *   I7  in caches with construction, a free object whose constructed bit is
 *       set has been constructed, and one whose bit is clear has not
 */
#ifndef SLABI_SLAB_LAYER_H
#define SLABI_SLAB_LAYER_H

#include "slab/life.h"
#include "slab/slab_bits.h"
#include "slab/system.h"

/* Values of slab->class: below SLABI_CLASSES partial, by fullness. */
#define SLABI_CLASS_EMPTY SLABI_CLASSES      /* no object is out */
#define SLABI_CLASS_FULL (SLABI_CLASSES + 1) /* no free bit; in no list */

#define SLABI_NEVER UINT64_MAX

/* What happens with the time: see working_set.c. */
struct slabi_period {
	uint64_t length;    /* ms; 0: no waiting; SLABI_NEVER: no period */
	uint64_t ends;
	uint32_t number;    /* periods so far */
	uint32_t visits;    /* of the slow paths, to look at the clock rarely */
	size_t empty_low; /* fewest empty slabs at once in this period */
	size_t surplus;     /* slabs that are to go back, not yet begun */
	struct slab *draining; /* the one that is going back, step by step */
	uint32_t destructed; /* words of its bitmap that are done with */
	size_t undrained;   /* bytes of its block that still have memory */
	struct slab *sweeping; /* the next in search of idle pages */
	uint32_t swept_chunks; /* parts of it that have been looked at */
};

struct slabi_layer {
	struct slabi_system system;
	struct slabi_life life;
	struct slabi_period period;
	slab_huge_pages huge_pages;

	struct slab *partial[SLABI_CLASSES];
	uint32_t partial_classes;  /* bit i: partial[i] is not empty */
	struct slab *empty_first;  /* emptied last */
	struct slab *empty_last;   /* idle for longest */
	struct slab *fresh;
	struct slab *newest;       /* list of all slabs */

	size_t in_use;             /* objects taken and not put back */
	size_t carved;             /* objects below watermarks */
	size_t slabs;
	size_t full;               /* slabs with all objects out */
	size_t empty;              /* slabs with none out */
	size_t limit;              /* most objects that may be out */
	size_t reserved;           /* objects that there must be room for */
	size_t purged;             /* bytes without memory */
	uint64_t created;
	uint64_t released;
	unsigned pinned;           /* > 0: slabs are being walked, none may go */
};

/*
 * Take up to `n` objects to out[0], out[step], …: as many as can be had at
 * once without touching never-used ones, less a few, else some of those.  0:
 * none, errno says why.  `raw`: it is one object and has to be constructed.
 */
size_t slabi_layer_take(struct slabi_layer *layer, size_t n, void **out,
    ptrdiff_t step, bool *raw);
/*
 * Take one free object, if there is one: never-used objects are not touched.
 * `raw`: it has to be constructed.
 */
void *slabi_layer_take_one(struct slabi_layer *layer, bool *raw);
/* A raw object has been constructed. */
void slabi_layer_set_constructed(struct slabi_layer *layer, void *object);
bool slabi_layer_is_constructed(const struct slabi_layer *layer, void *object);

/*
 * Give objects back.  Fewer than `n`: the next one is no object that is out,
 * `place` says why, and nothing has been done about it.
 */
size_t slabi_layer_put(struct slabi_layer *layer, size_t n,
    void *const *objects, enum slabi_refusal *place);
/* Give one object back; false: see above. */
bool slabi_layer_put_one(struct slabi_layer *layer, void *object,
    enum slabi_refusal *place);
/* What an address is. */
enum slabi_refusal slabi_layer_state(const struct slabi_layer *layer,
    const void *address);

/*
 * Have room for so many objects until so many are in use, or all idle memory
 * is reaped; false: no memory, no change.
 */
bool slabi_layer_reserve(struct slabi_layer *layer, size_t objects);
/* Take every object back. */
void slabi_layer_reset(struct slabi_layer *layer);
/* Give all slabs back; no object is out. */
void slabi_layer_end(struct slabi_layer *layer);

/* Lists: a slab without objects comes, or goes. */
void slabi_lists_add(struct slabi_layer *layer, struct slab *slab);
void slabi_lists_remove(struct slabi_layer *layer, struct slab *slab);
/* A slab's counts have changed: put it in the list of its class. */
void slabi_lists_update(struct slabi_layer *layer, struct slab *slab);
/* A slab has no object above its watermark any more. */
void slabi_lists_unlink_fresh(struct slabi_layer *layer, struct slab *slab);
/* The class that belongs to a slab's counts. */
uint8_t slabi_lists_class(const struct slab *slab,
    const struct slabi_geometry *geometry);

/* Never-used objects: take up to `n`; 0: errno says why there are none. */
size_t slabi_layer_carve(struct slabi_layer *layer, size_t n, void **out,
    ptrdiff_t step);
/* Objects have been taken out of a slab. */
void slabi_layer_account_taken(struct slabi_layer *layer, struct slab *slab, size_t n,
    void **out, ptrdiff_t step);

/* For the working set. */
void slabi_layer_unlink(struct slabi_layer *layer, struct slab *slab);
void slabi_layer_release(struct slabi_layer *layer, struct slab *slab);

/* Idle pages.  Destruct what a word of constructed bits and a mask say. */
void slabi_idle_destruct_word(struct slabi_layer *layer, struct slab *slab,
    uint32_t word, uint64_t mask);
/* Destruct the objects of a slab none of which is out. */
void slabi_idle_destruct(struct slabi_layer *layer, struct slab *slab);
/* Objects have been taken from a slab with purged parts. */
void slabi_idle_touch(struct slabi_layer *layer, struct slab *slab, size_t n,
    void *const *objects, ptrdiff_t step);
/* Search a few parts of a slab, from `*part` on; true: those were the last. */
bool slabi_idle_sweep_some(struct slabi_layer *layer, struct slab *slab,
    uint32_t *part);
/* Search all of it, touched or not; bytes. */
size_t slabi_idle_sweep(struct slabi_layer *layer, struct slab *slab);

/* To be called at the end of every slow path: a bounded part of all work. */
void slabi_working_set_step(struct slabi_layer *layer);
void slabi_working_set_begin(struct slabi_layer *layer, unsigned seconds);
/* A slab leaves the cache: forget it. */
void slabi_working_set_forget(struct slabi_layer *layer, struct slab *slab);
/* Give back all that is idle, now; bytes. */
size_t slabi_working_set_reap(struct slabi_layer *layer);
/* Where the period is 0: give back the slabs that are empty. */
void slabi_working_set_trim(struct slabi_layer *layer);
/* Finish what is going back. */
void slabi_working_set_finish(struct slabi_layer *layer);

#endif
