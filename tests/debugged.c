/* SPDX-License-Identifier: MIT */
/*
 * Builds three caches, and prints which debugging modes each of them has; with
 * the argument "leak" or "wrong", leaks an object or frees one twice.
 */
#include "cache/debug.h"
#include "support.h"

static void show(const char *name)
{
	static const struct {
		unsigned flag;
		const char *name;
	} modes[] = {
		{ SLAB_DEBUG_CHECK, "check" },
		{ SLAB_DEBUG_REDZONE, "redzone" },
		{ SLAB_DEBUG_POISON, "poison" },
		{ SLAB_DEBUG_AUDIT, "audit" },
		{ SLAB_DEBUG_QUARANTINE, "quarantine" },
		{ SLAB_DEBUG_MALLOC, "malloc" },
		{ SLAB_DEBUG_GUARD, "guard" },
		{ SLAB_DEBUG_FAIL, "fail" },
	};
	slab_cache *cache = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_new(40), name));

	REQUIRE(cache != NULL);
	printf("%s:", name);
	for (size_t i = 0; i < COUNT(modes); i++)
		if (cache->debug &&
		    cache->debug->options.flags & modes[i].flag)
			printf(" %s", modes[i].name);
	printf(cache->debug ? "\n" : " -\n");
	REQUIRE(slab_destroy(cache) == 0);
}

/* Leaks an object, or frees one twice. */
static void be_wrong(bool twice)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_new(40), "conn"));
	void *object = slab_alloc(cache);

	if (!twice)
		return;
	slab_free(cache, object);
	slab_free(cache, object);
}

int main(int count, char **arguments)
{
	support_start();
	if (count > 1) {
		be_wrong(arguments[1][0] == 'w');
		return 0;
	}
	show("conn");
	show("node-1");
	show("node-2");
	return 0;
}
