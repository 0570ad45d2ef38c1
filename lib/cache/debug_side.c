/* SPDX-License-Identifier: MIT */
/* Owns the way from an object to what its side table says. */
#include "cache/debug.h"

#include <string.h>

/* A side table of no objects: where a cache looks before its first one. */
static struct slabi_side no_side;

void
slabi_debug_forget_side(struct slabi_debug *debug)
{
	debug->side = &no_side;
	debug->first = 0;
}

struct slabi_place
slabi_debug_find(const struct slab_cache *cache, const void *object)
{
	struct slabi_place place = { NULL, NULL, 0 };

	place.slab = slabi_system_find(&cache->layer.system, object,
	    &place.index);
	if (place.slab)
		place.side = slabi_debug_side(cache, place.slab);
	return place;
}

/* Say something of the objects of a slab up to this one (I13). */
static void
get_ready(const struct slabi_debug *debug, struct slabi_place place)
{
	struct slabi_place next = place;

	while (place.side->ready <= place.index) {
		next.index = place.side->ready++;
		place.side->states[next.index] = SLABI_NEW;
		if (debug->seal > 0)
			memset(slabi_debug_record(debug, next), 0,
			    debug->seal);
	}
}

struct slabi_place
slabi_debug_place(struct slab_cache *cache, const void *object)
{
	struct slabi_debug *debug = cache->debug;
	struct slabi_place place = slabi_debug_find(cache, object);

	get_ready(debug, place);
	debug->first = (uintptr_t)slabi_slab_object(place.slab,
	    &cache->layer.system.geometry, 0);
	debug->side = place.side;
	return place;
}

bool
slabi_debug_is_live(const struct slab_cache *cache, const void *object,
    struct slabi_place *place)
{
	*place = slabi_debug_find(cache, object);
	return place->slab && place->index < place->side->ready &&
	    place->side->states[place->index] == SLABI_LIVE;
}

const struct slabi_audit *
slabi_debug_note(const slab_cache *cache, const void *object)
{
	struct slabi_place place = slabi_debug_find(cache, object);

	return place.slab && place.index < place.side->ready ?
	    slabi_debug_record(cache->debug, place) : NULL;
}
