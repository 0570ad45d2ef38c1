/* SPDX-License-Identifier: MIT */
/* Two caches share a budget; one returns its idle memory when it runs out. */
#include <err.h>
#include <slab.h>

#define KIB 1024u
#define MOST 20000

static void *blocks[MOST];

/* Called in the call that needs memory: give up what only serves speed. */
static void reap(slab_quota *quota, size_t wanted, void *arg)
{
	size_t used = slab_quota_used(quota);
	size_t bytes = slab_reap(arg);

	printf("%s wanted with %zu KiB used: %s returned\n",
	    wanted > 0 ? "memory" : "nothing", used / KIB,
	    bytes > 0 ? "some" : "nothing");
}

static slab_cache *build(const char *name, size_t size, slab_quota *quota)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_quota(
	    slab_builder_name(slab_builder_new(size), name), quota));

	if (cache == NULL)
		err(1, "%s", slab_error());
	return cache;
}

int main(void)
{
	slab_quota *quota = slab_quota_new(1024 * KIB, 1024 * KIB);
	slab_cache *pages = build("pages", 200, quota);
	slab_cache *requests = build("requests", 100, quota);
	size_t n;

	slab_quota_on_pressure(quota, reap, pages);
	n = slab_alloc_bulk(pages, 4000, blocks);
	slab_free_bulk(pages, n, blocks); /* kept, for the next ones */
	n = slab_alloc_bulk(requests, MOST, blocks);
	printf("%s than %d requests fit\n", n < MOST ? "less" : "more", MOST);

	slab_reset(requests);
	slab_destroy(requests);
	slab_destroy(pages);
	return slab_quota_free(quota);
}
