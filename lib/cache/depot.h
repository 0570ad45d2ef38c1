/* SPDX-License-Identifier: MIT */
/*
 * The depot of a shared cache: free objects that threads hand to each other in
 * batches, under a lock of its own that is held for a copy only.
 *
 *   I14  low <= count <= capacity
 */
#ifndef SLABI_DEPOT_H
#define SLABI_DEPOT_H

#include <slab.h>

#include "base/mutex.h"

struct slabi_depot {
	slabi_mutex lock;
	size_t count;    /* objects in it */
	size_t low;      /* fewest of them in this period */
	size_t capacity;
	uint64_t visits;
	void **objects;
};

void slabi_depot_begin(struct slabi_depot *depot, void **words,
    size_t capacity);
void slabi_depot_end(struct slabi_depot *depot);
/* Put objects in.  Returns false if there is no room for all of them. */
bool slabi_depot_put(struct slabi_depot *depot, size_t n,
    void *const *objects);
/* Take up to `n` objects, those put in last.  Returns how many. */
size_t slabi_depot_take(struct slabi_depot *depot, size_t n, void **objects);
/* Returns how many there are. */
size_t slabi_depot_count(struct slabi_depot *depot);
uint64_t slabi_depot_visits(struct slabi_depot *depot);
/* A period ends.  Returns how many objects lay there all through it. */
size_t slabi_depot_start_period(struct slabi_depot *depot);

#endif
