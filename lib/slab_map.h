/* SPDX-License-Identifier: MIT */
/*
 * The set of a cache's blocks, found by any address in them without touching
 * memory that may not be ours.
 *
 * A hash table with open addressing and linear probing.  Its keys are granules
 * of the address space; one granule is the largest power of two not above a
 * block's size, so that a block lies in at most three.  A slot holds the
 * block's address, and in the low bits, which are 0 in every block, which of
 * the block's granules the slot stands for.
 *
 * It grows step by step: the next table is cleared, and the old one emptied, a
 * few slots at every insertion, so that no call has all the work.
 */
#ifndef SLABI_SLAB_MAP_H
#define SLABI_SLAB_MAP_H

#include "backing.h"

#define SLABI_MAP_FIRST 16 /* slots that need no memory of their own */
#define SLABI_MAP_ORDINAL ((uintptr_t)3)

struct slabi_table {
	uintptr_t *slots;   /* NULL: no such table */
	size_t mask;        /* slots - 1 */
	unsigned shift;     /* 64 - log2(slots) */
	size_t bytes;       /* of its block; 0: not from the backing */
};

struct slabi_map {
	struct slabi_table now;
	struct slabi_table old;  /* being emptied into `now` */
	struct slabi_table next; /* being cleared */
	size_t used;             /* slots taken, in `now` and `old` */
	size_t moved;            /* slots of `old` that are done with */
	size_t cleared;          /* slots of `next` that are */
	unsigned granule_shift;
	uintptr_t first[SLABI_MAP_FIRST];
};

/* Empty; its granule_shift is to be set before anything is entered. */
void slabi_map_init(struct slabi_map *map);
/* Start with a table for so many entries, for maps that never grow. */
bool slabi_map_presize(struct slabi_map *map, size_t entries,
    const struct slabi_backing *backing);
/* What slabi_map_presize() will ask of the backing. */
size_t slabi_map_presize_bytes(size_t entries);
/* Enter a block's n-th granule; false: no memory for a larger table. */
bool slabi_map_insert(struct slabi_map *map, uintptr_t block, unsigned ordinal,
    const struct slabi_backing *backing);
void slabi_map_remove(struct slabi_map *map, uintptr_t block,
    unsigned ordinal);
/* An empty map gives its tables back; bytes. */
size_t slabi_map_shrink(struct slabi_map *map,
    const struct slabi_backing *backing);
/* Bytes that tables hold from the backing. */
size_t slabi_map_bytes(const struct slabi_map *map);

static inline size_t
slabi_map_home(const struct slabi_table *table, uintptr_t granule)
{
	return (size_t)(granule * UINT64_C(0x9e3779b97f4a7c15) >>
	    table->shift);
}

/* The block of `size` bytes that holds an address, in one table; 0: none. */
static inline uintptr_t
slabi_table_find(const struct slabi_table *table, uintptr_t address,
    uintptr_t granule, size_t size)
{
	size_t i = slabi_map_home(table, granule);
	uintptr_t slot;

	for (; (slot = table->slots[i]) != 0; i = (i + 1) & table->mask) {
		uintptr_t block = slot & ~SLABI_MAP_ORDINAL;

		if (block != 0 && address - block < size)
			return block;
	}
	return 0;
}

static inline uintptr_t
slabi_map_find(const struct slabi_map *map, const void *object, size_t size)
{
	uintptr_t address = (uintptr_t)object;
	uintptr_t granule = address >> map->granule_shift;
	uintptr_t block = slabi_table_find(&map->now, address, granule, size);

	if (block == 0 && map->old.slots)
		block = slabi_table_find(&map->old, address, granule, size);
	return block;
}

/* The same where every block is one granule: its address is known before. */
static inline uintptr_t
slabi_table_find_aligned(const struct slabi_table *table, uintptr_t block,
    uintptr_t granule)
{
	size_t i = slabi_map_home(table, granule);

	for (; table->slots[i] != 0; i = (i + 1) & table->mask)
		if (table->slots[i] == block)
			return block;
	return 0;
}

static inline uintptr_t
slabi_map_find_aligned(const struct slabi_map *map, const void *object)
{
	uintptr_t granule = (uintptr_t)object >> map->granule_shift;
	uintptr_t wanted = granule << map->granule_shift;
	uintptr_t block = slabi_table_find_aligned(&map->now, wanted, granule);

	if (block == 0 && map->old.slots)
		block = slabi_table_find_aligned(&map->old, wanted, granule);
	return block;
}

#endif
