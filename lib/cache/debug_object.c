/* SPDX-License-Identifier: MIT */
/*
 * Owns what the debugging modes do with one object: when it is handed out, when
 * it is freed, and when it is looked at.  Nothing is changed before a report is
 * made, as the program's handler may not return.
 */
#include "cache/debug_object.h"

#include "cache/audit.h"
#include "cache/debug_report.h"
#include "cache/pattern.h"
#include "cache/zones.h"
#include "layer/slab_layer.h"

static size_t
size_of(const struct slab_cache *cache)
{
	return cache->layer.system.geometry.size;
}

static bool
has_mode(const struct slab_cache *cache, unsigned flag)
{
	return cache->debug->options.flags & flag;
}

void
slabi_debug_verify(const struct slab_cache *cache, struct slabi_place place,
    void *object, int state)
{
	struct slabi_fault fault;

	if (!has_mode(cache, SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON))
		return;
	fault = slabi_zones_look(cache, place, object, state);
	if (fault.kind == SLABI_FAULT_NONE)
		return;
	slabi_debug_report_fault(cache, place, state, &fault);
}

/* Visit all objects of which the side tables say something. */
static void
each_object(const struct slab_cache *cache, bool (*visit)(
    const struct slab_cache *cache, struct slabi_place place, void *object,
    int state))
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	struct slab *slab = cache->layer.lists.newest;

	for (; slab; slab = slab->older) {
		struct slabi_place place = { slab,
			slabi_debug_side(cache, slab), 0 };

		for (; place.index < place.side->ready; place.index++)
			if (!visit(cache, place, slabi_slab_object(slab,
			    geometry, place.index),
			    place.side->states[place.index]))
				return;
	}
}

static bool
verify_one(const struct slab_cache *cache, struct slabi_place place,
    void *object, int state)
{
	slabi_debug_verify(cache, place, object, state);
	return true;
}

void
slabi_debug_verify_all(const struct slab_cache *cache)
{
	if (has_mode(cache, SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON))
		each_object(cache, verify_one);
}

static bool
describe_one(const struct slab_cache *cache, struct slabi_place place,
    void *object, int state)
{
	struct slabi_fault fault = slabi_zones_look(cache, place, object,
	    state);

	if (fault.kind == SLABI_FAULT_NONE)
		return true;
	slabi_zones_describe(cache, &fault, cache->debug->words,
	    sizeof(cache->debug->words));
	return false;
}

/* Every round is an object in use that is not live (I12). */
static const char *
check_rounds(const struct slab_cache *cache)
{
	const struct slabi_debug *debug = cache->debug;
	const struct slabi_round *round;

	for (round = debug->floor + 1; round <= debug->top; round++)
		if (*round->state == SLABI_LIVE || slabi_layer_state(
		    &cache->layer, round->object) != SLABI_IN_USE)
			return "the magazine holds what is not a free object";
	return cache->layer.lists.in_use < slabi_debug_rounds(cache) ?
	    "the magazine holds more than there is" : NULL;
}

const char *
slabi_debug_check(struct slab_cache *cache)
{
	const char *fault = check_rounds(cache);

	if (fault || !has_mode(cache, SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON))
		return fault;
	cache->debug->words[0] = '\0';
	each_object(cache, describe_one);
	return cache->debug->words[0] != '\0' ? cache->debug->words : NULL;
}

void
slabi_debug_hand_out(struct slab_cache *cache, struct slabi_place place, void *object,
    const void *caller)
{
	struct slabi_debug *debug = cache->debug;

	if (debug->tool != SLABI_TOOL_NONE)
		slabi_tools_take(object, size_of(cache),
		    debug->constructed);
	slabi_zones_make_live(cache, object);
	if (has_mode(cache, SLAB_DEBUG_AUDIT))
		slabi_audit_alloc(debug, slabi_debug_record(debug, place),
		    caller);
}

void
slabi_debug_take_back(struct slab_cache *cache, struct slabi_place place,
    void *object, const void *caller)
{
	struct slabi_debug *debug = cache->debug;

	slabi_debug_verify(cache, place, object, SLABI_LIVE);
	place.side->states[place.index] = SLABI_READY;
	slabi_zones_make_free(cache, place, object);
	if (has_mode(cache, SLAB_DEBUG_AUDIT))
		slabi_audit_free(debug, slabi_debug_record(debug, place),
		    caller);
	if (debug->tool != SLABI_TOOL_NONE)
		slabi_tools_give(object, size_of(cache), debug->constructed);
}

/* Before and after the constructor runs. */
void
slabi_debug_raw(slab_cache *cache, void *object, bool constructed)
{
	struct slabi_place place = slabi_debug_place(cache, object);
	struct slabi_debug *debug = cache->debug;

	if (!constructed) {
		if (debug->tool != SLABI_TOOL_NONE)
			slabi_tools_lend(object, size_of(cache), false);
		slabi_zones_make_live(cache, object);
		if (has_mode(cache, SLAB_DEBUG_POISON))
			slabi_pattern_fill(object, SLABI_BODY_FRESH,
			    size_of(cache));
		return;
	}
	slabi_debug_verify(cache, place, object, SLABI_LIVE);
	slabi_zones_make_free(cache, place, object);
	place.side->states[place.index] = SLABI_READY;
	if (debug->tool != SLABI_TOOL_NONE)
		slabi_tools_lent(object, size_of(cache));
}
