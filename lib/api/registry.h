/* SPDX-License-Identifier: MIT */
/* The lists of all caches of the process. */
#ifndef SLABI_REGISTRY_H
#define SLABI_REGISTRY_H

#include <slab.h>

#include "api/published.h"

/* The lists, and how other programs find them. */
extern struct slab_registry slabi_registry;

/*
 * Writes to the table of fields, so that its pages are memory of the process
 * and no longer of a file: a core then has them.
 */
void slabi_published_touch(void);

void slabi_registry_add(slab_cache *cache);
void slabi_registry_remove(slab_cache *cache);

/*
 * A walk over all caches, the newest first, from { 0 } on.  Between two steps
 * no lock is held, and caches may come and go.
 */
struct slabi_walk {
	uint64_t last;  /* the id of the cache that was last; 0: none yet */
	bool in_buffers; /* it is in the second list */
	unsigned hint;  /* which hint belongs to it */
};

/*
 * Calls `look` with the next cache and the lists locked, if there is a next
 * one.  Returns that cache, or NULL at the end.
 */
slab_cache *slabi_registry_next(struct slabi_walk *walk,
    void (*look)(const slab_cache *cache, void *arg), void *arg);

#endif
