/* SPDX-License-Identifier: MIT */
/*
 * Owns how the rounds of other threads are taken, whether these sleep or run.
 *
 * The window of the slot is closed, so that the next hot path fails; a barrier
 * in every thread orders that before what they do next; and a hot path that
 * began before has marked its slot.  When the mark is gone the rounds are ours.
 * The thread finds the window closed, goes the slow path, and opens it itself.
 */
#include <sched.h>
#include <string.h>

#include "base/os.h"
#include "cache/slots.h"

#define MAX_WAITS 20000 /* for a thread that is stopped within a hot path */
#define SOME_THREADS 2  /* that one step looks at */

static void
store(_Atomic(uintptr_t) *place, void **word)
{
	atomic_store_explicit(place, (uintptr_t)word, memory_order_release);
}

static uintptr_t
top_of(const struct slabi_slot *slot)
{
	return atomic_load_explicit(&slot->top, memory_order_acquire);
}

static size_t
rounds_of(const struct slabi_slot *slot, const struct slabi_stock *stock)
{
	uintptr_t top = top_of(slot) & ~(uintptr_t)1;

	return stock->emptied ? 0 : (size_t)((void **)top - stock->floor);
}

/* Is its thread one that may be in a hot path now? */
static bool
may_run(const struct slabi_record *record)
{
	return record != slabi_record_mine() && !record->dead;
}

/* Close the window.  Returns false if the thread may still be inside. */
static bool
close_window(struct slabi_record *record, struct slabi_slot *slot,
    struct slabi_stock *stock)
{
	int wait;

	store(&slot->base, stock->ceiling);
	store(&slot->end, stock->floor);
	stock->open = false;
	if (!may_run(record))
		return true;
	if (!slabi_os.barrier()) {
		store(&slot->base, stock->floor);
		store(&slot->end, stock->ceiling);
		stock->open = true;
		return false;
	}
	for (wait = 0; top_of(slot) & 1; wait++) {
		if (wait == MAX_WAITS)
			return false;
		sched_yield();
	}
	return true;
}

/* Give back the block of a magazine without rounds. */
static void
drop_block(slab_cache *cache, struct slabi_stock *stock)
{
	struct slabi_shared *shared = cache->shared;

	if (!stock->block)
		return;
	cache->exchange.block_size -= stock->block_size;
	slabi_backing_meta_free(&cache->layer.system.backing, stock->block,
	    stock->block_size);
	stock->block = NULL;
	atomic_fetch_add(&shared->credit, 1);
	stock->floor = stock->words + SLABI_SHARED_AHEAD - 1;
	stock->ceiling = stock->floor + shared->few;
	stock->portion = 1;
}

/* Take the rounds of one slot whose gate the caller is in. */
static void
drain_slot(slab_cache *cache, struct slabi_record *record,
    struct slabi_slot *slot, struct slabi_refused *refused)
{
	struct slabi_stock *stock = slabi_slot_stock(record, slot);

	if (rounds_of(slot, stock) == 0 && !stock->block)
		return;
	if (!close_window(record, slot, stock))
		return;
	slabi_shared_lock(cache);
	slabi_slots_put(cache, rounds_of(slot, stock), stock->floor + 1,
	    refused);
	drop_block(cache, stock);
	slabi_shared_unlock(cache);
	stock->emptied = true;
}

/* The caller holds the list. */
static void
drain_record(slab_cache *cache, struct slabi_record *record, bool idle_only,
    struct slabi_refused *refused)
{
	struct slabi_slot *slot = &record->slots[cache->shared->number];
	uint32_t now = atomic_load_explicit(&cache->shared->period,
	    memory_order_relaxed);

	slabi_gate_enter(&record->gate);
	if (slot->cache == cache && (!idle_only ||
	    now - slabi_slot_stock(record, slot)->period > 1))
		drain_slot(cache, record, slot, refused);
	slabi_gate_leave(&record->gate);
}

/* In a callback of a backing the order of locks forbids to take the list. */
static bool
enter_list(void)
{
	if (!slabi_gate_is_mine(&slabi_threads) &&
	    slabi_gate_is_mine(slabi_record_gate()))
		return false;
	slabi_gate_enter(&slabi_threads);
	return true;
}

void
slabi_slots_drain(slab_cache *cache, struct slabi_refused *refused)
{
	struct slabi_record *record;

	if (cache->shared->number == 0 || !enter_list())
		return;
	for (record = atomic_load(&slabi_records); record;
	    record = record->next)
		drain_record(cache, record, false, refused);
	slabi_gate_leave(&slabi_threads);
	slabi_shared_lock(cache);
	slabi_slots_lower_depot(cache, SIZE_MAX, refused);
	slabi_shared_unlock(cache);
}

