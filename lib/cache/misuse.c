/* SPDX-License-Identifier: MIT */
/* Owns what is said about an address that was freed wrongly. */
#include "cache/misuse.h"
#include "layer/slab_layer.h"

#include "base/printable.h"
#include "base/report_out.h"

/* Where an address lies in a cache. */
struct location {
	const struct slab *slab; /* NULL: in none of its slabs */
	size_t index;            /* of the object that it lies in */
	const char *object;      /* its first byte */
	size_t offset;           /* of the address in it */
};

static struct location
locate(const struct slab_cache *cache, const void *address)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	struct location place = { .slab = NULL };
	size_t from_first, index;

	place.slab = slabi_system_find(&cache->layer.system, address, &index);
	if (!place.slab)
		return place;
	from_first = (size_t)((uintptr_t)address - (uintptr_t)
	    slabi_slab_object(place.slab, geometry, 0));
	place.index = from_first / geometry->stride;
	place.offset = from_first % geometry->stride;
	place.object = slabi_slab_object(place.slab, geometry, place.index);
	return place;
}

static uintmax_t
shown(const void *address)
{
	return (uintptr_t)address;
}

/*
 * The kind of misuse.  Whatever the bits say of an object, if the slab does not
 * agree with itself the damage is what has to be reported.
 */
static const char *
find_damage(const struct slab_cache *cache, const struct slab *slab,
    enum slabi_refusal place)
{
	const char *damage = slab ? slabi_slab_check(slab,
	    &cache->layer.system.geometry) : NULL;

	if (!damage && place == SLABI_IN_USE)
		damage = "it does not take back an object that is in use";
	return damage;
}

static void
say_damaged(struct slabi_report *report, const struct slab_cache *cache,
    const struct slab *slab, const char *damage)
{
	slabi_report_begin(report, SLAB_MISUSE_DAMAGED, cache, cache->name);
	slabi_report_line(report, "the slab at 0x%jx is damaged: %s",
	    shown(slab), damage);
	report->misuse.address = slab;
}

static void
say_free(struct slabi_report *report, const struct slab_cache *cache,
    enum slabi_refusal place, const void *address)
{
	static const struct {
		slab_misuse_kind kind;
		const char *before, *behind;
	} said[] = {
		[SLABI_FREE] = { SLAB_MISUSE_DOUBLE_FREE, "double free", "" },
		[SLABI_UNCARVED] = { SLAB_MISUSE_UNCARVED, "free",
		    ", which was never handed out" },
		[SLABI_INSIDE] = { SLAB_MISUSE_INSIDE, "free",
		    ", which is inside an object" },
		[SLABI_FOREIGN] = { SLAB_MISUSE_FOREIGN, "free",
		    ", which is not from this cache" },
	};

	slabi_report_begin(report, said[place].kind, cache, cache->name);
	slabi_report_line(report, "%s of 0x%jx%s", said[place].before,
	    shown(address), said[place].behind);
	report->misuse.address = address;
}

void
slabi_misuse_begin_free(struct slabi_report *report,
    const struct slab_cache *cache, enum slabi_refusal place,
    const void *address)
{
	struct location found = locate(cache, address);
	const char *damage = find_damage(cache, found.slab, place);

	if (damage)
		say_damaged(report, cache, found.slab, damage);
	else
		say_free(report, cache, place, address);
	report->misuse.object = found.object;
	report->misuse.offset = found.offset;
}

void
slabi_misuse_object(struct slabi_report *report,
    const struct slab_cache *cache, const void *address)
{
	struct location found = locate(cache, address);
	struct slabi_ids ids = slabi_report_ids();

	if (found.slab && found.offset > 0)
		slabi_report_fact(report, "%zu bytes into 0x%jx", found.offset,
		    shown(found.object));
	if (found.slab)
		slabi_report_fact(report, "object of %zu bytes, number %zu of "
		    "the slab at 0x%jx; pid %ld, thread %ld",
		    cache->layer.system.geometry.size, found.index,
		    shown(found.slab), ids.process, ids.thread);
	else
		slabi_report_fact(report, "objects of %zu bytes; pid %ld, "
		    "thread %ld", cache->layer.system.geometry.size,
		    ids.process, ids.thread);
}

/* A search for the cache that an address belongs to. */
struct search {
	const struct slab_cache *not_this;
	const void *address;
	struct slabi_report *report;
};

static const char *
state_words(const struct slab_cache *cache, const struct location *found)
{
	switch (slabi_layer_state(&cache->layer, found->object)) {
	case SLABI_FREE:
		return "a free";
	case SLABI_UNCARVED:
		return "a never used";
	default:
		return (cache->path ?
		    cache->path->holds(cache, found->object) :
		    slabi_magazine_holds(&cache->exchange.magazine,
		    found->object)) ? "a free" : "a live";
	}
}

static int
look_into(const struct slab_cache *cache, void *arg)
{
	const struct search *search = arg;
	struct location found;
	char name[SLABI_NAME_ROOM];

	if (cache == search->not_this)
		return 0;
	found = locate(cache, search->address);
	if (!found.slab)
		return 0;
	slabi_printable(name, sizeof(name), cache->name);
	if (found.offset == 0)
		slabi_report_fact(search->report, "it is %s object of cache "
		    "\"%s\"", state_words(cache, &found), name);
	else
		slabi_report_fact(search->report, "it is %zu bytes into 0x%jx, "
		    "%s object of cache \"%s\"", found.offset,
		    shown(found.object), state_words(cache, &found), name);
	return 1;
}

/* An address that needs no search. */
static bool
is_obvious(struct slabi_report *report, const struct slab_cache *cache,
    const void *address)
{
	uintptr_t at = (uintptr_t)address, here = (uintptr_t)report;

	if (at < 4096)
		slabi_report_fact(report, "it is NULL + %ju", (uintmax_t)at);
	else if (cache && at - (uintptr_t)cache < sizeof(*cache))
		slabi_report_fact(report, "it is the cache itself");
	else if (at - here < 64 * 1024)
		slabi_report_fact(report, "it is on the stack of this thread");
	else
		return false;
	return true;
}

void
slabi_misuse_whose(struct slabi_report *report,
    const struct slab_cache *cache, const void *address)
{
	struct search search = { cache, address, report };

	if (!is_obvious(report, cache, address))
		slabi_registry_try_each(look_into, &search);
}

void
slabi_cache_misuse(const struct slab_cache *cache, enum slabi_refusal place,
    const void *address)
{
	struct slabi_report report;

	slabi_misuse_begin_free(&report, cache, place, address);
	slabi_misuse_object(&report, cache, address);
	slabi_report_send(&report);
	if (place == SLABI_FOREIGN)
		slabi_misuse_whose(&report, cache, address);
	slabi_report_end(&report);
}
