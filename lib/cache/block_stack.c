/* SPDX-License-Identifier: MIT */
/* Owns stacks of blocks that are not handed out. */
#include "cache/block_table.h"

#include <string.h>

bool
slabi_block_push(struct slabi_block_stack *stack, void *object,
    const struct slabi_backing *backing)
{
	size_t bytes = slabi_max(stack->bytes * 2, 512);
	void **larger;

	if ((stack->count + 1) * sizeof(*stack->blocks) > stack->bytes) {
		larger = slabi_backing_meta_alloc(backing, &bytes);
		if (!larger)
			return false;
		if (stack->blocks) {
			memcpy(larger, stack->blocks,
			    stack->count * sizeof(*larger));
			slabi_backing_meta_free(backing, stack->blocks,
			    stack->bytes);
		}
		stack->blocks = larger;
		stack->bytes = bytes;
	}
	stack->blocks[stack->count++] = object;
	return true;
}

void *
slabi_block_pop(struct slabi_block_stack *stack)
{
	void *object = stack->count > 0 ? stack->blocks[--stack->count] : NULL;

	/* What has left the stack is not reachable through it. */
	if (object)
		stack->blocks[stack->count] = NULL;
	return object;
}

void
slabi_block_stack_end(struct slabi_block_stack *stack,
    const struct slabi_backing *backing)
{
	if (stack->blocks)
		slabi_backing_meta_free(backing, stack->blocks, stack->bytes);
}
