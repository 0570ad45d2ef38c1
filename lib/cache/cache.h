/* SPDX-License-Identifier: MIT */
/*
 * A cache: an exchange over the slab layer, and beside it, in caches whose
 * magazine has no capacity, the path that serves their calls instead.
 *
 *   I8  the rounds of the magazine are objects that are in use as the slab
 *       layer sees it, so users hold lists.in_use - rounds
 *   I9  the rounds of a cache with construction are constructed
 */
#ifndef SLABI_CACHE_H
#define SLABI_CACHE_H

#include <slab.h>

#include "cache/exchange.h"
#include "layer/layer.h"

/*
 * What serves the calls of a cache whose magazine has no capacity.  Whether it
 * is one without a magazine, one that is checked, or one that threads share:
 * the calls of lib/api/ and those of <slab.h> ask here and know no more.
 */
struct slabi_audit;

struct slabi_path {
	/* As the public calls of these names; free() preserves errno. */
	void *(*alloc)(slab_cache *cache);
	void (*free)(slab_cache *cache, void *object);
	/* NULL: one by one. */
	size_t (*alloc_bulk)(slab_cache *cache, size_t n, void **out);
	void (*free_bulk)(slab_cache *cache, size_t n, void *const *objects);
	/* Returns how many free objects lie between users and the slabs. */
	size_t (*rounds)(const slab_cache *cache);
	/* Returns whether this address is one of them. */
	bool (*holds)(const slab_cache *cache, const void *address);
	/*
	 * Gives all of them back to the slabs; before reap, foreach, destroy.
	 */
	void (*flush)(slab_cache *cache);
	/* Forgets them, as the slab layer takes every object back itself. */
	void (*forget)(slab_cache *cache);
	/* Returns what is wrong with them, or NULL. */
	const char *(*check)(slab_cache *cache);
	/* Where threads share the cache: keep the others out of the slabs. */
	void (*enter)(slab_cache *cache);
	void (*leave)(slab_cache *cache);
	/* The rest is for caches that are debugged, and may be NULL. */
	/* Finds memory, before the program's handler is asked. */
	bool (*relieve)(slab_cache *cache);
	/* An object is about to be constructed, or has been. */
	void (*raw)(slab_cache *cache, void *object, bool constructed);
	/* Gives back what was allocated for the path. */
	void (*end)(slab_cache *cache);
	/* Returns when and by whom an object was used last, or NULL. */
	const struct slabi_audit *(*note)(const slab_cache *cache,
	    const void *object);
	/* Objects that are in no slab: as the public calls of these names. */
	bool (*owns)(const slab_cache *cache, const void *address);
	int (*each)(slab_cache *cache, int (*visit)(void *object, void *arg),
	    void *arg);
	bool (*reserve)(slab_cache *cache, size_t objects);
};

struct slabi_shared;

/* A cache's place in the lists of all caches, see api/registry.c. */
struct slabi_entry {
	uint64_t id;            /* the number of its build, from 1 */
	unsigned generation;    /* of the process that built it */
	struct slab_cache *next;
	struct slab_cache *previous;
};

struct slab_cache {
	struct slabi_exchange exchange; /* its first words are <slab.h>'s */
	const struct slabi_path *path;  /* NULL: an ordinary cache */
	struct slabi_shared *shared;    /* NULL: for one thread at a time */
	size_t slot; /* offset in threads' records, of a closed slot by default */
	struct slabi_debug *debug;      /* NULL: it is not debugged */
	struct slabi_layer layer;
	slab_oom_handler *oom;          /* NULL: none */
	void *oom_arg;
	uint64_t failures;      /* calls that had no or fewer objects */
	uint64_t oom_calls;     /* of the handler */
	const char *name;
	struct slabi_entry entry;
	size_t block_size;      /* of the block that the cache itself is in */
};

/* Returns how many free objects lie between users and the slabs. */
static inline size_t
slabi_cache_rounds(const struct slab_cache *cache)
{
	return cache->path ? cache->path->rounds(cache) :
	    slabi_magazine_rounds(&cache->exchange.magazine);
}

/* Returns whether this address is one of them. */
static inline bool
slabi_cache_holds(const struct slab_cache *cache, const void *address)
{
	return cache->path ? cache->path->holds(cache, address) :
	    slabi_magazine_holds(&cache->exchange.magazine, address);
}

/*
 * Returns how many objects users hold (I8).  Where wrong ones were freed there
 * may seem to be fewer than none; then it returns 0.
 */
static inline size_t
slabi_cache_live(const struct slab_cache *cache)
{
	size_t rounds = slabi_cache_rounds(cache);
	size_t in_use = cache->layer.lists.in_use;

	return in_use > rounds ? in_use - rounds : 0;
}

/* Keep other threads out of the slab layer, where the cache is shared. */
static inline void
slabi_cache_enter(const struct slab_cache *cache)
{
	if (cache->path && cache->path->enter)
		cache->path->enter((struct slab_cache *)(uintptr_t)cache);
}

static inline void
slabi_cache_leave(const struct slab_cache *cache)
{
	if (cache->path && cache->path->leave)
		cache->path->leave((struct slab_cache *)(uintptr_t)cache);
}

/* Call the handler of a quota whose soft limit this call has crossed. */
void slabi_cache_tell_crossing(struct slab_cache *cache);
static inline void
slabi_cache_note_crossing(struct slab_cache *cache)
{
	if (SLAB_UNLIKELY_(cache->layer.account &&
	    cache->layer.account->crossed > 0))
		slabi_cache_tell_crossing(cache);
}

/* Call slabi_exchange_tick(), and report an object that is refused. */
void slabi_cache_tick(struct slab_cache *cache);
/* The same for slabi_exchange_drain_overflow(). */
void slabi_cache_drain_overflow(struct slab_cache *cache);
/* Give all rounds back to the slabs, and report an object that is refused. */
void slabi_cache_flush(struct slab_cache *cache);
/* Forget all rounds, which the slab layer takes back itself. */
void slabi_cache_forget(struct slab_cache *cache);
/*
 * Out of memory, and errno is set: ask the program's handler.  Returns whether
 * to try again.
 */
bool slabi_cache_handler_helps(struct slab_cache *cache);
/*
 * Take up to `n` objects from the slab layer, constructed.  Returns how many,
 * 0 with errno set.
 */
size_t slabi_cache_take(struct slab_cache *cache, size_t n, void **out);
/* Refill the empty magazine.  Returns false, with errno, if nothing came. */
bool slabi_cache_refill(struct slab_cache *cache);
/*
 * Construct an object that was taken raw.  Returns false, with errno, if not.
 */
bool slabi_cache_construct(struct slab_cache *cache,
    const struct slabi_taken *taken);

/*
 * Visit all caches for a report, which never waits: none, if the list is
 * locked.  A visit that returns other than 0 is the last.  See api/registry.c.
 */
void slabi_registry_try_each(int (*visit)(const struct slab_cache *cache,
    void *arg), void *arg);

/* The same as slabi_registry_each(); no visit, if the list is locked. */
void slabi_registry_try_each(int (*visit)(const struct slab_cache *cache,
    void *arg), void *arg);

#endif
