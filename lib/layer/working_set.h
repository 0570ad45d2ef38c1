/* SPDX-License-Identifier: MIT */
/* Releasing what is idle, period by period. */
#ifndef SLABI_WORKING_SET_H
#define SLABI_WORKING_SET_H

#include "layer/layer.h"

/* Start a period of this length, the first one or a different one. */
void slabi_working_set_begin(struct slabi_layer *layer, unsigned seconds);
/* Do a step of bounded size.  Called at the end of every slow path. */
void slabi_working_set_step(struct slabi_layer *layer);
/* Finish releasing the slab that is being released step by step. */
void slabi_working_set_finish(struct slabi_layer *layer);
/* Read the clock, and end the period if it is over. */
void slabi_working_set_read_clock(struct slabi_layer *layer);
/* Returns whether a step has anything to do but to read the clock. */
bool slabi_working_set_is_due(const struct slabi_layer *layer);
/*
 * Release and purge all that is idle, now, but for room with memory for `keep`
 * objects.  Returns the bytes.
 */
size_t slabi_working_set_reap(struct slabi_layer *layer, size_t keep);

/*
 * Ask all caches to release what is idle at their next step.  For any thread,
 * and for signal handlers.
 */
void slabi_working_set_ask_all(void);
/* Returns whether that was asked of this cache, and not done yet. */
bool slabi_working_set_is_asked(const struct slabi_layer *layer);

#endif
