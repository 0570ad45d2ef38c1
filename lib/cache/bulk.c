/* SPDX-License-Identifier: MIT */
/*
 * Owns the bulk calls, which copy many rounds out of the magazine and into it.
 */
#include <errno.h>
#include <string.h>

#include "base/arith.h"
#include "cache/misuse.h"
#include "layer/working_set.h"

/*
 * The window has been left by popping `n` rounds to `out`.  Where an object is
 * refused the caller does not get them, so they become rounds again.
 */
static void
tick_after_pop(struct slab_cache *cache, size_t n, void **out)
{
	enum slabi_refusal why;
	void *bad = slabi_exchange_tick(&cache->exchange, &cache->layer, &why);

	if (!bad)
		return;
	slabi_exchange_restore(&cache->exchange, n, out);
	slabi_cache_misuse(cache, why, bad);
}

/* Take up to `n` rounds of the magazine.  Returns how many. */
static size_t
pop_some(struct slab_cache *cache, size_t n, void **out)
{
	struct slabi_magazine *magazine = &cache->exchange.magazine;

	n = slabi_min(n, slabi_magazine_rounds(magazine));
	magazine->hot.top -= n;
	memcpy(out, magazine->hot.top + 1, n * sizeof(*out));
	if (magazine->hot.top < magazine->hot.base)
		tick_after_pop(cache, n, out);
	return n;
}

/* Few objects come through the magazine, many do not need it. */
static size_t
take_some(struct slab_cache *cache, size_t n, void **out)
{
	if (n >= slabi_exchange_refill_count(&cache->exchange))
		return slabi_cache_take(cache, n, out);
	return slabi_cache_refill(cache) ? pop_some(cache, n, out) : 0;
}

/* Allocate one by one.  Returns how many. */
static size_t
alloc_each(slab_cache *cache, size_t n, void **out)
{
	size_t done = 0;

	while (done < n && (out[done] = slab_alloc(cache)))
		done++;
	return done;
}

static __attribute__((noinline)) size_t
alloc_bulk_slow(slab_cache *cache, size_t n, void **out)
{
	size_t done, some;

	if (n == 0)
		return 0;
	if (cache->path)
		return (cache->path->alloc_bulk ? cache->path->alloc_bulk :
		    alloc_each)(cache, n, out);
	slabi_cache_drain_overflow(cache);
	done = pop_some(cache, n, out);
	while (done < n && (some = take_some(cache, n - done, out + done)) > 0) {
		done += some;
		slabi_working_set_step(&cache->layer);
	}
	return done;
}

/* Of no objects, nothing is written: n - 1 is then more than there ever are. */
size_t
slab_alloc_bulk(slab_cache *cache, size_t n, void **out)
{
	struct slab_magazine *hot = &cache->exchange.magazine.hot;
	void **from;
	size_t i;

	if (n - 1 >= (size_t)(hot->top - hot->base))
		return alloc_bulk_slow(cache, n, out);
	from = hot->top - n;
	hot->top = from;
	from++;
	/* Of constant size: vectors.  Few rounds may still be on their way. */
	for (i = 0; n - i >= 32; i += 32)
		memcpy(out + i, from + i, 32 * sizeof(*out));
#pragma GCC unroll 8
	for (; i < n; i++)
		out[i] = from[i];
	return n;
}

/*
 * Copy objects to where they become rounds.  Returns false if one of them is
 * NULL, or the same as the one before.
 */
static inline bool
copy_rounds(void **first, size_t n, void *const *objects)
{
	void *before = first[-1];
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < n; i++) {
		void *object = objects[i];

		if (SLAB_UNLIKELY_((uintptr_t)object < SLAB_LOW_ ||
		    object == before))
			return false;
		first[i] = before = object;
	}
	return true;
}

/* Free one by one, as where some cannot be copied. */
static __attribute__((noinline)) void
free_each(struct slab_cache *cache, size_t n, void *const *objects)
{
	size_t i;

	for (i = 0; i < n; i++)
		slab_free(cache, objects[i]);
}

/* Push up to `n` objects, as many as there is room for.  Returns how many. */
static size_t
push_some(struct slab_cache *cache, size_t n, void *const *objects)
{
	struct slabi_magazine *magazine = &cache->exchange.magazine;

	n = slabi_min(n, slabi_magazine_room(magazine));
	if (copy_rounds(magazine->hot.top + 1, n, objects))
		magazine->hot.top += n;
	else
		free_each(cache, n, objects);
	if (magazine->hot.top > magazine->hot.end)
		slabi_cache_tick(cache);
	return n;
}

static __attribute__((noinline)) void
free_bulk_slow(slab_cache *cache, size_t n, void *const *objects)
{
	int error = errno;
	size_t done;

	if (n == 0)
		return;
	if (cache->path) {
		(cache->path->free_bulk ? cache->path->free_bulk :
		    free_each)(cache, n, objects);
		errno = error;
		return;
	}
	done = push_some(cache, n, objects);
	while (done < n) {
		slab_free_slow(cache, objects[done++]);
		done += push_some(cache, n - done, objects + done);
	}
	errno = error;
}

void
slab_free_bulk(slab_cache *cache, size_t n, void *const *objects)
{
	struct slab_magazine *hot = &cache->exchange.magazine.hot;

	if (n - 1 >= (size_t)(hot->end - hot->top))
		free_bulk_slow(cache, n, objects);
	else if (copy_rounds(hot->top + 1, n, objects))
		hot->top += n;
	else
		free_each(cache, n, objects);
}
