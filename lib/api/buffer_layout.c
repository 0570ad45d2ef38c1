/* SPDX-License-Identifier: MIT */
/* Owns how a buffer is divided, and how large one has to be. */
#include "api/buffer_layout.h"
#include "base/arith.h"

#include <errno.h>
#include <string.h>

#include "api/plan.h"
#include "base/error.h"
#include "cache/cache.h"

/* Returns the entries of a map of aligned slabs, at whatever address. */
static size_t
entries(const struct slabi_backing *backing, size_t slab_size)
{
	return slabi_buffer_left(backing) / slab_size;
}

/* Returns the bytes of that map's table. */
static size_t
table_bytes(const struct slabi_backing *backing, size_t slab_size)
{
	return slabi_round_up(slabi_map_presize_bytes(entries(backing,
	    slab_size)), backing->meta_unit);
}

/* Returns whether a power of two was found with which objects fit. */
static bool
choose_aligned(struct slabi_system *system, const struct slabi_wish *wish)
{
	const struct slabi_backing *backing = &system->backing;
	struct slabi_geometry candidate;
	size_t most = 0, size;

	system->calls = &slabi_system_aligned;
	size = slabi_geometry_aligned(&candidate, wish) ?
	    candidate.slab_size : 0;
	for (; slabi_geometry_exact(&candidate, wish, size); size /= 2) {
		size_t objects = candidate.objects *
		    slabi_buffer_blocks(backing, table_bytes(backing, size),
		    size, size);

		if (objects > most) {
			most = objects;
			system->geometry = candidate;
		}
	}
	if (most == 0)
		return false;
	return slabi_map_presize(&system->map,
	    entries(backing, system->geometry.slab_size), backing);
}

/* Returns the bytes that are left of a buffer for blocks. */
static size_t
room(const struct slabi_backing *backing)
{
	return slabi_buffer_blocks(backing, 0, backing->unit, backing->unit) *
	    backing->unit;
}

/* Divide what is left of a buffer evenly.  Returns whether an object fits. */
static bool
choose_large(struct slabi_system *system, const struct slabi_wish *wish)
{
	struct slabi_backing *backing = &system->backing;
	size_t left = room(backing);
	size_t ideal, blocks;

	system->calls = &slabi_system_large;
	if (!slabi_geometry_large(&system->geometry, wish))
		return false;
	ideal = system->geometry.slab_size;
	blocks = slabi_max(left / ideal + (left % ideal != 0), 1);
	if (!slabi_map_presize(&system->map, 3 * blocks, backing))
		return false;
	left = room(backing);
	if (slabi_geometry_exact(&system->geometry, wish,
	    left / blocks & ~(backing->unit - 1)))
		return true;
	/* Large objects: as many slabs as there is room for. */
	return left >= ideal &&
	    slabi_geometry_exact(&system->geometry, wish, ideal);
}

bool
slabi_buffer_layout_choose(struct slabi_system *system,
    const struct slabi_wish *wish, slab_system wanted)
{
	struct slabi_backing *backing = &system->backing;
	bool aligned = wanted == SLAB_SYSTEM_ALIGNED;

	backing->unit = slabi_max(backing->unit, wish->align);
	if (aligned ? choose_aligned(system, wish) :
	    choose_large(system, wish))
		return true;
	slabi_fail(aligned ? ENOTSUP : ENOMEM, "the buffer has no room for %s "
	    "with an object of %zu bytes", aligned ? "an aligned slab" :
	    "a slab", wish->size);
	return false;
}

/*
 * Returns how many objects a buffer at this address would hold, or with
 * `anywhere` at the worst one.
 */
static size_t
capacity_at(const struct slabi_builder *builder, uintptr_t address,
    bool anywhere, size_t bytes)
{
	struct slabi_system system = { 0 };
	struct slabi_buffer books;
	struct slabi_wish wish;
	char name_room[SLABI_NAME_ROOM];
	const char *name = slabi_plan_name(builder, name_room);
	size_t rounds, size, unit;

	if (!slabi_backing_buffer_at(&system.backing, &books, address, bytes))
		return 0;
	books.anywhere = anywhere;
	wish = slabi_plan_wish(builder, &system.backing);
	rounds = slabi_plan_rounds(builder, &system.backing);
	size = slabi_plan_block(builder, strlen(name) + 1, rounds, 0).size;
	slabi_map_init(&system.map);
	if (!slabi_backing_meta_alloc(&system.backing, &size) ||
	    !slabi_buffer_layout_choose(&system, &wish, builder->system))
		return 0;
	size = system.geometry.slab_size;
	unit = system.calls == &slabi_system_aligned ? size :
	    system.backing.unit;
	return system.geometry.objects *
	    slabi_buffer_blocks(&system.backing, 0, size, unit);
}

/*
 * Returns how many objects a buffer of so many bytes holds at any address.  How
 * a large system divides it depends on its address within a unit, and more room
 * may hold fewer objects: so each is tried.
 */
static size_t
capacity(const struct slabi_builder *builder, size_t bytes)
{
	bool aligned = builder->system == SLAB_SYSTEM_ALIGNED;
	size_t unit = slabi_max(builder->align, SLABI_LINE);
	size_t end = 1 + unit + (aligned ? 1 : unit);
	size_t least = SIZE_MAX, address;

	for (address = unit + 1; address < end && least > 0; address++)
		least = slabi_min(least, capacity_at(builder, address, aligned,
		    bytes));
	return least;
}

/*
 * Returns the bytes at which to try again after so few objects were missing: a
 * little less than they need, as what is common to all need not grow.
 */
static size_t
next_try(const struct slabi_builder *builder, size_t bytes, size_t missing)
{
	size_t stride = slabi_round_up(builder->size, builder->align);

	if (missing > SIZE_MAX / 8 / stride || bytes > SIZE_MAX / 8)
		return 0;
	return bytes + slabi_max(missing * stride, SLABI_LINE);
}

size_t
slab_buffer_size(const slab_builder *handle, size_t objects)
{
	const struct slabi_builder *builder = slabi_builder_need(handle);
	size_t bytes = 0, held = 0;

	if (!builder || slabi_builder_has_error(builder))
		return 0;
	if (objects == 0)
		objects = 1;
	if (objects > builder->limit) {
		slabi_fail(ENOMEM, "%zu objects are above the limit of %zu",
		    objects, builder->limit);
		return 0;
	}
	while (held < objects) {
		bytes = next_try(builder, bytes, objects - held);
		if (bytes == 0) {
			slabi_fail(ENOMEM, "no buffer can hold %zu objects of "
			    "%zu bytes", objects, builder->size);
			return 0;
		}
		held = capacity(builder, bytes);
	}
	return bytes;
}
