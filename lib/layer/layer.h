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

#include "layer/slab_lists.h"
#include "slab/life.h"
#include "slab/slab_bits.h"
#include "slab/system.h"

#define SLABI_NEVER UINT64_MAX

/* What happens with the time: see working_set.c. */
struct slabi_period {
	uint64_t length;    /* ms; 0: no waiting; SLABI_NEVER: no period */
	uint64_t ends;
	uint32_t number;    /* periods so far */
	uint32_t visits;    /* of the slow paths, to look at the clock rarely */
	struct slab *draining; /* the one that is going back, step by step */
	uint32_t destructed; /* words of its bitmap that are done with */
	size_t undrained;   /* bytes of its block that still have memory */
};

struct slabi_layer {
	struct slabi_system system;
	struct slabi_life life;
	struct slabi_period period;
	slab_huge_pages huge_pages;
	struct slabi_lists lists;
	size_t limit;              /* most objects that may be in use */
	size_t reserved;           /* objects that there must be room for */
	size_t purged;             /* bytes without memory */
	uint64_t purges;           /* calls of the backing's purge */
	uint64_t limit_hits;
	uint64_t created;
	uint64_t released;
	unsigned pinned;           /* > 0: slabs are being walked, none may go */
};

/*
 * Take objects until the sink is full.  Freed objects are taken first, and then
 * the sink may be left up to 63 objects short; only if there are none are
 * never-used ones taken.  Returns how many were taken, or 0 with errno.
 *
 * If raw->raw is set, exactly one was taken, which is in `raw` as well as in
 * the sink.  It must be constructed and slabi_layer_set_constructed() called,
 * or it must be put back.
 */
size_t slabi_layer_take(struct slabi_layer *layer, struct slabi_sink *sink,
    struct slabi_taken *raw);
/*
 * Take one free object; never-used ones are not touched.  Returns false if
 * there is none.
 */
bool slabi_layer_take_one(struct slabi_layer *layer,
    struct slabi_taken *taken);
/* Note that an object that was taken raw has been constructed. */
void slabi_layer_set_constructed(struct slabi_layer *layer,
    const struct slabi_taken *taken);
/* Returns whether an object of the cache is constructed. */
bool slabi_layer_is_constructed(const struct slabi_layer *layer,
    const void *object);

/*
 * Put objects back.  Returns how many were accepted; if fewer than `n`,
 * objects[result] is not an object in use, `why` says what it is, and nothing
 * was changed for it.
 */
size_t slabi_layer_put(struct slabi_layer *layer, size_t n,
    void *const *objects, enum slabi_refusal *why);
/* Put one object back; returns false, and says why, if it is not accepted. */
bool slabi_layer_put_one(struct slabi_layer *layer, void *object,
    enum slabi_refusal *why);
/* Returns what an address is. */
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

/*
 * Returns a slab with objects above its watermark, a new one if need be; NULL
 * with errno if there is no memory, or the limit is reached.
 */
struct slab *slabi_supply_fresh(struct slabi_layer *layer);
/*
 * Returns how many of its objects may be carved now; 0 with errno if there is
 * no memory for even one.
 */
size_t slabi_supply_carvable(struct slabi_layer *layer, struct slab *slab);

/* For the working set. */
void slabi_layer_unlink(struct slabi_layer *layer, struct slab *slab);
void slabi_layer_release(struct slabi_layer *layer, struct slab *slab);

/* Idle pages.  Destruct what a word of constructed bits and a mask say. */
void slabi_idle_destruct_word(struct slabi_layer *layer, struct slab *slab,
    uint32_t word, uint64_t mask);
/* Destruct the objects of a slab none of which is out. */
void slabi_idle_destruct(struct slabi_layer *layer, struct slab *slab);
/* Note that `n` objects have been taken from a slab with purged chunks. */
void slabi_idle_touch(struct slabi_layer *layer, struct slab *slab, size_t n,
    struct slabi_sink from);
/* Search a few more chunks of a slab.  Returns whether those were the last. */
bool slabi_idle_sweep_some(struct slabi_layer *layer, struct slab *slab);
/* Search all of it, touched or not; bytes. */
size_t slabi_idle_sweep(struct slabi_layer *layer, struct slab *slab);

/* To be called at the end of every slow path: a bounded part of all work. */
void slabi_working_set_step(struct slabi_layer *layer);
void slabi_working_set_begin(struct slabi_layer *layer, unsigned seconds);
/* Give back all that is idle, now; bytes. */
size_t slabi_working_set_reap(struct slabi_layer *layer);
/* Finish what is going back. */
void slabi_working_set_finish(struct slabi_layer *layer);

#endif
