/* SPDX-License-Identifier: MIT */
/* Owns how objects are taken out of slabs and put back. */
#include "layer/slab_layer.h"

#include <assert.h>
#include <errno.h>

#include "base/arith.h"
#include "base/error.h"
#include "layer/idle_pages.h"
#include "layer/populate.h"
#include "layer/supply.h"
#include "layer/working_set.h"
#include "slab/slab_pages.h"

/* Account for `n` objects that a slab has put into the sink at `from`. */
static inline void
account_taken(struct slabi_layer *layer, struct slab *slab, size_t n,
    struct slabi_sink from)
{
	layer->lists.in_use += n;
	if (SLAB_UNLIKELY_(slab->purged_chunks > 0))
		slabi_idle_revive(layer, slab, n, from);
	if (slab->in_use > slab->class_max)
		slabi_lists_update(&layer->lists, &layer->system.geometry,
		    slab);
	assert(layer->lists.in_use <= layer->lists.carved); /* I5 */
}

/* Returns whether the budget allows memory for objects on purged pages. */
static inline bool
may_revive(struct slabi_layer *layer, const struct slab *slab, size_t n)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t chunk = (size_t)1 << geometry->purge_shift;
	size_t most = slabi_slab_purged_bytes(slab, geometry);
	size_t each = slabi_round_up(geometry->stride, chunk) + chunk;

	return !layer->account || most == 0 || slabi_quota_admit(layer,
	    n < most / each ? n * each : most);
}

bool
slabi_layer_take_one(struct slabi_layer *layer, struct slabi_taken *taken)
{
	struct slab *slab;

	slabi_supply_note_in_use(layer);
	if (!slabi_lists_has_free(&layer->lists) ||
	    layer->lists.in_use >= layer->limit)
		return false;
	slab = slabi_lists_choose(&layer->lists);
	if (layer->account && !may_revive(layer, slab, 1))
		return false;
	*taken = slabi_slab_take_one(slab, &layer->system.geometry);
	account_taken(layer, slab, 1, (struct slabi_sink){
	    .next = &taken->object });
	return true;
}

/* Returns how many of `n` never-used objects the budget allows. */
static size_t
admit(struct slabi_layer *layer, size_t n)
{
	while (n > 0 && !slabi_quota_admit_objects(layer, n, 0))
		n /= 2;
	return n;
}

/*
 * Take never-used objects, just one if it has to be constructed.  Returns how
 * many, or 0 with errno.
 */
static size_t
carve(struct slabi_layer *layer, struct slabi_sink *sink,
    struct slabi_taken *raw)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab *slab = slabi_supply_fresh(layer);
	struct slabi_sink from = *sink;
	size_t n;

	if (!slab || (layer->account && admit(layer, 1) == 0))
		return 0;
	assert(layer->lists.carved == layer->lists.in_use); /* I6 */
	*raw = (struct slabi_taken){
		.object = slabi_slab_object(slab, geometry, slab->carved),
		.slab = slab,
		.index = slab->carved,
		.raw = slabi_life_exists(&layer->life),
	};
	n = slabi_min(raw->raw ? 1 : sink->left,
	    slabi_populate_carvable(layer, slab));
	if (layer->account)
		n = admit(layer, n);
	if (n == 0) {
		raw->raw = false;
		return 0;
	}
	n = slabi_slab_carve(slab, geometry, n, sink);
	slabi_lists_add_carved(&layer->lists, geometry, slab, n);
	account_taken(layer, slab, n, from);
	if (layer->account)
		slabi_quota_settle(layer);
	return n;
}

/* Take freed objects: whole words of them, and at least one if there is one. */
static void
take_freed(struct slabi_layer *layer, struct slabi_sink *sink)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab *slab;
	size_t n;

	do {
		struct slabi_sink from = *sink;

		slab = slabi_lists_choose(&layer->lists);
		if (layer->account && !may_revive(layer, slab, sink->left))
			break;
		n = slabi_slab_take(slab, geometry, sink);
		if (n == 0) /* the first free one is not constructed */
			break;
		account_taken(layer, slab, n, from);
	} while (sink->left >= 64 && slabi_lists_has_free(&layer->lists));
}

size_t
slabi_layer_take(struct slabi_layer *layer, struct slabi_sink *sink,
    struct slabi_taken *raw)
{
	size_t wanted;

