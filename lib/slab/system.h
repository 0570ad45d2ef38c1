/* SPDX-License-Identifier: MIT */
/*
 * Slab systems: how the address of an object leads to its slab, and so how
 * slabs are made.  Each is a table of functions.
 */
#ifndef SLABI_SYSTEM_H
#define SLABI_SYSTEM_H

#include "backing/backing.h"
#include "slab/geometry.h"
#include "slab/slab_bits.h"
#include "slab/slab_map.h"
#include "slab/visible.h"

struct slabi_system;

#define SLABI_BATCH 128 /* most objects that are put back in one go */

/*
 * Put 1 to SLABI_BATCH objects back, as far as they are objects in use.  Slabs
 * with fewer objects in use than their class_min are stored in `changed`,
 * perhaps repeatedly, and NULL behind the last.  Returns how many objects were
 * put back.
 */
typedef size_t slabi_system_put(const struct slabi_system *system, size_t n,
    void *const *objects, struct slab **changed);

struct slabi_system_calls {
	slab_system kind;
	/* Returns what the blocks of slabs are to be aligned to. */
	size_t (*block_align)(const struct slabi_system *system);
	slabi_system_put *put;                /* without constructed bits */
	slabi_system_put *put_with_ctor_bits;
};

struct slabi_system {
	const struct slabi_system_calls *calls;
	slabi_system_put *put;  /* the one of the two that serves the cache */
	size_t ideal_size;      /* bytes of a slab if nothing is scarce */
	struct slabi_geometry geometry;
	struct slabi_map map;
	struct slabi_backing backing;
	const struct slabi_visible *visible; /* NULL: nothing is done */
};

extern const struct slabi_system_calls slabi_system_aligned;
extern const struct slabi_system_calls slabi_system_large;

/*
 * Halve the size of slabs, while there are none.  Returns false, and changes
 * nothing, if they would hold few objects or cannot be had.
 */
bool slabi_system_halve(struct slabi_system *system);
/* Lay out slabs of the ideal size again, while there are none. */
void slabi_system_restore(struct slabi_system *system);
/* Get ready for slabs of the geometry that has been chosen. */
void slabi_system_start(struct slabi_system *system);
/*
 * Returns a new slab without objects, perhaps on huge pages; NULL with errno if
 * there is no memory.
 */
struct slab *slabi_system_make(struct slabi_system *system, bool huge);
/* Forget a slab: from here on no address leads to it. */
void slabi_system_leave(struct slabi_system *system, struct slab *slab);
/* Free the block of a slab that has been forgotten. */
void slabi_system_drop(struct slabi_system *system, struct slab *slab);

/*
 * Returns the slab with an object at this address or around it, and its index;
 * inside an object the index is above that of any.  Returns NULL if there is no
 * such slab.  The address is not dereferenced.
 */
struct slab *slabi_system_find(const struct slabi_system *system,
    const void *address, size_t *index);

/*
 * Returns the slab of an object that has been taken, with its bits initialised;
 * NULL if it is no such object.
 */
struct slab *slabi_system_prepare_bits(const struct slabi_system *system,
    const void *address);

/*
 * The loop of slabi_system_put, for each system and with constructed bits or
 * without: what is constant where it is inlined costs nothing there.  This is
 * the loop that a cache spends its time in when it is not on the hot path.
 * Caches of one slab, and objects put back in order, are done with in runs of
 * one slab; where slabs alternate the loop behind that is quicker.  If the
 * guess is the wrong slab, the computed index is out of range and the exact
 * search follows.
 */
static inline __attribute__((always_inline)) size_t
slabi_system_put_loop(const struct slabi_system *system, size_t n,
    void *const *objects, struct slab **changed, bool has_ctor_bits,
    uintptr_t guess(const struct slabi_map_keys *keys,
	const struct slabi_table *table, uintptr_t address))
{
	/* Copies, which the stores below cannot change. */
	struct slabi_geometry geometry = system->geometry;
	const struct slabi_map_keys keys = system->map.keys;
	const struct slabi_table table = system->map.now;
	struct slab *first = (struct slab *)guess(&keys, &table,
	    (uintptr_t)objects[0]);
	size_t i = 0;

	geometry.bits_size = slabi_geometry_bits_size(has_ctor_bits);
	if (first) {
		i = slabi_slab_put_run(first, &system->geometry, n,
		    objects);
		if (first->in_use < first->class_min)
			*changed++ = first;
	}
	for (; i < n; i++) {
		struct slab *slab = (struct slab *)guess(&keys, &table,
		    (uintptr_t)objects[i]);
		size_t index = slabi_slab_index(slab, &geometry, objects[i]);

		if (SLAB_UNLIKELY_(!slab || index >= slab->bits_ready)) {
			slab = slabi_system_prepare_bits(system, objects[i]);
			if (!slab)
				break;
			index = slabi_slab_index(slab, &geometry, objects[i]);
		}
		if (SLAB_UNLIKELY_(!slabi_slab_put(slab, &geometry, index)))
			break;
		if (SLAB_UNLIKELY_(slab->in_use < slab->class_min))
			*changed++ = slab;
	}
	*changed = NULL;
	return i;
}

#endif
