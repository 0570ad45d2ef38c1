/* SPDX-License-Identifier: MIT */
/*
 * Owns call stacks: how they are taken, and the table that keeps each once.
 *
 * The table is one mapping: first the heads of its chains, then the stacks, of
 * which new ones are appended.  A stack is written before it becomes the head
 * of its chain, and never changes after that, so that readers need no lock.
 */
#include "base/stacks.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/os.h"

#if defined(__has_include)
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAS_BACKTRACE
#endif
#endif

#define ARENA ((size_t)(sizeof(void *) >= 8 ? 16 : 2) << 20) /* bytes */
#define CHAINS 8192
#define OWN_FRAMES 6 /* of the library, at the most, above its caller */

struct stack {
	uint32_t next;   /* in its chain */
	uint32_t hash;
	size_t depth;
	void *frames[];
};

struct arena {
	_Atomic(uint32_t) chains[CHAINS];
	_Atomic(uint32_t) used; /* units of 8 bytes from the start */
};

static _Atomic(struct arena *) arena;

int
slabi_stacks_begin(void)
{
#ifdef HAS_BACKTRACE
	struct arena *made, *none = NULL;
	void *frame;

	if (atomic_load(&arena))
		return 0;
	backtrace(&frame, 1);
	made = slabi_os.reserve(ARENA, slabi_os.page_size);
	if (!made) {
		slabi_fail(ENOMEM, "no memory for call stacks");
		return -1;
	}
	atomic_store(&made->used, (uint32_t)(sizeof(*made) / 8 + 1));
	if (!atomic_compare_exchange_strong(&arena, &none, made))
		slabi_os.release(made, ARENA);
	return 0;
#else
	slabi_fail(ENOTSUP, "call stacks cannot be taken on this system");
	return -1;
#endif
}

static struct stack *
stack_at(struct arena *in, uint32_t number)
{
	return (struct stack *)(void *)((char *)in + (size_t)number * 8);
}

static uint32_t
hash_of(void *const *frames, size_t depth)
{
	uint64_t hash = depth;
	size_t i;

	for (i = 0; i < depth; i++) {
		hash = (hash ^ (uintptr_t)frames[i]) *
		    UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return (uint32_t)(hash >> 32);
}

static bool
is_same(const struct stack *stack, uint32_t hash, void *const *frames,
    size_t depth)
{
	return stack->hash == hash && stack->depth == depth &&
	    memcmp(stack->frames, frames, depth * sizeof(*frames)) == 0;
}

/* Returns room for a stack, or 0. */
static uint32_t
append(struct arena *in, size_t depth)
{
	uint32_t units = (uint32_t)((sizeof(struct stack) +
	    depth * sizeof(void *) + 7) / 8);
	uint32_t at = atomic_load_explicit(&in->used, memory_order_relaxed);

	do
		if (((size_t)at + units) * 8 > ARENA)
			return 0;
	while (!atomic_compare_exchange_weak(&in->used, &at, at + units));
	return at;
}

static uint32_t
number_of(struct arena *in, void *const *frames, size_t depth)
{
	uint32_t hash = hash_of(frames, depth);
	_Atomic(uint32_t) *chain = &in->chains[hash % CHAINS];
	uint32_t first = atomic_load_explicit(chain, memory_order_acquire);
	uint32_t number;

	for (number = first; number != 0; number = stack_at(in, number)->next)
		if (is_same(stack_at(in, number), hash, frames, depth))
			return number;
	number = append(in, depth);
	if (number == 0)
		return 0;
	stack_at(in, number)->hash = hash;
	stack_at(in, number)->depth = depth;
	memcpy(stack_at(in, number)->frames, frames, depth * sizeof(*frames));
	/* Two threads may add the same stack at once, which does no harm. */
	do
		stack_at(in, number)->next = first;
	while (!atomic_compare_exchange_weak(chain, &first, number));
	return number;
}

uint32_t
slabi_stacks_here(unsigned frames, const void *caller)
{
	struct arena *in = atomic_load_explicit(&arena, memory_order_acquire);
#ifdef HAS_BACKTRACE
	void *all[SLABI_STACK_MAX + OWN_FRAMES];
	int most = (int)frames + OWN_FRAMES;
	int depth = in && frames <= SLABI_STACK_MAX ? backtrace(all, most) : 0;
	int own = 0;

	while (own < depth && own < OWN_FRAMES && all[own] != caller)
		own++;
	if (own == depth || own == OWN_FRAMES)
		own = 0;
	depth -= own;
	if (depth > (int)frames)
		depth = (int)frames;
	return depth > 0 ? number_of(in, all + own, (size_t)depth) : 0;
#else
	(void)in;
	(void)frames;
	(void)caller;
	return 0;
#endif
}

const void *const *
slabi_stacks_frames(uint32_t number, size_t *depth)
{
	struct arena *in = atomic_load_explicit(&arena, memory_order_acquire);

	/* A cache in shared memory may have numbers of another process. */
	if (number == 0 || !in || number >= atomic_load(&in->used)) {
		*depth = 0;
		return NULL;
	}
	*depth = stack_at(in, number)->depth;
	return (const void *const *)(void *)stack_at(in, number)->frames;
}
