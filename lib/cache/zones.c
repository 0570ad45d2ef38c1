/* SPDX-License-Identifier: MIT */
/* Owns the zones round objects, and what tells that free ones were written. */
#include "cache/zones.h"

#include <inttypes.h>
#include <string.h>

#include "cache/pattern.h"

static size_t
size_of(const struct slab_cache *cache)
{
	return cache->layer.system.geometry.size;
}

/* Eight bytes at a time; the last ones are taken twice. */
static uint64_t
checksum(const void *memory, size_t size)
{
	uint64_t sum = size;
	const unsigned char *at = memory;

	for (; size >= 8; at += 8, size -= 8) {
		sum = (sum ^ slabi_pattern_load(at)) *
		    UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 32;
	}
	for (; size > 0; at++, size--)
		sum = (sum ^ *at) * UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 29;
}

size_t
slabi_zones_seal_size(const struct slabi_options *options, size_t size)
{
	if (!(options->flags & SLAB_DEBUG_POISON))
		return 0;
	return options->copy ? slabi_round_up(size, 8) : 8;
}

static bool
is_poisoned(const struct slabi_debug *debug)
{
	return debug->options.flags & SLAB_DEBUG_POISON;
}

static unsigned char *
seal_of(const struct slabi_debug *debug, struct slabi_place place)
{
	return (unsigned char *)slabi_debug_record(debug, place) + debug->seal;
}

void
slabi_zones_make_live(const struct slab_cache *cache, void *object)
{
	const struct slabi_debug *debug = cache->debug;

	if (debug->zone > 0) {
		slabi_pattern_fill((char *)object - debug->zone,
		    SLABI_ZONE_LIVE, debug->zone);
		slabi_pattern_fill((char *)object + size_of(cache),
		    SLABI_ZONE_LIVE, debug->behind);
	}
	if (is_poisoned(debug) && !debug->constructed)
		slabi_pattern_fill(object, SLABI_BODY_FRESH, size_of(cache));
}

static void
seal(const struct slab_cache *cache, struct slabi_place place,
    const void *object)
{
	const struct slabi_debug *debug = cache->debug;
	uint64_t sum;

	if (debug->options.copy) {
		memcpy(seal_of(debug, place), object, size_of(cache));
		return;
	}
	sum = checksum(object, size_of(cache));
	memcpy(seal_of(debug, place), &sum, sizeof(sum));
}

void
slabi_zones_make_free(const struct slab_cache *cache, struct slabi_place place,
    void *object)
{
	const struct slabi_debug *debug = cache->debug;

	if (debug->zone > 0) {
		slabi_pattern_fill((char *)object - debug->zone,
		    SLABI_ZONE_FREE, debug->zone);
		slabi_pattern_fill((char *)object + size_of(cache),
		    SLABI_ZONE_FREE, debug->behind);
	}
	if (!is_poisoned(debug))
		return;
	if (debug->constructed)
		seal(cache, place, object);
	else
		slabi_pattern_fill(object, SLABI_BODY_FREE, size_of(cache));
}

struct slabi_fault
slabi_zones_compare(enum slabi_fault_kind kind, const void *memory,
    unsigned char expected, size_t size)
{
	struct slabi_fault fault = { .kind = kind, .expected = expected };
	const unsigned char *at = memory;

	for (; size > 0; at++, size--) {
		if (*at == expected)
			continue;
		if (fault.changed++ == 0)
			fault.at = at;
	}
	return fault;
}

/* The same beside a copy. */
static struct slabi_fault
copy_differences(const unsigned char *object, const unsigned char *copy,
    size_t size)
{
	struct slabi_fault fault = { .kind = SLABI_FAULT_INTO };
	size_t i;

	for (i = 0; i < size; i++) {
		if (object[i] == copy[i])
			continue;
		if (fault.changed++ == 0) {
			fault.at = object + i;
			fault.expected = copy[i];
		}
	}
	return fault;
}

