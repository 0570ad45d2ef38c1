/* SPDX-License-Identifier: MIT */
/*
 * Owns how single objects are allocated and freed.
 *
 * The hot paths, slab_alloc() and slab_free(), are written down in <slab.h> so
 * that callers can have them inline too; they are compiled here by SLAB_HOT_.
 * With GCC 12 on x86-64 they are 10 and 11 instructions with one and three
 * tests.  They look at the first three words of the cache only: they read no
 * clock, find no slab, and know neither paths nor constructors.  All of that is
 * behind the slow paths below.
 */

/* On a line of their own: the hot paths are one line long each. */
#define SLAB_HOT_ SLAB_API_ __attribute__((aligned(64)))

#include "cache/cache.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "cache/misuse.h"
#include "cache/slot_hot.h"

#define CLEAR_FROM ((size_t)128 << 10) /* bytes; as calloc() does */

bool
slabi_cache_construct(struct slab_cache *cache,
    const struct slabi_taken *taken)
{
	struct slabi_layer *layer = &cache->layer;
	enum slabi_refusal why;
	int error;

	if (cache->path && cache->path->raw)
		cache->path->raw(cache, taken->object, false);
	error = slabi_life_begin(&layer->life, taken->object,
	    layer->system.geometry.size);
	if (error == 0) {
		if (cache->path && cache->path->raw)
			cache->path->raw(cache, taken->object, true);
		slabi_layer_set_constructed(layer, taken);
		return true;
	}
	slabi_layer_put_one(layer, taken->object, &why);
	slabi_fail(error, "the constructor failed with errno %d", error);
	return false;
}

/* Returns whether the handler can help: not where the limit is reached. */
static bool
note_oom_call(struct slab_cache *cache)
{
	bool helps;

	slabi_cache_enter(cache);
	helps = cache->layer.lists.in_use < cache->layer.limit;
	cache->oom_calls += helps;
	slabi_cache_leave(cache);
	return helps;
}

void
slabi_cache_tell_crossing(struct slab_cache *cache)
{
	struct slabi_pressure pressure;

	slabi_cache_enter(cache);
	pressure = slabi_quota_crossing(&cache->layer);
	slabi_cache_leave(cache);
	slabi_quota_tell(pressure);
}

/* Returns whether a budget has refused memory, and has a handler that knows. */
static bool
pressure_helps(struct slab_cache *cache)
{
	struct slabi_pressure pressure;

	if (!cache->layer.account)
		return false;
	slabi_cache_enter(cache);
	pressure = slabi_quota_refusal(&cache->layer);
	slabi_cache_leave(cache);
	return slabi_quota_tell(pressure);
}

bool
slabi_cache_handler_helps(struct slab_cache *cache)
{
	int error = errno;
	bool helps;

	helps = error == ENOMEM && pressure_helps(cache);
	errno = error;
	if (helps || (cache->path && cache->path->relieve &&
	    cache->path->relieve(cache)))
		return true;
	if (!cache->oom || error != ENOMEM || !note_oom_call(cache))
		return false;
	helps = cache->oom(cache, cache->oom_arg);
	errno = error;
	return helps;
}

size_t
slabi_cache_take(struct slab_cache *cache, size_t n, void **out)
{
	struct slabi_taken raw;
	size_t taken;

	do {
		struct slabi_sink sink = { out, 1, n };

		taken = slabi_layer_take(&cache->layer, &sink, &raw);
	} while (taken == 0 && slabi_cache_handler_helps(cache));
	if (taken > 0 && raw.raw && !slabi_cache_construct(cache, &raw))
		taken = 0;
	cache->failures += taken == 0;
	slabi_cache_note_crossing(cache);
	return taken;
}

bool
slabi_cache_refill(struct slab_cache *cache)
{
	struct slabi_exchange *exchange = &cache->exchange;
	struct slabi_taken raw;
	size_t n;

	do
		n = slabi_exchange_refill(exchange, &cache->layer, &raw);
	while (n == 0 && slabi_cache_handler_helps(cache));
	if (n == 0 || (raw.raw && !slabi_cache_construct(cache, &raw))) {
		cache->failures++;
		return false;
	}
	if (raw.raw)
		slabi_magazine_push(&exchange->magazine, 1, &raw.object);
	exchange->refills++;
	slabi_cache_note_crossing(cache);
	return true;
}

