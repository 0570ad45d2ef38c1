/* SPDX-License-Identifier: MIT */
/* Owns how objects are taken out of slabs and given back. */
#include "slab_layer.h"

#include <assert.h>
#include <errno.h>

#include "error.h"
#include "os.h"

/*
 * Huge pages of AUTO: for a cache of so many bytes.  One is faulted in at
 * once, which takes long, and may stay unused.
 */
#define HUGE_FROM ((size_t)256 << 20)
#define HUGE_SIZE ((size_t)2 << 20)

#define TRIAL_FROM 64 /* slabs */

/* Pages are faulted in by blocks: 1/64 of what is in use, up to 32 KiB. */
#define POPULATE_SHARE 64
#define POPULATE_LEAST ((size_t)8 << 10)
#define POPULATE_MOST ((size_t)32 << 10)

static bool
wants_huge_pages(const struct slabi_layer *layer)
{
	size_t size;

	if (!layer->system.backing.huge ||
	    layer->huge_pages == SLAB_HUGE_PAGES_NEVER)
		return false;
	if (layer->huge_pages == SLAB_HUGE_PAGES_ALWAYS)
		return true;
	size = layer->system.geometry.slab_size;
	return size >= HUGE_SIZE && layer->slabs >= HUGE_FROM / size;
}

/* A slab is not idle. */
static inline void
stamp(const struct slabi_layer *layer, struct slab *slab)
{
	slab->stamp = layer->period.number * 2;
}

static struct slab *
make_slab(struct slabi_layer *layer)
{
	struct slab *slab = layer->system.calls->make(&layer->system,
	    wants_huge_pages(layer));

	if (!slab)
		return NULL;
	stamp(layer, slab);
	slabi_lists_add(layer, slab);
	layer->created++;
	return slab;
}

void
slabi_layer_unlink(struct slabi_layer *layer, struct slab *slab)
{
	assert(slab->out == 0);
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
	slabi_working_set_destruct(layer, slab);
	slabi_system_drop(&layer->system, slab);
}

/* Objects have been taken out of a slab. */
static void
settle(struct slabi_layer *layer, struct slab *slab, size_t n, void **out,
    ptrdiff_t step)
{
	layer->out += n;
	stamp(layer, slab);
	if (SLAB_UNLIKELY_(slab->purged_parts > 0))
		slabi_working_set_touch(layer, slab, n, out, step);
	slabi_lists_update(layer, slab);
	if (layer->empty < layer->period.least_empty)
		layer->period.least_empty = layer->empty;
}

/* The slab to take free objects from; NULL: no free bit is set. */
static struct slab *
choose(const struct slabi_layer *layer)
{
	if (layer->carved == layer->out)
		return NULL;
	if (layer->partial_classes != 0)
		return layer->partial[31 -
		    __builtin_clz(layer->partial_classes)];
	return layer->empty_first;
}

/* Fault in the memory of the objects carved from `begin` on, in one call. */
static void
populate(struct slabi_layer *layer, struct slab *slab, uint32_t begin)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t page = slabi_os.page_size;
	char *pages = slabi_slab_pages(slab, page);
	char *from = slabi_slab_object(slab, geometry, begin);
	char *to = slabi_slab_object(slab, geometry, slab->carved);
	size_t share = layer->carved * geometry->stride / POPULATE_SHARE;
	size_t start = (size_t)(from - pages) & ~(page - 1);
	size_t stop = slabi_round_up((size_t)(to - pages), page);
	size_t most = ((uintptr_t)slab->block + geometry->slab_size -
	    (uintptr_t)pages) & ~(page - 1);

	/* Of larger objects not all pages may ever be touched. */
	if (stop <= slab->populated || slab->huge ||
	    geometry->stride >= 2 * page || !layer->system.backing.populate)
		return;
	if (start < slab->populated)
		start = slab->populated;
	if (share >= POPULATE_LEAST) {
		share = slabi_smaller(share, POPULATE_MOST);
		stop = slabi_larger(stop, (start + share) & ~(page - 1));
		stop = slabi_smaller(stop, most);
		if (stop > start)
			layer->system.backing.populate(pages + start,
			    stop - start);
	}
	slab->populated = stop;
}

/* Take never-used objects. */
static size_t
carve(struct slabi_layer *layer, size_t n, void **out, ptrdiff_t step)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab *slab = layer->fresh;
	uint32_t begin;

	if (layer->out >= layer->limit) {
		slabi_fail(ENOMEM, "the limit of %zu objects is reached",
		    layer->limit);
		return 0;
	}
	if (!slab && !(slab = make_slab(layer)))
		return 0;
	n = slabi_smaller(n, layer->limit - layer->out);
	n = slabi_smaller(n, slabi_larger(POPULATE_MOST / geometry->stride, 1));
	begin = slab->carved;
	n = slabi_slab_carve(slab, geometry, n, out, step);
	layer->carved += n;
	if (slab->carved == geometry->objects)
		slabi_lists_unlink_fresh(layer, slab);
	populate(layer, slab, begin);
	settle(layer, slab, n, out, step);
	return n;
}

