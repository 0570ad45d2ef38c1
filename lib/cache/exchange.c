/* SPDX-License-Identifier: MIT */
/*
 * Owns the memory of a magazine, and which rounds leave it for the slabs: those
 * that it has no room for, and idle ones.
 *
 *   floor            older than these          young            top   ceiling
 *     |                   | <- go when it is full --> | <-- stay --> |     |
 *
 * By default it has room for 1024 rounds at the most, of which half go and half
 * stay.  In a larger one, which users may ask for, no more go at a time.
 */
#include "base/arith.h"
#include "cache/exchange.h"
#include "layer/layer_check.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

#include <assert.h>
#include <string.h>

#define MAX_REFILL 128 /* rounds */
#define WINDOW 128 /* rounds up and down between two ticks */
#define OVERFLOW_WINDOW 16    /* rounds down to the next one after an overflow */
#define MAX_FLUSH 512 /* rounds that leave a full magazine at once */
#define MAX_DRAIN 1024 /* rounds that leave when a large batch is reused */
#define IDLE_STEP 1024 /* idle rounds that one tick returns */

void
slabi_exchange_end(struct slabi_exchange *exchange,
    const struct slabi_backing *backing)
{
	if (exchange->block)
		slabi_backing_meta_free(backing, exchange->block,
		    exchange->block_size);
}

/*
 * Put the borders of the hot paths around the top round.  slab_alloc_slow()
 * pops after this.  So the upper border is one nearer than the lower; otherwise
 * a program that moves exactly WINDOW rounds down and up would never reach the
 * slow path again.  After an overflow the way down is short, as what
 * slabi_exchange_drain_overflow() does is best done early.
 */
static void
move_window(struct slabi_exchange *exchange)
{
	slabi_magazine_open(&exchange->magazine,
	    exchange->overflowed ? OVERFLOW_WINDOW : WINDOW, WINDOW - 1);
}

void
slabi_exchange_begin(struct slabi_exchange *exchange, void **words,
    size_t rounds, size_t target)
{
	assert(rounds <= target);
	exchange->first_words = words;
	exchange->first_rounds = rounds;
	exchange->target = target;
	slabi_magazine_set(&exchange->magazine, words, rounds);
	move_window(exchange);
}

/* Returns how many rounds leave a full magazine: half of it. */
static size_t
flush_count(const struct slabi_exchange *exchange)
{
	return slabi_min((slabi_magazine_capacity(&exchange->magazine) + 1) / 2,
	    MAX_FLUSH);
}

/* A magazine that can still grow is filled; else there is room for frees. */
size_t
slabi_exchange_refill_count(const struct slabi_exchange *exchange)
{
	size_t capacity = slabi_magazine_capacity(&exchange->magazine);

	return slabi_min(capacity < exchange->target ? capacity :
	    flush_count(exchange), MAX_REFILL);
}

size_t
slabi_exchange_refill(struct slabi_exchange *exchange,
    struct slabi_layer *layer, struct slabi_taken *raw)
{
	struct slab_magazine *hot = &exchange->magazine.hot;
	size_t n = slabi_exchange_refill_count(exchange);
	void **first = hot->top + 1;
	struct slabi_sink sink = { first + n - 1, -1, n };
	size_t got;

	assert(hot->top == exchange->magazine.floor);
	assert(n > 0 && n <= slabi_magazine_room(&exchange->magazine)); /* I10 */
	got = slabi_layer_take(layer, &sink, raw);
	if (got == 0 || raw->raw)
		return got;
	if (got < n)
		memmove(first, first + n - got, got * sizeof(*first));
	hot->top += got;
	/* The caller pops one at least, or opens the window anew (I10). */
	assert(hot->base < hot->top && hot->top - 1 <= hot->end);
	return got;
}

/*
 * Give `n` rounds back, those below the `young` ones on top.  Returns the first
 * one that is refused; it is dropped, and those above it stay.
 */
static void *
give_below(struct slabi_exchange *exchange, struct slabi_layer *layer,
    size_t n, size_t young, enum slabi_refusal *why)
{
	struct slabi_magazine *magazine = &exchange->magazine;
	void **first = magazine->hot.top + 1 - young - n;
	size_t given;
	void *bad = NULL;

	assert(n + young <= slabi_magazine_rounds(magazine)); /* I10 */
	given = slabi_layer_put(layer, n, first, why);
	assert(given <= n);
	if (given < n)
		bad = first[given++];
	slabi_magazine_remove(magazine, given, n - given + young);
	move_window(exchange);
	return bad;
}

void *
slabi_exchange_flush(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why)
{
	return give_below(exchange, layer,
	    slabi_magazine_rounds(&exchange->magazine), 0, why);
}

/*
 * More has been freed than the magazine holds, and is now needed again.  What
 * is left follows it, or the last objects would come as they were freed:
 * handing them out in address order makes later walks over them faster.  Not
 * with a working period of 0: their slabs would be returned, and be needed
 * again.
 */
