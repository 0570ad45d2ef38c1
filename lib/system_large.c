/* SPDX-License-Identifier: MIT */
/*
 * Owns slabs of any size at any address the backing likes: the map has an
 * entry for every granule that a slab touches, three at most.
 */
#include "system.h"

static struct slab *
make(struct slabi_system *system, bool huge)
{
	return slabi_system_make(system, system->backing.unit, huge);
}

static void
find(const struct slabi_system *system, size_t n, void *const *addresses,
    struct slab **slabs)
{
	const struct slabi_geometry *geometry = &system->geometry;
	size_t i;

	for (i = 0; i < n; i++) {
		uintptr_t block = slabi_map_find(&system->map, addresses[i],
		    geometry->slab_size);

		slabs[i] = block == 0 ? NULL :
		    slabi_system_approach(geometry, block, addresses[i]);
	}
}

const struct slabi_system_calls slabi_system_large = {
	.kind = SLAB_SYSTEM_LARGE,
	.make = make,
	.find = find,
};
