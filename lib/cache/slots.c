/* SPDX-License-Identifier: MIT */
/*
 * Owns the magazines of threads: their windows, how rounds come to them and
 * leave them.  All of it runs in the gate of the thread, see I13.
 */
#include "cache/slots.h"

#include <assert.h>
#include <string.h>

#include "base/arith.h"
#include "layer/slab_layer.h"

static void
store(_Atomic(uintptr_t) *place, void **word)
{
	atomic_store_explicit(place, (uintptr_t)word, memory_order_release);
}

static void **
top_of(const struct slabi_slot *slot)
{
	return (void **)(atomic_load_explicit(&slot->top,
	    memory_order_relaxed) & ~(uintptr_t)1);
}

static void
open_window(struct slabi_slot *slot, struct slabi_stock *stock)
{
	store(&slot->base, stock->floor);
	store(&slot->end, stock->ceiling);
	stock->open = true;
}

/*
 * Lay the magazine over words, of which the first ones are there to prefetch.
 */
static void
lay_over(struct slabi_stock *stock, void **words, size_t rounds)
{
	memset(words, 0, SLABI_SHARED_AHEAD * sizeof(*words));
	stock->floor = words + SLABI_SHARED_AHEAD - 1;
	stock->ceiling = stock->floor + rounds;
}

static void
begin_slot(slab_cache *cache, struct slabi_slot *slot,
    struct slabi_stock *stock)
{
	struct slabi_record *record = slabi_record_mine();

	lay_over(stock, stock->words, cache->shared->few);
	stock->portion = 1;
	store(&slot->top, stock->floor);
	slot->cache = cache;
	record->used = (uint32_t)slabi_max(record->used,
	    cache->shared->number + 1);
}

struct slabi_slot *
slabi_slot_open(slab_cache *cache)
{
	struct slabi_shared *shared = cache->shared;
	struct slabi_record *record = slabi_record_mine();
	struct slabi_slot *slot;
	struct slabi_stock *stock;

	if (shared->number == 0 || !record)
		return NULL;
	slot = &record->slots[shared->number];
	stock = slabi_slot_stock(record, slot);
	assert(!slot->cache || slot->cache == cache);
	if (!slot->cache)
		begin_slot(cache, slot, stock);
	else if (stock->emptied)
		store(&slot->top, stock->floor);
	stock->emptied = false;
	stock->period = atomic_load_explicit(&shared->period,
	    memory_order_relaxed);
	if (!stock->open)
		open_window(slot, stock);
	return slot;
}

void *
slabi_slot_pop(struct slabi_slot *slot)
{
	struct slabi_stock *stock = slabi_slot_stock(slabi_record_mine(), slot);
	void **top = top_of(slot);

	if (top == stock->floor)
		return NULL;
	store(&slot->top, top - 1);
	return *top;
}

/* Returns a block for a full-sized magazine, if credit and memory are there. */
static void **
get_block(slab_cache *cache, size_t *size)
{
	struct slabi_shared *shared = cache->shared;
	void **block;

	if (atomic_fetch_sub(&shared->credit, 1) <= 0) {
		atomic_fetch_add(&shared->credit, 1);
		return NULL;
	}
	*size = (SLABI_SHARED_AHEAD + 2 * (size_t)shared->batch) *
	    sizeof(void *);
	slabi_shared_lock(cache);
	block = slabi_backing_meta_alloc(&cache->layer.system.backing, size);
	if (block)
		cache->exchange.block_size += *size;
	slabi_shared_unlock(cache);
	if (!block)
		atomic_fetch_add(&shared->credit, 1);
	return block;
}

