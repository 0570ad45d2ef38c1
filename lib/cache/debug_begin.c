/* SPDX-License-Identifier: MIT */
/* Owns how a debugged cache begins, and what it notices of its slabs. */
#include "base/error.h"
#include "base/os.h"
#include "base/stacks.h"
#include "cache/debug_object.h"
#include "cache/zones.h"

#define MAX_ROUNDS 256 /* of a debugged cache's magazine */
#define TOOL_GAP 16    /* bytes between objects under a tool */

static struct slab_cache *
cache_of(const struct slabi_layer *layer)
{
	return (struct slab_cache *)((uintptr_t)layer -
	    offsetof(struct slab_cache, layer));
}

/* Where the objects of a slab lie, with all that lies between them. */
static size_t
hidden_size(const struct slabi_geometry *geometry)
{
	return geometry->side - geometry->first + geometry->before;
}

static char *
hidden_start(const struct slabi_geometry *geometry, const struct slab *slab)
{
	return (char *)slabi_slab_object(slab, geometry, 0) - geometry->before;
}

static void
slab_made(struct slabi_layer *layer, struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab_cache *cache = cache_of(layer);

	slabi_debug_side(cache, slab)->ready = 0;
	if (cache->debug->tool != SLABI_TOOL_NONE)
		slabi_tools_hide(hidden_start(geometry, slab),
		    hidden_size(geometry));
}

/* Look at the objects of a slab, all of which are free, for the last time. */
static void
slab_leaving(struct slabi_layer *layer, struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab_cache *cache = cache_of(layer);
	struct slabi_side *side = slabi_debug_side(cache, slab);
	struct slabi_place place = { slab, side, 0 };

	for (; place.index < side->ready; place.index++)
		slabi_debug_verify(cache, place,
		    slabi_slab_object(slab, geometry, place.index),
		    side->states[place.index]);
	slabi_debug_forget_side(cache->debug);
	if (cache->debug->tool != SLABI_TOOL_NONE)
		slabi_tools_show(hidden_start(geometry, slab),
		    hidden_size(geometry));
}

/* An object is destructed: it is looked at before, and is as new after. */
static void
object_ending(struct slabi_layer *layer, struct slab *slab, size_t index,
    bool ended)
{
	struct slab_cache *cache = cache_of(layer);
	struct slabi_place place = { slab, slabi_debug_side(cache, slab),
		index };
	void *object = slabi_slab_object(slab, &layer->system.geometry, index);

	if (index >= place.side->ready)
		return;
	if (!ended)
		slabi_debug_verify(cache, place, object,
		    place.side->states[index]);
	else
		place.side->states[index] = SLABI_NEW;
	if (cache->debug->tool == SLABI_TOOL_NONE)
		return;
	if (!ended)
		slabi_tools_lend(object, layer->system.geometry.size, true);
	else
		slabi_tools_lent(object, layer->system.geometry.size);
}

static const struct slabi_watch watch = {
	.made = slab_made,
	.leaving = slab_leaving,
	.ending = object_ending,
};

size_t
slabi_debug_bytes(size_t rounds)
{
	/* One word below the first round, and one where there are none. */
	return sizeof(struct slabi_debug) +
	    (slabi_min(rounds, MAX_ROUNDS) + 2) * sizeof(struct slabi_round);
}

/* Bytes of a record in the side table. */
static size_t
record_size(const struct slabi_options *options, const struct slabi_wish *wish)
{
	size_t audit = options->flags & SLAB_DEBUG_AUDIT ?
	    sizeof(struct slabi_audit) : 0;

	return audit + (wish->has_ctor_bits ?
	    slabi_zones_seal_size(options, wish->size) : 0);
}

void
slabi_debug_wish(const struct slabi_options *options, struct slabi_wish *wish)
{
	if (options->flags & SLAB_DEBUG_REDZONE) {
		wish->back = slabi_max(options->redzone, 8);
		wish->front = slabi_round_up(wish->back,
		    slabi_max(wish->align, 8));
	} else if (options->tool != SLABI_TOOL_NONE) {
		/* Objects begin where a word of a tool's map does. */
		wish->front = slabi_round_up(TOOL_GAP, wish->align);
		wish->back = slabi_round_up(wish->size, 8) - wish->size;
	}
	wish->beside = 1 + record_size(options, wish);
}

static void
set_magazine(struct slabi_debug *debug, size_t rounds)
{
	debug->floor = (struct slabi_round *)(debug + 1);
	debug->ceiling = debug->floor + slabi_min(rounds, MAX_ROUNDS);
	debug->top = debug->base = debug->floor;
	debug->end = debug->ceiling;
}

static void
set_records(struct slabi_debug *debug, const struct slabi_geometry *geometry)
{
	size_t audited = debug->options.flags & SLAB_DEBUG_AUDIT ?
	    sizeof(struct slabi_audit) : 0;

	debug->zone = debug->options.flags & SLAB_DEBUG_REDZONE ?
	    geometry->before : 0;
	debug->behind = geometry->stride - geometry->size - geometry->before;
	debug->records = slabi_round_up(sizeof(struct slabi_side) +
	    geometry->objects, 8);
	debug->seal = audited;
	debug->record = geometry->beside - 1;
}

bool
slabi_debug_begin(struct slab_cache *cache, size_t rounds,
    const struct slabi_options *options)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	struct slabi_debug *debug = cache->debug;

	*debug = (struct slabi_debug){
		.options = *options,
		.constructed = geometry->has_ctor_bits,
		.tool = options->tool,
		.inverse = geometry->inverse,
		.rotation = geometry->rotation,
		.random = (uintptr_t)cache | 1,
		.began = slabi_debug_now(),
	};
	cache->path = (options->flags & ~SLAB_DEBUG_CHECK) == 0 &&
	    options->tool == SLABI_TOOL_NONE ? &slabi_path_check :
	    &slabi_path_debug;
	cache->layer.watch = &watch;
	slabi_debug_forget_side(debug);
	set_magazine(debug, rounds);
	set_records(debug, geometry);
	/* What lies in free pages has to be there again. */
	if (options->flags & (SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON))
		cache->layer.system.backing.calls.purge = NULL;
	if (options->flags & SLAB_DEBUG_AUDIT)
		slabi_stacks_begin();
	return !(options->flags & SLAB_DEBUG_QUARANTINE) ||
	    slabi_quarantine_begin(&debug->quarantine,
	    slabi_max(options->quarantine / slabi_max(geometry->stride,
	    sizeof(struct slabi_round)), 1),
	    &cache->layer.system.backing);
}
