/* SPDX-License-Identifier: MIT */
/* Owns the way from wishes to a cache: geometry, system, memory. */
#include <errno.h>

#include "api/builder.h"
#include "api/registry.h"
#include "cache/cache.h"
#include "base/error.h"
#include "base/os.h"
#include "base/tools.h"

#define KIB ((size_t)1024)

/*
 * The default size of a magazine: enough rounds that the slab layer is seldom
 * visited, but not more memory than some slabs.  Many more would save the slabs
 * in programs that free and allocate by the 100 thousand, and hand objects out
 * in the order of their frees, not of their addresses: lists of them would be
 * walked several times slower.
 */
static size_t
default_rounds(size_t size, const struct slabi_backing *backing)
{
	size_t rounds = size > 64 * KIB ? 0 :
	    slabi_max(slabi_min(8 * KIB * KIB / size, 1024), 16);

	if (backing->fixed) /* small buffers are for objects */
		rounds = slabi_min(rounds,
		    slabi_buffer_left(backing) / 512);
	return rounds;
}

static struct slabi_wish
wish_of(const slab_builder *builder, const struct slabi_backing *backing)
{
	return (struct slabi_wish){
		.size = builder->size,
		.align = builder->align,
		.slab_size = builder->slab_size,
		.unit = backing->unit,
		.page = slabi_os.page_size,
		.has_ctor_bits = builder->ctor || builder->dtor || builder->zero ||
		    builder->template.at,
		.coloring = builder->coloring,
	};
}

/* Slabs of a power of two that the backing can align: the largest that can. */
static bool
choose_aligned(struct slabi_system *system, const struct slabi_wish *wish)
{
	const slab_backing *calls = &system->backing.calls;
	struct slabi_geometry *geometry = &system->geometry;
	size_t size, least;

	if (!calls->can_align || !slabi_geometry_least(wish, &least))
		return false;
	for (size = geometry->slab_size; size >= wish->page && size >= least;
	    size /= 2)
		if (calls->can_align(calls->arg, size))
			return size == geometry->slab_size ||
			    slabi_geometry_exact(geometry, wish, size);
	return false;
}

static bool
choose_large(struct slabi_system *system, const struct slabi_wish *wish)
{
	system->calls = &slabi_system_large;
	if (slabi_geometry_large(&system->geometry, wish))
		return true;
	slabi_fail(ENOMEM, "objects of %zu bytes are too large", wish->size);
	return false;
}

/* System and geometry for backings that can grow. */
static bool
choose_system(struct slabi_system *system, const struct slabi_wish *wish,
    slab_system wanted)
{
	system->backing.unit = slabi_max(system->backing.unit, wish->align);
	if (wanted == SLAB_SYSTEM_AUTO && system->backing.prefers_large)
		wanted = SLAB_SYSTEM_LARGE;
	if (wanted == SLAB_SYSTEM_LARGE)
		return choose_large(system, wish);
	system->calls = &slabi_system_aligned;
	if (!slabi_geometry_aligned(&system->geometry, wish))
		return choose_large(system, wish);
	if (wanted == SLAB_SYSTEM_AUTO &&
	    slabi_geometry_wasteful(&system->geometry))
		return choose_large(system, wish);
	if (choose_aligned(system, wish))
		return true;
	if (wanted == SLAB_SYSTEM_AUTO)
		return choose_large(system, wish);
	slabi_fail(ENOTSUP, "the backing cannot align slabs for objects of "
	    "%zu bytes", wish->size);
	return false;
}

