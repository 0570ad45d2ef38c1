/* SPDX-License-Identifier: MIT */
/*
 * Owns slabs that are aligned to their size, a power of two: a mask leads from
 * object to block, and the map, with one entry a slab, says if it is ours.
 */
#include "slab/system.h"

static struct slab *
make(struct slabi_system *system, bool huge)
{
	return slabi_system_make(system, system->geometry.slab_size, huge);
}

static size_t
give(const struct slabi_system *system, size_t n, void *const *objects,
    struct slab **changed)
{
	if (system->geometry.has_ctor_bits)
		return slabi_system_put(system, n, objects, changed,
		    true, slabi_map_guess_aligned);
	return slabi_system_put(system, n, objects, changed, false,
	    slabi_map_guess_aligned);
}

const struct slabi_system_calls slabi_system_aligned = {
	.kind = SLAB_SYSTEM_ALIGNED,
	.make = make,
	.give = give,
};
