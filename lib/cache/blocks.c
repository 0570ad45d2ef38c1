/* SPDX-License-Identifier: MIT */
/*
 * Owns the path of caches of which every object is a block of its own.  An
 * object is constructed when it is handed out and destructed when it is freed,
 * but for those that are kept under AddressSanitizer.
 */
#include "cache/blocks.h"

#include <errno.h>

#include "base/error.h"
#include "base/os.h"
#include "base/stacks.h"
#include "cache/audit.h"
#include "cache/misuse.h"

static struct slabi_blocks *
blocks_of(const struct slab_cache *cache)
{
	return (struct slabi_blocks *)cache->debug;
}

static size_t
size_of(const struct slab_cache *cache)
{
	return cache->layer.system.geometry.size;
}

/* Handing out ------------------------------------------------------------- */

/* The slab layer's counts, by which statistics and limits go. */
static void
count(struct slab_cache *cache, size_t change)
{
	cache->layer.lists.in_use += change;
	cache->layer.lists.carved += change;
}

static void *
get_block(struct slab_cache *cache)
{
	struct slabi_blocks *blocks = blocks_of(cache);
	void *object;

	if (cache->layer.lists.in_use >= cache->layer.limit) {
		slabi_fail(ENOMEM, "the limit of %zu objects is reached",
		    cache->layer.limit);
		return NULL;
	}
	do {
		object = blocks->source->get(cache);
		if (!object)
			object = slabi_block_pop(&blocks->spare);
	} while (!object && slabi_cache_handler_helps(cache));
	return object;
}

/* Returns a new block, constructed. */
static void *
make_block(struct slab_cache *cache)
{
	struct slabi_blocks *blocks = blocks_of(cache);
	void *object = get_block(cache);
	int error;

	if (!object)
		return NULL;
	error = slabi_life_exists(&cache->layer.life) ?
	    slabi_life_begin(&cache->layer.life, object, size_of(cache)) : 0;
	if (error == 0) {
		count(cache, 1);
		return object;
	}
	blocks->source->put(cache, object);
	slabi_fail(error, "the constructor failed with errno %d", error);
	return NULL;
}

static void
drop_block(struct slab_cache *cache, void *object)
{
	if (slabi_life_exists(&cache->layer.life))
		slabi_life_end(&cache->layer.life, object);
	blocks_of(cache)->source->put(cache, object);
	count(cache, (size_t)-1);
}

static void *
blocks_alloc(slab_cache *cache)
{
	const void *caller = __builtin_return_address(0);
	struct slabi_blocks *blocks = blocks_of(cache);
	struct slabi_piece *block;
	void *object;

	if (slabi_debug_fails(cache))
		return NULL;
	if (!slabi_block_make_room(&blocks->table,
	    &cache->layer.system.backing))
		return NULL;
	object = slabi_block_pop(&blocks->kept);
	if (object)
		slabi_tools_lend(object, size_of(cache), true);
	else
		object = make_block(cache);
	if (!object)
		return NULL;
	block = slabi_block_add(&blocks->table, object);
	if (blocks->debug.options.flags & SLAB_DEBUG_AUDIT)
		slabi_audit_alloc(&blocks->debug, &block->audit, caller);
	return object;
}

/*
 * Taking back ---------------------------------------------------------------
 */

static const struct slabi_piece *
block_around(const struct slabi_block_table *table, const void *address,
    size_t size)
{
	size_t i;

	for (i = 0; i < table->capacity; i++) {
		const struct slabi_piece *block = &table->blocks[i];

		if (block->live && (uintptr_t)address -
		    (uintptr_t)slabi_block_object(block) < size)
			return block;
	}
	return NULL;
}

static _Noreturn void
report_wrong_free(const struct slab_cache *cache, const void *address)
{
	const struct slabi_block_table *table = &blocks_of(cache)->table;
	const struct slabi_piece *around = block_around(table, address,
	    size_of(cache));
	struct slabi_report report;
	enum slabi_refusal why = SLABI_FOREIGN;

	if (around)
		why = SLABI_INSIDE;
	else if (slabi_block_find(table, address))
		why = SLABI_FREE;
	slabi_misuse_begin_free(&report, cache, why, address);
	if (around) {
		report.misuse.object = slabi_block_object(around);
		report.misuse.offset = (uintptr_t)address -
		    (uintptr_t)report.misuse.object;
		slabi_report_fact(&report, "%zu bytes into 0x%jx",
		    report.misuse.offset,
		    (uintmax_t)(uintptr_t)report.misuse.object);
	}
	slabi_audit_report(&report, cache, around ? report.misuse.object :
	    address);
	slabi_report_send(&report);
	if (why == SLABI_FOREIGN)
		slabi_misuse_whose(&report, cache, address);
	slabi_report_end(&report);
}

/* Take back what is live. */
static void
take_back(struct slab_cache *cache, struct slabi_piece *block)
{
	struct slabi_blocks *blocks = blocks_of(cache);
	void *object = slabi_block_object(block);

	block->live = false;
	blocks->table.live--;
	if (!blocks->keep || !slabi_block_push(&blocks->kept, object,
	    &cache->layer.system.backing))
		drop_block(cache, object);
	else
		slabi_tools_lent(object, size_of(cache));
}

