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

struct slabi_system;

#define SLABI_BATCH 128 /* most objects that are given back in one go */

struct slabi_system_calls {
	slab_system kind;
	/* A slab without objects, perhaps on huge pages; NULL with errno. */
	struct slab *(*make)(struct slabi_system *system, bool huge);
	/*
	 * Give back 1 to SLABI_BATCH objects, as far as they are objects that
	 * are out; how many.  Slabs with fewer objects out than their floor
	 * are put into `changed`, perhaps repeatedly, and NULL behind the last.
	 */
	size_t (*give)(const struct slabi_system *system, size_t n,
	    void *const *objects, struct slab **changed);
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
 * The slab with an object at this address, and its index; inside an object the
 * index is above that of any.  NULL: there is none; nothing is dereferenced.
 */
struct slab *slabi_system_find(const struct slabi_system *system,
    const void *address, size_t *index);

/* The slab of an object that has been handed out, which then tracks it. */
struct slab *slabi_system_prepare_bits(const struct slabi_system *system,
    const void *address);

/*
 * give(), once for each system and with constructed bits or without: what is
 * constant where it is inlined costs nothing there.  This is the loop that a
 * cache spends its time in when it is not on the hot path.  Caches of one slab,
 * and objects given back in order, are done with in runs of one slab; where
 * slabs alternate the loop behind that is quicker.  Where the map guesses
 * wrong, the index is above that of any object: none of that slab starts there.
 */
static inline __attribute__((always_inline)) size_t
slabi_system_put(const struct slabi_system *system, size_t n,
    void *const *objects, struct slab **changed, bool made,
    uintptr_t guess(const struct slabi_map_keys *shape,
	const struct slabi_table *table, uintptr_t address))
{
	/* Copies, which the stores below cannot change. */
	struct slabi_geometry geometry = system->geometry;
	const struct slabi_map_keys shape = system->map.keys;
	const struct slabi_table table = system->map.now;
	struct slab *first = (struct slab *)guess(&shape, &table,
	    (uintptr_t)objects[0]);
	size_t i = 0;

	geometry.bits_size = slabi_geometry_bits_size(made);
	if (first) {
		i = slabi_slab_put_run(first, &system->geometry, n,
		    objects);
		if (first->in_use < first->class_min)
			*changed++ = first;
	}
	for (; i < n; i++) {
		struct slab *slab = (struct slab *)guess(&shape, &table,
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