void
slabi_cache_tick(struct slab_cache *cache)
{
	enum slabi_refusal why;
	void *bad;

	if (SLAB_UNLIKELY_(cache->layer.account != NULL))
		cache->layer.account->fixed = cache->block_size +
		    cache->exchange.block_size;
	bad = slabi_exchange_tick(&cache->exchange, &cache->layer, &why);

	if (bad)
		slabi_cache_misuse(cache, why, bad);
}

void
slabi_cache_drain_overflow(struct slab_cache *cache)
{
	enum slabi_refusal why;
	void *bad = slabi_exchange_drain_overflow(&cache->exchange,
	    &cache->layer, &why);

	if (bad)
		slabi_cache_misuse(cache, why, bad);
}

void
slabi_cache_flush(struct slab_cache *cache)
{
	enum slabi_refusal why;
	void *bad;

	if (cache->path) {
		cache->path->flush(cache);
		return;
	}
	bad = slabi_exchange_flush(&cache->exchange, &cache->layer, &why);
	if (bad)
		slabi_cache_misuse(cache, why, bad);
}

void
slabi_cache_forget(struct slab_cache *cache)
{
	if (cache->path)
		cache->path->forget(cache);
	else
		slabi_exchange_forget(&cache->exchange);
}

/* Apart, so that other paths pay no more than a jump. */
static __attribute__((noinline)) void *
alloc_ordinary(struct slab_cache *cache)
{
	const struct slabi_magazine *magazine = &cache->exchange.magazine;

	slabi_cache_drain_overflow(cache);
	if (magazine->hot.top == magazine->floor && !slabi_cache_refill(cache))
		return NULL;
	/* Before the pop, as a handler of misuse may not return. */
	slabi_cache_tick(cache);
	return *cache->exchange.magazine.hot.top--;
}

/* The hot path of shared caches comes first; in others it fails. */
void *
slab_alloc_slow(slab_cache *cache)
{
	void *object = slabi_slot_alloc(cache->slot);

	if (object)
		return object;
	return cache->path ? cache->path->alloc(cache) : alloc_ordinary(cache);
}

/* Put an object on the magazine, which may be full. */
static void
push(struct slab_cache *cache, void *object)
{
	struct slabi_magazine *magazine = &cache->exchange.magazine;
	enum slabi_refusal why;
	void *bad = NULL;

	if (magazine->hot.top == magazine->ceiling)
		bad = slabi_exchange_overflow(&cache->exchange, &cache->layer,
		    &why);
	*++magazine->hot.top = object;
	if (bad)
		slabi_cache_misuse(cache, why, bad);
}

static __attribute__((noinline)) void
free_ordinary(struct slab_cache *cache, void *object)
{
	int error = errno;

	if (object == *cache->exchange.magazine.hot.top)
		slabi_cache_misuse(cache, SLABI_FREE, object);
	push(cache, object);
	slabi_cache_tick(cache);
	errno = error;
}

/*
 * A low address is no object but by chance, in a backing of the program's.
 * Returns true for NULL.
 */
static __attribute__((noinline)) bool
free_low(struct slab_cache *cache, const void *address)
{
	enum slabi_refusal why;

	if (!address)
		return true;
	/* A path that checks every free reports it in its own way. */
	if (cache->path && !cache->shared)
		return false;
	slabi_cache_enter(cache);
	why = slabi_layer_state(&cache->layer, address);
	slabi_cache_leave(cache);
	if (why == SLABI_FOREIGN)
		slabi_cache_misuse(cache, why, address);
	return false;
}

void
slab_free_slow(slab_cache *cache, void *object)
{
	if ((uintptr_t)object < SLAB_LOW_ && free_low(cache, object))
		return;
	if (slabi_slot_free(cache->slot, object))
		return;
	if (cache->path)
		cache->path->free(cache, object);
	else
		free_ordinary(cache, object);
}

/*
 * Zero an object.  Of a large one whole pages are not written to, where the
 * system has zero pages: so what is never used of it takes no memory.
 */
static void
clear(const struct slab_cache *cache, void *object)
{
	size_t size = cache->layer.system.geometry.size;

	if (size < CLEAR_FROM || !slabi_backing_clear(
	    &cache->layer.system.backing, object, size))
		memset(object, 0, size);
}

void *
slab_zalloc(slab_cache *cache)
{
	void *object;

	if (slabi_life_exists(&cache->layer.life)) {
		slabi_fail(EINVAL, "slab_zalloc() in a cache with a "
		    "constructor, a destructor or a template");
		return NULL;
	}
	object = slab_alloc(cache);
	if (object)
		clear(cache, object);
	return object;
}