static void
blocks_free(slab_cache *cache, void *object)
{
	const void *caller = __builtin_return_address(0);
	struct slabi_blocks *blocks = blocks_of(cache);
	struct slabi_piece *block;
	int error = errno;

	if (!object)
		return;
	block = slabi_block_find(&blocks->table, object);
	if (!block || !block->live)
		report_wrong_free(cache, object);
	if (blocks->source->check)
		blocks->source->check(cache, object);
	if (blocks->debug.options.flags & SLAB_DEBUG_AUDIT)
		slabi_audit_free(&blocks->debug, &block->audit, caller);
	take_back(cache, block);
	errno = error;
}

/* The cache as a whole ---------------------------------------------------- */

static size_t
blocks_rounds(const slab_cache *cache)
{
	return blocks_of(cache)->kept.count;
}

static bool
blocks_holds(const slab_cache *cache, const void *address)
{
	(void)cache;
	(void)address;
	return false;
}

static bool
blocks_owns(const slab_cache *cache, const void *address)
{
	const struct slabi_piece *block = slabi_block_find(
	    &blocks_of(cache)->table, address);

	return block && block->live;
}

static void
blocks_flush(slab_cache *cache)
{
	struct slabi_blocks *blocks = blocks_of(cache);
	void *object;

	while ((object = slabi_block_pop(&blocks->kept))) {
		slabi_tools_lend(object, size_of(cache), true);
		drop_block(cache, object);
	}
	while ((object = slabi_block_pop(&blocks->spare)))
		blocks->source->put(cache, object);
}

static void
blocks_forget(slab_cache *cache)
{
	struct slabi_block_table *table = &blocks_of(cache)->table;
	size_t i;

	for (i = 0; i < table->capacity; i++)
		if (table->blocks[i].live)
			take_back(cache, &table->blocks[i]);
}

/* The visitor may free, which moves nothing in the table. */
static int
blocks_each(slab_cache *cache, int (*visit)(void *object, void *arg),
    void *arg)
{
	struct slabi_block_table *table = &blocks_of(cache)->table;
	int result = 0;
	size_t i;

	for (i = 0; i < table->capacity && result == 0; i++)
		if (table->blocks[i].live)
			result = visit(slabi_block_object(&table->blocks[i]),
			    arg);
	return result;
}

static bool
blocks_reserve(slab_cache *cache, size_t objects)
{
	struct slabi_blocks *blocks = blocks_of(cache);

	while (blocks->kept.count + blocks->spare.count < objects) {
		void *object = blocks->source->get(cache);

		if (!object)
			return false;
		if (!slabi_block_push(&blocks->spare, object,
		    &cache->layer.system.backing)) {
			blocks->source->put(cache, object);
			return false;
		}
	}
	return true;
}

static const char *
blocks_check(slab_cache *cache)
{
	const struct slabi_blocks *blocks = blocks_of(cache);

	return blocks->table.live + blocks->kept.count ==
	    cache->layer.lists.in_use ? NULL :
	    "the counts do not agree with the blocks";
}

static bool
blocks_relieve(slab_cache *cache)
{
	(void)cache;
	return false;
}

static void
blocks_end(slab_cache *cache)
{
	struct slabi_blocks *blocks = blocks_of(cache);

	if (blocks->source->end)
		blocks->source->end(cache);
	slabi_block_stack_end(&blocks->kept, &cache->layer.system.backing);
	slabi_block_stack_end(&blocks->spare, &cache->layer.system.backing);
	slabi_block_table_end(&blocks->table, &cache->layer.system.backing);
}

static const struct slabi_audit *
blocks_note(const slab_cache *cache, const void *object)
{
	const struct slabi_piece *block = slabi_block_find(
	    &blocks_of(cache)->table, object);

	return block ? &block->audit : NULL;
}

static const struct slabi_path path = {
	.alloc = blocks_alloc,
	.free = blocks_free,
	.rounds = blocks_rounds,
	.holds = blocks_holds,
	.flush = blocks_flush,
	.forget = blocks_forget,
	.check = blocks_check,
	.relieve = blocks_relieve,
	.end = blocks_end,
	.owns = blocks_owns,
	.each = blocks_each,
	.reserve = blocks_reserve,
	.note = blocks_note,
};

void
slabi_blocks_begin(struct slab_cache *cache,
    const struct slabi_options *options)
{
	struct slabi_blocks *blocks = blocks_of(cache);

	*blocks = (struct slabi_blocks){
		.debug.options = *options,
		.debug.random = (uintptr_t)cache | 1,
		.debug.began = slabi_debug_now(),
		.source = options->flags & SLAB_DEBUG_GUARD ?
		    &slabi_blocks_pages : &slabi_blocks_malloc,
		.keep = options->tool == SLABI_TOOL_ASAN &&
		    slabi_life_exists(&cache->layer.life),
	};
	cache->path = &path;
	if (options->flags & SLAB_DEBUG_AUDIT)
		slabi_stacks_begin();
}
