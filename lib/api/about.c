/* SPDX-License-Identifier: MIT */
/* Owns what a cache and the library say of themselves. */
#include "cache/cache.h"

size_t
slab_object_size(const slab_cache *cache)
{
	return cache->layer.system.geometry.size;
}

size_t
slab_object_align(const slab_cache *cache)
{
	return cache->layer.system.geometry.align;
}

const char *
slab_cache_name(const slab_cache *cache)
{
	return cache->name;
}

const char *
slab_version(void)
{
	return SLAB_VERSION_STRING;
}