	slabi_supply_note_in_use(layer);
	raw->raw = false;
	if (layer->lists.in_use >= layer->limit) {
		layer->limit_hits++;
		slabi_fail(ENOMEM, "the limit of %zu objects is reached",
		    layer->limit);
		return 0;
	}
	wanted = sink->left = slabi_min(sink->left,
	    layer->limit - layer->lists.in_use);
	if (!slabi_lists_has_free(&layer->lists))
		return carve(layer, sink, raw);
	take_freed(layer, sink);
	if (sink->left == wanted && slabi_layer_take_one(layer, raw)) {
		*sink->next = raw->object;
		sink->next += sink->step;
		sink->left--;
	}
	/* 0: the budget does not allow the freed ones that are there. */
	return wanted - sink->left;
}

void
slabi_layer_set_constructed(struct slabi_layer *layer,
    const struct slabi_taken *taken)
{
	assert(taken->raw); /* I7 */
	layer->life.constructed++;
	slabi_slab_set_constructed(taken->slab, &layer->system.geometry,
	    taken->index, true);
}

bool
slabi_layer_is_constructed(const struct slabi_layer *layer,
    const void *object)
{
	size_t index;
	const struct slab *slab = slabi_system_find(&layer->system, object,
	    &index);

	return slabi_slab_is_constructed(slab, &layer->system.geometry, index);
}

enum slabi_refusal
slabi_layer_state(const struct slabi_layer *layer, const void *address)
{
	size_t index;
	const struct slab *slab = slabi_system_find(&layer->system, address,
	    &index);

	return slab ? slabi_slab_state(slab, &layer->system.geometry, index) :
	    SLABI_FOREIGN;
}

bool
slabi_layer_put_one(struct slabi_layer *layer, void *object,
    enum slabi_refusal *why)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t index;
	struct slab *slab = slabi_system_find(&layer->system, object, &index);

	if (!slab || (index >= slab->bits_ready &&
	    !slabi_slab_prepare_bits(slab, geometry, index)) ||
	    !slabi_slab_put(slab, geometry, index)) {
		*why = slabi_layer_state(layer, object);
		return false;
	}
	assert(layer->lists.in_use > 0); /* I5 */
	layer->lists.in_use--;
	slabi_slab_verify(slab, geometry);
	if (slab->in_use < slab->class_min)
		slabi_lists_update(&layer->lists, geometry, slab);
	return true;
}

/* Put up to SLABI_BATCH objects back.  Returns how many were accepted. */
static size_t
put_some(struct slabi_layer *layer, size_t n, void *const *objects)
{
	struct slab *changed[SLABI_BATCH + 1], **slab;
	size_t done = layer->system.put(&layer->system, n, objects, changed);

	assert(layer->lists.in_use >= done); /* I5 */
	layer->lists.in_use -= done;
	for (slab = changed; *slab; slab++) {
		slabi_lists_update(&layer->lists, &layer->system.geometry,
		    *slab);
		slabi_slab_verify(*slab, &layer->system.geometry);
	}
	return done;
}

size_t
slabi_layer_put(struct slabi_layer *layer, size_t n, void *const *objects,
    enum slabi_refusal *why)
{
	size_t done = 0;

	while (done < n) {
		size_t some = slabi_min(n - done, SLABI_BATCH);
		size_t accepted = put_some(layer, some, objects + done);

		done += accepted;
		if (accepted == some)
			continue;
		*why = slabi_layer_state(layer, objects[done]);
		break;
	}
	return done;
}

void
slabi_layer_reset(struct slabi_layer *layer)
{
	struct slab *slab;

	for (slab = layer->lists.newest; slab; slab = slab->older) {
		slabi_slab_put_all(slab, &layer->system.geometry);
		slabi_lists_update(&layer->lists, &layer->system.geometry,
		    slab);
	}
	layer->lists.in_use = 0;
	assert(layer->lists.empty == layer->lists.slabs); /* I4, I5 */
}

void
slabi_layer_end(struct slabi_layer *layer)
{
	slabi_working_set_finish(layer);
	while (layer->lists.newest)
		slabi_supply_release(layer, layer->lists.newest);
	slabi_map_shrink(&layer->system.map, &layer->system.backing);
	slabi_quota_leave(layer);
}
