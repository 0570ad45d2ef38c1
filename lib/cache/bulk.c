/* SPDX-License-Identifier: MIT */
/* Owns the bulk calls: copies in and out of the magazine. */
#include <errno.h>

#include "cache/cache.h"
#include "base/arith.h"
#include "layer/working_set.h"

/* Take up to `n` rounds of the magazine. */
static size_t
pop_some(struct slab_cache *cache, size_t n, void **out)
{
	size_t rounds = slabi_cache_rounds(cache);

	n = slabi_min(n, rounds);
	cache->magazine.top -= n;
	memcpy(out, cache->magazine.top + 1, n * sizeof(*out));
	if (cache->magazine.top < cache->magazine.base)
		slabi_exchange_tick(cache);
	return n;
}

static __attribute__((noinline)) size_t
alloc_bulk_slow(slab_cache *cache, size_t n, void **out)
{
	size_t done;

	slabi_exchange_drain_overflow(cache);
	done = pop_some(cache, n, out);
	while (done < n) {
		size_t some;

		/* Few go through the magazine, many do not need it. */
		if (n - done < slabi_exchange_refill_count(cache))
			some = slabi_cache_refill(cache) ?
			    pop_some(cache, n - done, out + done) : 0;
		else
			some = slabi_cache_take(cache, n - done, out + done, 1);
		if (some == 0)
			break;
		done += some;
		slabi_working_set_step(&cache->layer);
	}
	return done;
}

size_t
slab_alloc_bulk(slab_cache *cache, size_t n, void **out)
{
	void **from;
	size_t i;

	if (n > (size_t)(cache->magazine.top - cache->magazine.base))
		return alloc_bulk_slow(cache, n, out);
	from = cache->magazine.top - n;
	cache->magazine.top = from;
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
 * Copy objects to where they become rounds; false: one of them is NULL, or the
 * same as the one before.
 */
static inline bool
copy_rounds(void **first, size_t n, void *const *objects)
{
	void *before = first[-1];
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < n; i++) {
		void *object = objects[i];

		if (SLAB_UNLIKELY_(!object || object == before))
			return false;
		first[i] = before = object;
	}
	return true;
}

/* What bulk calls cannot do at once. */
static __attribute__((noinline)) void
free_each(struct slab_cache *cache, size_t n, void *const *objects)
{
	size_t i;

	for (i = 0; i < n; i++)
		slab_free(cache, objects[i]);
}

/* Push up to `n` objects, as many as there is room for. */
static size_t
push_some(struct slab_cache *cache, size_t n, void *const *objects)
{
	struct slab_magazine *magazine = &cache->magazine;

	n = slabi_min(n, (size_t)(cache->ceiling - magazine->top));
	if (copy_rounds(magazine->top + 1, n, objects))
		magazine->top += n;
	else
		free_each(cache, n, objects);
	if (magazine->top > magazine->end)
		slabi_exchange_tick(cache);
	return n;
}

static __attribute__((noinline)) void
free_bulk_slow(slab_cache *cache, size_t n, void *const *objects)
{
	int error = errno;
	size_t done = push_some(cache, n, objects);

	while (done < n) {
		slab_free_slow(cache, objects[done++]);
		done += push_some(cache, n - done, objects + done);
	}
	errno = error;
}

void
slab_free_bulk(slab_cache *cache, size_t n, void *const *objects)
{
	struct slab_magazine *magazine = &cache->magazine;

	if (n > (size_t)(magazine->end - magazine->top))
		free_bulk_slow(cache, n, objects);
	else if (copy_rounds(magazine->top + 1, n, objects))
		magazine->top += n;
	else
		free_each(cache, n, objects);
}
