/* SPDX-License-Identifier: MIT */
/* Destructing the constructed objects of slabs before their memory goes. */
#ifndef SLABI_DESTRUCT_H
#define SLABI_DESTRUCT_H

#include "layer/layer.h"

/* Destruct those constructed objects of a word of bits that a mask says. */
void slabi_destruct_word(struct slabi_layer *layer, struct slab *slab,
    uint32_t word, uint64_t mask);
/* Destruct the constructed objects of a range, none of which is in use. */
void slabi_destruct_range(struct slabi_layer *layer, struct slab *slab,
    size_t first, size_t end);

#endif
