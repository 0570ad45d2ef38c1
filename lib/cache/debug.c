/* SPDX-License-Identifier: MIT */
/*
 * Owns the magazine of a debugged cache, and the way between it, the quarantine
 * and the slabs.
 */
#include "cache/debug.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "cache/debug_object.h"
#include "cache/misuse.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

#define REFILL 64      /* rounds */
#define WINDOW 128     /* rounds up and down between ticks */
#define BATCH 64       /* rounds that are put into the slabs in one go */
#define RELEASE 64     /* objects that leave quarantine where memory ends */

void
slabi_debug_tick(struct slab_cache *cache)
{
	struct slabi_debug *debug = cache->debug;
	size_t below = (size_t)(debug->top - debug->floor);
	ptrdiff_t above = debug->ceiling - debug->top;

	debug->base = debug->top - slabi_min(below, WINDOW);
	debug->end = debug->top + (above > WINDOW - 1 ? WINDOW - 1 : above);
	slabi_working_set_step(&cache->layer);
}

bool
slabi_debug_refill(struct slab_cache *cache)
{
	struct slabi_debug *debug = cache->debug;
	size_t n = (size_t)(debug->ceiling - debug->floor + 1) / 2;
	void *objects[REFILL];

	n = slabi_cache_take(cache, slabi_max(slabi_min(n, REFILL), 1),
	    objects);
	if (n > 0)
		cache->exchange.refills++;
	/* The lowest address comes on top. */
	while (n-- > 0) {
		struct slabi_place place = slabi_debug_place(cache,
		    objects[n]);

		*++debug->top = (struct slabi_round){ objects[n],
			&place.side->states[place.index] };
	}
	return debug->top > debug->floor;
}

/* Put rounds [floor + 1, floor + n] back into the slabs. */
static void
put_lowest(struct slab_cache *cache, size_t n)
{
	struct slabi_debug *debug = cache->debug;
	struct slabi_round *first = debug->floor + 1;
	enum slabi_refusal why;
	void *objects[BATCH], *bad;
	size_t i, done;

	if (n == 0)
		return;
	for (i = 0; i < n; i++)
		objects[i] = first[i].object;
	done = slabi_layer_put(&cache->layer, n, objects, &why);
	bad = done < n ? objects[done++] : NULL;
	debug->top -= done;
	debug->base = debug->top;
	memmove(first, first + done, (size_t)(debug->top - debug->floor) *
	    sizeof(*first));
	if (bad)
		slabi_cache_misuse(cache, why, bad);
}

void
slabi_debug_keep(struct slab_cache *cache, struct slabi_round round)
{
	struct slabi_debug *debug = cache->debug;

	if (debug->top < debug->ceiling) {
		*++debug->top = round;
		return;
	}
	if (debug->ceiling == debug->floor) {
		/* A cache without a magazine has a word for this round. */
		*++debug->top = round;
		put_lowest(cache, 1);
		return;
	}
	cache->exchange.flushes++;
	put_lowest(cache, slabi_min((size_t)(debug->top - debug->floor + 1) /
	    2, BATCH));
	*++debug->top = round;
}

/* One allocation in N fails; not one that has been reserved. */
bool
slabi_debug_fails(struct slab_cache *cache)
{
	struct slabi_debug *debug = cache->debug;

	if (!(debug->options.flags & SLAB_DEBUG_FAIL) ||
	    slabi_cache_live(cache) < debug->promised)
		return false;
	debug->promised = 0;
	debug->random ^= debug->random << 13;
	debug->random ^= debug->random >> 7;
	debug->random ^= debug->random << 17;
	if (debug->random % debug->options.fail != 0)
		return false;
	slabi_fail(ENOMEM, "one allocation in %zu fails, as SLAB_DEBUG_FAIL "
	    "asks", debug->options.fail);
	return true;
}

size_t
slabi_debug_rounds(const slab_cache *cache)
{
	const struct slabi_debug *debug = cache->debug;

	return (size_t)(debug->top - debug->floor) + debug->quarantine.count;
}

bool
slabi_debug_holds(const slab_cache *cache, const void *address)
{
	struct slabi_place place = slabi_debug_find(cache, address);

	return place.slab && place.index < place.side->ready &&
	    place.side->states[place.index] != SLABI_LIVE;
}

/* Let some of the oldest leave quarantine; false: there are none. */
static bool
release(struct slab_cache *cache)
{
	struct slabi_round round;
	size_t n = 0;

	while (n < RELEASE && slabi_quarantine_pop(&cache->debug->quarantine,
	    &round)) {
		slabi_debug_keep(cache, round);
		n++;
	}
	return n > 0;
}

static void
empty_magazine(struct slab_cache *cache)
{
	const struct slabi_debug *debug = cache->debug;

	while (debug->top > debug->floor)
		put_lowest(cache, slabi_min((size_t)(debug->top -
		    debug->floor), BATCH));
}

void
slabi_debug_flush(slab_cache *cache)
{
	struct slabi_debug *debug = cache->debug;

	slabi_debug_verify_all(cache);
	do
		empty_magazine(cache);
	while (release(cache));
	debug->base = debug->end = debug->top;
}

bool
slabi_debug_relieve(slab_cache *cache)
{
	if (!release(cache))
		return false;
	empty_magazine(cache);
	return true;
}

void
slabi_debug_forget(slab_cache *cache)
{
	struct slabi_layer *layer = &cache->layer;
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slabi_debug *debug = cache->debug;
	struct slab *slab;

	for (slab = layer->lists.newest; slab; slab = slab->older) {
		struct slabi_place place = { slab,
			slabi_debug_side(cache, slab), 0 };

		for (; place.index < place.side->ready; place.index++)
			if (place.side->states[place.index] == SLABI_LIVE)
				slabi_debug_take_back(cache, place,
				    slabi_slab_object(slab, geometry,
				    place.index), NULL);
	}
	debug->quarantine.count = 0;
	debug->top = debug->base = debug->end = debug->floor;
}

void
slabi_debug_end(slab_cache *cache)
{
	slabi_quarantine_end(&cache->debug->quarantine,
	    &cache->layer.system.backing);
}
