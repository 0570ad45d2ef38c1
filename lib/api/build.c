/* SPDX-License-Identifier: MIT */
/*
 * Owns the way from a builder's options to a cache: geometry, system, memory.
 */
#include <errno.h>
#include <string.h>

#include "api/buffer_layout.h"
#include "api/debugging.h"
#include "api/plan.h"
#include "api/registry.h"
#include "base/arith.h"
#include "base/error.h"
#include "slab/directory.h"
#include "base/os.h"
#include "base/tools.h"
#include "cache/direct.h"
#include "cache/shared.h"
#include "layer/working_set.h"

/* Slabs of a power of two that the backing can align: the largest that can. */
static bool
choose_aligned(struct slabi_system *system, const struct slabi_wish *wish)
{
	const slab_backing *calls = &system->backing.calls;
	struct slabi_geometry *geometry = &system->geometry;
	size_t size, least;

	if (!calls->can_align || !slabi_geometry_least(wish, &least))
		return false;
	least = slabi_max(least, slabi_max(wish->page, wish->unit));
	for (size = geometry->slab_size; size >= least; size /= 2)
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

static bool
is_seen(const struct slabi_builder *builder,
    const struct slabi_backing *backing)
{
	return builder->findable || builder->no_dump ||
	    (builder->mapping_name && backing->maps);
}

static const struct slabi_visible *
make_seen(struct slabi_visible *visible, slab_cache *cache,
    const struct slabi_builder *builder, const struct slabi_backing *backing)
{
	*visible = (struct slabi_visible){
		.owner = builder->findable ? cache : NULL,
		.mapping = builder->mapping_name && backing->maps ?
		    cache->name : NULL,
		.no_dump = builder->no_dump,
	};
	return visible;
}

/* The cache's own block: struct, name, template, magazine. */
static slab_cache *
get_block(const struct slabi_builder *builder,
    const struct slabi_backing *backing, size_t target, size_t name_size, size_t debug_size)
{
	/* Threads have their magazines elsewhere. */
	size_t rounds = builder->shared ? 0 :
	    slabi_plan_first_rounds(target, backing);
	struct slabi_block block = slabi_plan_block(builder, name_size, rounds,
	    target);
	size_t debug_at = slabi_round_up(block.size, SLABI_LINE);
	size_t account_at, seen_at;
	slab_cache *cache;
	char *start;

	if (debug_size > 0)
		block.size = debug_at + debug_size;
	seen_at = slabi_round_up(block.size, SLABI_LINE);
	if (is_seen(builder, backing))
		block.size = seen_at + sizeof(struct slabi_visible);
	account_at = slabi_round_up(block.size, SLABI_LINE);
	if (builder->quota)
		block.size = account_at + sizeof(struct slabi_account);
	cache = slabi_backing_meta_alloc(backing, &block.size);
	start = (char *)cache;
	if (!cache)
		return NULL;
	/* Its first page is written to now. */
	if (backing->ready && backing->meta_unit == slabi_os.page_size &&
	    !backing->ready(cache, slabi_os.page_size)) {
		slabi_backing_meta_free(backing, cache, block.size);
		slabi_fail(ENOMEM, "no memory for a cache");
		return NULL;
	}
	memset(cache, 0, sizeof(*cache));
	cache->block_size = block.size;
	cache->name = (char *)(cache + 1);
	if (builder->template.at)
		cache->layer.life.template = start + block.template;
	slabi_exchange_begin(&cache->exchange,
	    (void **)(void *)(start + block.words), rounds, target);
	if (debug_size > 0)
		cache->debug = (void *)(start + debug_at);
	if (rounds == 0)
		cache->path = &slabi_path_direct;
	if (is_seen(builder, backing))
		cache->layer.system.visible = make_seen((void *)(start +
		    seen_at), cache, builder, backing);
	if (builder->quota)
		cache->layer.account = (void *)(start + account_at);
	cache->slot = SLABI_NO_SLOT;
	if (block.shared > 0)
		cache->shared = (void *)(start + block.shared);
	return cache;
}

/* Fill in what the builder says; the block is zeroed. */
static void
set_wishes(slab_cache *cache, const struct slabi_builder *builder,
    const char *name, size_t name_size)
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

/* Charge the cache itself to its budget, if it has one. */
static bool
open_account(slab_cache *cache, slab_quota *quota)
{
	if (!quota)
		return true;
	*cache->layer.account = (struct slabi_account){ .quota = quota,
		.fixed = cache->block_size };
	slabi_quota_hold(quota);
	if (slabi_quota_admit(&cache->layer, 0))
		return true;
	slabi_quota_leave(&cache->layer);
	return false;
}

static slab_cache *
assemble(const struct slabi_builder *builder,
    const struct slabi_backing *backing, const char *name, const struct slabi_options *options)
{
	struct slabi_wish wish = slabi_plan_wish(builder, backing);
	size_t rounds = slabi_plan_rounds(builder, backing);
	size_t debug_size = slabi_debugging_size(options, rounds);
	struct slabi_system *system;
	slab_cache *cache;

	slabi_debugging_wish(options, &wish);
	cache = get_block(builder, backing, debug_size > 0 ? 0 : rounds,
	    strlen(name) + 1, debug_size);
	if (!cache)
		return NULL;
	set_wishes(cache, builder, name, strlen(name) + 1);
	system = &cache->layer.system;
	system->backing = *backing;
	slabi_map_init(&system->map);
	if (backing->fixed ?
	    !slabi_buffer_layout_choose(system, &wish, builder->system) :
	    !choose_system(system, &wish, builder->system)) {
		int error = errno;

		slabi_backing_meta_free(backing, cache, cache->block_size);
		errno = error;
		return NULL;
	}
	slabi_map_clear(&system->map);
	system->ideal_size = system->geometry.slab_size;
	slabi_system_start(system);
	slabi_working_set_begin(&cache->layer, builder->period);
	if (!open_account(cache, builder->quota)) {
		slabi_backing_meta_free(backing, cache, cache->block_size);
		return NULL;
	}
	if (cache->shared)
		slabi_shared_begin(cache, rounds);
	if (debug_size > 0 &&
	    !slabi_debugging_begin(cache, rounds, options)) {
		slabi_backing_meta_free(backing, cache, cache->block_size);
		return NULL;
	}
	return cache;
}

/*
 * The same with fewer debugging modes, until a buffer has room: a program must
 * not fail because it is debugged.
 */
static slab_cache *
assemble_debugged(const struct slabi_builder *builder,
    const struct slabi_backing *backing)
{
	struct slabi_options options;
	char name_room[SLABI_NAME_ROOM];
	const char *name = slabi_plan_name(builder, name_room);
	slab_cache *cache;
	unsigned asked;

	if (!slabi_debugging_choose(builder, backing, name, &options))
		return NULL;
	asked = options.flags;
	cache = assemble(builder, backing, name, &options);
	while (!cache && backing->fixed &&
	    slabi_debugging_do_without(&options)) {
		slabi_buffer_reset(backing);
		cache = assemble(builder, backing, name, &options);
	}
	if (cache && options.flags != asked)
		slabi_debugging_say_without(name, asked, options.flags);
	if (cache)
		slabi_registry_add(cache);
	return cache;
}

/* Can slabs be findable, and left out of dumps, as is asked for? */
static bool
can_be_seen(const struct slabi_builder *builder, struct slabi_backing *backing)
{
	const slab_backing *calls = &backing->calls;

	if (builder->no_dump && backing->fixed) {
		slabi_fail(ENOTSUP, "a buffer makes no system call: whether it "
		    "is dumped is up to its owner");
		return false;
	}
	if (builder->quota && backing->fixed) {
		slabi_fail(ENOTSUP, "a buffer is a budget of its own: a cache "
		    "in it takes no quota");
		return false;
	}
	if (!builder->findable)
		return true;
	if (backing->fixed || !calls->can_align ||
	    !calls->can_align(calls->arg, SLABI_DIRECTORY_UNIT)) {
		slabi_fail(ENOTSUP, "a findable cache needs slabs that are "
		    "aligned to %zu bytes", SLABI_DIRECTORY_UNIT);
		return false;
	}
	backing->unit = slabi_max(backing->unit, SLABI_DIRECTORY_UNIT);
	return true;
}

/* Build and consume the builder; `usable`: the backing can be used. */
static slab_cache *
build(struct slabi_builder *builder, struct slabi_backing *backing,
    bool usable)
{
	slab_cache *cache = NULL;
	int error;

	if (!slabi_builder_has_error(builder) && usable &&
	    can_be_seen(builder, backing))
		cache = assemble_debugged(builder, backing);
	error = errno;
	slabi_builder_put(builder);
	errno = error;
	return cache;
}

slab_cache *
slab_builder_build(slab_builder *handle)
{
	struct slabi_builder *builder = slabi_builder_need(handle);
	struct slabi_backing backing;

	if (!builder)
		return NULL;
	/* In a block of malloc's, memcheck sees no blocks of our own. */
	if (slabi_tools_valgrind())
		slabi_backing_mmap(&backing);
	else
		slabi_backing_heap(&backing);
	return build(builder, &backing, true);
}

slab_cache *
slab_builder_build_mmap(slab_builder *handle)
{
	struct slabi_builder *builder = slabi_builder_need(handle);
	struct slabi_backing backing;

	if (!builder)
		return NULL;
	return build(builder, &backing, builder->fault == 0 &&
	    slabi_backing_mmap(&backing));
}

slab_cache *
slab_builder_build_buffer(slab_builder *handle, void *mem, size_t bytes)
{
	struct slabi_builder *builder = slabi_builder_need(handle);
	struct slabi_backing backing = { 0 };
	slab_cache *cache;

	if (!builder)
		return NULL;
	cache = build(builder, &backing, builder->fault == 0 &&
	    slabi_backing_buffer(&backing, mem, bytes));
	if (!cache && backing.fixed)
		backing.calls.release(backing.calls.arg);
	return cache;
}

slab_cache *
slab_builder_build_backing(slab_builder *handle, const slab_backing *calls)
{
	struct slabi_builder *builder = slabi_builder_need(handle);
	struct slabi_backing backing;

	if (!builder)
		return NULL;
	return build(builder, &backing, builder->fault == 0 &&
	    slabi_backing_user(&backing, calls));
}
