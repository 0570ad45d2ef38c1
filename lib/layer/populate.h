/* SPDX-License-Identifier: MIT */
/* Faulting memory in ahead of its first use. */
#ifndef SLABI_POPULATE_H
#define SLABI_POPULATE_H

#include "layer/layer.h"

/*
 * Returns how many objects at the watermark of a slab may be carved at once:
 * their memory is ready to be written.  Returns 0 with errno if there is none.
 */
size_t slabi_populate_carvable(struct slabi_layer *layer, struct slab *slab);

#endif
