/* SPDX-License-Identifier: MIT */
/*
 * Owns what the slab systems share: taking a block from the backing, entering
 * its slab in the map, and the way back.
 */
#include "slab/system.h"

#include <errno.h>

#include "base/error.h"
#include "base/os.h"

/*
 * Makes the pages of the header and of the first object ready (of a large one
 * the first page), in one call.  Returns the offset of their end from the
 * block's first page, or 0 if there is no memory for them.
 */
static size_t
ready_head(const struct slabi_system *system, void *block,
    const struct slab *slab)
{
	size_t page = slabi_os.page_size;
	uintptr_t first = (uintptr_t)block & ~(uintptr_t)(page - 1);
	uintptr_t start = (uintptr_t)slab & ~(uintptr_t)(page - 1);
	size_t stride = system->geometry.stride;
	uintptr_t stop = slabi_round_up((uintptr_t)slab +
	    system->geometry.first + (stride < 2 * page ? stride : 1), page);

	if (!system->backing.ready((void *)start, stop - start))
		return 0;
	return stop - first;
}

static void
free_block(const struct slabi_system *system, void *block)
{
	system->backing.calls.free(system->backing.calls.arg, block,
	    system->geometry.slab_size);
}

struct slab *
slabi_system_make(struct slabi_system *system, size_t align, bool huge)
{
	size_t size = system->geometry.slab_size;
	void *block = slabi_backing_alloc(&system->backing, size, align);
	size_t populated = 0;
	struct slab *slab;

	if (!block)
		return NULL;
	slab = slabi_geometry_slab(&system->geometry, (uintptr_t)block);
	/* Before anything is written there: */
	if (huge)
		system->backing.huge(block, size);
	else if (system->backing.ready)
		populated = ready_head(system, block, slab);
	if (!huge && system->backing.ready && populated == 0) {
		free_block(system, block);
		slabi_fail(ENOMEM, "no memory for a slab");
		return NULL;
	}
	if (!slabi_map_insert(&system->map, (uintptr_t)slab,
	    &system->backing)) {
		free_block(system, block);
		slabi_fail(ENOMEM, "no memory for a larger map of slabs");
		return NULL;
	}
	slabi_backing_add_root(&system->backing, block, size);
	slabi_slab_init(slab, &system->geometry, block);
	slab->huge = huge;
	slab->populated = populated;
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
	slabi_backing_remove_root(&system->backing, slab->block,
	    system->geometry.slab_size);
	free_block(system, slab->block);
}

struct slab *
slabi_system_find(const struct slabi_system *system, const void *address,
    size_t *index)
{
	struct slab *slab = (struct slab *)slabi_map_search(&system->map,
	    (uintptr_t)address);

	if (slab)
		*index = slabi_slab_index(slab, &system->geometry, address);
	return slab;
}

struct slab *
slabi_system_prepare_bits(const struct slabi_system *system, const void *address)
{
	size_t index;
	struct slab *slab = slabi_system_find(system, address, &index);

	return slab && slabi_slab_prepare_bits(slab, &system->geometry, index) ?
	    slab : NULL;
}
