/* SPDX-License-Identifier: MIT */
/* Owns how the map of slabs grows and shrinks, and searches that go on. */
#include "slab/slab_map.h"

#include <assert.h>
#include <string.h>

#include "base/arith.h"

/* A slot of `old` whose entry has gone; keeps probing from stopping there. */
#define GONE ((uintptr_t)1)
#define CLEAR_STEP 256 /* slots of the next table that one insertion clears */
#define MOVE_STEP 512  /* slots of the old table that one insertion moves */

/* Returns the slot where the probing for an entry starts. */
static size_t
entry_home(const struct slabi_map *map, const struct slabi_table *table,
    uintptr_t entry)
{
	return slabi_map_home(&map->keys, table, (entry & ~SLABI_MAP_ORDINAL) +
	    ((entry & SLABI_MAP_ORDINAL) << map->keys.granule_shift));
}

static void
set_table(struct slabi_table *table, uintptr_t *slots, size_t n, size_t bytes)
{
	table->slots = slots;
	table->mask = n - 1;
	table->shift = 64 - slabi_log2(n);
	table->bytes = bytes;
}

static void
drop_table(struct slabi_table *table, const struct slabi_backing *backing)
{
	if (table->bytes > 0)
		slabi_backing_meta_free(backing, table->slots, table->bytes);
	table->slots = NULL;
	table->bytes = 0;
}

void
slabi_map_init(struct slabi_map *map)
{
	*map = (struct slabi_map){ 0 };
	set_table(&map->now, map->first, SLABI_MAP_FIRST, 0);
}

void
slabi_map_set_slabs(struct slabi_map *map, unsigned granule_shift,
    size_t first, size_t extent)
{
	assert(map->used == 0);
	map->keys.granule_shift = granule_shift;
	map->keys.granule_mask = ~(((uintptr_t)1 << granule_shift) - 1);
	map->keys.multiplier = UINT64_C(0x9e3779b97f4a7c15) >> granule_shift;
	map->keys.first = first;
	map->keys.extent = extent;
}

/* Returns the slab of one table that holds an address, or 0. */
static uintptr_t
search_table(const struct slabi_map *map, const struct slabi_table *table,
    uintptr_t address)
{
	size_t i = slabi_map_home(&map->keys, table, address);
	uintptr_t slot;

	for (; (slot = table->slots[i]) != 0; i = (i + 1) & table->mask) {
		uintptr_t slab = slot & ~SLABI_MAP_ORDINAL;

		if (slabi_map_holds(&map->keys, slab, address))
			return slab;
	}
	return 0;
}

uintptr_t
slabi_map_search(const struct slabi_map *map, uintptr_t address)
{
	uintptr_t slab = search_table(map, &map->now, address);

	if (slab == 0 && map->old.slots)
		slab = search_table(map, &map->old, address);
	return slab;
}

/* Does a slab that shares a granule with `address` lie below `end`? */
static bool
table_overlaps(const struct slabi_map *map, const struct slabi_table *table,
    uintptr_t address, uintptr_t start, uintptr_t end,
    uintptr_t block_of(uintptr_t slab))
{
	size_t i = slabi_map_home(&map->keys, table, address);
	uintptr_t slot;

	for (; (slot = table->slots[i]) != 0; i = (i + 1) & table->mask) {
		uintptr_t slab = slot & ~SLABI_MAP_ORDINAL;

		if (slot != GONE && block_of(slab) < end &&
		    slab + map->keys.first + map->keys.extent > start)
			return true;
	}
	return false;
}

bool
slabi_map_overlaps(const struct slabi_map *map, uintptr_t start,
    uintptr_t end, size_t reach, uintptr_t block_of(uintptr_t slab))
{
	unsigned shift = map->keys.granule_shift;
	uintptr_t n = ((end + reach - 1) >> shift) - (start >> shift) + 1;
	uintptr_t address;

	for (address = start; n-- > 0; address += (uintptr_t)1 << shift) {
		if (table_overlaps(map, &map->now, address, start, end,
		    block_of))
			return true;
		if (map->old.slots && table_overlaps(map, &map->old, address,
		    start, end, block_of))
			return true;
	}
	return false;
}

/*
 * Get a table of at least `n` slots, a power of two, not cleared.  Returns
 * false if there is no memory for it.
 */
static bool
get_table(struct slabi_table *table, size_t n,
    const struct slabi_backing *backing)
{
	size_t bytes = n * sizeof(uintptr_t);
	void *slots = slabi_backing_meta_alloc(backing, &bytes);

	if (!slots)
		return false;
	set_table(table, slots,
	    slabi_power_below(bytes / sizeof(uintptr_t)), bytes);
	return true;
}

/* Put an entry where the probing for it ends. */
static void
put(const struct slabi_map *map, uintptr_t entry)
{
	size_t i = entry_home(map, &map->now, entry);

	while (map->now.slots[i] != 0)
		i = (i + 1) & map->now.mask;
	map->now.slots[i] = entry;
}

/* Move a few entries from the old table; drop it when it is empty. */
static void
move_some(struct slabi_map *map, const struct slabi_backing *backing)
{
	size_t stop = map->moved + MOVE_STEP;

	for (; map->moved < stop; map->moved++) {
		uintptr_t entry;

		if (map->moved > map->old.mask) {
			drop_table(&map->old, backing);
			return;
		}
		entry = map->old.slots[map->moved];
		if (entry == 0 || entry == GONE)
			continue;
		put(map, entry);
		map->old.slots[map->moved] = GONE;
	}
}

