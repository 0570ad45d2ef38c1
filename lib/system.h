/* SPDX-License-Identifier: MIT */
/*
 * Slab systems: how the address of an object leads to its slab, and so how
 * slabs are made.  Each is a table of functions.
 */
#ifndef SLABI_SYSTEM_H
#define SLABI_SYSTEM_H

#include "backing.h"
#include "geometry.h"
#include "slab.h"
#include "slab_map.h"

struct slabi_system;

struct slabi_system_calls {
	slab_system kind;
	/* A slab without objects, perhaps on huge pages; NULL with errno. */
	struct slab *(*make)(struct slabi_system *system, bool huge);
	/*
	 * The slab of each address, or NULL; no address is dereferenced.  What
	 * giving it back will touch is on its way to the CPU's cache then.
	 */
	void (*find)(const struct slabi_system *system, size_t n,
	    void *const *addresses, struct slab **slabs);
};

struct slabi_system {
	const struct slabi_system_calls *calls;
	struct slabi_geometry geometry;
	struct slabi_map map;
	struct slabi_backing backing;
};

extern const struct slabi_system_calls slabi_system_aligned;
extern const struct slabi_system_calls slabi_system_large;

static inline struct slab *
slabi_system_find(const struct slabi_system *system, const void *address)
{
	void *one = (void *)(uintptr_t)address;
	struct slab *slab;

	system->calls->find(system, 1, &one, &slab);
	return slab;
}

/*
 * The part of making and dropping that does not differ: a block of the backing
 * with this alignment, entered in the map under every granule it touches.
 */
struct slab *slabi_system_make(struct slabi_system *system, size_t align,
    bool huge);
void slabi_system_drop(struct slabi_system *system, struct slab *slab);

/* A block has been found: its slab, its header and its bit prefetched. */
static inline struct slab *
slabi_system_approach(const struct slabi_geometry *geometry, uintptr_t block,
    const void *address)
{
	struct slab *slab = slabi_geometry_slab(geometry, block);
	size_t offset = (uintptr_t)address - (uintptr_t)slab - geometry->first;
	size_t index = slabi_geometry_index(geometry, offset);

	SLAB_PREFETCH_(slab);
	SLAB_PREFETCH_((void *)((uintptr_t)slab + geometry->free_bits +
	    index / 64 * 8));
	return slab;
}

#endif
