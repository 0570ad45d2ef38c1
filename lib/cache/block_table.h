/* SPDX-License-Identifier: MIT */
/*
 * The blocks of a cache of which every object is a block of its own: a hash
 * table by address.  Free ones stay in it until it grows, so that a second free
 * is known from that of an address that never was an object.
 */
#ifndef SLABI_BLOCK_TABLE_H
#define SLABI_BLOCK_TABLE_H

#include "backing/backing.h"
#include "cache/debug.h"

struct slabi_piece {
	uintptr_t hidden; /* ~address, which is no pointer to tools; 0: no block */
	bool live;
	struct slabi_audit audit;
};

struct slabi_block_table {
	struct slabi_piece *blocks;
	size_t bytes;
	size_t capacity; /* a power of two, or 0 */
	size_t used;     /* live and free */
	size_t live;
};

static inline void *
slabi_block_object(const struct slabi_piece *block)
{
	return (void *)~block->hidden;
}

/* Returns the block at an address, live or free, or NULL. */
struct slabi_piece *slabi_block_find(const struct slabi_block_table *table,
    const void *object);
/* Have room for one more; false: there is no memory for it. */
bool slabi_block_make_room(struct slabi_block_table *table,
    const struct slabi_backing *backing);
/* Enter a live block.  There is room. */
struct slabi_piece *slabi_block_add(struct slabi_block_table *table,
    const void *object);
/* Give its memory back. */
void slabi_block_table_end(struct slabi_block_table *table,
    const struct slabi_backing *backing);

/* Blocks that are not handed out. */
struct slabi_block_stack {
	void **blocks;
	size_t bytes;
	size_t count;
};

/* Returns false when there is no memory for one more. */
bool slabi_block_push(struct slabi_block_stack *stack, void *object,
    const struct slabi_backing *backing);
/* Returns the block that was pushed last, or NULL. */
void *slabi_block_pop(struct slabi_block_stack *stack);
/* Give its memory back. */
void slabi_block_stack_end(struct slabi_block_stack *stack,
    const struct slabi_backing *backing);

#endif
