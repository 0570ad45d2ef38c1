/* SPDX-License-Identifier: MIT */
/*
 * A lower bound: what a call to a shared library costs that pops or pushes a
 * pointer and does nothing else.  No bounds, no bookkeeping, memory made and
 * touched beforehand.
 */
#ifndef ARRAY_STACK_H
#define ARRAY_STACK_H

#include <stddef.h>

/* Called as those of <slab.h> are: past the linker's table of jumps. */
#if defined(__has_attribute)
#if __has_attribute(noplt)
#define ARRAY_STACK_CALL __attribute__((noplt))
#endif
#endif
#ifndef ARRAY_STACK_CALL
#define ARRAY_STACK_CALL
#endif

struct array_stack;

struct array_stack *array_stack_new(size_t size, size_t count);
ARRAY_STACK_CALL void *array_stack_alloc(struct array_stack *stack);
ARRAY_STACK_CALL void array_stack_free(struct array_stack *stack, void *object);

#endif /* ARRAY_STACK_H */
