/* SPDX-License-Identifier: MIT */
/*
 * Owns what the slab systems share: taking a block from the backing, entering
 * its slab in the map, and the way back.
 */
#include "slab/system.h"

#include <errno.h>

#include "base/error.h"
#include "slab/slab_pages.h"

void
slabi_system_start(struct slabi_system *system)
{
	const struct slabi_geometry *geometry = &system->geometry;

	system->put = geometry->has_ctor_bits ?
	    system->calls->put_with_ctor_bits : system->calls->put;
	slabi_map_set_slabs(&system->map, geometry->granule_shift,
	    geometry->first, slabi_geometry_extent(geometry));
}

/*
 * Makes the pages of the header and of the first object ready (of a large one
 * the first page), in one call.  Returns where they end, from the block's first
 * page on, or 0 if there is no memory for them.
 */
static size_t
ready_head(const struct slabi_system *system, void *block,
    const struct slab *slab)
{
	size_t stride = system->geometry.stride;
	uintptr_t start = slabi_page_down((uintptr_t)slab);
	uintptr_t stop = slabi_page_up((uintptr_t)slab +
	    system->geometry.first +
	    (stride < 2 * slabi_os.page_size ? stride : 1));

	if (!system->backing.ready((void *)start, stop - start))
		return 0;
	return stop - slabi_page_down((uintptr_t)block);
}

static void
free_block(const struct slabi_system *system, void *block)
{
	slabi_visible_remove(system->visible, block,
	    system->geometry.slab_size);
	system->backing.calls.free(system->backing.calls.arg, block,
	    system->geometry.slab_size);
}

/*
 * Make a block ready, before anything is written there, and enter its slab.
 * Returns false with errno if there is no memory.
 */
static bool
settle_in(struct slabi_system *system, void *block, struct slab *slab,
    bool huge, size_t *populated)
{
	*populated = 0;
	if (huge) {
		system->backing.huge(block, system->geometry.slab_size);
	} else if (system->backing.ready) {
		*populated = ready_head(system, block, slab);
		if (*populated == 0) {
			slabi_fail(ENOMEM, "no memory for a slab");
			return false;
		}
	}
	if (slabi_map_insert(&system->map, (uintptr_t)slab, &system->backing))
		return true;
	slabi_fail(ENOMEM, "no memory for a larger table of slabs");
	return false;
}

struct slab *
slabi_system_make(struct slabi_system *system, bool huge)
{
	size_t size = system->geometry.slab_size;
	void *block = slabi_backing_alloc(&system->backing, size,
	    system->calls->block_align(system));
	size_t populated;
	struct slab *slab;

	if (!block)
		return NULL;
	if (!slabi_visible_add(system->visible, block, size)) {
		system->backing.calls.free(system->backing.calls.arg, block,
		    size);
		return NULL;
	}
	slab = slabi_geometry_slab(&system->geometry, (uintptr_t)block);
	if (!settle_in(system, block, slab, huge, &populated)) {
		free_block(system, block);
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
