/* SPDX-License-Identifier: MIT */
/* Owns memory from the C library's heap: the only caller of malloc and free. */
#include <errno.h>
#include <stdlib.h>

#include "backing/backing.h"
#include "base/arith.h"
#include "base/error.h"

#ifdef SLABI_NO_OS

bool
slabi_backing_heap(struct slabi_backing *backing)
{
	(void)backing;
	slabi_fail(ENOTSUP, "there is no heap here");
	return false;
}

#else

static void *
heap_alloc(void *arg, size_t size, size_t align)
{
	void *block;

	(void)arg;
	return posix_memalign(&block, align, size) == 0 ? block : NULL;
}

static void
heap_free(void *arg, void *block, size_t size)
{
	(void)arg;
	(void)size;
	free(block);
}

/*
 * Blocks begin where malloc puts them: aligned to their size they would cost
 * twice the addresses, and a page before each for malloc's header.
 */
bool
slabi_backing_heap(struct slabi_backing *backing)
{
	*backing = (struct slabi_backing){
		.calls.alloc = heap_alloc,
		.calls.free = heap_free,
		.unit = SLABI_LINE,
		.meta_unit = SLABI_LINE,
		.prefers_large = true,
		.keeps_freed = true,
	};
	slabi_backing_set_paged(backing);
	return true;
}

#endif