/* A thread that goes on using the cache gets a full-sized magazine. */
static void
grow(slab_cache *cache, struct slabi_slot *slot)
{
	struct slabi_shared *shared = cache->shared;
	struct slabi_stock *stock = slabi_slot_stock(slabi_record_mine(), slot);
	size_t rounds = (size_t)(top_of(slot) - stock->floor);
	void **first = stock->floor + 1, **block;

	if (stock->portion < shared->batch)
		stock->portion *= 2;
	if (stock->portion > shared->batch)
		stock->portion = shared->batch;
	if (stock->block || stock->portion <= shared->few)
		return;
	block = get_block(cache, &stock->block_size);
	if (!block)
		return;
	stock->block = block;
	lay_over(stock, block, 2 * (size_t)shared->batch);
	memcpy(stock->floor + 1, first, rounds * sizeof(*first));
	store(&slot->top, stock->floor + rounds);
	open_window(slot, stock);
}

/* Take from the slabs, under their lock, lowest address on top. */
static size_t
take_from_slabs(slab_cache *cache, void **first, size_t n,
    struct slabi_taken *raw)
{
	struct slabi_sink sink = { first + n - 1, -1, n };
	size_t got;

	slabi_shared_lock(cache);
	got = slabi_layer_take(&cache->layer, &sink, raw);
	if (got > 0)
		cache->exchange.refills++;
	slabi_shared_unlock(cache);
	if (got > 0 && got < n && !raw->raw)
		memmove(first, first + n - got, got * sizeof(*first));
	return got;
}

size_t
slabi_slot_refill(slab_cache *cache, struct slabi_slot *slot,
    struct slabi_taken *raw)
{
	struct slabi_stock *stock = slabi_slot_stock(slabi_record_mine(), slot);
	size_t room, n, got;

	grow(cache, slot);
	assert(top_of(slot) == stock->floor);
	room = (size_t)(stock->ceiling - stock->floor);
	n = slabi_min(stock->portion, (room + 1) / 2);
	raw->raw = false;
	got = slabi_depot_take(&cache->shared->depot, n, stock->floor + 1);
	if (got == 0)
		got = take_from_slabs(cache, stock->floor + 1, n, raw);
	if (got > 0 && !raw->raw)
		store(&slot->top, stock->floor + got);
	return got;
}

void
slabi_slots_put(slab_cache *cache, size_t n, void *const *objects,
    struct slabi_refused *refused)
{
	size_t done = 0;
	enum slabi_refusal why;

	while (done < n) {
		done += slabi_layer_put(&cache->layer, n - done,
		    objects + done, &why);
		if (done == n)
			break;
		if (!refused->object)
			*refused = (struct slabi_refused){ objects[done], why };
		done++;
	}
}

/* Make room: the older half goes to the depot, or else to the slabs. */
static void
overflow(slab_cache *cache, struct slabi_slot *slot, struct slabi_stock *stock,
    struct slabi_refused *refused)
{
	void **first = stock->floor + 1;
	size_t rounds = (size_t)(top_of(slot) - stock->floor);
	size_t n = (rounds + 1) / 2;

	if (!slabi_depot_put(&cache->shared->depot, n, first)) {
		slabi_shared_lock(cache);
		cache->exchange.flushes++;
		slabi_slots_put(cache, n, first, refused);
		slabi_shared_unlock(cache);
	}
	memmove(first, first + n, (rounds - n) * sizeof(*first));
	store(&slot->top, stock->floor + rounds - n);
}

void
slabi_slot_push(slab_cache *cache, struct slabi_slot *slot, void *object,
    struct slabi_refused *refused)
{
	struct slabi_stock *stock = slabi_slot_stock(slabi_record_mine(), slot);
	void **top = top_of(slot);

	if (top == stock->ceiling)
		grow(cache, slot);
	if (top_of(slot) == stock->ceiling)
		overflow(cache, slot, stock, refused);
	top = top_of(slot);
	assert(top < stock->ceiling);
	top[1] = object;
	store(&slot->top, top + 1);
}

void
slabi_slots_lower_depot(slab_cache *cache, size_t n,
    struct slabi_refused *refused)
{
	void *objects[SLABI_BATCH];

	while (n > 0) {
		size_t got = slabi_depot_take(&cache->shared->depot,
		    slabi_min(n, SLABI_BATCH), objects);

		if (got == 0)
			return;
		slabi_slots_put(cache, got, objects, refused);
		n -= got;
	}
}
