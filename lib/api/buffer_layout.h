/* SPDX-License-Identifier: MIT */
/* How a buffer is divided among a cache, its map and its slabs. */
#ifndef SLABI_BUFFER_LAYOUT_H
#define SLABI_BUFFER_LAYOUT_H

#include "slab/system.h"

/*
 * Choose slabs for what is left of a buffer, and take the map's table out of
 * it; the table is not written to.  Returns false, with errno and a sentence,
 * if the buffer has no room for a slab of this system.
 */
bool slabi_buffer_layout_choose(struct slabi_system *system,
    const struct slabi_wish *wish, slab_system wanted);

#endif
