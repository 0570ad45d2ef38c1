/* SPDX-License-Identifier: MIT */
/* The check of a slab layer, for slab_check() and for --enable-debug=2. */
#ifndef SLABI_LAYER_CHECK_H
#define SLABI_LAYER_CHECK_H

#include "layer/layer.h"

/* Returns which invariant of the layer or of its slabs is broken, or NULL. */
const char *slabi_layer_check(const struct slabi_layer *layer);

#endif
