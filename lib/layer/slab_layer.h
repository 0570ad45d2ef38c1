/* SPDX-License-Identifier: MIT */
/* Taking objects out of the slab layer and putting them back. */
#ifndef SLABI_SLAB_LAYER_H
#define SLABI_SLAB_LAYER_H

#include "layer/layer.h"

/*
 * Take objects until the sink is full.  Freed objects are taken first, and then
 * the sink may be left up to 63 objects short; only if there are none are
 * never-used ones taken.  Returns how many were taken, or 0 with errno.
 *
 * If raw->raw is set, exactly one was taken, which is in `raw` as well as in
 * the sink.  It must be constructed and slabi_layer_set_constructed() called,
 * or it must be put back.
 */
size_t slabi_layer_take(struct slabi_layer *layer, struct slabi_sink *sink,
    struct slabi_taken *raw);
/*
 * Take one free object; never-used ones are not touched.  Returns false if
 * there is none.
 */
bool slabi_layer_take_one(struct slabi_layer *layer,
    struct slabi_taken *taken);
/* Note that an object that was taken raw has been constructed. */
void slabi_layer_set_constructed(struct slabi_layer *layer,
    const struct slabi_taken *taken);
/* Returns whether an object of the cache is constructed. */
bool slabi_layer_is_constructed(const struct slabi_layer *layer,
    const void *object);

/*
 * Put objects back.  Returns how many were accepted; if fewer than `n`,
 * objects[result] is not an object in use, `why` says what it is, and nothing
 * was changed for it.
 */
size_t slabi_layer_put(struct slabi_layer *layer, size_t n,
    void *const *objects, enum slabi_refusal *why);
/* Put one object back; returns false, and says why, if it is not accepted. */
bool slabi_layer_put_one(struct slabi_layer *layer, void *object,
    enum slabi_refusal *why);
/* Returns what an address is. */
enum slabi_refusal slabi_layer_state(const struct slabi_layer *layer,
    const void *address);

/* Put every object back. */
void slabi_layer_reset(struct slabi_layer *layer);
/* Release all slabs, none of whose objects is in use. */
void slabi_layer_end(struct slabi_layer *layer);

#endif
