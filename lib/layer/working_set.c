/* SPDX-License-Identifier: MIT */
/*
 * Owns what goes back to the backing, and when (the working set of Bonwick,
 * "The Slab Allocator", USENIX Summer 1994, section 3.4).
 *
 * Time is cut into periods.  At the end of each, slabs that were empty all
 * through it are in excess, and partial slabs are searched for idle pages (see
 * idle_pages.c).  Neither is done at once: every visit of a slow path does a
 * step of bounded size.
 */
#include "base/os.h"
#include "layer/layer.h"

#define CLOCK_EVERY 16 /* visits per look at the clock */
#define PURGE_STEP ((size_t)128 << 10) /* bytes that one step purges */

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

	*period = (struct slabi_period){ .length = (uint64_t)seconds * 1000 };
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

/* May a slab go, or does a reservation need it? */
static bool
may_release(const struct slabi_layer *layer)
{
	size_t objects = layer->system.geometry.objects;

	return layer->lists.empty > 0 &&
	    (layer->lists.slabs - 1) * objects >= layer->reserved;
}

/* Up to here the memory of a slab that goes back is in use to the end. */
static size_t
header_end(const struct slabi_layer *layer, const struct slab *slab)
{
	return (size_t)((char *)slabi_slab_object(slab,
	    &layer->system.geometry, 0) -
	    slabi_slab_pages(slab, slabi_os.page_size));
}

/* How far into the block of a slab that goes back memory is to be purged. */
static size_t
touched(const struct slabi_layer *layer, const struct slab *slab)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t end = (size_t)((char *)slabi_slab_object(slab, geometry,
	    slab->carved) - slabi_slab_pages(slab, slabi_os.page_size));

	if (!layer->system.backing.calls.purge || slab->huge)
		return 0;
	return slabi_max(slab->populated, end) &
	    ~(slabi_os.page_size - 1);
}

static void
start_draining(struct slabi_layer *layer)
{
	struct slab *slab = layer->lists.empty_last;

	layer->lists.surplus--;
	if (!may_release(layer)) {
		layer->lists.surplus = 0;
		return;
	}
	slabi_layer_unlink(layer, slab);
	layer->period.draining = slab;
	layer->period.destructed = 0;
	layer->period.undrained = touched(layer, slab);
}

/* Do a part of giving a slab back; when all parts are done, drop it. */
static void
drain_step(struct slabi_layer *layer)
{
	const struct slabi_backing *backing = &layer->system.backing;
	struct slabi_period *period = &layer->period;
	struct slab *slab = period->draining;

	if (layer->system.geometry.has_ctor_bits &&
	    period->destructed < slabi_slab_ready_words(slab)) {
		slabi_idle_destruct_word(layer, slab, period->destructed++,
		    ~UINT64_C(0));
		return;
	}
	if (period->undrained >= header_end(layer, slab) + PURGE_STEP) {
		period->undrained -= PURGE_STEP;
		layer->purges++;
		slabi_backing_purge(backing,
		    slabi_slab_pages(slab, slabi_os.page_size) +
		    period->undrained, PURGE_STEP);
		return;
	}
	period->draining = NULL;
	slabi_system_drop(&layer->system, slab);
}

/* Release all slabs that are empty. */
static void
trim(struct slabi_layer *layer)
{
	while (may_release(layer))
		slabi_layer_release(layer, layer->lists.empty_last);
}

void
slabi_working_set_step(struct slabi_layer *layer)
{
	struct slabi_period *period = &layer->period;

	if (period->length == SLABI_NEVER || layer->pinned > 0)
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
		slabi_layer_release(layer, layer->lists.empty_last);
	for (slab = layer->lists.newest; slab; slab = slab->older)
		bytes += slabi_idle_sweep(layer, slab);
	return bytes + slabi_map_shrink(&layer->system.map,
	    &layer->system.backing);
}
