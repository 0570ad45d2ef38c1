/* SPDX-License-Identifier: MIT */
/*
 * Owns slabs that are aligned to their size, a power of two: a mask leads from
 * object to block, and the map, with one entry a slab, says whether the block
 * is the cache's.
 */
#include "slab/system.h"

static size_t
block_align(const struct slabi_system *system)
{
	return system->geometry.slab_size;
}

static size_t
put(const struct slabi_system *system, size_t n, void *const *objects,
    struct slab **changed)
{
	return slabi_system_put_loop(system, n, objects, changed, false,
	    slabi_map_guess_aligned);
}

static size_t
put_with_ctor_bits(const struct slabi_system *system, size_t n,
    void *const *objects, struct slab **changed)
{
	return slabi_system_put_loop(system, n, objects, changed, true,
	    slabi_map_guess_aligned);
}

const struct slabi_system_calls slabi_system_aligned = {
	.kind = SLAB_SYSTEM_ALIGNED,
	.block_align = block_align,
	.put = put,
	.put_with_ctor_bits = put_with_ctor_bits,
};
