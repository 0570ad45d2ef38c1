/* SPDX-License-Identifier: MIT */
/*
 * Owns what the slab systems share: taking a block from the backing, entering
 * it in the map under every granule that it touches, and the way back.  An
 * aligned slab is one granule.
 */
#include "system.h"

#include <errno.h>

#include "error.h"

/* Granules that a block touches. */
static unsigned
granules(const struct slabi_geometry *geometry, uintptr_t block)
{
	uintptr_t last = block + geometry->slab_size - 1;

	return (unsigned)((last >> geometry->granule_shift) -
	    (block >> geometry->granule_shift)) + 1;
}

static void
leave(struct slabi_system *system, uintptr_t block, unsigned entries)
{
	while (entries-- > 0)
		slabi_map_remove(&system->map, block, entries);
}

/* Enter all granules of a block in the map, or none. */
static bool
enter(struct slabi_system *system, uintptr_t block)
{
	unsigned n = granules(&system->geometry, block);
	unsigned i;

	for (i = 0; i < n; i++) {
		if (!slabi_map_insert(&system->map, block, i,
		    &system->backing)) {
			leave(system, block, i);
			return false;
		}
	}
	return true;
}

struct slab *
slabi_system_make(struct slabi_system *system, size_t align, bool huge)
{
	size_t size = system->geometry.slab_size;
	void *block = slabi_backing_alloc(&system->backing, size, align);
	struct slab *slab;

	if (!block)
		return NULL;
	if (!enter(system, (uintptr_t)block)) {
		system->backing.calls.free(system->backing.calls.arg, block,
		    size);
		slabi_fail(ENOMEM, "no memory for a larger map of slabs");
		return NULL;
	}
	if (huge) /* before anything is written there */
		system->backing.huge(block, size);
	slab = slabi_geometry_slab(&system->geometry, (uintptr_t)block);
	slabi_slab_init(slab, &system->geometry, block);
	slab->huge = huge;
	return slab;
}

void
slabi_system_drop(struct slabi_system *system, struct slab *slab)
{
	uintptr_t block = (uintptr_t)slab->block;

	leave(system, block, granules(&system->geometry, block));
	system->backing.calls.free(system->backing.calls.arg, (void *)block,
	    system->geometry.slab_size);
}
