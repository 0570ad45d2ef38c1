/* SPDX-License-Identifier: MIT */
/* How a cache's slabs are seen from elsewhere: what is done as they come. */
#ifndef SLABI_VISIBLE_H
#define SLABI_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>

struct slabi_visible {
	void *owner;         /* whom their addresses lead to; NULL: nobody */
	const char *mapping; /* the cache's name, for mappings; NULL: none */
	bool no_dump;        /* core dumps are without them */
};

/*
 * Returns false, with errno, if a new block cannot be made findable.  With
 * `visible` NULL nothing is done.
 */
bool slabi_visible_add(const struct slabi_visible *visible, void *block,
    size_t size);
void slabi_visible_remove(const struct slabi_visible *visible, void *block,
    size_t size);

#endif
