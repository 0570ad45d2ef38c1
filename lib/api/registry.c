/* SPDX-License-Identifier: MIT */
/*
 * Owns the lists of all caches of the process.
 *
 * Caches in buffers have a list of their own.  A buffer may be memory that is
 * shared with other processes, each with other caches around this one: so
 * nothing is written to a cache in a buffer but by the process that built it,
 * and a child knows nothing of those that it inherits.
 */
#include <pthread.h>

#include "cache/cache.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slab_cache *newest;
static struct slab_cache *newest_in_buffer; /* linked by `next` alone */

static void
lock_lists(void)
{
	pthread_mutex_lock(&lock);
}

static void
unlock_lists(void)
{
	pthread_mutex_unlock(&lock);
}

static void
begin_child(void)
{
	newest_in_buffer = NULL;
	unlock_lists();
}

/* A child must not find them locked by a thread that it does not have. */
__attribute__((constructor)) static void
survive_fork(void)
{
	pthread_atfork(lock_lists, unlock_lists, begin_child);
}

static void
link_cache(struct slab_cache *cache)
{
	cache->previous = NULL;
	cache->next = newest;
	if (newest)
		newest->previous = cache;
	newest = cache;
}

static void
unlink_cache(struct slab_cache *cache)
{
	if (cache->next)
		cache->next->previous = cache->previous;
	*(cache->previous ? &cache->previous->next : &newest) = cache->next;
}

static void
link_in_buffer(struct slab_cache *cache)
{
	cache->next = newest_in_buffer;
	newest_in_buffer = cache;
}

/* One that another process has built is not there. */
static void
unlink_in_buffer(struct slab_cache *cache)
{
	struct slab_cache **link = &newest_in_buffer;

	while (*link && *link != cache)
		link = &(*link)->next;
	if (*link)
		*link = cache->next;
}

void
slabi_registry_add(struct slab_cache *cache)
{
	lock_lists();
	if (cache->layer.system.backing.fixed)
		link_in_buffer(cache);
	else
		link_cache(cache);
	unlock_lists();
}

void
slabi_registry_remove(struct slab_cache *cache)
{
	lock_lists();
	if (cache->layer.system.backing.fixed)
		unlink_in_buffer(cache);
	else
		unlink_cache(cache);
	unlock_lists();
}

/* Visit a list until a visit ends it. */
static int
each(const struct slab_cache *cache,
    int (*visit)(const struct slab_cache *cache, void *arg), void *arg)
{
	int result = 0;

	for (; cache && result == 0; cache = cache->next)
		result = visit(cache, arg);
	return result;
}

int
slabi_registry_each(int (*visit)(const struct slab_cache *cache, void *arg),
    void *arg)
{
	int result;

	lock_lists();
	result = each(newest, visit, arg);
	if (result == 0)
		result = each(newest_in_buffer, visit, arg);
	unlock_lists();
	return result;
}