/* Of a buffer's powers of two the one with which it holds most objects. */
static bool
choose_buffer_aligned(struct slabi_system *system,
    const struct slabi_wish *wish)
{
	const struct slabi_backing *backing = &system->backing;
	struct slabi_geometry candidate;
	size_t most = 0, size;

	system->calls = &slabi_system_aligned;
	size = slabi_geometry_aligned(&candidate, wish) ?
	    candidate.slab_size : 0;
	for (; slabi_geometry_exact(&candidate, wish, size); size /= 2) {
		size_t objects = candidate.objects *
		    slabi_buffer_blocks(backing, size, size);

		if (objects > most) {
			most = objects;
			system->geometry = candidate;
		}
	}
	if (most == 0)
		return false;
	size = system->geometry.slab_size;
	return slabi_map_presize(&system->map,
	    slabi_buffer_blocks(backing, size, size), backing);
}

/* What is left of a buffer for blocks. */
static size_t
buffer_room(const struct slabi_backing *backing)
{
	return slabi_buffer_blocks(backing, backing->unit, backing->unit) *
	    backing->unit;
}

/* Slabs that divide what is left of a buffer evenly. */
static bool
choose_buffer_large(struct slabi_system *system, const struct slabi_wish *wish)
{
	struct slabi_backing *backing = &system->backing;
	size_t left = buffer_room(backing);
	size_t wanted, blocks;

	system->calls = &slabi_system_large;
	if (!slabi_geometry_large(&system->geometry, wish))
		return false;
	wanted = system->geometry.slab_size;
	blocks = slabi_max(left / wanted + (left % wanted != 0), 1);
	if (!slabi_map_presize(&system->map, 3 * blocks, backing))
		return false;
	left = buffer_room(backing);
	if (slabi_geometry_exact(&system->geometry, wish,
	    left / blocks & ~(backing->unit - 1)))
		return true;
	/* Large objects: as many slabs as there is room for. */
	return left >= wanted &&
	    slabi_geometry_exact(&system->geometry, wish, wanted);
}

static bool
choose_buffer(struct slabi_system *system, const struct slabi_wish *wish,
    slab_system wanted)
{
	struct slabi_backing *backing = &system->backing;

	bool aligned = wanted == SLAB_SYSTEM_ALIGNED;

	backing->unit = slabi_max(backing->unit, wish->align);
	if (aligned ? choose_buffer_aligned(system, wish) :
	    choose_buffer_large(system, wish))
		return true;
	slabi_fail(aligned ? ENOTSUP : ENOMEM, "the buffer has no room for %s "
	    "with an object of %zu bytes", aligned ? "an aligned slab" :
	    "a slab", wish->size);
	return false;
}

/* The cache's own block: struct, name, template, magazine. */
static slab_cache *
get_block(const slab_builder *builder, const struct slabi_backing *backing,
    size_t rounds, size_t name_size)
{
	size_t words = slabi_cache_magazine_words(rounds);
	size_t template_size = builder->template.at ? builder->size : 0;
	size_t size = sizeof(slab_cache) + name_size + SLABI_LINE +
	    slabi_round_up(template_size, SLABI_LINE) + words * sizeof(void *);
	slab_cache *cache;
	char *rest;

	cache = slabi_backing_meta_alloc(backing, &size);
	if (!cache)
		return NULL;
	/* Its first page is written to now. */
	if (backing->populate && backing->meta_unit == slabi_os.page_size)
		backing->populate(cache, slabi_os.page_size);
	memset(cache, 0, sizeof(*cache));
	cache->block_size = size;
	cache->name = (char *)(cache + 1);
	rest = (char *)slabi_round_up((uintptr_t)(cache + 1) + name_size,
	    SLABI_LINE);
	if (template_size > 0)
		cache->layer.life.template = rest;
	slabi_cache_set_magazine(cache, (void **)(void *)(rest +
	    slabi_round_up(template_size, SLABI_LINE)), rounds);
	return cache;
}

