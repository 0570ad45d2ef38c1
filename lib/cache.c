/* SPDX-License-Identifier: MIT */
/*
 * Owns the magazine: the hot paths, which are written down in <slab.h> so that
 * callers can have them inline too, and the slow ones behind them.
 */

/* On a line of their own: the hot paths are one line long each. */
#define SLAB_HOT_ SLAB_API_ __attribute__((aligned(64)))

#include "cache.h"

#include <errno.h>

#include "error.h"

#define MOST_PORTION 128 /* rounds */
#define WINDOW 128 /* rounds up and down between visits of the slow paths */

/* Put the borders of the hot paths around the top round. */
static void
move_window(struct slab_cache *cache)
{
	struct slab_magazine *magazine = &cache->magazine;
	size_t below = (size_t)(magazine->top - cache->floor);
	size_t above = (size_t)(cache->ceiling - magazine->top);

	magazine->base = magazine->top - slabi_smaller(below, WINDOW);
	magazine->end = magazine->top + slabi_smaller(above, WINDOW);
}

void
slabi_cache_set_magazine(struct slab_cache *cache, void **words,
    size_t capacity)
{
	size_t i;

	cache->floor = words + SLAB_AHEAD_ - 1;
	cache->ceiling = cache->floor + capacity;
	slabi_cache_forget_rounds(cache);
	/* Harmless addresses to prefetch, equal to nothing that is freed. */
	for (i = 0; i < SLAB_AHEAD_; i++)
		words[i] = (char *)cache + 1;
}

/* What goes to the slab layer when the magazine is full: half of it. */
static size_t
half(const struct slab_cache *cache)
{
	return (slabi_cache_capacity(cache) + 1) / 2;
}

size_t
slabi_cache_portion(const struct slab_cache *cache)
{
	return slabi_smaller(half(cache), MOST_PORTION);
}

static _Noreturn void
misuse(const struct slab_cache *cache, enum slabi_place place,
    const void *object)
{
	static const char *const said[] = {
		[SLABI_UNCARVED] = ", which was never handed out",
		[SLABI_INSIDE] = ", which is inside an object",
		[SLABI_FOREIGN] = ", which is not from this cache",
	};

	if (place == SLABI_FREE)
		slabi_misuse(cache->name, "double free of", object, "");
	slabi_misuse(cache->name, "free of", object, said[place]);
}

/* Drop the `n` oldest rounds from the magazine. */
static void
drop_oldest(struct slab_cache *cache, size_t n)
{
	void **first = cache->floor + 1;

	memmove(first, first + n,
	    (slabi_cache_rounds(cache) - n) * sizeof(*first));
	cache->magazine.top -= n;
	move_window(cache);
}

/*
 * Give the oldest rounds back.  One that cannot be is dropped, so that the
 * cache is whole whatever the handler of misuse does; NULL: all went well.
 */
static void *
give_oldest(struct slab_cache *cache, size_t n, enum slabi_place *place)
{
	void **first = cache->floor + 1;
	size_t given = slabi_layer_give(&cache->layer, n, first, place);
	void *bad = given < n ? first[given] : NULL;

	drop_oldest(cache, bad ? given + 1 : n);
	return bad;
}

void
slabi_cache_flush(struct slab_cache *cache, size_t n)
{
	enum slabi_place place;
	void *bad = give_oldest(cache, n, &place);

	if (bad)
		misuse(cache, place, bad);
}

void
slabi_cache_forget_rounds(struct slab_cache *cache)
{
	cache->magazine.top = cache->floor;
	move_window(cache);
}

/*
 * Rounds have a working set as slabs have one: the oldest ones that were in the
 * magazine all through a period go back, a portion at every visit, or they
 * would keep their slabs from becoming empty.  Between visits as many rounds
 * as the window is wide may have come and gone.
 */
static void
age_rounds(struct slab_cache *cache)
{
	size_t rounds = slabi_cache_rounds(cache);
	size_t least = slabi_smaller(cache->least_rounds, rounds);

	if (cache->period != cache->layer.period.number) {
		cache->period = cache->layer.period.number;
		cache->idle_rounds = least > WINDOW ? least - WINDOW : 0;
		least = rounds;
	}
	cache->least_rounds = least;
	if (cache->idle_rounds > 0) {
		size_t n = slabi_smaller(cache->idle_rounds, MOST_PORTION);

		n = slabi_smaller(n, rounds);
		cache->idle_rounds -= n;
		slabi_cache_flush(cache, n);
	}
}

void
slabi_cache_visit(struct slab_cache *cache)
{
	age_rounds(cache);
	move_window(cache);
	slabi_working_set_step(&cache->layer);
}

bool
slabi_cache_holds(const struct slab_cache *cache, const void *address)
{
	void **round;

	for (round = cache->magazine.top; round > cache->floor; round--)
		if (*round == address)
			return true;
	return false;
}

