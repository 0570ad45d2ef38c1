/* SPDX-License-Identifier: MIT */
/* Owns the list of all caches of the process. */
#include <pthread.h>

#include "cache.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slab_cache *newest;

static void
lock_list(void)
{
	pthread_mutex_lock(&lock);
}

static void
unlock_list(void)
{
	pthread_mutex_unlock(&lock);
}

/* A child must not find the list locked by a thread that it does not have. */
__attribute__((constructor)) static void
survive_fork(void)
{
	pthread_atfork(lock_list, unlock_list, unlock_list);
}

void
slabi_registry_add(struct slab_cache *cache)
{
	lock_list();
	cache->previous = NULL;
	cache->next = newest;
	if (newest)
		newest->previous = cache;
	newest = cache;
	unlock_list();
}

void
slabi_registry_remove(struct slab_cache *cache)
{
	lock_list();
	if (cache->next)
		cache->next->previous = cache->previous;
	*(cache->previous ? &cache->previous->next : &newest) = cache->next;
	unlock_list();
}

int
slabi_registry_each(int (*visit)(const struct slab_cache *cache, void *arg),
    void *arg)
{
	const struct slab_cache *cache;
	int result = 0;

	lock_list();
	for (cache = newest; cache && result == 0; cache = cache->next)
		result = visit(cache, arg);
	unlock_list();
	return result;
}
