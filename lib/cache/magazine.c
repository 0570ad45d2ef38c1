/* SPDX-License-Identifier: MIT */
/*
 * Owns the memory of the magazine, its window, and which rounds leave it for
 * the slabs: those that it has no room for, and idle ones.
 *
 *   floor            older than these          young            top   ceiling
 *     |                   | <-- go when it is full -> | <-- stay --> |     |
 *
 * By default it has room for 1024 rounds at the most, of which half go and half
 * stay.  In a larger one, which users may ask for, no more go at a time.
 */
#include "base/arith.h"
#include "cache/misuse.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

#define MAX_REFILL 128 /* rounds */
#define WINDOW 128 /* rounds up and down between visits of the slow paths */
#define OVERFLOW_WINDOW 16    /* rounds down to the next one after an overflow */
#define MAX_FLUSH 512 /* rounds that leave a full magazine at once */
#define MAX_DRAIN 1024 /* rounds that leave when a large batch is reused */
#define IDLE_STEP 1024 /* idle rounds that one visit gives back */

/*
 * Put the borders of the hot paths around the top round.  An allocation takes
 * it only after that: so the way up is one shorter, or programs that come as
 * far down as the border and back would never be seen again.  After an overflow
 * the way down is short: what slabi_exchange_drain_overflow() does is best done early.
 */
static void
move_window(struct slab_cache *cache)
{
	struct slab_magazine *magazine = &cache->magazine;
	size_t below = (size_t)(magazine->top - cache->floor);
	size_t above = (size_t)(cache->ceiling - magazine->top);

	magazine->base = magazine->top - slabi_min(below,
	    cache->overflowed ? OVERFLOW_WINDOW : WINDOW);
	magazine->end = magazine->top + slabi_min(above, WINDOW - 1);
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

/* What leaves a full magazine: half of it. */
static size_t
leaving(const struct slab_cache *cache)
{
	return slabi_min((slabi_cache_capacity(cache) + 1) / 2,
	    MAX_FLUSH);
}

/* One that will grow where it becomes full needs no room for what is freed. */
size_t
slabi_exchange_refill_count(const struct slab_cache *cache)
{
	size_t capacity = slabi_cache_capacity(cache);

	return slabi_min(capacity < cache->target ? capacity :
	    leaving(cache), MAX_REFILL);
}

/*
 * Give `n` rounds back, those below the `young` ones on top.  One that cannot
 * be is dropped, so that the cache is whole whatever the handler of misuse
 * does; NULL: all went well.
 */
static void *
give_below(struct slab_cache *cache, size_t n, size_t young,
    enum slabi_refusal *place)
{
	void **end = cache->magazine.top + 1 - young;
	void **first = end - n;
	size_t given = slabi_layer_put(&cache->layer, n, first, place);
	void *bad = NULL;

	if (given < n)
		bad = first[given++];
	memmove(first, first + given, (n - given + young) * sizeof(*first));
	cache->magazine.top -= given;
	move_window(cache);
	return bad;
}

/* The same, and the program ends if one cannot be given back. */
static void
flush(struct slab_cache *cache, size_t n, size_t young)
{
	enum slabi_refusal place;
	void *bad = give_below(cache, n, young, &place);

	if (bad)
		slabi_cache_misuse(cache, place, bad);
}

void
slabi_cache_flush(struct slab_cache *cache)
{
	flush(cache, slabi_cache_rounds(cache), 0);
}

/*
 * More has been freed than the magazine holds, and is now needed again: the
 * rest follows, so that objects come in the order of addresses and not the last
 * ones as they were freed.  Whoever walks through them is faster.  Not with a
 * working period of 0: their slabs would go back, and be wanted again.
 */
void
slabi_exchange_drain_overflow(struct slab_cache *cache)
{
	if (cache->overflowed && cache->layer.period.length > 0 &&
	    slabi_cache_rounds(cache) <= MAX_DRAIN)
		slabi_cache_flush(cache);
	cache->overflowed = false;
}

void
slabi_cache_forget_rounds(struct slab_cache *cache)
{
	cache->magazine.top = cache->floor;
	move_window(cache);
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
	size_t size = slabi_cache_magazine_words(cache->target) *
	    sizeof(void *);
	void **first = cache->floor + 1;
	void **words = slabi_backing_meta_alloc(backing, &size);

	if (!words) {
		cache->target = slabi_cache_capacity(cache);
		return;
	}
	cache->large = words;
	cache->large_size = size;
	slabi_cache_set_magazine(cache, words, cache->target);
	memcpy(cache->floor + 1, first, rounds * sizeof(*first));
	cache->magazine.top = cache->floor + rounds;
}

void *
slabi_exchange_overflow(struct slab_cache *cache, enum slabi_refusal *place)
{
	size_t n;

	if (slabi_cache_capacity(cache) < cache->target)
		grow(cache);
	if (cache->magazine.top < cache->ceiling)
		return NULL;
	n = leaving(cache);
	cache->flushes++;
	cache->overflowed = true;
	return give_below(cache, n, slabi_min(n,
	    slabi_cache_capacity(cache) - n), place);
}

/*
 * Rounds have a working set as slabs have one: those that were in the magazine
 * all through a period are idle.  Between visits as many as the window is wide
 * come and go.
 */
static void
note_rounds(struct slab_cache *cache, size_t rounds)
{
	size_t least = slabi_min(cache->least_rounds, rounds);

	if (cache->period != cache->layer.period.number) {
		cache->period = cache->layer.period.number;
		cache->idle_rounds = least > WINDOW ? least - WINDOW : 0;
		least = rounds;
	}
	cache->least_rounds = least;
}

/*
 * Give some idle rounds back, or they would keep their slabs from becoming
 * empty.  Slabs that become so have not been needed for as long as the rounds.
 */
static void
give_idle(struct slab_cache *cache, size_t rounds)
{
	struct slabi_layer *layer = &cache->layer;
	size_t n = slabi_min(cache->idle_rounds, IDLE_STEP);
	size_t empty = layer->lists.empty;

	/* The top round stays: slab_alloc_slow() is about to take it. */
	if (n >= rounds)
		n = cache->idle_rounds = slabi_max(rounds, 1) - 1;
	cache->idle_rounds -= n;
	/* The oldest, unless too many would have to move up. */
	flush(cache, n, slabi_min(rounds - n, IDLE_STEP));
	slabi_lists_add_surplus(&layer->lists, layer->lists.empty - empty);
}

void
slabi_exchange_tick(struct slab_cache *cache)
{
	size_t rounds = slabi_cache_rounds(cache);

	note_rounds(cache, rounds);
	if (cache->idle_rounds > 0)
		give_idle(cache, rounds);
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
