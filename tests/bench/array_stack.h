/* SPDX-License-Identifier: MIT */
/*
 * A lower bound: what a call to a shared library costs that pops or pushes a
 * pointer and does nothing else.  No bounds, no bookkeeping, memory made and
 * touched beforehand.
 */
#ifndef ARRAY_STACK_H
#define ARRAY_STACK_H

#include <stddef.h>

struct array_stack;

struct array_stack *array_stack_new(size_t size, size_t count);
void *array_stack_alloc(struct array_stack *stack);
void array_stack_free(struct array_stack *stack, void *object);

#endif /* ARRAY_STACK_H */
