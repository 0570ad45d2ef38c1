/* SPDX-License-Identifier: MIT */
/* Finding the idle pages of partial slabs and purging them. */
#ifndef SLABI_IDLE_PAGES_H
#define SLABI_IDLE_PAGES_H

#include "layer/layer.h"

/* Search a few more chunks of a slab.  Returns whether those were the last. */
bool slabi_idle_sweep_some(struct slabi_layer *layer, struct slab *slab);
/*
 * Search all of it, touched or not, but for the pages of its first `keep` free
 * objects.  Returns how many those are.
 */
size_t slabi_idle_sweep(struct slabi_layer *layer, struct slab *slab,
    size_t keep);
/* Note that `n` objects have been taken from a slab with purged chunks. */
void slabi_idle_revive(struct slabi_layer *layer, struct slab *slab, size_t n,
    struct slabi_sink from);

#endif
