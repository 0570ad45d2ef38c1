/* SPDX-License-Identifier: MIT */
/* A thread's magazine of a shared cache, behind the hot paths of shared.c. */
#ifndef SLABI_SLOTS_H
#define SLABI_SLOTS_H

#include "cache/shared.h"

/* The first object that was refused, to be reported when no lock is held. */
struct slabi_refused {
	void *object; /* NULL: none */
	enum slabi_refusal why;
};

static inline struct slabi_stock *
slabi_slot_stock(struct slabi_record *record, const struct slabi_slot *slot)
{
	return &record->stocks[slot - record->slots];
}

/*
 * Returns the slot of this thread with its window open, NULL if it has none.
 * The caller is in the gate.
 */
struct slabi_slot *slabi_slot_open(slab_cache *cache);
/* Take a round off.  Returns NULL if there is none. */
void *slabi_slot_pop(struct slabi_slot *slot);
/*
 * Fill the empty slot.  Returns how many objects came, 0 with errno; if
 * raw->raw is set, exactly one, which is not a round but has to be constructed.
 */
size_t slabi_slot_refill(slab_cache *cache, struct slabi_slot *slot,
    struct slabi_taken *raw);
/* Put an object on, after making room for it. */
void slabi_slot_push(slab_cache *cache, struct slabi_slot *slot, void *object,
    struct slabi_refused *refused);

/* Take the rounds of a cache from all threads, and out of the depot. */
void slabi_slots_drain(slab_cache *cache, struct slabi_refused *refused);
/* Look at a few threads; those idle all through a period lose their rounds. */
void slabi_slots_drain_some(slab_cache *cache, struct slabi_refused *refused);
/* Forget all rounds, which the slab layer takes back itself. */
void slabi_slots_forget(slab_cache *cache);
/* Forget a cache that has neither rounds nor blocks. */
void slabi_slots_clear(slab_cache *cache);
/* Returns how many rounds there are in all slots. */
size_t slabi_slots_rounds(slab_cache *cache);
/* A thread ends: its rounds go to the depots or the slabs, unread. */
void slabi_slots_end_thread(struct slabi_record *record);
/* Put objects back; a refused one is dropped.  The caller holds the lock. */
void slabi_slots_put(slab_cache *cache, size_t n, void *const *objects,
    struct slabi_refused *refused);
/* Move up to `n` objects of the depot to the slabs, under the lock. */
void slabi_slots_lower_depot(slab_cache *cache, size_t n,
    struct slabi_refused *refused);

#endif
