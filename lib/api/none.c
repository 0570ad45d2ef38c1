/* SPDX-License-Identifier: MIT */
/*
 * Owns the calls that have nothing to work on without an operating system:
 * there is no list of caches, and nobody who reads the formats for programs.
 */
#ifdef SLABI_NO_OS

#include <errno.h>

#include "api/environment.h"
#include "api/export.h"
#include "api/registry.h"
#include "base/error.h"
#include "cache/shared.h"

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

/* There is no environment that could say how to debug. */
void
slabi_environment_add(const char *name, struct slabi_options *options)
{
	(void)name;
	(void)options;
}

bool
slabi_environment_wants_leaks(void)
{
	return false;
}

void
slabi_environment_report_unused(void)
{
}

/* Shared caches are refused by their builder. */
const struct slabi_path slabi_path_shared;

size_t
slabi_shared_bytes(size_t size, size_t rounds)
{
	(void)size;
	(void)rounds;
	return 0;
}

void
slabi_shared_begin(slab_cache *cache, size_t rounds)
{
	(void)cache;
	(void)rounds;
}

void
slabi_shared_end(slab_cache *cache)
{
	(void)cache;
}

uint64_t
slabi_depot_visits(struct slabi_depot *depot)
{
	(void)depot;
	return 0;
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
