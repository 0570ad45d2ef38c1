/* SPDX-License-Identifier: MIT */
/*
 * Owns which memory is released to the backing, and when (the working set of
 * Bonwick, "The Slab Allocator", USENIX Summer 1994, section 3.4).
 *
 * Time is cut into periods.  At the end of each, the slabs that were empty all
 * through it become the surplus, and partial slabs are searched for idle pages
 * (see idle_pages.c).  Neither is done at once: every visit of a slow path does
 * a step of bounded size.
 */
#include "layer/working_set.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/arith.h"
#include "layer/destruct.h"
#include "layer/idle_pages.h"
#include "layer/supply.h"
#include "slab/slab_pages.h"

#define CLOCK_EVERY 16 /* visits per look at the clock */
#define PURGE_STEP ((size_t)512 << 10) /* bytes that one step purges */

/* How often all caches have been asked to release what is idle. */
static atomic_uint reaps_asked;

void
slabi_working_set_ask_all(void)
{
	atomic_fetch_add(&reaps_asked, 1);
}

bool
slabi_working_set_is_asked(const struct slabi_layer *layer)
{
	return layer->period.reaps_asked != atomic_load_explicit(&reaps_asked,
	    memory_order_relaxed);
}

static void
start_period(struct slabi_layer *layer, uint64_t now)
{
	struct slabi_period *period = &layer->period;

	period->ends = now + period->length;
	period->number++;
	slabi_lists_start_period(&layer->lists);
}

void
slabi_working_set_begin(struct slabi_layer *layer, unsigned seconds)
{
	struct slabi_period *period = &layer->period;
	uint64_t now;

	slabi_working_set_finish(layer);
	period->length = (uint64_t)seconds * 1000;
	period->reaps_asked = atomic_load(&reaps_asked);
	if (seconds == SLAB_PERIOD_NEVER ||
	    (layer->system.backing.fixed && seconds > 0))
		period->length = SLABI_NEVER;
	else if (seconds > 0)
		start_period(layer, slabi_os.now(&now) ? now : 0);
}

static void
end_period(struct slabi_layer *layer, uint64_t now)
{
	slabi_lists_end_period(&layer->lists);
	start_period(layer, now);
}

/* A clock that was set back starts the period anew; one that fails is none. */
void
slabi_working_set_read_clock(struct slabi_layer *layer)
{
	uint64_t now, ends = layer->period.ends;

	if (layer->period.length == 0 || layer->period.length == SLABI_NEVER ||
	    !slabi_os.now(&now))
		return;
	if (now >= ends)
		end_period(layer, now);
	else if (now + layer->period.length < ends)
		start_period(layer, now);
}

/* Search a part of the slab that the hand is on. */
static void
sweep_step(struct slabi_layer *layer)
{
	struct slab *slab = layer->lists.hand;

	if (slabi_idle_sweep_some(layer, slab))
		layer->lists.hand = slab->older;
}

/* The header stays readable until the block is freed: purge only above this. */
static size_t
header_end(const struct slabi_layer *layer, const struct slab *slab)
{
	return slabi_slab_page_offset(slab, slabi_slab_object(slab,
	    &layer->system.geometry, 0));
}

static void
start_draining(struct slabi_layer *layer)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab *slab = layer->lists.empty_last;

	assert(layer->lists.surplus <= layer->lists.empty); /* I11 */
	layer->lists.surplus--;
	if (!slabi_supply_may_release(layer)) {
		layer->lists.surplus = 0;
		return;
	}
	slabi_supply_unlink(layer, slab);
	layer->period.draining = slab;
	layer->period.destructed = 0;
	layer->period.undrained = slabi_slab_touched_end(slab, geometry);
}

/* Purge the last pages of a slab that have not been. */
static void
drain_pages(struct slabi_layer *layer)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slabi_period *period = &layer->period;
	const struct slab *slab = period->draining;
	size_t end = period->undrained;

	period->undrained -= PURGE_STEP;
	if (!slabi_backing_purge(&layer->system.backing,
	    slabi_slab_first_page(slab) + period->undrained, PURGE_STEP))
		return;
	layer->purges++;
	layer->returned += slabi_slab_touched_bytes(slab, geometry, end) -
	    slabi_slab_touched_bytes(slab, geometry, period->undrained);
}