static struct slabi_fault
look_at_zones(const struct slab_cache *cache, const char *object,
    unsigned char expected)
{
	const struct slabi_debug *debug = cache->debug;
	const char *before = object - debug->zone;
	const char *behind = object + size_of(cache);

	if (!slabi_pattern_holds(behind, expected, debug->behind))
		return slabi_zones_compare(SLABI_FAULT_BEHIND, behind, expected,
		    debug->behind);
	if (!slabi_pattern_holds(before, expected, debug->zone))
		return slabi_zones_compare(SLABI_FAULT_BEFORE, before, expected,
		    debug->zone);
	return (struct slabi_fault){ .kind = SLABI_FAULT_NONE };
}

static struct slabi_fault
look_at_seal(const struct slab_cache *cache, struct slabi_place place,
    const void *object)
{
	const struct slabi_debug *debug = cache->debug;
	const unsigned char *sealed = seal_of(debug, place);
	struct slabi_fault fault = { .kind = SLABI_FAULT_NONE };
	uint64_t sum;

	if (debug->options.copy)
		return memcmp(object, sealed, size_of(cache)) == 0 ? fault :
		    copy_differences(object, sealed, size_of(cache));
	sum = checksum(object, size_of(cache));
	if (memcmp(&sum, sealed, sizeof(sum)) != 0) {
		fault.kind = SLABI_FAULT_SEAL;
		fault.at = object;
	}
	return fault;
}

static struct slabi_fault
look_at_body(const struct slab_cache *cache, struct slabi_place place,
    const void *object)
{
	if (cache->debug->constructed)
		return look_at_seal(cache, place, object);
	if (slabi_pattern_holds(object, SLABI_BODY_FREE, size_of(cache)))
		return (struct slabi_fault){ .kind = SLABI_FAULT_NONE };
	return slabi_zones_compare(SLABI_FAULT_INTO, object, SLABI_BODY_FREE,
	    size_of(cache));
}

struct slabi_fault
slabi_zones_look(const struct slab_cache *cache, struct slabi_place place,
    void *object, int state)
{
	const struct slabi_debug *debug = cache->debug;
	struct slabi_fault fault = { .kind = SLABI_FAULT_NONE };

	if (state == SLABI_NEW)
		return fault;
	if (debug->zone > 0)
		fault = look_at_zones(cache, object, state == SLABI_LIVE ?
		    SLABI_ZONE_LIVE : SLABI_ZONE_FREE);
	if (fault.kind == SLABI_FAULT_NONE && state == SLABI_READY &&
	    is_poisoned(debug))
		fault = look_at_body(cache, place, object);
	fault.object = object;
	return fault;
}

void
slabi_zones_mend(const struct slab_cache *cache, struct slabi_place place,
    void *object, int state)
{
	const struct slabi_debug *debug = cache->debug;
	if (state == SLABI_READY) {
		slabi_zones_make_free(cache, place, object);
		return;
	}
	slabi_pattern_fill((char *)object - debug->zone, SLABI_ZONE_LIVE,
	    debug->zone);
	slabi_pattern_fill((char *)object + size_of(cache), SLABI_ZONE_LIVE,
	    debug->behind);
}

void
slabi_zones_describe(const struct slab_cache *cache,
    const struct slabi_fault *fault, char *words, size_t room)
{
	uintmax_t object = (uintptr_t)fault->object;
	ptrdiff_t offset = fault->at - fault->object;
	size_t size = size_of(cache);

	if (fault->kind == SLABI_FAULT_SEAL)
		snprintf(words, room, "write into free 0x%jx: its %zu bytes "
		    "are not those that were freed", object, size);
	else if (fault->kind == SLABI_FAULT_INTO)
		snprintf(words, room, "write into free 0x%jx: byte %td is "
		    "0x%02x, not 0x%02x", object, offset, *fault->at,
		    fault->expected);
	else
		snprintf(words, room, "write %s 0x%jx of %zu bytes: byte %td "
		    "is 0x%02x, not 0x%02x (%zu byte%s changed)",
		    fault->kind == SLABI_FAULT_BEHIND ? "behind" : "before",
		    object, size, offset, *fault->at, fault->expected,
		    fault->changed, fault->changed == 1 ? "" : "s");
}