/* Fill in what the builder says; the block is zeroed. */
static void
set_wishes(slab_cache *cache, const slab_builder *builder, const char *name,
    size_t name_size)
{
	struct slabi_life *life = &cache->layer.life;

	memcpy((char *)(uintptr_t)cache->name, name, name_size);
	if (life->template)
		memcpy((void *)(uintptr_t)life->template, builder->template.at,
		    builder->size);
	life->ctor = builder->ctor;
	life->dtor = builder->dtor;
	life->arg = builder->life_arg;
	life->zero = builder->zero;
	cache->oom = builder->oom;
	cache->oom_arg = builder->oom_arg;
	cache->layer.limit = builder->limit;
	cache->layer.huge_pages = builder->huge_pages;
}

static slab_cache *
assemble(const slab_builder *builder, const struct slabi_backing *backing)
{
	struct slabi_wish wish = wish_of(builder, backing);
	size_t rounds = builder->rounds;
	char numbered[32];
	const char *name = builder->name.at;
	struct slabi_system *system;
	slab_cache *cache;

	if (rounds == SLABI_ROUNDS_DEFAULT)
		rounds = default_rounds(builder->size, backing);
	if (!name) {
		snprintf(numbered, sizeof(numbered), "size-%zu", builder->size);
		name = numbered;
	}
	cache = get_block(builder, backing, backing->fixed ? rounds :
	    slabi_min(rounds, SLABI_FIRST_ROUNDS), strlen(name) + 1);
	if (!cache)
		return NULL;
	cache->target = rounds;
	set_wishes(cache, builder, name, strlen(name) + 1);
	system = &cache->layer.system;
	system->backing = *backing;
	slabi_map_init(&system->map);
	if (backing->fixed ? !choose_buffer(system, &wish, builder->system) :
	    !choose_system(system, &wish, builder->system)) {
		slabi_backing_meta_free(backing, cache, cache->block_size);
		return NULL;
	}
	slabi_map_set_slabs(&system->map, system->geometry.granule_shift,
	    system->geometry.first, slabi_geometry_extent(&system->geometry));
	slabi_working_set_begin(&cache->layer, builder->period);
	slabi_registry_add(cache);
	return cache;
}

/* Build and consume the builder; `usable`: the backing can be used. */
static slab_cache *
build(slab_builder *builder, const struct slabi_backing *backing, bool usable)
{
	slab_cache *cache = NULL;
	int error;

	if (builder->fault != 0)
		slabi_fail(builder->fault, "%s", builder->said);
	else if (usable)
		cache = assemble(builder, backing);
	error = errno;
	slab_builder_free(builder);
	errno = error;
	return cache;
}

/* A builder that there was no memory for. */
static bool
missing(const slab_builder *builder)
{
	if (!builder)
		slabi_fail(ENOMEM, "no builder: there was no memory for it");
	return !builder;
}

slab_cache *
slab_builder_build(slab_builder *builder)
{
	struct slabi_backing backing;

	if (missing(builder))
		return NULL;
	/* In a block of malloc's, memcheck sees no blocks of our own. */
	if (slabi_tools_valgrind())
		slabi_backing_mmap(&backing);
	else
		slabi_backing_heap(&backing);
	return build(builder, &backing, true);
}

slab_cache *
slab_builder_build_mmap(slab_builder *builder)
{
	struct slabi_backing backing;

	if (missing(builder))
		return NULL;
	slabi_backing_mmap(&backing);
	return build(builder, &backing, true);
}

slab_cache *
slab_builder_build_buffer(slab_builder *builder, void *mem, size_t bytes)
{
	struct slabi_backing backing = { 0 };
	slab_cache *cache;

	if (missing(builder))
		return NULL;
	cache = build(builder, &backing, builder->fault == 0 &&
	    slabi_backing_buffer(&backing, mem, bytes));
	if (!cache && backing.fixed)
		backing.calls.release(backing.calls.arg);
	return cache;
}

slab_cache *
slab_builder_build_backing(slab_builder *builder, const slab_backing *calls)
{
	struct slabi_backing backing;

	if (missing(builder))
		return NULL;
	return build(builder, &backing, builder->fault == 0 &&
	    slabi_backing_user(&backing, calls));
}
