/* SPDX-License-Identifier: MIT */
/*
 * What a cache has besides when threads share it, and the path of such caches.
 *
 * A thread finds its magazine in a slot of its record, see record.h.  Behind
 * the slots of all threads are the depot, and under a lock the slab layer,
 * which knows no lock.  No function of the user's runs under a lock, but for
 * the backing's, which run under the one of the layer.
 */
#ifndef SLABI_SHARED_H
#define SLABI_SHARED_H

#include "cache/cache.h"
#include "cache/depot.h"
#include "cache/record.h"

struct slabi_shared {
	slabi_mutex layer_lock;
	struct slabi_depot depot;
	uint32_t number;         /* of the slots; 0: all calls go to the slabs */
	uint32_t few;            /* rounds of a slot without a block */
	uint32_t batch;          /* rounds that come or go at once, at most */
	_Atomic(uint32_t) period;/* the working period of the last visit */
	atomic_int credit;       /* threads that may still have a block */
	size_t idle; /* objects of the depot that are to go; under layer_lock */
	/* The next thread to be looked at since the period ended, or NULL. */
	_Atomic(struct slabi_record *) hand;
};

extern const struct slabi_path slabi_path_shared;

/* Returns bytes of the block of a shared cache beside those of any cache. */
size_t slabi_shared_bytes(size_t size, size_t rounds);
/* Begin to share a cache, whose `shared` points at room for it. */
void slabi_shared_begin(slab_cache *cache, size_t rounds);
/* The cache is being destroyed, and no other thread uses it any more. */
void slabi_shared_end(slab_cache *cache);

/* Hold the lock of the layer, and with it this thread's gate. */
void slabi_shared_lock(slab_cache *cache);
void slabi_shared_unlock(slab_cache *cache);

#endif
