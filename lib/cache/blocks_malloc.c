/* SPDX-License-Identifier: MIT */
/* Owns objects that are blocks of malloc's. */
#include <stdlib.h>

#include "base/error.h"
#include "cache/blocks.h"

static void *
get(struct slab_cache *cache)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	void *block;
	int error = posix_memalign(&block, slabi_max(geometry->align,
	    sizeof(void *)), geometry->size);

	if (error == 0)
		return block;
	slabi_fail(error, "malloc has no %zu bytes", geometry->size);
	return NULL;
}

static void
put(struct slab_cache *cache, void *object)
{
	(void)cache;
	free(object);
}

const struct slabi_block_source slabi_blocks_malloc = { get, NULL, put, NULL };