void
slabi_slots_drain_some(slab_cache *cache, struct slabi_refused *refused)
{
	struct slabi_shared *shared = cache->shared;
	struct slabi_record *record;
	int n;

	if (!atomic_load_explicit(&shared->hand, memory_order_relaxed) ||
	    slabi_gate_is_mine(slabi_record_gate()) ||
	    !slabi_gate_try(&slabi_threads))
		return;
	record = atomic_load(&shared->hand);
	for (n = 0; record && n < SOME_THREADS; n++) {
		drain_record(cache, record, true, refused);
		record = record->next;
	}
	atomic_store(&shared->hand, record);
	slabi_gate_leave(&slabi_threads);
}

void
slabi_slots_forget(slab_cache *cache)
{
	struct slabi_record *record;
	struct slabi_slot *slot;
	struct slabi_stock *stock;
	void *objects[SLABI_BATCH];

	slabi_gate_enter(&slabi_threads);
	for (record = atomic_load(&slabi_records);
	    record && cache->shared->number > 0; record = record->next) {
		slot = &record->slots[cache->shared->number];
		stock = slabi_slot_stock(record, slot);
		slabi_gate_enter(&record->gate);
		if (slot->cache == cache) {
			/*
			 * Nobody else is in a call: the window can be closed.
			 */
			store(&slot->base, stock->ceiling);
			store(&slot->end, stock->floor);
			stock->open = false;
			stock->emptied = true;
		}
		slabi_gate_leave(&record->gate);
	}
	slabi_gate_leave(&slabi_threads);
	while (slabi_depot_take(&cache->shared->depot, SLABI_BATCH,
	    objects) > 0)
		;
}

/* Make a slot as it was before its first use. */
static void
clear_slot(struct slabi_slot *slot, struct slabi_stock *stock)
{
	atomic_store(&slot->top, 0);
	atomic_store(&slot->base, 0);
	atomic_store(&slot->end, 0);
	slot->cache = NULL;
	memset(stock, 0, sizeof(*stock));
}

void
slabi_slots_clear(slab_cache *cache)
{
	struct slabi_refused refused = { NULL, SLABI_IN_USE };
	struct slabi_record *record;

	slabi_gate_enter(&slabi_threads);
	for (record = atomic_load(&slabi_records); record;
	    record = record->next) {
		struct slabi_slot *slot = &record->slots[cache->shared->number];
		struct slabi_stock *stock = slabi_slot_stock(record, slot);

		slabi_gate_enter(&record->gate);
		if (slot->cache == cache) {
			/* Some are left where there is no barrier. */
			slabi_slots_put(cache, rounds_of(slot, stock),
			    stock->floor + 1, &refused);
			drop_block(cache, stock);
			clear_slot(slot, stock);
		}
		slabi_gate_leave(&record->gate);
	}
	slabi_gate_leave(&slabi_threads);
}

size_t
slabi_slots_rounds(slab_cache *cache)
{
	size_t rounds = slabi_depot_count(&cache->shared->depot);
	struct slabi_record *record;

	if (cache->shared->number == 0 || !enter_list())
		return rounds;
	for (record = atomic_load(&slabi_records); record;
	    record = record->next) {
		struct slabi_slot *slot = &record->slots[cache->shared->number];

		slabi_gate_enter(&record->gate);
		if (slot->cache == cache)
			rounds += rounds_of(slot, slabi_slot_stock(record,
			    slot));
		slabi_gate_leave(&record->gate);
	}
	slabi_gate_leave(&slabi_threads);
	return rounds;
}

/* Rounds that the slabs refuse stay in the depot, to be reported by others. */
static void
end_slot(struct slabi_record *record, struct slabi_slot *slot)
{
	struct slabi_stock *stock = slabi_slot_stock(record, slot);
	slab_cache *cache = slot->cache;
	struct slabi_refused refused = { NULL, SLABI_IN_USE };
	size_t n = rounds_of(slot, stock);

	if (!slabi_depot_put(&cache->shared->depot, n, stock->floor + 1)) {
		slabi_shared_lock(cache);
		slabi_slots_put(cache, n, stock->floor + 1, &refused);
		slabi_shared_unlock(cache);
		if (refused.object)
			slabi_depot_put(&cache->shared->depot, 1,
			    &refused.object);
	}
	slabi_shared_lock(cache);
	drop_block(cache, stock);
	slabi_shared_unlock(cache);
	clear_slot(slot, stock);
}

void
slabi_slots_end_thread(struct slabi_record *record)
{
	uint32_t number;

	slabi_gate_enter(&record->gate);
	for (number = 1; number < record->used; number++)
		if (record->slots[number].cache)
			end_slot(record, &record->slots[number]);
	record->used = 0;
	slabi_gate_leave(&record->gate);
}
