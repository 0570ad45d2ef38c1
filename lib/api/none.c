/* SPDX-License-Identifier: MIT */
/*
 * Owns the calls that have nothing to work on without an operating system:
 * there is no list of caches, and nobody who reads the formats for programs.
 */
#ifdef SLABI_NO_OS

#include <errno.h>

#include "api/export.h"
#include "api/registry.h"
#include "base/error.h"
#include "cache/cache.h"

static int
not_here(void)
{
	slabi_fail(ENOTSUP, "this is not in a library without an operating "
	    "system");
	return -1;
}

int
slab_each_cache(int (*visit)(const slab_cache *cache, void *arg), void *arg)
{
	(void)visit;
	(void)arg;
	return not_here();
}

size_t
slab_bytes_resident(const slab_cache *cache)
{
	(void)cache;
	not_here();
	return 0;
}

int
slabi_export_json(struct slabi_export *export)
{
	(void)export;
	return not_here();
}

int
slabi_export_openmetrics(struct slabi_export *export)
{
	(void)export;
	return not_here();
}

void
slabi_registry_add(slab_cache *cache)
{
	(void)cache;
}

void
slabi_registry_remove(slab_cache *cache)
{
	(void)cache;
}

slab_cache *
slabi_registry_next(struct slabi_walk *walk,
    void (*look)(const slab_cache *cache, void *arg), void *arg)
{
	(void)walk;
	(void)look;
	(void)arg;
	return NULL;
}

void
slabi_registry_try_each(int (*visit)(const struct slab_cache *cache,
    void *arg), void *arg)
{
	(void)visit;
	(void)arg;
}

#endif
