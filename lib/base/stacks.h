/* SPDX-License-Identifier: MIT */
/*
 * Call stacks, each of which is kept once and has a number.  They are never
 * given up: a program has few places from which it allocates.  Any thread may
 * call this at any time; nothing waits for a lock.
 */
#ifndef SLABI_STACKS_H
#define SLABI_STACKS_H

#include <stddef.h>
#include <stdint.h>

#define SLABI_STACK_MAX 64 /* frames */

/*
 * Load what unwinding needs, before stacks are taken in places where malloc
 * must not be called.  Returns 0; or -1 with errno where stacks cannot be
 * taken, or there is no memory for them.
 */
int slabi_stacks_begin(void);
/*
 * Returns the number of the stack of this call, from the frame on to which
 * `caller` returns, cut off after `frames` frames; or 0 when it is not known.
 */
uint32_t slabi_stacks_here(unsigned frames, const void *caller);
/* Returns the return addresses of a stack; NULL with depth 0 for number 0. */
const void *const *slabi_stacks_frames(uint32_t number, size_t *depth);

#endif