/* Clear a part of the next table; when all is clear it becomes the present. */
static void
clear_some(struct slabi_map *map)
{
	size_t stop = map->cleared + CLEAR_STEP;

	for (; map->cleared < stop && map->cleared <= map->next.mask;
	    map->cleared++)
		map->next.slots[map->cleared] = 0;
	if (map->cleared <= map->next.mask)
		return;
	map->old = map->now;
	map->now = map->next;
	map->next.slots = NULL;
	map->next.bytes = 0;
	map->moved = 0;
}

/*
 * Do a part of growing.  A table is prepared from 3/8 load on, and is ready
 * long before the present one has reached 1/2.
 */
static void
grow_some(struct slabi_map *map, const struct slabi_backing *backing)
{
	size_t slots = map->now.mask + 1;

	if (!map->old.slots && !map->next.slots &&
	    map->used >= slots / 8 * 3 &&
	    get_table(&map->next, slots * 2, backing))
		map->cleared = 0;
	if (map->next.slots)
		clear_some(map);
	if (map->old.slots)
		move_some(map, backing);
}

/* Returns how many granules a slab lies in. */
static unsigned
granules(const struct slabi_map *map, uintptr_t slab)
{
	uintptr_t last = slab + map->keys.first + map->keys.extent - 1;

	return (unsigned)((last >> map->keys.granule_shift) -
	    (slab >> map->keys.granule_shift)) + 1;
}

/*
 * Returns whether there is room for more entries: without memory to grow a
 * table is filled up to 7/8, as some slots must stay free.
 */
static bool
has_room(const struct slabi_map *map, size_t entries)
{
	return map->used + entries <= (map->now.mask + 1) / 8 * 7;
}

bool
slabi_map_insert(struct slabi_map *map, uintptr_t slab,
    const struct slabi_backing *backing)
{
	unsigned n = granules(map, slab);
	unsigned ordinal;

	grow_some(map, backing);
	/* Growing that began too late, for want of memory, is done at once. */
	while (!has_room(map, n) && map->next.slots)
		clear_some(map);
	if (!has_room(map, n))
		return false;
	assert((slab & SLABI_MAP_ORDINAL) == 0 && n <= SLABI_MAP_ORDINAL);
	for (ordinal = 0; ordinal < n; ordinal++)
		put(map, slab | ordinal);
	map->used += n;
	return true;
}

/* Finds the slot of an entry.  Returns false if the table does not have it. */
static bool
find_entry(const struct slabi_map *map, const struct slabi_table *table,
    uintptr_t entry, size_t *slot)
{
	size_t i = entry_home(map, table, entry);

	for (; table->slots[i] != entry; i = (i + 1) & table->mask)
		if (table->slots[i] == 0)
			return false;
	*slot = i;
	return true;
}

/*
 * Empty slot `hole`, and move entries behind it up as long as they may be
 * there: linear probing needs no tombstones (D. E. Knuth, "The Art of Computer
 * Programming", volume 3, section 6.4, algorithm R).
 */
static void
close_hole(const struct slabi_map *map, size_t hole)
{
	const struct slabi_table *table = &map->now;
	size_t i = hole;

	for (;;) {
		size_t home;

		i = (i + 1) & table->mask;
		if (table->slots[i] == 0)
			break;
		home = entry_home(map, table, table->slots[i]);
		/* Not if it would come to lie before its home. */
		if (((i - home) & table->mask) < ((i - hole) & table->mask))
			continue;
		table->slots[hole] = table->slots[i];
		hole = i;
	}
	table->slots[hole] = 0;
}

static void
remove_entry(struct slabi_map *map, uintptr_t entry)
{
	size_t slot;

	if (find_entry(map, &map->now, entry, &slot)) {
		close_hole(map, slot);
	} else {
		bool found = map->old.slots &&
		    find_entry(map, &map->old, entry, &slot);

		assert(found);
		if (found)
			map->old.slots[slot] = GONE;
	}
	map->used--;
}

void
slabi_map_remove(struct slabi_map *map, uintptr_t slab)
{
	unsigned n = granules(map, slab);

	while (n-- > 0)
		remove_entry(map, slab | n);
}

size_t
slabi_map_presize_bytes(size_t entries)
{
	return entries <= SLABI_MAP_FIRST / 8 * 3 ? 0 :
	    slabi_power_above(entries * 3) * sizeof(uintptr_t);
}

bool
slabi_map_presize(struct slabi_map *map, size_t entries,
    const struct slabi_backing *backing)
{
	size_t bytes = slabi_map_presize_bytes(entries);

	return bytes == 0 ||
	    get_table(&map->now, bytes / sizeof(uintptr_t), backing);
}

void
slabi_map_clear(struct slabi_map *map)
{
	memset(map->now.slots, 0, (map->now.mask + 1) * sizeof(uintptr_t));
}

size_t
slabi_map_bytes(const struct slabi_map *map)
{
	return map->now.bytes + map->old.bytes + map->next.bytes;
}

size_t
slabi_map_shrink(struct slabi_map *map, const struct slabi_backing *backing)
{
	size_t bytes = slabi_map_bytes(map);

	if (map->used > 0 || bytes == 0 || backing->fixed)
		return 0;
	drop_table(&map->now, backing);
	drop_table(&map->old, backing);
	drop_table(&map->next, backing);
	memset(map->first, 0, sizeof(map->first));
	set_table(&map->now, map->first, SLABI_MAP_FIRST, 0);
	return bytes;
}