/* Do a part of releasing a slab; when all parts are done, drop it. */
static void
drain_step(struct slabi_layer *layer)
{
	struct slabi_period *period = &layer->period;
	struct slab *slab = period->draining;

	if (layer->system.geometry.has_ctor_bits &&
	    period->destructed < slabi_slab_ready_words(slab)) {
		/* A destructor may not return: what is left of it follows. */
		slabi_destruct_word(layer, slab, period->destructed,
		    ~UINT64_C(0));
		period->destructed++;
		return;
	}
	if (layer->system.backing.calls.purge && !slab->huge &&
	    period->undrained >= header_end(layer, slab) + PURGE_STEP) {
		drain_pages(layer);
		return;
	}
	period->draining = NULL;
	slabi_supply_drop(layer, slab, period->undrained);
}

/* Release all slabs that are empty. */
static void
trim(struct slabi_layer *layer)
{
	slabi_working_set_finish(layer);
	while (slabi_supply_may_release(layer))
		slabi_supply_release(layer, layer->lists.empty_last);
}

/* As slab_reap(), but what is reserved stays. */
static void
follow_request(struct slabi_layer *layer)
{
	size_t reserved = layer->reserved;
	struct slab *slab;

	layer->period.reaps_asked = atomic_load(&reaps_asked);
	slabi_working_set_finish(layer);
	while (slabi_supply_may_release(layer))
		slabi_supply_release(layer, layer->lists.empty_last);
	for (slab = layer->lists.newest; slab && reserved == 0;
	    slab = slab->older)
		slabi_idle_sweep(layer, slab, 0);
}

bool
slabi_working_set_is_due(const struct slabi_layer *layer)
{
	const struct slabi_period *period = &layer->period;

	if (layer->pinned > 0)
		return false;
	if (slabi_working_set_is_asked(layer))
		return true;
	if (period->length == SLABI_NEVER)
		return false;
	if (period->length == 0)
		return slabi_supply_may_release(layer);
	return period->draining || layer->lists.surplus > 0 ||
	    layer->lists.hand;
}

void
slabi_working_set_step(struct slabi_layer *layer)
{
	struct slabi_period *period = &layer->period;

	if (layer->account)
		slabi_quota_settle(layer);
	if (layer->pinned > 0)
		return;
	if (slabi_working_set_is_asked(layer))
		follow_request(layer);
	if (period->length == SLABI_NEVER)
		return;
	if (period->length == 0) {
		trim(layer);
	} else if (period->draining) {
		drain_step(layer);
	} else if (layer->lists.surplus > 0) {
		start_draining(layer);
	} else if (layer->lists.hand) {
		sweep_step(layer);
	} else if (++period->visits % CLOCK_EVERY == 0) {
		slabi_working_set_read_clock(layer);
	}
}

void
slabi_working_set_finish(struct slabi_layer *layer)
{
	while (layer->period.draining)
		drain_step(layer);
}

/* Release the empty slabs but for room for `keep` objects. */
static void
release_empty(struct slabi_layer *layer, size_t keep)
{
	const struct slab *slab = layer->lists.empty_first;
	size_t kept = 0;

	for (; slab && keep > 0; slab = slab->next) {
		size_t purged = slabi_slab_purged_bytes(slab,
		    &layer->system.geometry);

		keep -= slabi_min(keep, slab->carved -
		    purged / layer->system.geometry.stride);
		kept++;
	}
	while (layer->lists.empty > kept)
		slabi_supply_release(layer, layer->lists.empty_last);
}

size_t
slabi_working_set_reap(struct slabi_layer *layer, size_t keep)
{
	uint64_t before = layer->returned;
	struct slab *slab;

	if (layer->pinned > 0)
		return 0;
	layer->reserved = 0;
	slabi_working_set_finish(layer);
	for (slab = layer->lists.newest; slab; slab = slab->older)
		keep -= slabi_idle_sweep(layer, slab,
		    slab->in_use > 0 ? keep : 0);
	release_empty(layer, keep);
	layer->returned += slabi_map_shrink(&layer->system.map,
	    &layer->system.backing);
	slabi_quota_settle(layer);
	return (size_t)(layer->returned - before);
}
