/* SPDX-License-Identifier: MIT */
/*
 * The records of threads that use shared caches.  A record is a region of
 * zeroed pages with a slot for each shared cache, so that a thread finds its
 * magazine of a cache by one addition.  A slot of zeroes has no round and no
 * room: no other test is needed.
 *
 *   I12  only the thread itself writes the `top` of its slots; it marks it by
 *        the lowest bit while it is in a hot path
 *   I13  all else of a slot and of its stock is written by who holds the gate of
 *        the thread, and by its thread itself only under it
 *
 * Locks are taken in this order: the list of threads, gates (of other threads
 * only with the list), a cache's layer, its depot, the registry.  The lock of a
 * layer or of a depot is held only together with a gate or with the list, so
 * fork() needs no more than these two.
 */
#ifndef SLABI_RECORD_H
#define SLABI_RECORD_H

#include <slab.h>
#include <stdatomic.h>

#include "base/mutex.h"
#include "base/thread.h"

#define SLABI_SLOTS 4096        /* shared caches that have magazines */
#define SLABI_SHARED_AHEAD 8    /* words below the first round, to prefetch */
#define SLABI_STOCK_ROUNDS 16   /* rounds that need no block of their own */

/*
 * A mutex that its owner may take again, and that can be owned across fork().
 */
struct slabi_gate {
	slabi_mutex mutex;
	_Atomic(const void *) owner;
	unsigned depth;
};

void slabi_gate_enter(struct slabi_gate *gate);
bool slabi_gate_try(struct slabi_gate *gate);
void slabi_gate_leave(struct slabi_gate *gate);
/* Returns whether this thread is in the gate. */
bool slabi_gate_is_mine(struct slabi_gate *gate);

/* A magazine of one thread, as its hot paths see it. */
struct slabi_slot {
	_Atomic(uintptr_t) top;  /* the top round, a pointer to its word */
	_Atomic(uintptr_t) base; /* an allocation needs top > base */
	_Atomic(uintptr_t) end;  /* a free needs top < end */
	slab_cache *cache;       /* NULL: never used, or given up */
};

/* What lies behind the slot. */
struct slabi_stock {
	void **floor;            /* the word below the first round */
	void **ceiling;          /* the last word that has room for a round */
	void **block;            /* of more rounds than fit here, or NULL */
	size_t block_size;
	uint32_t portion;        /* rounds that the next refill asks for */
	uint32_t period;         /* the cache's period at the last slow path */
	bool open;               /* the window is */
	bool emptied;            /* another thread has taken the rounds */
	bool has_credit;
	void *words[SLABI_SHARED_AHEAD + SLABI_STOCK_ROUNDS];
};

struct slabi_record {
	struct slabi_thread thread; /* first: what slabi_self points to */
	struct slabi_thread *before; /* what it pointed to until then */
	struct slabi_gate gate;
	struct slabi_record *next; /* of all records; they are never unmapped */
	atomic_bool taken;         /* by a living thread */
	bool dead;                 /* its thread is not in this process */
	uint32_t used;             /* slots from here on were never used */
	_Alignas(64) struct slabi_slot slots[SLABI_SLOTS];
	struct slabi_stock stocks[SLABI_SLOTS];
};

/* Where the slots of the number 0 are, which stay closed. */
#define SLABI_NO_SLOT offsetof(struct slabi_record, slots)

/* Returns the record of this thread, or NULL. */
static inline struct slabi_record *
slabi_record_mine(void)
{
	return slabi_self->has_slots ? (void *)slabi_self : NULL;
}

/* The lock of the list of threads. */
extern struct slabi_gate slabi_threads;
extern _Atomic(struct slabi_record *) slabi_records;

/* Returns the gate that this thread's slow paths hold. */
struct slabi_gate *slabi_record_gate(void);
/*
 * Returns this thread's record, a new one if it has none yet; NULL when none is
 * to be had: there is no memory, or the thread is ending.
 */
struct slabi_record *slabi_record_claim(void);
/*
 * Prepare for threads that end: `end` is called with the list locked and gives
 * back what the slots hold.  Returns false if threads cannot have records.
 */
bool slabi_record_start(void (*end)(struct slabi_record *record));
/*
 * Returns a number for a shared cache, 1 or more; 0: all are taken.  A slot's
 * number is free again when no thread's slot holds anything of the cache.
 */
uint32_t slabi_record_take_number(void);
void slabi_record_free_number(uint32_t number);

#endif