/* Construct an object that has been taken raw; false: it is given back. */
static bool
construct(struct slab_cache *cache, void *object)
{
	struct slabi_layer *layer = &cache->layer;
	enum slabi_place place;
	int error = slabi_life_begin(&layer->life, object,
	    layer->system.geometry.size);

	if (error == 0) {
		slabi_layer_set_made(layer, object);
		return true;
	}
	slabi_layer_give(layer, 1, &object, &place);
	slabi_fail(error, "the constructor failed with errno %d", error);
	return false;
}

/* Memory cannot be had: does the program's handler find some? */
static bool
handler_helps(struct slab_cache *cache)
{
	int error = errno;
	bool helps = cache->oom && error == ENOMEM &&
	    cache->layer.out < cache->layer.limit &&
	    cache->oom(cache, cache->oom_arg);

	errno = error;
	return helps;
}

size_t
slabi_cache_obtain(struct slab_cache *cache, size_t n, void **out,
    ptrdiff_t step)
{
	size_t taken;
	bool raw;

	do
		taken = slabi_layer_take(&cache->layer, n, out, step, &raw);
	while (taken == 0 && handler_helps(cache));
	if (taken > 0 && raw && !construct(cache, *out))
		return 0;
	return taken;
}

bool
slabi_cache_refill(struct slab_cache *cache)
{
	void **first = cache->floor + 1;
	size_t n = slabi_cache_portion(cache);
	size_t got = slabi_cache_obtain(cache, n, first + n - 1, -1);

	if (got == 0)
		return false;
	if (got < n)
		memmove(first, first + n - got, got * sizeof(*first));
	cache->magazine.top += got;
	cache->refills++;
	return true;
}

/* An object where there is no magazine. */
static void *
take_directly(struct slab_cache *cache)
{
	void *object;

	return slabi_cache_obtain(cache, 1, &object, 1) == 1 ? object : NULL;
}

void *
slab_alloc_slow(slab_cache *cache)
{
	void *object;

	if (cache->ceiling == cache->floor)
		object = take_directly(cache);
	else if (cache->magazine.top > cache->floor || slabi_cache_refill(cache))
		object = *cache->magazine.top--;
	else
		object = NULL;
	if (object)
		slabi_cache_visit(cache);
	return object;
}

static void
give_directly(struct slab_cache *cache, void *object)
{
	enum slabi_place place;

	if (slabi_layer_give(&cache->layer, 1, &object, &place) == 0)
		misuse(cache, place, object);
}

/*
 * The first rounds have been full: move to a block with all that are wanted.
 * Without memory for it the magazine stays as small as it is.
 */
static void
grow(struct slab_cache *cache)
{
	const struct slabi_backing *backing = &cache->layer.system.backing;
	size_t rounds = slabi_cache_rounds(cache);
	size_t size = slabi_cache_magazine_words(cache->wanted) *
	    sizeof(void *);
	void **first = cache->floor + 1;
	void **words = slabi_backing_meta_alloc(backing, &size);

	if (!words) {
		cache->wanted = slabi_cache_capacity(cache);
		return;
	}
	cache->large = words;
	cache->large_size = size;
	slabi_cache_set_magazine(cache, words, cache->wanted);
	memcpy(cache->floor + 1, first, rounds * sizeof(*first));
	cache->magazine.top = cache->floor + rounds;
}

/* Put an object on the full magazine: it grows, or its older half goes. */
static void
push_full(struct slab_cache *cache, void *object)
{
	enum slabi_place place;
	void *bad = NULL;

	if (slabi_cache_capacity(cache) < cache->wanted)
		grow(cache);
	if (cache->magazine.top == cache->ceiling) {
		bad = give_oldest(cache, half(cache), &place);
		cache->flushes++;
	}
	*++cache->magazine.top = object;
	move_window(cache);
	if (bad)
		misuse(cache, place, bad);
}

void
slab_free_slow(slab_cache *cache, void *object)
{
	int error = errno;

	if (!object)
		return;
	if (object == *cache->magazine.top)
		misuse(cache, SLABI_FREE, object);
	if (cache->ceiling == cache->floor) {
		give_directly(cache, object);
	} else if (cache->magazine.top < cache->ceiling) {
		*++cache->magazine.top = object;
	} else {
		push_full(cache, object);
	}
	slabi_cache_visit(cache);
	errno = error;
}

void *
slab_zalloc(slab_cache *cache)
{
	void *object;

	if (slabi_life_exists(&cache->layer.life)) {
		slabi_fail(EINVAL, "slab_zalloc() in a cache with a "
		    "constructor or a template");
		return NULL;
	}
	object = slab_alloc(cache);
	if (object)
		memset(object, 0, cache->layer.system.geometry.size);
	return object;
}
