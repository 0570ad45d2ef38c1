/* SPDX-License-Identifier: MIT */
/* Owns memory from the C library's heap: the only caller of malloc and free. */
#include <stdlib.h>

#include "backing.h"
#include "geometry.h"
#include "os.h"

static bool
can_align(void *arg, size_t size)
{
	(void)arg;
	(void)size;
	return true;
}

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

/* Whole pages of a block in use are ours alone, whatever malloc does. */
static void
heap_purge(void *arg, void *pages, size_t size)
{
	(void)arg;
	slabi_os.purge(pages, size);
}

static void
heap_populate(void *pages, size_t size)
{
	slabi_os.populate(pages, size);
}

static void
heap_huge(void *block, size_t size)
{
	slabi_os.huge(block, size);
}

void
slabi_backing_heap(struct slabi_backing *backing)
{
	*backing = (struct slabi_backing){
		.calls = {
			.struct_size = sizeof(slab_backing),
			.can_align = can_align,
			.alloc = heap_alloc,
			.free = heap_free,
			.purge = heap_purge,
		},
		.populate = heap_populate,
		.huge = heap_huge,
		.unit = slabi_os.page_size,
		.meta_unit = SLABI_LINE,
	};
}
