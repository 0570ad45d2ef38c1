/* SPDX-License-Identifier: MIT */
/*
 * The hot paths of shared caches, over the slot of this thread.
 *
 * A hot path marks its slot, then looks at the window, and removes the mark by
 * its last store; so whoever has closed the window and finds no mark afterwards
 * owns the rounds (see drain.c).  The order is the compiler's only: no barrier
 * of the processor is needed.  Caches that are not shared have the number 0,
 * whose slots are never opened.
 */
#ifndef SLABI_SLOT_HOT_H
#define SLABI_SLOT_HOT_H

#include <string.h>

#include "cache/cache.h"
#include "cache/record.h"

#define SLABI_ROUND sizeof(void *)

/* Returns the slot at this offset, by one addition; NULL: there is none. */
static inline struct slabi_slot *
slabi_slot_at(size_t offset)
{
	struct slabi_thread *self = slabi_self;

	return SLAB_UNLIKELY_(!self->has_slots) ? NULL :
	    (void *)((char *)self + offset);
}

/* Mark the slot.  Returns its top round. */
static inline uintptr_t
slabi_slot_enter(struct slabi_slot *slot)
{
	uintptr_t top = atomic_load_explicit(&slot->top, memory_order_relaxed);

	atomic_store_explicit(&slot->top, top | 1, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	return top;
}

/* Remove the mark; `top` is the top round from now on. */
static inline void
slabi_slot_leave(struct slabi_slot *slot, uintptr_t top)
{
	atomic_store_explicit(&slot->top, top, memory_order_release);
}

/* Returns bytes of rounds; less than 1 where the window is closed. */
static inline intptr_t
slabi_slot_rounds(struct slabi_slot *slot, uintptr_t top)
{
	return (intptr_t)(top - atomic_load_explicit(&slot->base,
	    memory_order_relaxed));
}

/* Returns bytes of room; less than 1 where the window is closed. */
static inline intptr_t
slabi_slot_room(struct slabi_slot *slot, uintptr_t top)
{
	return (intptr_t)(atomic_load_explicit(&slot->end,
	    memory_order_relaxed) - top);
}

/* Returns an object, or NULL: the slow path has to be taken. */
static inline void *
slabi_slot_alloc(size_t offset)
{
	struct slabi_slot *slot = slabi_slot_at(offset);
	uintptr_t top;
	void *object;

	if (SLAB_UNLIKELY_(!slot))
		return NULL;
	top = slabi_slot_enter(slot);
	if (SLAB_UNLIKELY_(slabi_slot_rounds(slot, top) <= 0)) {
		slabi_slot_leave(slot, top);
		return NULL;
	}
	object = *(void **)top;
	if (!object) /* spares the caller a test: rounds are objects */
		__builtin_unreachable();
	SLAB_PREFETCH_(((void **)top)[1 - SLABI_SHARED_AHEAD]);
	slabi_slot_leave(slot, top - SLABI_ROUND);
	return object;
}

/* Returns false where the slow path has to be taken. */
static inline bool
slabi_slot_free(size_t offset, void *object)
{
	struct slabi_slot *slot = slabi_slot_at(offset);
	uintptr_t top;

	if (SLAB_UNLIKELY_(!slot))
		return false;
	top = slabi_slot_enter(slot);
	if (SLAB_UNLIKELY_(slabi_slot_room(slot, top) <= 0 ||
	    *(void **)top == object)) {
		slabi_slot_leave(slot, top);
		return false;
	}
	((void **)top)[1] = object;
	slabi_slot_leave(slot, top + SLABI_ROUND);
	return true;
}

/* Take up to `n` rounds.  Returns how many. */
static inline size_t
slabi_slot_alloc_some(size_t offset, size_t n, void **out)
{
	struct slabi_slot *slot = slabi_slot_at(offset);
	uintptr_t top;
	intptr_t bytes;
	void **from;
	size_t i;

	if (SLAB_UNLIKELY_(!slot))
		return 0;
	top = slabi_slot_enter(slot);
	bytes = slabi_slot_rounds(slot, top);
	if (SLAB_UNLIKELY_(bytes < (intptr_t)(n * SLABI_ROUND)))
		n = bytes <= 0 ? 0 : (size_t)bytes / SLABI_ROUND;
	from = (void **)top + 1 - n;
	for (i = 0; n - i >= 32; i += 32)
		memcpy(out + i, from + i, 32 * SLABI_ROUND);
	for (; i < n; i++)
		out[i] = from[i];
	slabi_slot_leave(slot, top - n * SLABI_ROUND);
	return n;
}

/*
 * Copy objects to where they become rounds.  Returns how many: all up to one
 * that is NULL, or the same as the one before.
 */
static inline size_t
slabi_slot_copy(void **first, size_t n, void *const *objects)
{
	void *before = first[-1];
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < n; i++) {
		void *object = objects[i];

		if (SLAB_UNLIKELY_(!object || object == before))
			return i;
		first[i] = before = object;
	}
	return n;
}

/* Put up to `n` objects, as slabi_slot_copy() does.  Returns how many. */
static inline size_t
slabi_slot_free_some(size_t offset, size_t n, void *const *objects)
{
	struct slabi_slot *slot = slabi_slot_at(offset);
	uintptr_t top;
	intptr_t bytes;

	if (SLAB_UNLIKELY_(!slot))
		return 0;
	top = slabi_slot_enter(slot);
	bytes = slabi_slot_room(slot, top);
	if (SLAB_UNLIKELY_(bytes < (intptr_t)(n * SLABI_ROUND)))
		n = bytes <= 0 ? 0 : (size_t)bytes / SLABI_ROUND;
	if (n > 0)
		n = slabi_slot_copy((void **)top + 1, n, objects);
	slabi_slot_leave(slot, top + n * SLABI_ROUND);
	return n;
}

#endif
