/* SPDX-License-Identifier: MIT */
/*
 * The set of a cache's slabs, found by any address in them without touching
 * memory that may belong to somebody else.
 *
 * A hash table with open addressing and linear probing.  Its keys are granules
 * of the address space; one granule is the largest power of two not above a
 * slab's size, so that a slab lies in at most three.  A slot holds the slab's
 * address, and in the low bits, which are 0 in every slab, which of the slab's
 * granules the slot stands for.
 *
 * It grows step by step: the next table is cleared, and the old one emptied, a
 * few slots at every insertion, so that no call has all the work.
 */
#ifndef SLABI_SLAB_MAP_H
#define SLABI_SLAB_MAP_H

#include "backing/backing.h"

#define SLABI_MAP_FIRST 16 /* slots that need no memory of their own */
#define SLABI_MAP_ORDINAL ((uintptr_t)3)

struct slabi_table {
	uintptr_t *slots;   /* NULL: no such table */
	size_t mask;        /* slots - 1 */
	unsigned shift;     /* 64 - log2(slots) */
	size_t bytes;       /* of its block; 0: not from the backing */
};

/* What all slabs of a map have in common. */
struct slabi_map_keys {
	size_t first;            /* from a slab to its first object */
	size_t extent;           /* from there on, bytes in which objects lie */
	unsigned granule_shift;
	uintptr_t granule_mask;  /* the bits of an address that say its granule */
	uint64_t multiplier;     /* of the hash */
};

struct slabi_map {
	struct slabi_map_keys keys;
	struct slabi_table now;
	struct slabi_table old;  /* being emptied into `now` */
	struct slabi_table next; /* being cleared */
	size_t used;             /* slots taken, in `now` and `old` */
	size_t moved;            /* slots of `old` that are done with */
	size_t cleared;          /* slots of `next` that are */
	uintptr_t first[SLABI_MAP_FIRST];
};

/* Make an empty map. */
void slabi_map_init(struct slabi_map *map);
/* Say what all slabs have in common, while none is entered. */
void slabi_map_set_slabs(struct slabi_map *map, unsigned granule_shift,
    size_t first, size_t extent);
/*
 * Take a table for this many entries, for maps that never grow.  It is not
 * written to before slabi_map_clear().  Returns false if there is no memory.
 */
bool slabi_map_presize(struct slabi_map *map, size_t entries,
    const struct slabi_backing *backing);
/* Returns the bytes that this takes from the backing. */
size_t slabi_map_presize_bytes(size_t entries);
/* Empty the table that slabi_map_presize() has taken. */
void slabi_map_clear(struct slabi_map *map);
/*
 * Enter a slab.  Returns false if there is no memory for a larger table; then
 * nothing has changed.
 */
bool slabi_map_insert(struct slabi_map *map, uintptr_t slab,
    const struct slabi_backing *backing);
void slabi_map_remove(struct slabi_map *map, uintptr_t slab);
/* Free the tables of an empty map.  Returns their bytes. */
size_t slabi_map_shrink(struct slabi_map *map,
    const struct slabi_backing *backing);
/* Returns the bytes that tables hold from the backing. */
size_t slabi_map_bytes(const struct slabi_map *map);
/*
 * Returns whether one of the slabs lies in memory between these addresses.
 * `reach` is the most that a slab is behind the start of its block, which
 * `block_of` returns.
 */
bool slabi_map_overlaps(const struct slabi_map *map, uintptr_t start,
    uintptr_t end, size_t reach, uintptr_t block_of(uintptr_t slab));
/* Returns the slab with an object at this address or around it, or 0. */
uintptr_t slabi_map_search(const struct slabi_map *map, uintptr_t address);

/*
 * Returns the slot where probing starts.  Fibonacci hashing (Knuth, "The Art of
 * Computer Programming", volume 3, section 6.4): the top bits keep neighbours
 * apart, which slabs often are.  The multiplier makes up for granules that are
 * not shifted down.
 */
static inline size_t
slabi_map_home(const struct slabi_map_keys *keys,
    const struct slabi_table *table, uintptr_t address)
{
	return (size_t)((address & keys->granule_mask) * keys->multiplier >>
	    table->shift);
}

/*
 * Returns whether this slab has an object at this address, or around it.  0 is
 * no slab, even if a low address would lie in it.  Has no branch.
 */
static inline bool
slabi_map_holds(const struct slabi_map_keys *keys, uintptr_t slab,
    uintptr_t address)
{
	return (slab != 0) & (address - slab - keys->first < keys->extent);
}

/*
 * Returns what slabi_map_search() finds if one of the first two slots of `now`
 * has it (two slabs may share a granule), else no slab that holds the address.
 * Has no branch, which could not be predicted.
 */
static inline uintptr_t
slabi_map_guess(const struct slabi_map_keys *keys,
    const struct slabi_table *table, uintptr_t address)
{
	size_t home = slabi_map_home(keys, table, address);
	size_t next = (home + 1) & table->mask;
	uintptr_t slab = table->slots[home] & ~SLABI_MAP_ORDINAL;
	uintptr_t other = table->slots[next] & ~SLABI_MAP_ORDINAL;
	uintptr_t wrong = -(uintptr_t)!slabi_map_holds(keys, slab, address);

	return slab ^ ((slab ^ other) & wrong);
}

/* The same for slabs that lie in one granule: no slot has an ordinal. */
static inline uintptr_t
slabi_map_guess_aligned(const struct slabi_map_keys *keys,
    const struct slabi_table *table, uintptr_t address)
{
	return table->slots[slabi_map_home(keys, table, address)];
}

#endif
