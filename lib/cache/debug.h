/* SPDX-License-Identifier: MIT */
/*
 * What a debugged cache knows beside its slabs.
 *
 * Every slab of it has a side table behind its objects: a byte for each object
 * that says whether it is live, and, as the modes need it, a record.  Free
 * objects wait in a magazine of the cache's own, of which a round is two words,
 * the object and its byte, so that neither call looks for the byte twice.
 *
 *   I12  the byte of an object is SLABI_LIVE if and only if the program holds
 *        it; an object that is in use as the slab layer sees it, and not live,
 *        is in this magazine or in quarantine, exactly once
 *   I13  bytes and records below `ready` are set, others may be anything
 */
#ifndef SLABI_DEBUG_H
#define SLABI_DEBUG_H

#include "base/os.h"
#include "base/tools.h"
#include "cache/cache.h"
#include "cache/options.h"
#include "cache/quarantine.h"

enum {
	SLABI_NEW,   /* was never handed out, or has been destructed */
	SLABI_READY, /* is free, and as a free object has to be */
	SLABI_LIVE   /* the program holds it */
};

/* The side table of a slab; records follow the states. */
struct slabi_side {
	size_t ready;     /* objects of which the table says something */
	uint8_t states[];
};

/* The last allocation and free of an object, if it is audited. */
struct slabi_event {
	uint32_t stack;  /* 0: unknown */
	uint32_t time;   /* ms since the build */
	uint32_t thread; /* 0: it has not happened */
};

struct slabi_audit {
	struct slabi_event alloc, free;
};

struct slabi_debug {
	/* What the two calls touch when all is well. */
	struct slabi_round *top;   /* the last round */
	struct slabi_round *base;  /* allocations here take the slow path, */
	struct slabi_round *end;   /* and frees here */
	uintptr_t first;           /* object of the slab that was used last, */
	struct slabi_side *side;   /* and its side table */
	size_t inverse;            /* copies of the geometry's */
	unsigned rotation;
	/* The rest. */
	struct slabi_round *floor; /* below the first round */
	struct slabi_round *ceiling;
	struct slabi_quarantine quarantine;
	struct slabi_options options;
	bool constructed;    /* objects keep their contents while they are free */
	enum slabi_tool tool;
	size_t zone;         /* bytes before an object; 0: nothing is guarded */
	size_t behind;       /* bytes behind it */
	size_t records;      /* where they begin in the side table */
	size_t record;       /* bytes of one */
	size_t seal;         /* where in it the checksum, or the copy, is */
	size_t promised;     /* FAIL spares allocations up to so many objects */
	uint64_t random;
	uint64_t began;      /* ms */
	char words[320];     /* of the last check */
};

/* An object, found. */
struct slabi_place {
	struct slab *slab; /* NULL: the address is in no slab */
	struct slabi_side *side;
	size_t index;
};

extern const struct slabi_path slabi_path_check;
extern const struct slabi_path slabi_path_debug;

/* The bytes that a debugged cache's own block needs for its magazine. */
size_t slabi_debug_bytes(size_t rounds);
/* What objects and slabs of such a cache need beside their own bytes. */
void slabi_debug_wish(const struct slabi_options *options,
    struct slabi_wish *wish);
/*
 * Begin to debug a cache whose geometry is known; cache->debug has the bytes of
 * slabi_debug_bytes().  Returns false, with errno, when there is no memory.
 */
bool slabi_debug_begin(struct slab_cache *cache, size_t rounds,
    const struct slabi_options *options);

/* Have no slab that was used last. */
void slabi_debug_forget_side(struct slabi_debug *debug);
/* Where an object lies.  An address inside an object has a large index. */
struct slabi_place slabi_debug_find(const struct slab_cache *cache,
    const void *object);
/* The same for an object that is known to be the cache's; its byte is set. */
struct slabi_place slabi_debug_place(struct slab_cache *cache,
    const void *object);

/* Returns the milliseconds of a clock, or 0 if there is none. */
static inline uint64_t
slabi_debug_now(void)
{
	uint64_t now = 0;

	return slabi_os.now(&now) ? now : 0;
}

static inline struct slabi_side *
slabi_debug_side(const struct slab_cache *cache, const struct slab *slab)
{
	return (struct slabi_side *)((uintptr_t)slab +
	    cache->layer.system.geometry.side);
}

/* The record of an object; there is one if debug->record is not 0. */
static inline void *
slabi_debug_record(const struct slabi_debug *debug, struct slabi_place place)
{
	return (char *)place.side + debug->records +
	    place.index * debug->record;
}

/* Fill the empty magazine.  Returns false, with errno, if nothing came. */
bool slabi_debug_refill(struct slab_cache *cache);
/* Put a free object on the magazine.  If it is full, older ones leave it. */
void slabi_debug_keep(struct slab_cache *cache, struct slabi_round round);
/* Open the window of the magazine round its top, and keep house. */
void slabi_debug_tick(struct slab_cache *cache);
/* Returns whether this allocation has to fail, with errno, as FAIL asks. */
bool slabi_debug_fails(struct slab_cache *cache);
/*
 * Returns whether an address is that of a live object, which lies in `place`.
 */
bool slabi_debug_is_live(const struct slab_cache *cache, const void *object,
    struct slabi_place *place);

/* Functions that the paths of these caches share; see struct slabi_path. */
size_t slabi_debug_rounds(const slab_cache *cache);
bool slabi_debug_holds(const slab_cache *cache, const void *address);
void slabi_debug_flush(slab_cache *cache);
void slabi_debug_forget(slab_cache *cache);
bool slabi_debug_relieve(slab_cache *cache);
void slabi_debug_end(slab_cache *cache);
const struct slabi_audit *slabi_debug_note(const slab_cache *cache,
    const void *object);

#endif
