/* SPDX-License-Identifier: MIT */
/* Owns how the calls on a shared cache are served, behind its hot paths. */
#include "cache/shared.h"

#include <assert.h>
#include <errno.h>

#include "base/arith.h"
#include "base/error.h"
#include "cache/misuse.h"
#include "cache/slot_hot.h"
#include "cache/slots.h"
#include "layer/slab_layer.h"
#include "layer/working_set.h"

/* With the lock of a layer goes the list, if it is held, or else a gate. */
static struct slabi_gate *
gate_of_lock(void)
{
	return slabi_gate_is_mine(&slabi_threads) ? &slabi_threads :
	    slabi_record_gate();
}

void
slabi_shared_lock(slab_cache *cache)
{
	slabi_gate_enter(gate_of_lock());
	pthread_mutex_lock(&cache->shared->layer_lock);
}

void
slabi_shared_unlock(slab_cache *cache)
{
	pthread_mutex_unlock(&cache->shared->layer_lock);
	slabi_gate_leave(gate_of_lock());
}

static void
report(slab_cache *cache, const struct slabi_refused *refused)
{
	if (refused->object)
		slabi_cache_misuse(cache, refused->why, refused->object);
}

/* Housekeeping ------------------------------------------------------------ */

/* A period has ended: what was idle all through it is to go. */
static void
note_period(slab_cache *cache, struct slabi_shared *shared)
{
	uint32_t number = cache->layer.period.number;

	if (atomic_load_explicit(&shared->period, memory_order_relaxed) ==
	    number)
		return;
	atomic_store(&shared->period, number);
	shared->idle = slabi_depot_start_period(&shared->depot);
	if (shared->number > 0)
		atomic_store(&shared->hand, atomic_load(&slabi_records));
}

/*
 * After every slow path: one step of the working set, some of the idle objects
 * of the depot to the slabs, some of the idle threads' rounds.
 */
static void
keep_house(slab_cache *cache)
{
	struct slabi_shared *shared = cache->shared;
	struct slabi_refused refused = { NULL, SLABI_IN_USE };
	size_t n;

	slabi_shared_lock(cache);
	if (slabi_working_set_is_asked(&cache->layer))
		shared->idle = SIZE_MAX;
	n = slabi_min(shared->idle, shared->batch);
	shared->idle -= n;
	if (n > 0)
		slabi_slots_lower_depot(cache, n, &refused);
	slabi_working_set_step(&cache->layer);
	note_period(cache, shared);
	slabi_shared_unlock(cache);
	slabi_slots_drain_some(cache, &refused);
	report(cache, &refused);
}

/* Taking ------------------------------------------------------------------- */

/* Put a raw object back, or count it as constructed. */
static bool
end_construction(slab_cache *cache, const struct slabi_taken *taken, int error)
{
	enum slabi_refusal why;

	slabi_shared_lock(cache);
	if (error == 0)
		slabi_layer_set_constructed(&cache->layer, taken);
	else
		slabi_layer_put_one(&cache->layer, taken->object, &why);
	slabi_shared_unlock(cache);
	if (error == 0)
		return true;
	slabi_fail(error, "the constructor failed with errno %d", error);
	return false;
}

/* From the slabs alone. */
static bool
take_directly(slab_cache *cache, struct slabi_taken *taken)
{
	struct slabi_sink sink = { &taken->object, 1, 1 };
	struct slabi_taken raw;
	bool done;

	slabi_shared_lock(cache);
	done = slabi_layer_take(&cache->layer, &sink, &raw) > 0;
	slabi_shared_unlock(cache);
	if (done && raw.raw)
		*taken = raw;
	return done;
}

/* In this thread's gate, take an object that may be raw. */
static bool
take(slab_cache *cache, struct slabi_taken *taken)
{
	struct slabi_slot *slot = slabi_slot_open(cache);

	*taken = (struct slabi_taken){ .raw = false };
	if (!slot)
		return take_directly(cache, taken);
	taken->object = slabi_slot_pop(slot);
	if (taken->object)
		return true;
	if (slabi_slot_refill(cache, slot, taken) == 0)
		return false;
	if (!taken->raw)
		taken->object = slabi_slot_pop(slot);
	return true;
}

static bool
take_in_gate(slab_cache *cache, struct slabi_taken *taken)
{
	struct slabi_gate *gate;
	bool done;

	if (cache->shared->number > 0)
		slabi_record_claim();
	gate = slabi_record_gate();
	slabi_gate_enter(gate);
	done = take(cache, taken);
	slabi_gate_leave(gate);
	return done;
}

