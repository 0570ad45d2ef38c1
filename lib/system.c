/* SPDX-License-Identifier: MIT */
/*
 * Owns what the slab systems share: taking a block from the backing, entering
 * its slab in the map, and the way back.
 */
#include "system.h"

#include <errno.h>

#include "error.h"

struct slab *
slabi_system_make(struct slabi_system *system, size_t align, bool huge)
{
	size_t size = system->geometry.slab_size;
	void *block = slabi_backing_alloc(&system->backing, size, align);
	struct slab *slab;

	if (!block)
		return NULL;
	slab = slabi_geometry_slab(&system->geometry, (uintptr_t)block);
	if (!slabi_map_insert(&system->map, (uintptr_t)slab,
	    &system->backing)) {
		system->backing.calls.free(system->backing.calls.arg, block,
		    size);
		slabi_fail(ENOMEM, "no memory for a larger map of slabs");
		return NULL;
	}
	if (huge) /* before anything is written there */
		system->backing.huge(block, size);
	slabi_slab_init(slab, &system->geometry, block);
	slab->huge = huge;
	return slab;
}

void
slabi_system_leave(struct slabi_system *system, struct slab *slab)
{
	slabi_map_remove(&system->map, (uintptr_t)slab);
}

void
slabi_system_drop(struct slabi_system *system, struct slab *slab)
{
	system->backing.calls.free(system->backing.calls.arg, slab->block,
	    system->geometry.slab_size);
}
