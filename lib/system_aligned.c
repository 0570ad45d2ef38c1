/* SPDX-License-Identifier: MIT */
/*
 * Owns slabs that are aligned to their size, a power of two: a mask leads from
 * object to block, and the map, with one entry a slab, says if it is ours.
 */
#include "system.h"

static struct slab *
make(struct slabi_system *system, bool huge)
{
	return slabi_system_make(system, system->geometry.slab_size, huge);
}

static struct slab *
find(const struct slabi_system *system, const void *address)
{
	return (struct slab *)slabi_map_find_aligned(&system->map,
	    (uintptr_t)address);
}

static size_t
give(const struct slabi_system *system, size_t n, void *const *objects,
    uint32_t stamp, struct slab **changed, size_t *n_changed)
{
	return slabi_system_give(system, n, objects, stamp, changed, n_changed,
	    slabi_map_find_aligned);
}

const struct slabi_system_calls slabi_system_aligned = {
	.kind = SLAB_SYSTEM_ALIGNED,
	.make = make,
	.find = find,
	.give = give,
};
