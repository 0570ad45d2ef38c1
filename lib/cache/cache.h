/* SPDX-License-Identifier: MIT */
/*
 * A cache: a magazine over the slab layer.
 *
 *   floor ........ base ........ top ........ end ........ ceiling
 *     |              |            |            |              |
 *   words to      allocations   the top     frees here     capacity rounds
 *   prefetch      here go the   round       go the slow    above the floor
 *   and below     slow path                 path
 *
 * The hot paths move `top` between `base` and `end`, a window that the slow
 * paths move after it: so that these, and what they do in passing, are visited
 * also by programs whose objects all find room in the magazine.
 *
 *   I10  floor <= base <= top <= end <= ceiling
 *
 *   I8  the rounds of the magazine are objects that are out of the slab layer,
 *       so the objects that users hold are lists.in_use - rounds
 *   I9  the rounds of a cache with construction are constructed
 */
#ifndef SLABI_CACHE_H
#define SLABI_CACHE_H

#include <slab.h>

#include "layer/layer.h"

/* A cache's place in the lists of all caches, see api/registry.c. */
struct slabi_entry {
	uint64_t id;            /* the number of its build, from 1 */
	unsigned generation;    /* of the process that built it */
	struct slab_cache *next;
	struct slab_cache *previous;
};

struct slab_cache {
	/* What <slab.h> tells of it; must be first. */
	struct slab_magazine magazine;
	void **floor;           /* the word below the first round */
	void **ceiling;         /* the last round that there is room for */
	size_t target;          /* rounds that there may be room for */
	void *large;            /* the block of a magazine that has grown, or NULL */
	size_t large_size;
	uint32_t period;        /* the working period of the last visit */
	size_t least_rounds;    /* fewest rounds at a visit in this period */
	size_t idle_rounds;     /* that are to go back */
	bool overflowed;        /* rounds have left it for want of room */
	struct slabi_layer layer;
	slab_oom_handler *oom;  /* NULL: none */
	void *oom_arg;
	uint64_t refills;
	uint64_t flushes;
	uint64_t failures;      /* calls that had no or fewer objects */
	uint64_t oom_calls;     /* of the handler */
	const char *name;
	struct slabi_entry entry;
	size_t block_size;      /* of the block that the cache itself is in */
};

/* Rounds in the magazine. */
static inline size_t
slabi_cache_rounds(const struct slab_cache *cache)
{
	return (size_t)(cache->magazine.top - cache->floor);
}

/* Most rounds; 0: there is no magazine. */
static inline size_t
slabi_cache_capacity(const struct slab_cache *cache)
{
	return (size_t)(cache->ceiling - cache->floor);
}

/* Objects that users hold; fewer than none only where wrong ones were freed. */
static inline size_t
slabi_cache_live(const struct slab_cache *cache)
{
	size_t rounds = slabi_cache_rounds(cache);
	size_t in_use = cache->layer.lists.in_use;

	return in_use > rounds ? in_use - rounds : 0;
}

#define SLABI_FIRST_ROUNDS 128 /* rounds that are next to the cache */

/* Put the magazine over other memory, empty. */
void slabi_cache_set_magazine(struct slab_cache *cache, void **words,
    size_t capacity);
/* Words that a magazine needs. */
static inline size_t
slabi_cache_magazine_words(size_t capacity)
{
	return SLAB_AHEAD_ + capacity;
}

/* The window has been left, or is about to be: a visit of the slow paths. */
void slabi_exchange_tick(struct slab_cache *cache);
/* What slabs give when it is empty: not more than soon will be used. */
size_t slabi_exchange_refill_count(const struct slab_cache *cache);
/* Memory cannot be had, says errno: does the program's handler find some? */
bool slabi_cache_handler_helps(struct slab_cache *cache);
/* Take up to `n` constructed objects from the slab layer; 0: errno says why. */
size_t slabi_cache_take(struct slab_cache *cache, size_t n, void **out,
    ptrdiff_t step);
/* Fill the empty magazine by a portion, the lowest address on top; whether. */
bool slabi_cache_refill(struct slab_cache *cache);
/*
 * Have room in the full magazine.  Older rounds may go back to the slab layer
 * for it; one that cannot is dropped and returned, and `place` says why.
 */
void *slabi_exchange_overflow(struct slab_cache *cache, enum slabi_refusal *place);
/* The window has been left downwards: what to do before rounds are taken. */
void slabi_exchange_drain_overflow(struct slab_cache *cache);
/* Give all rounds back to the slab layer. */
void slabi_cache_flush(struct slab_cache *cache);
/* Empty the magazine, whose rounds the slab layer has taken back itself. */
void slabi_cache_forget_rounds(struct slab_cache *cache);
/* Is this address in the magazine? */
bool slabi_cache_holds(const struct slab_cache *cache, const void *address);


/*
 * Visit all caches for a report, which never waits: none, if the list is
 * locked.  A visit that returns other than 0 is the last.  See api/registry.c.
 */
void slabi_registry_try_each(int (*visit)(const struct slab_cache *cache,
    void *arg), void *arg);

#endif
