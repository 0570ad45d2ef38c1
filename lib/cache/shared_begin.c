/* SPDX-License-Identifier: MIT */
/* Owns how a cache begins and ends to be shared: what it has besides. */
#include "cache/shared.h"

#include <unistd.h>

#include "base/arith.h"
#include "cache/slots.h"

#define MAX_BATCH 120                 /* rounds */
#define BATCH_BYTES ((size_t)32 << 10)
#define DEPOT_BATCHES 16
#define FEW_BYTES ((size_t)1 << 10)
#define LEAST_LIMIT 1024 /* objects; below it every call goes to the slabs */

static size_t
batch_of(size_t size, size_t rounds)
{
	size_t batch = slabi_min(MAX_BATCH,
	    slabi_max(4, BATCH_BYTES / slabi_max(size, 1)));

	return slabi_max(1, slabi_min(batch, rounds / 2));
}

size_t
slabi_shared_bytes(size_t size, size_t rounds)
{
	return sizeof(struct slabi_shared) +
	    DEPOT_BATCHES * batch_of(size, rounds) * sizeof(void *);
}

/*
 * A destructor runs with neither lock nor gate, and no slab may go meanwhile.
 */
static void
leave_for_callback(void *arg)
{
	slab_cache *cache = arg;

	cache->layer.pinned++;
	slabi_shared_unlock(cache);
}

static void
return_from_callback(void *arg)
{
	slab_cache *cache = arg;

	slabi_shared_lock(cache);
	cache->layer.pinned--;
}

void
slabi_shared_begin(slab_cache *cache, size_t rounds)
{
	struct slabi_shared *shared = cache->shared;
	size_t size = cache->layer.system.geometry.size;
	size_t batch = batch_of(size, rounds);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	bool slots = rounds > 0 && cache->layer.limit >= LEAST_LIMIT &&
	    slabi_record_start(slabi_slots_end_thread);

	*shared = (struct slabi_shared){
		.batch = (uint32_t)batch,
		.few = (uint32_t)slabi_min(slabi_max(2, slabi_min(FEW_BYTES /
		    size, SLABI_STOCK_ROUNDS)), rounds),
	};
	pthread_mutex_init(&shared->layer_lock, NULL);
	slabi_depot_begin(&shared->depot, (void **)(shared + 1),
	    slots ? DEPOT_BATCHES * batch : 0);
	atomic_store(&shared->credit,
	    2 * (processors > 0 ? (int)processors : 1) + 2);
	if (slots)
		shared->number = slabi_record_take_number();
	cache->slot = offsetof(struct slabi_record, slots) +
	    shared->number * sizeof(struct slabi_slot);
	cache->path = &slabi_path_shared;
	cache->layer.life.leave = leave_for_callback;
	cache->layer.life.back = return_from_callback;
	cache->layer.life.who = cache;
}

void
slabi_shared_end(slab_cache *cache)
{
	struct slabi_shared *shared = cache->shared;
	struct slabi_refused refused = { NULL, SLABI_IN_USE };

	/* Nobody else is here, so destructors may run in the caller's place. */
	cache->layer.life.leave = NULL;
	if (shared->number > 0) {
		slabi_slots_clear(cache);
		slabi_record_free_number(shared->number);
	}
	/* A thread that has ended meanwhile has left its rounds there. */
	slabi_slots_lower_depot(cache, SIZE_MAX, &refused);
	slabi_depot_end(&shared->depot);
	pthread_mutex_destroy(&shared->layer_lock);
}
