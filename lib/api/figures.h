/* SPDX-License-Identifier: MIT */
/* The figures of a cache, one by one. */
#ifndef SLABI_FIGURES_H
#define SLABI_FIGURES_H

#include <slab.h>

/* Returns the figures of a cache as they are now. */
slab_statistics slabi_figures_of(const slab_cache *cache);
/* Returns one of them. */
uint64_t slabi_figure(const slab_statistics *figures, const slab_field *field);

#endif
