/* SPDX-License-Identifier: MIT */
/*
 * Owns slabs of any size at any address the backing likes: the map has an
 * entry for every granule that a slab touches, three at most.
 */
#include "slab/system.h"

static struct slab *
make(struct slabi_system *system, bool huge)
{
	return slabi_system_make(system, system->backing.unit, huge);
}

static size_t
give(const struct slabi_system *system, size_t n, void *const *objects,
    struct slab **changed)
{
	if (system->geometry.has_ctor_bits)
		return slabi_system_put(system, n, objects, changed,
		    true, slabi_map_guess);
	return slabi_system_put(system, n, objects, changed, false,
	    slabi_map_guess);
}

const struct slabi_system_calls slabi_system_large = {
	.kind = SLAB_SYSTEM_LARGE,
	.make = make,
	.give = give,
};
