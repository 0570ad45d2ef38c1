/* SPDX-License-Identifier: MIT */
/* Owns how objects are taken out of slabs and given back. */
#include "layer/layer.h"

#include <assert.h>

void
slabi_layer_unlink(struct slabi_layer *layer, struct slab *slab)
{
	assert(slab->in_use == 0);
	slabi_system_leave(&layer->system, slab);
	slabi_working_set_forget(layer, slab);
	slabi_lists_remove(layer, slab);
	layer->carved -= slab->carved;
	layer->released++;
}

void
slabi_layer_release(struct slabi_layer *layer, struct slab *slab)
{
	slabi_layer_unlink(layer, slab);
	slabi_idle_destruct(layer, slab);
	slabi_system_drop(&layer->system, slab);
}

void
slabi_layer_account_taken(struct slabi_layer *layer, struct slab *slab, size_t n,
    void **out, ptrdiff_t step)
{
	layer->in_use += n;
	if (SLAB_UNLIKELY_(slab->purged_chunks > 0))
		slabi_idle_touch(layer, slab, n, out, step);
	if (slab->in_use > slab->class_max)
		slabi_lists_update(layer, slab);
}

/* The slab to take free objects from; NULL: no free bit is set. */
static struct slab *
choose(const struct slabi_layer *layer)
{
	if (layer->carved == layer->in_use)
		return NULL;
	if (layer->partial_classes != 0)
		return layer->partial[31 -
		    __builtin_clz(layer->partial_classes)];
	return layer->empty_first;
}

/* What is out is in use where the magazine is empty: reservations end there. */
static void
note_reached(struct slabi_layer *layer)
{
	if (layer->in_use >= layer->reserved)
		layer->reserved = 0;
}

void *
slabi_layer_take_one(struct slabi_layer *layer, bool *raw)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab *slab = choose(layer);
	void *object;

	note_reached(layer);
	if (!slab)
		return NULL;
	object = slabi_slab_take_one(slab, geometry, raw);
	slabi_layer_account_taken(layer, slab, 1, &object, 1);
	return object;
}

size_t
slabi_layer_take(struct slabi_layer *layer, size_t n, void **out,
    ptrdiff_t step, bool *raw)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t taken = 0;
	struct slab *slab;

	note_reached(layer);
	*raw = false;
	while ((taken == 0 || n - taken >= 64) && (slab = choose(layer))) {
		void **next = out + (ptrdiff_t)taken * step;
		size_t some = slabi_slab_take(slab, geometry, n - taken, next,
		    step);

		if (some == 0) /* the first free one is not constructed */
			break;
		slabi_layer_account_taken(layer, slab, some, next, step);
		taken += some;
	}
	if (taken > 0)
		return taken;
	*out = slabi_layer_take_one(layer, raw);
	if (*out)
		return 1;
	*raw = slabi_life_exists(&layer->life);
	return slabi_layer_carve(layer, *raw ? 1 : n, out, step);
}

void
slabi_layer_set_constructed(struct slabi_layer *layer, void *object)
{
	size_t index;
	struct slab *slab = slabi_system_find(&layer->system, object, &index);

	slabi_slab_set_constructed(slab, &layer->system.geometry, index, true);
}

bool
slabi_layer_is_constructed(const struct slabi_layer *layer, void *object)
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
    enum slabi_refusal *place)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t index;
	struct slab *slab = slabi_system_find(&layer->system, object, &index);

	if (!slab || (index >= slab->bits_ready &&
	    !slabi_slab_prepare_bits(slab, geometry, index)) ||
	    !slabi_slab_put(slab, geometry, index)) {
		*place = slabi_layer_state(layer, object);
		return false;
	}
	layer->in_use--;
	if (slab->in_use < slab->class_min)
		slabi_lists_update(layer, slab);
	slabi_working_set_trim(layer);
	return true;
}

/* Give back up to SLABI_BATCH objects; how many. */
static size_t
give_some(struct slabi_layer *layer, size_t n, void *const *objects)
{
	struct slab *changed[SLABI_BATCH + 1], **slab;
	size_t given = layer->system.calls->give(&layer->system, n, objects,
	    changed);

	layer->in_use -= given;
	for (slab = changed; *slab; slab++)
		slabi_lists_update(layer, *slab);
	return given;
}

size_t
slabi_layer_put(struct slabi_layer *layer, size_t n, void *const *objects,
    enum slabi_refusal *place)
{
	size_t done = 0;

	while (done < n) {
		size_t some = slabi_min(n - done, SLABI_BATCH);
		size_t given = give_some(layer, some, objects + done);

		done += given;
		if (given == some)
			continue;
		*place = slabi_layer_state(layer, objects[done]);
		break;
	}
	slabi_working_set_trim(layer);
	return done;
}

void
slabi_layer_reset(struct slabi_layer *layer)
{
	struct slab *slab;

	for (slab = layer->newest; slab; slab = slab->older) {
		slabi_slab_put_all(slab, &layer->system.geometry);
		slabi_lists_update(layer, slab);
	}
	layer->in_use = 0;
	slabi_working_set_trim(layer);
}

void
slabi_layer_end(struct slabi_layer *layer)
{
	slabi_working_set_finish(layer);
	while (layer->newest)
		slabi_layer_release(layer, layer->newest);
	slabi_map_shrink(&layer->system.map, &layer->system.backing);
}
