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
#define PURGE_STEP ((size_t)128 << 10) /* bytes that one step purges */

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

	*period = (struct slabi_period){
		.length = (uint64_t)seconds * 1000,
		.reaps_asked = atomic_load(&reaps_asked),
	};
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
static void
look_at_clock(struct slabi_layer *layer)
{
	uint64_t now, ends = layer->period.ends;

	if (!slabi_os.now(&now))
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

/* Returns how far from the first page a slab has memory that is purged. */
static size_t
touched_end(const struct slabi_layer *layer, const struct slab *slab)
{
	size_t carved = slabi_slab_page_offset(slab, slabi_slab_object(slab,
	    &layer->system.geometry, slab->carved));

	if (!layer->system.backing.calls.purge || slab->huge)
		return 0;
	return slabi_page_down(slabi_max(slab->populated, carved));
}

static void
start_draining(struct slabi_layer *layer)
{
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
	layer->period.undrained = touched_end(layer, slab);
}

/* Do a part of releasing a slab; when all parts are done, drop it. */
static void
drain_step(struct slabi_layer *layer)
{
	const struct slabi_backing *backing = &layer->system.backing;
	struct slabi_period *period = &layer->period;
	struct slab *slab = period->draining;

	if (layer->system.geometry.has_ctor_bits &&
	    period->destructed < slabi_slab_ready_words(slab)) {
		slabi_destruct_word(layer, slab, period->destructed++,
		    ~UINT64_C(0));
		return;
	}
	if (period->undrained >= header_end(layer, slab) + PURGE_STEP) {
		period->undrained -= PURGE_STEP;
		layer->purges++;
		slabi_backing_purge(backing,
		    slabi_slab_first_page(slab) + period->undrained,
		    PURGE_STEP);
		return;
	}
	period->draining = NULL;
	slabi_supply_drop(layer, slab);
}

/* Release all slabs that are empty. */
static void
trim(struct slabi_layer *layer)
{
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
		slabi_idle_sweep(layer, slab);
}

void
slabi_working_set_step(struct slabi_layer *layer)
{
	struct slabi_period *period = &layer->period;

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
		look_at_clock(layer);
	}
}

void
slabi_working_set_finish(struct slabi_layer *layer)
{
	while (layer->period.draining)
		drain_step(layer);
}

size_t
slabi_working_set_reap(struct slabi_layer *layer)
{
	size_t size = layer->system.geometry.slab_size;
	size_t bytes = layer->period.draining ? size : 0;
	struct slab *slab;

	if (layer->pinned > 0)
		return 0;
	layer->reserved = 0;
	slabi_working_set_finish(layer);
	for (; layer->lists.empty > 0; bytes += size)
		slabi_supply_release(layer, layer->lists.empty_last);
	for (slab = layer->lists.newest; slab; slab = slab->older)
		bytes += slabi_idle_sweep(layer, slab);
	bytes += slabi_map_shrink(&layer->system.map,
	    &layer->system.backing);
	slabi_quota_settle(layer);
	return bytes;
}
