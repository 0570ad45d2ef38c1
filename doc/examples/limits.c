/* SPDX-License-Identifier: MIT */
/* What can go wrong, and how a program learns of it. */
#include <err.h>
#include <errno.h>
#include <slab.h>
#include <string.h>

/* An error in any setter is reported once, by the build. */
static void bad_builder(void)
{
	slab_cache *cache = slab_builder_build(slab_builder_name(
	    slab_builder_align(slab_builder_new(100), 24), "odd"));

	if (cache == NULL)
		printf("build: %s: %s\n", strerror(errno), slab_error());
}

/* A limit: slab_alloc() fails, and works again once an object is freed. */
static void limit(void)
{
	slab_cache *cache = slab_builder_build(
	    slab_builder_limit(slab_builder_new(100), 2));
	void *objects[3];
	size_t got;

	if (cache == NULL)
		err(1, "%s", slab_error());
	got = slab_alloc_bulk(cache, 3, objects);
	printf("asked for 3, got %zu: %s\n", got, strerror(errno));

	if (slab_destroy(cache) != 0)
		printf("destroy: %s\n", strerror(errno));
	slab_free_bulk(cache, got, objects);
	if (slab_destroy(cache) != 0)
		err(1, "%s", slab_error());
}

/* Reserve first, and what follows cannot fail halfway. */
static void all_or_nothing(void)
{
	slab_cache *cache = slab_builder_build(slab_builder_new(100));
	void *objects[500];

	if (cache == NULL || slab_reserve(cache, 500) != 0)
		err(1, "%s", slab_error());
	for (int i = 0; i < 500; i++)
		objects[i] = slab_alloc(cache);
	printf("500 reserved, 500 taken\n");
	slab_free_bulk(cache, 500, objects);
	if (slab_destroy(cache) != 0)
		err(1, "%s", slab_error());
}

int main(void)
{
	bad_builder();
	limit();
	all_or_nothing();
	return 0;
}