/* The slabs have none: do the other threads, does the program's handler? */
static bool
find_some(slab_cache *cache, bool *drained)
{
	struct slabi_refused refused = { NULL, SLABI_IN_USE };
	int error = errno;

	if (error == ENOMEM && !*drained) {
		*drained = true;
		slabi_slots_drain(cache, &refused);
		report(cache, &refused);
		errno = error;
		return true;
	}
	return slabi_cache_handler_helps(cache);
}

static void *
fail(slab_cache *cache)
{
	slabi_shared_lock(cache);
	cache->failures++;
	slabi_shared_unlock(cache);
	return NULL;
}

static __attribute__((noinline)) void *
alloc_slow(slab_cache *cache)
{
	struct slabi_taken taken;
	bool drained = cache->shared->number == 0;

	while (!take_in_gate(cache, &taken))
		if (!find_some(cache, &drained))
			return fail(cache);
	if (taken.raw && !end_construction(cache, &taken,
	    slabi_life_begin(&cache->layer.life, taken.object,
	    cache->layer.system.geometry.size)))
		return fail(cache);
	keep_house(cache);
	slabi_cache_note_crossing(cache);
	return taken.object;
}

static void *
shared_alloc(slab_cache *cache)
{
	void *object = slabi_slot_alloc(cache->slot);

	return object ? object : alloc_slow(cache);
}

static size_t
shared_alloc_bulk(slab_cache *cache, size_t n, void **out)
{
	size_t done = slabi_slot_alloc_some(cache->slot, n, out);

	while (done < n && (out[done] = alloc_slow(cache))) {
		done++;
		done += slabi_slot_alloc_some(cache->slot, n - done,
		    out + done);
	}
	return done;
}

/* Giving back -------------------------------------------------------------- */

static void
put_directly(slab_cache *cache, void *object, struct slabi_refused *refused)
{
	slabi_shared_lock(cache);
	slabi_slots_put(cache, 1, &object, refused);
	slabi_shared_unlock(cache);
}

static void
put(slab_cache *cache, void *object, struct slabi_refused *refused)
{
	struct slabi_slot *slot = slabi_slot_open(cache);

	if (!slot)
		put_directly(cache, object, refused);
	else if (*(void **)atomic_load(&slot->top) == object)
		*refused = (struct slabi_refused){ object, SLABI_FREE };
	else
		slabi_slot_push(cache, slot, object, refused);
}

static __attribute__((noinline)) void
free_slow(slab_cache *cache, void *object)
{
	struct slabi_refused refused = { NULL, SLABI_IN_USE };
	struct slabi_gate *gate;
	int error = errno;

	if (cache->shared->number > 0)
		slabi_record_claim();
	gate = slabi_record_gate();
	slabi_gate_enter(gate);
	put(cache, object, &refused);
	slabi_gate_leave(gate);
	report(cache, &refused);
	keep_house(cache);
	errno = error;
}

static void
shared_free(slab_cache *cache, void *object)
{
	if (!slabi_slot_free(cache->slot, object))
		free_slow(cache, object);
}

static void
shared_free_bulk(slab_cache *cache, size_t n, void *const *objects)
{
	size_t done = slabi_slot_free_some(cache->slot, n, objects);

	while (done < n) {
		if (objects[done])
			shared_free(cache, objects[done]);
		done++;
		done += slabi_slot_free_some(cache->slot, n - done,
		    objects + done);
	}
}

/* The whole ---------------------------------------------------------------- */

static size_t
shared_rounds(const slab_cache *cache)
{
	return slabi_slots_rounds((slab_cache *)(uintptr_t)cache);
}

static void
shared_flush(slab_cache *cache)
{
	struct slabi_refused refused = { NULL, SLABI_IN_USE };

	slabi_slots_drain(cache, &refused);
	report(cache, &refused);
}

/* All rounds have just been given to the slabs; see slab_owns(). */
static bool
shared_holds(const slab_cache *cache, const void *address)
{
	(void)cache;
	(void)address;
	return false;
}

static const char *
shared_check(slab_cache *cache)
{
	const struct slabi_depot *depot = &cache->shared->depot;

	if (depot->low > depot->count || depot->count > depot->capacity)
		return "the depot's counts do not agree";
	return NULL;
}

const struct slabi_path slabi_path_shared = {
	.alloc = shared_alloc,
	.free = shared_free,
	.alloc_bulk = shared_alloc_bulk,
	.free_bulk = shared_free_bulk,
	.rounds = shared_rounds,
	.holds = shared_holds,
	.flush = shared_flush,
	.forget = slabi_slots_forget,
	.check = shared_check,
	.enter = slabi_shared_lock,
	.leave = slabi_shared_unlock,
};
