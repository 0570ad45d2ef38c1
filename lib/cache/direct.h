/* SPDX-License-Identifier: MIT */
/* The path of a cache without a magazine: every call goes to the slabs. */
#ifndef SLABI_DIRECT_H
#define SLABI_DIRECT_H

#include "cache/cache.h"

extern const struct slabi_path slabi_path_direct;
/* The path while more objects are in use than the limit allows. */
extern const struct slabi_path slabi_path_over_limit;

/* Change the most objects that may be in use, while some are. */
void slabi_cache_set_limit(struct slab_cache *cache, size_t objects);

#endif
