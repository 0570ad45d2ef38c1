/* SPDX-License-Identifier: MIT */
/*
 * Owns slabs of any size at any address the backing likes: the map has an
 * entry for every granule that a slab touches, three at most.
 */
#include "slab/system.h"

static size_t
block_align(const struct slabi_system *system)
{
	return system->backing.unit;
}

static size_t
put(const struct slabi_system *system, size_t n, void *const *objects,
    struct slab **changed)
{
	return slabi_system_put_loop(system, n, objects, changed, false,
	    slabi_map_guess);
}

static size_t
put_with_ctor_bits(const struct slabi_system *system, size_t n,
    void *const *objects, struct slab **changed)
{
	return slabi_system_put_loop(system, n, objects, changed, true,
	    slabi_map_guess);
}

const struct slabi_system_calls slabi_system_large = {
	.kind = SLAB_SYSTEM_LARGE,
	.block_align = block_align,
	.put = put,
	.put_with_ctor_bits = put_with_ctor_bits,
};
