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

#define SLABI_BATCH 128 /* most objects that are given back in one go */

struct slabi_system_calls {
	slab_system kind;
	/* A slab without objects, perhaps on huge pages; NULL with errno. */
	struct slab *(*make)(struct slabi_system *system, bool huge);
	/* The slab with this address, or NULL; nothing is dereferenced. */
	struct slab *(*find)(const struct slabi_system *system,
	    const void *address);
	/*
	 * Give back 1 to SLABI_BATCH objects, as far as they are objects that
	 * are out; how many.  Slabs are stamped, and those with fewer objects
	 * out than their floor are put into `changed`, perhaps repeatedly; it
	 * has room for one more than there are objects.
	 */
	size_t (*give)(const struct slabi_system *system, size_t n,
	    void *const *objects, uint32_t stamp, struct slab **changed,
	    size_t *n_changed);
};

struct slabi_system {
	const struct slabi_system_calls *calls;
	struct slabi_geometry geometry;
	struct slabi_map map;
	struct slabi_backing backing;
};

extern const struct slabi_system_calls slabi_system_aligned;
extern const struct slabi_system_calls slabi_system_large;

/* What does not differ: the rest of making, and the way back in two steps. */
struct slab *slabi_system_make(struct slabi_system *system, size_t align,
    bool huge);
/* From here on no address leads to the slab. */
void slabi_system_leave(struct slabi_system *system, struct slab *slab);
/* Give its block back. */
void slabi_system_drop(struct slabi_system *system, struct slab *slab);

/*
 * give(), once for each system.  This is the loop that a cache spends its time
 * in when it is not on the hot path, so all of it is in one place; `search` is
 * a constant where it is inlined.  Caches of one slab, or freed in order, are
 * done with in the run; where slabs alternate the loop behind it is quicker.
 */
static inline size_t
slabi_system_give(const struct slabi_system *system, size_t n,
    void *const *objects, uint32_t stamp, struct slab **changed,
    size_t *n_changed,
    uintptr_t search(const struct slabi_map *map, uintptr_t address))
{
	/* Copies, which the stores below cannot change. */
	const struct slabi_geometry geometry = system->geometry;
	const struct slabi_map *map = &system->map;
	struct slab *slab = (struct slab *)search(map, (uintptr_t)objects[0]);
	size_t i = 0;

	*n_changed = 0;
	if (slab) {
		i = slabi_slab_give_run(slab, &geometry, n, objects);
		slab->stamp = stamp;
		if (slab->out < slab->floor)
			changed[(*n_changed)++] = slab;
	}
	for (; i < n; i++) {
		uintptr_t address = (uintptr_t)objects[i];
		size_t index;

		slab = (struct slab *)search(map, address);
		index = slabi_slab_index(slab, &geometry, address);
		if (SLAB_UNLIKELY_(!slab || !slabi_slab_give(slab, &geometry,
		    index)))
			break;
		slab->stamp = stamp;
		if (SLAB_UNLIKELY_(slab->out < slab->floor))
			changed[(*n_changed)++] = slab;
	}
	return i;
}

#endif
