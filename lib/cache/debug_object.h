/* SPDX-License-Identifier: MIT */
/* What the debugging modes do with one object. */
#ifndef SLABI_DEBUG_OBJECT_H
#define SLABI_DEBUG_OBJECT_H

#include "cache/debug.h"

/* Report what is wrong with the bytes of an object and beside it, if any is. */
void slabi_debug_verify(const struct slab_cache *cache,
    struct slabi_place place, void *object, int state);
/* The same for all objects. */
void slabi_debug_verify_all(const struct slab_cache *cache);
/* Returns the words for it, kept in the cache, and does not report. */
const char *slabi_debug_check(struct slab_cache *cache);
/* Make a free object a live one, for a call from `caller`. */
void slabi_debug_hand_out(struct slab_cache *cache, struct slabi_place place,
    void *object, const void *caller);
/* Make a live object a free one, and find no place for it. */
void slabi_debug_take_back(struct slab_cache *cache, struct slabi_place place,
    void *object, const void *caller);
/* A constructor is about to run on an object, or has run. */
void slabi_debug_raw(slab_cache *cache, void *object, bool constructed);

#endif
