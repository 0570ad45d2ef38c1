/* SPDX-License-Identifier: MIT */
/* Owns the table of blocks that are objects. */
#include "cache/block_table.h"

#include <string.h>

#define FIRST_CAPACITY 256

static size_t
home(const struct slabi_block_table *table, uintptr_t hidden)
{
	uint64_t product = (uint64_t)hidden * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(product >> 32) & (table->capacity - 1);
}

/* Where an address is, or would be. */
static struct slabi_piece *
place_of(const struct slabi_block_table *table, uintptr_t hidden)
{
	size_t at = home(table, hidden);

	while (table->blocks[at].hidden != 0 &&
	    table->blocks[at].hidden != hidden)
		at = (at + 1) & (table->capacity - 1);
	return &table->blocks[at];
}

struct slabi_piece *
slabi_block_find(const struct slabi_block_table *table, const void *object)
{
	struct slabi_piece *block;

	if (table->capacity == 0)
		return NULL;
	block = place_of(table, ~(uintptr_t)object);
	return block->hidden != 0 ? block : NULL;
}

/* Move what is live to a table of another size. */
static bool
resize(struct slabi_block_table *table, size_t capacity,
    const struct slabi_backing *backing)
{
	struct slabi_block_table old = *table;
	size_t bytes = capacity * sizeof(*table->blocks), i;
	struct slabi_piece *blocks = slabi_backing_meta_alloc(backing,
	    &bytes);

	if (!blocks)
		return false;
	memset(blocks, 0, bytes);
	*table = (struct slabi_block_table){ .blocks = blocks, .bytes = bytes,
		.capacity = capacity, .used = old.live, .live = old.live };
	for (i = 0; i < old.capacity; i++)
		if (old.blocks[i].live)
			*place_of(table, old.blocks[i].hidden) = old.blocks[i];
	slabi_block_table_end(&old, backing);
	return true;
}

bool
slabi_block_make_room(struct slabi_block_table *table,
    const struct slabi_backing *backing)
{
	size_t capacity = slabi_max(table->capacity, FIRST_CAPACITY);

	if (table->used + 1 <= table->capacity / 4 * 3)
		return true;
	/* If much of it is free, the same size is large enough. */
	while (table->live + 1 > capacity / 2)
		capacity *= 2;
	return resize(table, capacity, backing);
}

struct slabi_piece *
slabi_block_add(struct slabi_block_table *table, const void *object)
{
	struct slabi_piece *block = place_of(table, ~(uintptr_t)object);

	table->used += block->hidden == 0;
	table->live++;
	*block = (struct slabi_piece){ .hidden = ~(uintptr_t)object,
		.live = true };
	return block;
}

void
slabi_block_table_end(struct slabi_block_table *table,
    const struct slabi_backing *backing)
{
	if (table->capacity > 0)
		slabi_backing_meta_free(backing, table->blocks, table->bytes);
}