void *
slabi_exchange_drain_overflow(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why)
{
	bool drain = exchange->overflowed && layer->period.length > 0 &&
	    slabi_magazine_rounds(&exchange->magazine) <= MAX_DRAIN;
	void *bad = drain ? slabi_exchange_flush(exchange, layer, why) : NULL;

	/* What a refused object kept back follows in the next call. */
	if (!bad)
		exchange->overflowed = false;
	return bad;
}

void
slabi_exchange_restore(struct slabi_exchange *exchange, size_t n,
    void *const *objects)
{
	slabi_magazine_push(&exchange->magazine, n, objects);
	move_window(exchange);
}

void
slabi_exchange_forget(struct slabi_exchange *exchange)
{
	slabi_magazine_clear(&exchange->magazine);
	move_window(exchange);
}

/*
 * The first rounds have been full: move to a block with room for all that the
 * magazine may have.  Without memory for it the magazine stays as it is.
 */
static void
grow(struct slabi_exchange *exchange, const struct slabi_backing *backing)
{
	size_t size = slabi_magazine_words(exchange->target) * sizeof(void *);
	void **words = slabi_backing_meta_alloc(backing, &size);

	assert(!exchange->block);
	if (!words) {
		exchange->target = slabi_magazine_capacity(&exchange->magazine);
		return;
	}
	exchange->block = words;
	exchange->block_size = size;
	slabi_magazine_move(&exchange->magazine, words, exchange->target);
}

size_t
slabi_exchange_shrink(struct slabi_exchange *exchange,
    const struct slabi_backing *backing)
{
	size_t bytes = exchange->block_size;

	assert(slabi_magazine_rounds(&exchange->magazine) == 0);
	if (!exchange->block)
		return 0;
	slabi_magazine_set(&exchange->magazine, exchange->first_words,
	    exchange->first_rounds);
	move_window(exchange);
	slabi_exchange_end(exchange, backing);
	exchange->block = NULL;
	exchange->block_size = 0;
	return bytes;
}

void *
slabi_exchange_overflow(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why)
{
	const struct slabi_magazine *magazine = &exchange->magazine;
	size_t n, stay;

	if (slabi_magazine_capacity(magazine) < exchange->target)
		grow(exchange, &layer->system.backing);
	if (slabi_magazine_room(magazine) > 0)
		return NULL;
	n = flush_count(exchange);
	stay = slabi_min(n, slabi_magazine_capacity(magazine) - n);
	assert(n > 0); /* so there is room afterwards, refused or not */
	exchange->flushes++;
	exchange->overflowed = true;
	return give_below(exchange, layer, n, stay, why);
}

/* With --enable-debug=2, all slabs are checked at each tick. */
static void
check_layer(const struct slabi_layer *layer)
{
#if defined(SLABI_DEBUG) && SLABI_DEBUG >= 2
	assert(!slabi_layer_check(layer)); /* I4, I5 */
#else
	(void)layer;
#endif
}

/*
 * Rounds have a working set as slabs have one: those that were in the magazine
 * all through a period are idle.  Up to WINDOW rounds pass unseen between two
 * ticks, so that many never count as idle.
 */
static void
note_rounds(struct slabi_exchange *exchange, const struct slabi_layer *layer,
    size_t rounds)
{
	size_t least = slabi_min(exchange->least_rounds, rounds);

	if (exchange->period != layer->period.number) {
		exchange->period = layer->period.number;
		exchange->idle_rounds = least > WINDOW ? least - WINDOW : 0;
		least = rounds;
	}
	exchange->least_rounds = least;
}

/*
 * Give some idle rounds back, or they would keep their slabs from becoming
 * empty.  Slabs that become so have not been needed for as long as the rounds.
 */
static void *
give_idle(struct slabi_exchange *exchange, struct slabi_layer *layer,
    size_t rounds, enum slabi_refusal *why)
{
	size_t n = slabi_min(exchange->idle_rounds, IDLE_STEP);
	size_t empty = layer->lists.empty;
	void *bad;

	/* The top round stays: slab_alloc_slow() is about to take it. */
	if (n >= rounds)
		n = exchange->idle_rounds = slabi_max(rounds, 1) - 1;
	exchange->idle_rounds -= n;
	/* The oldest, unless too many would have to move up. */
	bad = give_below(exchange, layer, n, slabi_min(rounds - n, IDLE_STEP),
	    why);
	slabi_lists_add_surplus(&layer->lists, layer->lists.empty - empty);
	return bad;
}

void *
slabi_exchange_tick(struct slabi_exchange *exchange,
    struct slabi_layer *layer, enum slabi_refusal *why)
{
	size_t rounds = slabi_magazine_rounds(&exchange->magazine);
	void *bad = NULL;

	note_rounds(exchange, layer, rounds);
	if (SLAB_UNLIKELY_(slabi_working_set_is_asked(layer)))
		exchange->idle_rounds = rounds;
	if (exchange->idle_rounds > 0)
		bad = give_idle(exchange, layer, rounds, why);
	move_window(exchange);
	slabi_working_set_step(layer);
	check_layer(layer);
	return bad;
}
