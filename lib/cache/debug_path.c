/* SPDX-License-Identifier: MIT */
/* Owns the path of the debugging modes, all but CHECK alone. */
#include <errno.h>

#include "cache/debug_object.h"
#include "cache/debug_report.h"

static bool
has_mode(const struct slab_cache *cache, unsigned flag)
{
	return cache->debug->options.flags & flag;
}

/* The place of an object, if anything that is done with it needs the place. */
static struct slabi_place
place_of(struct slab_cache *cache, struct slabi_round round)
{
	struct slabi_place place = { NULL, NULL, 0 };

	return cache->debug->record > 0 ?
	    slabi_debug_place(cache, round.object) : place;
}

static void *
debug_alloc(slab_cache *cache)
{
	const void *caller = __builtin_return_address(0);
	struct slabi_debug *debug = cache->debug;
	struct slabi_round round;
	struct slabi_place place;

	if (slabi_debug_fails(cache))
		return NULL;
	if (debug->top == debug->base) {
		if (debug->top == debug->floor && !slabi_debug_refill(cache))
			return NULL;
		slabi_debug_tick(cache);
	}
	round = *debug->top;
	place = place_of(cache, round);
	slabi_debug_verify(cache, place, round.object, *round.state);
	/* A tool that looks for leaks must not find it here. */
	debug->top--->object = NULL;
	*round.state = SLABI_LIVE;
	slabi_debug_hand_out(cache, place, round.object, caller);
	return round.object;
}

/* The object of an address that is freed, if it lies in the slab of before. */
static inline bool
is_near(const struct slabi_debug *debug, const void *object, size_t *index)
{
	size_t product = ((uintptr_t)object - debug->first) * debug->inverse;

	*index = product >> debug->rotation | product << (-debug->rotation &
	    (unsigned)(sizeof(size_t) * 8 - 1));
	return *index < debug->side->ready &&
	    debug->side->states[*index] == SLABI_LIVE;
}

static void
debug_free(slab_cache *cache, void *object)
{
	const void *caller = __builtin_return_address(0);
	struct slabi_debug *debug = cache->debug;
	struct slabi_place place = { NULL, debug->side, 0 };
	struct slabi_round round = { object, NULL };
	int error = errno;

	if (!object)
		return;
	if (!is_near(debug, object, &place.index)) {
		if (!slabi_debug_is_live(cache, object, &place))
			slabi_debug_report_free(cache, object);
		slabi_debug_place(cache, object);
	}
	round.state = &place.side->states[place.index];
	slabi_debug_take_back(cache, place, object, caller);
	if (!has_mode(cache, SLAB_DEBUG_QUARANTINE) ||
	    slabi_quarantine_push(&debug->quarantine, round, &round))
		slabi_debug_keep(cache, round);
	if (debug->top >= debug->end)
		slabi_debug_tick(cache);
	errno = error;
}

static size_t
debug_alloc_bulk(slab_cache *cache, size_t n, void **out)
{
	size_t done = 0;

	while (done < n && (out[done] = debug_alloc(cache)))
		done++;
	if (cache->debug->tool != SLABI_TOOL_NONE)
		slabi_tools_wrote(out, done * sizeof(*out));
	return done;
}

const struct slabi_path slabi_path_debug = {
	.alloc = debug_alloc,
	.free = debug_free,
	.alloc_bulk = debug_alloc_bulk,
	.rounds = slabi_debug_rounds,
	.holds = slabi_debug_holds,
	.flush = slabi_debug_flush,
	.forget = slabi_debug_forget,
	.check = slabi_debug_check,
	.relieve = slabi_debug_relieve,
	.raw = slabi_debug_raw,
	.note = slabi_debug_note,
	.end = slabi_debug_end,
};
