/* SPDX-License-Identifier: MIT */
/*
 * Owns the path of SLAB_DEBUG_CHECK: every free is checked in the call, and
 * nothing else is done.  Made for programs in production, so the two calls are
 * short: with GCC 12 on x86-64 a pair is some thirty instructions longer than
 * that of an ordinary cache.
 */
#include <errno.h>

#include "cache/debug.h"
#include "cache/debug_object.h"
#include "cache/debug_report.h"

static __attribute__((noinline)) void *
alloc_slow(struct slab_cache *cache)
{
	struct slabi_debug *debug = cache->debug;
	struct slabi_round round;

	if (debug->top == debug->floor && !slabi_debug_refill(cache))
		return NULL;
	/* Before the pop, as a handler of misuse may not return. */
	slabi_debug_tick(cache);
	round = *debug->top--;
	*round.state = SLABI_LIVE;
	return round.object;
}

static void *
check_alloc(slab_cache *cache)
{
	struct slabi_debug *debug = cache->debug;
	struct slabi_round *top = debug->top;
	void *object = top->object;

	if (SLAB_UNLIKELY_(top == debug->base))
		return alloc_slow(cache);
	debug->top = top - 1;
	*top->state = SLABI_LIVE;
	return object;
}

/* Free an object of another slab, or one for which there is no room. */
static __attribute__((noinline)) void
free_slow(struct slab_cache *cache, void *object)
{
	struct slabi_place place;
	int error = errno;

	if (!object)
		return;
	if (!slabi_debug_is_live(cache, object, &place))
		slabi_debug_report_free(cache, object);
	place = slabi_debug_place(cache, object);
	place.side->states[place.index] = SLABI_READY;
	slabi_debug_keep(cache, (struct slabi_round){ object,
	    &place.side->states[place.index] });
	slabi_debug_tick(cache);
	errno = error;
}

static void
check_free(slab_cache *cache, void *object)
{
	struct slabi_debug *debug = cache->debug;
	struct slabi_side *side = debug->side;
	struct slabi_round *top = debug->top;
	size_t product = ((uintptr_t)object - debug->first) * debug->inverse;
	size_t index = product >> debug->rotation |
	    product << (-debug->rotation & (unsigned)(sizeof(size_t) * 8 - 1));
	uint8_t *state = &side->states[index];

	/* See slabi_geometry_index(): what is no object has a large index. */
	if (SLAB_UNLIKELY_(index >= side->ready || *state != SLABI_LIVE ||
	    top == debug->end)) {
		free_slow(cache, object);
		return;
	}
	*state = SLABI_READY;
	top[1].object = object;
	top[1].state = state;
	debug->top = top + 1;
}

const struct slabi_path slabi_path_check = {
	.alloc = check_alloc,
	.free = check_free,
	.rounds = slabi_debug_rounds,
	.holds = slabi_debug_holds,
	.flush = slabi_debug_flush,
	.forget = slabi_debug_forget,
	.check = slabi_debug_check,
	.relieve = slabi_debug_relieve,
	.end = slabi_debug_end,
	.note = slabi_debug_note,
};
