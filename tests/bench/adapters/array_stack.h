/* SPDX-License-Identifier: MIT */
/* A lower bound: a stack of pointers in a shared library. */
#include "../array_stack.h"

typedef struct array_stack pool;

static const char *pool_version(void)
{
	return "";
}

static pool *pool_new(const struct wish *wish)
{
	return array_stack_new(wish->size, wish->count);
}

static inline void *pool_alloc(pool *stack, size_t size)
{
	(void)size;
	return array_stack_alloc(stack);
}

static inline void pool_free(pool *stack, void *object, size_t size)
{
	(void)size;
	array_stack_free(stack, object);
}

static void pool_reap(pool *stack)
{
	(void)stack;
}
