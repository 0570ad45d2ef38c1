/* SPDX-License-Identifier: MIT */
/*
 * Owns the lists of all caches of the process, the newest first.
 *
 * Caches in buffers have a list of their own.  A buffer may be memory that is
 * shared with other processes, each with other caches around this one: so a
 * process writes to the links of those caches only that it has built itself,
 * and a child knows nothing of those that it inherits.
 */
#include "api/registry.h"

#include <stdatomic.h>
#include <string.h>

#include "base/lock.h"
#include "cache/cache.h"
#include "cache/record.h"

static unsigned generation; /* of the process that caches in buffers are of */
static uint64_t last_id;

/*
 * Where walks go on: the cache after the last one that was looked at.  There
 * are only a few; a walk whose hint was taken by another one searches.
 */
#define HINTS 8
static struct hint {
	uint64_t last;
	struct slab_cache *next;
} hints[HINTS];
static unsigned next_hint;

static struct slab_cache *
get_newest(const union slabi_link *list)
{
	return (struct slab_cache *)(uintptr_t)list->at;
}

static void
set_newest(union slabi_link *list, const struct slab_cache *cache)
{
	list->at = cache;
}

/*
 * Other programs read the lists while they change.  They look at this number
 * before and after, and try again if it is odd, or another one.
 */
static void
note_change(void)
{
	atomic_thread_fence(memory_order_seq_cst);
	slabi_registry.changes++;
	atomic_thread_fence(memory_order_seq_cst);
}

/* In a child, which knows nothing of buffers. */
static void
notice_fork(void)
{
	if (generation != slabi_lock_generation()) {
		set_newest(&slabi_registry.newest_in_buffer, NULL);
		memset(hints, 0, sizeof(hints));
	}
	generation = slabi_lock_generation();
}

static void
lock_lists(void)
{
	slabi_lock(SLABI_LOCK_REGISTRY);
	notice_fork();
}

static void
unlock_lists(void)
{
	slabi_unlock(SLABI_LOCK_REGISTRY);
}

static union slabi_link *
list_of(bool in_buffers)
{
	return in_buffers ? &slabi_registry.newest_in_buffer :
	    &slabi_registry.newest;
}

void
slabi_registry_add(slab_cache *cache)
{
	struct slabi_entry *entry = &cache->entry;
	union slabi_link *list;

	lock_lists();
	if (last_id == 0)
		slabi_published_touch();
	list = list_of(cache->layer.system.backing.fixed);
	entry->id = ++last_id;
	entry->generation = generation;
	entry->next = get_newest(list);
	entry->previous = NULL;
	note_change();
	if (entry->next)
		entry->next->entry.previous = cache;
	set_newest(list, cache);
	note_change();
	unlock_lists();
}

static void
unlink_cache(struct slab_cache *cache, union slabi_link *list)
{
	struct slabi_entry *entry = &cache->entry;
	unsigned i;

	note_change();
	if (entry->next)
		entry->next->entry.previous = entry->previous;
	if (entry->previous)
		entry->previous->entry.next = entry->next;
	else
		set_newest(list, entry->next);
	note_change();
	for (i = 0; i < HINTS; i++)
		if (hints[i].next == cache)
			hints[i].next = entry->next;
}

void
slabi_registry_remove(slab_cache *cache)
{
	bool in_buffer = cache->layer.system.backing.fixed;

	lock_lists();
	/* A cache in a buffer that another process has built is not there. */
	if (!in_buffer || cache->entry.generation == generation)
		unlink_cache(cache, list_of(in_buffer));
	unlock_lists();
}

/* Returns the first cache from here on that is older than the last one. */
static struct slab_cache *
next_in_list(const struct slabi_walk *walk)
{
	struct slab_cache *cache = get_newest(list_of(walk->in_buffers));

	if (walk->last == 0)
		return cache;
	if (hints[walk->hint].last == walk->last)
		return hints[walk->hint].next;
	while (cache && cache->entry.id >= walk->last)
		cache = cache->entry.next;
	return cache;
}

/* Remember where a walk is, in the place of its own or of the oldest one. */
static void
set_hint(struct slabi_walk *walk, const struct slab_cache *cache)
{
	if (walk->last == 0 || hints[walk->hint].last != walk->last)
		walk->hint = next_hint++ % HINTS;
	walk->last = cache->entry.id;
	hints[walk->hint] = (struct hint){ walk->last, cache->entry.next };
}

slab_cache *
slabi_registry_next(struct slabi_walk *walk,
    void (*look)(const slab_cache *cache, void *arg), void *arg)
{
	struct slab_cache *cache;

	/* `look` may want it, and it comes before the lists. */
	slabi_gate_enter(&slabi_threads);
	lock_lists();
	cache = next_in_list(walk);
	if (!cache && !walk->in_buffers) {
		walk->in_buffers = true;
		walk->last = 0;
		cache = next_in_list(walk);
	}
	if (cache) {
		set_hint(walk, cache);
		if (look)
			look(cache, arg);
	}
	unlock_lists();
	slabi_gate_leave(&slabi_threads);
	return cache;
}

int
slab_each_cache(int (*visit)(const slab_cache *cache, void *arg), void *arg)
{
	struct slabi_walk walk = { 0, false, 0 };
	const struct slab_cache *cache;
	int result = 0;

	while (result == 0 &&
	    (cache = slabi_registry_next(&walk, NULL, NULL)))
		result = visit(cache, arg);
	return result;
}

static int
visit_list(const struct slab_cache *cache,
    int (*visit)(const struct slab_cache *cache, void *arg), void *arg)
{
	int result = 0;

	for (; cache && result == 0; cache = cache->entry.next)
		result = visit(cache, arg);
	return result;
}

void
slabi_registry_try_each(int (*visit)(const struct slab_cache *cache,
    void *arg), void *arg)
{
	if (!slabi_try_lock(SLABI_LOCK_REGISTRY))
		return;
	notice_fork();
	if (visit_list(get_newest(list_of(false)), visit, arg) == 0)
		visit_list(get_newest(list_of(true)), visit, arg);
	unlock_lists();
}
