/* SPDX-License-Identifier: MIT */
/* A lower bound, described in array_stack.h. */
#include "array_stack.h"
#include "support.h"

struct array_stack {
	void **top; /* the next free place above the topmost pointer */
};

struct array_stack *array_stack_new(size_t size, size_t count)
{
	struct array_stack *stack = (struct array_stack *)array_new(1,
	    sizeof *stack);
	char *memory = (char *)array_new(count, size);

	stack->top = (void **)array_new(count, sizeof *stack->top);
	while (count-- > 0)
		*stack->top++ = memory + count * size;
	return stack;
}

void *array_stack_alloc(struct array_stack *stack)
{
	return *--stack->top;
}

void array_stack_free(struct array_stack *stack, void *object)
{
	*stack->top++ = object;
}
