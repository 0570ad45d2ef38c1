/* SPDX-License-Identifier: MIT */
/*
 * Owns what the slab systems share: taking a block from the backing, entering
 * its slab in the map, and the way back.
 */
#include "slab/system.h"

#include <errno.h>

#include "base/arith.h"
#include "base/error.h"
#include "slab/slab_pages.h"

#define MIN_OBJECTS 8 /* in slabs that are small for want of memory */
#define HUGE_SIZE ((size_t)2 << 20) /* no smaller block has a huge page */

void
slabi_system_start(struct slabi_system *system)
{
	const struct slabi_geometry *geometry = &system->geometry;

	system->put = geometry->has_ctor_bits ?
	    system->calls->put_with_ctor_bits : system->calls->put;
	slabi_map_set_slabs(&system->map, geometry->granule_shift,
	    geometry->first, slabi_geometry_extent(geometry));
}

/* Lay out slabs of another size, of which there must be none. */
static bool
resize(struct slabi_system *system, size_t slab_size)
{
	const struct slabi_geometry *now = &system->geometry;
	const struct slabi_wish wish = {
		.size = now->size,
		.align = now->align,
		.slab_size = now->sized ? slab_size : 0,
		.header = sizeof(struct slab),
		.unit = system->backing.unit,
		.page = slabi_os.page_size,
		.has_ctor_bits = now->has_ctor_bits,
		.coloring = now->coloring,
		.front = now->before,
		.back = now->stride - now->before - now->size,
		.beside = now->beside,
	};
	struct slabi_geometry geometry;

	if (!slabi_geometry_exact(&geometry, &wish, slab_size))
		return false;
	if (slab_size < system->ideal_size && geometry.objects < MIN_OBJECTS)
		return false;
	system->geometry = geometry;
	slabi_system_start(system);
	return true;
}

bool
slabi_system_halve(struct slabi_system *system)
{
	const slab_backing *calls = &system->backing.calls;
	size_t half = slabi_round_up(system->geometry.slab_size / 2,
	    system->backing.unit);

	if (half >= system->geometry.slab_size || half < slabi_os.page_size)
		return false;
	if (system->calls->kind == SLAB_SYSTEM_ALIGNED &&
	    !calls->can_align(calls->arg, half))
		return false;
	return resize(system, half);
}

void
slabi_system_restore(struct slabi_system *system)
{
	if (system->geometry.slab_size != system->ideal_size)
		resize(system, system->ideal_size);
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
	    (stride <= slabi_os.page_size ? stride : 1));

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

/* Enter a slab in the map.  Returns false with errno if there is no memory. */
static bool
enter(struct slabi_system *system, const struct slab *slab)
{
	if (slabi_map_insert(&system->map, (uintptr_t)slab, &system->backing))
		return true;
	slabi_fail(ENOMEM, "no memory for a larger map of slabs");
	return false;
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
		return enter(system, slab);
	}
	if (system->backing.no_huge && system->geometry.slab_size >= HUGE_SIZE)
		system->backing.no_huge(block, system->geometry.slab_size);
	if (system->backing.ready) {
		*populated = ready_head(system, block, slab);
		if (*populated == 0) {
			slabi_fail(ENOMEM, "no memory for a slab");
			return false;
		}
	}
	return enter(system, slab);
}

static uintptr_t
block_of(uintptr_t slab)
{
	return (uintptr_t)((const struct slab *)slab)->block;
}

/* Has the backing given memory that a slab lies in already? */
static bool
is_in_use(const struct slabi_system *system, const void *block)
{
	const struct slabi_geometry *geometry = &system->geometry;
	size_t reach = geometry->front +
	    geometry->color_mask * slabi_geometry_color_step(geometry);

	return slabi_map_overlaps(&system->map, (uintptr_t)block,
	    (uintptr_t)block + geometry->slab_size, reach, block_of);
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
	if (is_in_use(system, block)) {
		/* It stays where it is: it is not this one's to give back. */
		slabi_fail(EINVAL, "the backing gave memory that is in use");
		return NULL;
	}
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
