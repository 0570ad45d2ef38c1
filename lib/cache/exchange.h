/* SPDX-License-Identifier: MIT */
/*
 * An exchange: one magazine, and the rules by which its rounds come from the
 * slab layer and go there.  It calls nobody's functions and reports nothing: an
 * object that the slab layer refuses is dropped and returned, with the reason
 * in `why`, so that the cache is whole whatever the handler of misuse does.
 */
#ifndef SLABI_EXCHANGE_H
#define SLABI_EXCHANGE_H

#include "cache/magazine.h"
#include "layer/layer.h"

#define SLABI_FIRST_ROUNDS 128 /* rounds that are next to the cache */

struct slabi_exchange {
	struct slabi_magazine magazine; /* must be first */
	void **first_words;     /* the memory of the first rounds */
	size_t first_rounds;
	size_t target;          /* rounds that there may be room for */
	void *block;            /* of a magazine that has grown, or NULL */
	size_t block_size;      /* in a shared cache, of all threads' blocks */
	uint32_t period;        /* the working period of the last tick */
	size_t least_rounds;    /* fewest rounds at a tick in this period */
	size_t idle_rounds;     /* that are to be returned */
	uint64_t refills;
	uint64_t flushes;
	bool overflowed;        /* rounds have left it for want of room */
};

/* Begin with an empty magazine over `words`, which may grow to `target`. */
void slabi_exchange_begin(struct slabi_exchange *exchange, void **words,
    size_t rounds, size_t target);
/* Give the memory of a magazine that has grown back to the backing. */
void slabi_exchange_end(struct slabi_exchange *exchange,
    const struct slabi_backing *backing);

/*
 * Called on every slow path: note idle rounds and give some back, re-centre the
 * window, do one step of housekeeping.  Returns a refused object, or NULL.
 */
void *slabi_exchange_tick(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why);
/* Returns how many objects a refill asks for. */
size_t slabi_exchange_refill_count(const struct slabi_exchange *exchange);
/*
 * Refill the empty magazine, lowest address on top.  Returns how many objects
 * came, or 0 with errno.  If raw->raw is set, exactly one came; it still has to
 * be constructed, and is not yet a round.
 */
size_t slabi_exchange_refill(struct slabi_exchange *exchange,
    struct slabi_layer *layer, struct slabi_taken *raw);
/*
 * Make room in the full magazine: it grows, or its older rounds go to the
 * slabs. Returns a refused object, or NULL.
 */
void *slabi_exchange_overflow(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why);
/*
 * First allocation after an overflow: give the rest back, too, so that objects
 * come in the order of addresses.  Returns a refused object, or NULL.
 */
void *slabi_exchange_drain_overflow(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why);
/*
 * Give all rounds back to the slab layer.  Returns a refused object, or NULL.
 */
void *slabi_exchange_flush(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why);
/*
 * Put back on top what has just been popped, because the call that popped it
 * does not end well.
 */
void slabi_exchange_restore(struct slabi_exchange *exchange, size_t n,
    void *const *objects);
/* Empty the magazine, whose rounds the slab layer has taken back itself. */
void slabi_exchange_forget(struct slabi_exchange *exchange);
/*
 * Give the memory of a magazine that has grown back, and let it start small
 * again; its rounds are gone.  Returns the bytes that were freed.
 */
size_t slabi_exchange_shrink(struct slabi_exchange *exchange,
    const struct slabi_backing *backing);

#endif
