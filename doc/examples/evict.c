/* SPDX-License-Identifier: MIT */
/*
 * A cache server at its limit: when there may be no more entries, the oldest
 * one is evicted, and the allocation tried again.  A free at the limit makes
 * the next allocation succeed.
 */
#include <err.h>
#include <errno.h>
#include <slab.h>

#define MOST_ENTRIES 1000

struct entry {
	struct entry *newer;
	int key, value;
};

struct store {
	slab_cache *entries;
	struct entry *oldest, **newest;
	size_t count, evicted;
};

static void evict_oldest(struct store *store)
{
	struct entry *entry = store->oldest;

	store->oldest = entry->newer;
	if (store->oldest == NULL)
		store->newest = &store->oldest;
	slab_free(store->entries, entry);
	store->count--;
	store->evicted++;
}

/* ENOMEM is the limit or the end of memory: in both cases evicting helps. */
static struct entry *new_entry(struct store *store)
{
	struct entry *entry = slab_alloc(store->entries);

	while (entry == NULL && errno == ENOMEM && store->count > 0) {
		evict_oldest(store);
		entry = slab_alloc(store->entries);
	}
	return entry;
}

static void put(struct store *store, int key, int value)
{
	struct entry *entry = new_entry(store);

	if (entry == NULL)
		err(1, "%s", slab_error());
	*entry = (struct entry){ .key = key, .value = value };
	*store->newest = entry;
	store->newest = &entry->newer;
	store->count++;
}

int main(void)
{
	struct store store = { .newest = &store.oldest };

	store.entries = slab_builder_build_mmap(slab_builder_limit(
	    slab_builder_name(slab_builder_for(struct entry), "entry"),
	    MOST_ENTRIES));
	if (store.entries == NULL)
		err(1, "%s", slab_error());

	for (int key = 0; key < 5000; key++)
		put(&store, key, key * key);
	printf("%zu entries, %zu evicted, the oldest is %d\n", store.count,
	    store.evicted, store.oldest->key);

	while (store.count > 0)
		evict_oldest(&store);
	return slab_destroy(store.entries);
}
