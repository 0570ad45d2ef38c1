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

/*
 * Pages are faulted in before they are touched, in blocks that grow with what
 * is in use: 8 KiB at the least, 32 KiB at the most, between them half of it
 * up to 16 KiB, then an eighth, and from 1 MiB on 1/64.
 */
#define POPULATE_LEAST ((size_t)8 << 10)
#define POPULATE_SOON ((size_t)16 << 10)
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

static struct slab *
make_slab(struct slabi_layer *layer)
{
	struct slab *slab = layer->system.calls->make(&layer->system,
	    wants_huge_pages(layer));

	if (!slab)
		return NULL;
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
	slabi_idle_destruct(layer, slab);
	slabi_system_drop(&layer->system, slab);
}

/* Fewer slabs may be empty than were: those in use again need not go back. */
static void
note_empty(struct slabi_layer *layer)
{
	struct slabi_period *period = &layer->period;

	period->least_empty = slabi_smaller(period->least_empty, layer->empty);
	period->excess = slabi_smaller(period->excess, layer->empty);
}

/* Objects have been taken out of a slab. */
static void
settle(struct slabi_layer *layer, struct slab *slab, size_t n, void **out,
    ptrdiff_t step)
{
	layer->out += n;
	if (SLAB_UNLIKELY_(slab->purged_parts > 0))
		slabi_idle_touch(layer, slab, n, out, step);
	slabi_lists_update(layer, slab);
	note_empty(layer);
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

/* How much to fault in at once, at least. */
static size_t
populate_block(const struct slabi_layer *layer)
{
	size_t used = layer->carved * layer->system.geometry.stride;
	size_t block;

	if (used < POPULATE_SOON * 64)
		block = slabi_larger(slabi_smaller(used / 2, POPULATE_SOON),
		    used / 8);
	else
		block = used / 64;
	return slabi_larger(POPULATE_LEAST, slabi_smaller(block,
	    POPULATE_MOST));
}

/*
 * Objects from `begin` on whose memory has been faulted in, the next block of
 * it now if there are none.  So nothing is touched that has not been, and not
 * more is faulted in than a block.
 */
static size_t
populate(struct slabi_layer *layer, struct slab *slab, uint32_t begin)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	size_t page = slabi_os.page_size;
	uintptr_t pages = (uintptr_t)slabi_slab_pages(slab, page);
	size_t next = (size_t)((uintptr_t)slabi_slab_object(slab, geometry,
	    begin) - pages);
	size_t most = ((uintptr_t)slab->block + geometry->slab_size - pages) &
	    ~(page - 1);

	if (next + geometry->stride > slab->populated &&
	    slab->populated < most) {
		size_t start = slabi_larger(slab->populated,
		    next & ~(page - 1));
		size_t stop = slabi_smaller(most, slabi_larger(
		    slabi_round_up(next + geometry->stride, page),
		    (start + populate_block(layer)) & ~(page - 1)));

		layer->system.backing.populate((char *)pages + start,
		    stop - start);
		slab->populated = stop;
	}
	if (slab->populated >= most)
		return geometry->objects - begin;
	return (slab->populated - next) / geometry->stride;
}

/* The same for objects of which not all pages may ever be touched. */
static size_t
populate_start(struct slabi_layer *layer, struct slab *slab, uint32_t begin)
{
	size_t page = slabi_os.page_size;
	uintptr_t object = (uintptr_t)slabi_slab_object(slab,
	    &layer->system.geometry, begin);

	layer->system.backing.populate((char *)(object & ~(page - 1)), page);
	return 1;
}

/* How many objects may be carved at once. */
static size_t
carvable(struct slabi_layer *layer, struct slab *slab)
{
	size_t stride = layer->system.geometry.stride;

	if (slab->huge || !layer->system.backing.populate)
		return slabi_larger(POPULATE_MOST / stride, 1);
	if (stride < 2 * slabi_os.page_size)
		return populate(layer, slab, slab->carved);
	return populate_start(layer, slab, slab->carved);
}

/* Take never-used objects. */
static size_t
carve(struct slabi_layer *layer, size_t n, void **out, ptrdiff_t step)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	struct slab *slab = layer->fresh;

	if (layer->out >= layer->limit) {
		slabi_fail(ENOMEM, "the limit of %zu objects is reached",
		    layer->limit);
		return 0;
	}
	if (!slab && !(slab = make_slab(layer)))
		return 0;
	n = slabi_smaller(n, layer->limit - layer->out);
	n = slabi_smaller(n, carvable(layer, slab));
	n = slabi_slab_carve(slab, geometry, n, out, step);
	layer->carved += n;
	if (slab->carved == geometry->objects)
		slabi_lists_unlink_fresh(layer, slab);
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
	while ((taken == 0 || n - taken >= 64) && (slab = choose(layer))) {
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

void
slabi_layer_set_made(struct slabi_layer *layer, void *object)
{
	size_t index;
	struct slab *slab = slabi_system_find(&layer->system, object, &index);

	slabi_slab_set_made(slab, &layer->system.geometry, index, true);
}

bool
slabi_layer_is_made(const struct slabi_layer *layer, void *object)
{
	size_t index;
	const struct slab *slab = slabi_system_find(&layer->system, object,
	    &index);

	return slabi_slab_is_made(slab, &layer->system.geometry, index);
}

enum slabi_place
slabi_layer_place(const struct slabi_layer *layer, const void *address)
{
	size_t index;
	const struct slab *slab = slabi_system_find(&layer->system, address,
	    &index);

	return slab ? slabi_slab_place(slab, &layer->system.geometry, index) :
	    SLABI_FOREIGN;
}

/* Give back up to SLABI_BATCH objects; how many. */
static size_t
give_some(struct slabi_layer *layer, size_t n, void *const *objects)
{
	struct slab *changed[SLABI_BATCH + 1], **slab;
	size_t given = layer->system.calls->give(&layer->system, n, objects,
	    changed);

	layer->out -= given;
	for (slab = changed; *slab; slab++)
		slabi_lists_update(layer, *slab);
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
	struct slabi_backing trial;
	void *block;

	if (slabs > SIZE_MAX / 2 / size)
		return false;
	if (slabs < TRIAL_FROM || !layer->system.backing.populate)
		return true;
	slabi_backing_mmap(&trial);
	block = trial.calls.alloc(trial.calls.arg, slabs * size, 1);
	if (block)
		trial.calls.free(trial.calls.arg, block, slabs * size);
	return block != NULL;
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
