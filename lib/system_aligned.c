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

static void
find(const struct slabi_system *system, size_t n, void *const *addresses,
    struct slab **slabs)
{
	const struct slabi_geometry *geometry = &system->geometry;
	size_t i;

	for (i = 0; i < n; i++) {
		uintptr_t block = slabi_map_find_aligned(&system->map,
		    addresses[i]);

		slabs[i] = block == 0 ? NULL :
		    slabi_system_approach(geometry, block, addresses[i]);
	}
}

const struct slabi_system_calls slabi_system_aligned = {
	.kind = SLAB_SYSTEM_ALIGNED,
	.make = make,
	.find = find,
};