size_t
slabi_layer_take(struct slabi_layer *layer, size_t n, void **out,
    ptrdiff_t step, bool *raw)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t taken = 0;
	struct slab *slab;

	/* What is out is in use here, as the magazine is empty. */
	if (layer->out >= layer->reserved)
		layer->reserved = 0;
	*raw = false;
	while (taken < n && (slab = choose(layer))) {
		void **next = out + (ptrdiff_t)taken * step;
		size_t some = slabi_slab_take(slab, geometry, n - taken, next,
		    step);

		if (some == 0) { /* the first free one is not constructed */
			if (taken > 0)
				return taken;
			*out = slabi_slab_take_first(slab, geometry);
			*raw = true;
			some = 1;
		}
		settle(layer, slab, some, next, step);
		taken += some;
		if (*raw)
			return taken;
	}
	if (taken > 0)
		return taken;
	*raw = slabi_life_exists(&layer->life);
	return carve(layer, *raw ? 1 : n, out, step);
}

/* The slab and index of an object of the cache. */
static struct slab *
locate(const struct slabi_layer *layer, const void *object, size_t *index)
{
	struct slab *slab = layer->system.calls->find(&layer->system, object);

	*index = slabi_slab_index(slab, &layer->system.geometry,
	    (uintptr_t)object);
	return slab;
}

void
slabi_layer_set_made(struct slabi_layer *layer, void *object)
{
	size_t index;
	struct slab *slab = locate(layer, object, &index);

	slabi_slab_set_made(slab, &layer->system.geometry, index, true);
}

bool
slabi_layer_is_made(const struct slabi_layer *layer, void *object)
{
	size_t index;
	const struct slab *slab = locate(layer, object, &index);

	return slabi_slab_is_made(slab, &layer->system.geometry, index);
}

enum slabi_place
slabi_layer_place(const struct slabi_layer *layer, const void *address)
{
	size_t index;
	const struct slab *slab = locate(layer, address, &index);

	return slab ? slabi_slab_place(slab, &layer->system.geometry, index) :
	    SLABI_FOREIGN;
}

/* Give back up to SLABI_BATCH objects; how many. */
static size_t
give_some(struct slabi_layer *layer, size_t n, void *const *objects)
{
	struct slab *changed[SLABI_BATCH + 1];
	size_t n_changed, i;
	size_t given = layer->system.calls->give(&layer->system, n, objects,
	    layer->period.number * 2, changed, &n_changed);

	layer->out -= given;
	for (i = 0; i < n_changed; i++)
		slabi_lists_update(layer, changed[i]);
	return given;
}

size_t
slabi_layer_give(struct slabi_layer *layer, size_t n, void *const *objects,
    enum slabi_place *place)
{
	size_t done = 0;

	while (done < n) {
		size_t some = slabi_smaller(n - done, SLABI_BATCH);
		size_t given = give_some(layer, some, objects + done);

		done += given;
		if (given == some)
			continue;
		*place = slabi_layer_place(layer, objects[done]);
		break;
	}
	if (layer->period.length == 0)
		slabi_working_set_trim(layer);
	return done;
}

/*
 * Would the system give so many more slabs at all?  One by one it hands out
 * more than there is, and kills when they are touched.
 */
static bool
is_plausible(const struct slabi_layer *layer, size_t slabs)
{
	size_t size = layer->system.geometry.slab_size;
	void *trial;

	if (slabs > SIZE_MAX / 2 / size)
		return false;
	if (slabs < TRIAL_FROM || !layer->system.backing.populate)
		return true;
	trial = slabi_os.map(slabs * size);
	return trial && slabi_os.unmap(trial, slabs * size) == 0;
}

bool
slabi_layer_reserve(struct slabi_layer *layer, size_t objects)
{
	size_t wanted = objects / layer->system.geometry.objects + 1;
	size_t made = 0;

	if (wanted > layer->slabs &&
	    !is_plausible(layer, wanted - layer->slabs)) {
		slabi_fail(ENOMEM, "no memory for %zu objects", objects);
		return false;
	}
	while (layer->slabs * layer->system.geometry.objects < objects) {
		if (make_slab(layer)) {
			made++;
			continue;
		}
		for (; made > 0; made--)
			slabi_layer_release(layer, layer->newest);
		return false;
	}
	layer->reserved = slabi_larger(layer->reserved, objects);
	return true;
}

void
slabi_layer_reset(struct slabi_layer *layer)
{
	struct slab *slab;

	for (slab = layer->newest; slab; slab = slab->older) {
		slabi_slab_give_all(slab, &layer->system.geometry);
		stamp(layer, slab);
		slabi_lists_update(layer, slab);
	}
	layer->out = 0;
	if (layer->period.length == 0)
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
