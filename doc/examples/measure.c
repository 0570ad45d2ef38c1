/* SPDX-License-Identifier: MIT */
/*
 * Measuring a cache: nanoseconds for allocating and freeing an object, and
 * where the memory is.
 */
#include <err.h>
#include <slab.h>
#include <stdlib.h>
#include <time.h>

#define COUNT 100000

static double seconds(void)
{
	struct timespec now;

	timespec_get(&now, TIME_UTC);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Nanoseconds for taking COUNT objects and giving them back. */
static double round_trip(slab_cache *cache, void **objects)
{
	double start = seconds();

	for (int i = 0; i < COUNT; i++) {
		objects[i] = slab_alloc(cache);
		if (objects[i] == NULL)
			err(1, "%s", slab_error());
	}
	for (int i = 0; i < COUNT; i++)
		slab_free(cache, objects[i]);
	return (seconds() - start) * 1e9 / COUNT;
}

static void print_figures(slab_cache *cache)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };

	slab_stats(cache, &figures);
	printf("%zu objects of %zu bytes live, %zu cached\n",
	    figures.live, figures.object_size, figures.cached);
	printf("%zu slabs of %zu KiB, %.1f KiB from the system\n",
	    figures.slabs, figures.slab_size / 1024,
	    (double)figures.bytes_reserved / 1024);
}

int main(void)
{
	slab_cache *cache = slab_builder_build_mmap(
	    slab_builder_name(slab_builder_new(64), "measured"));
	void **objects = malloc(COUNT * sizeof(*objects));

	if (cache == NULL || objects == NULL)
		err(1, "%s", slab_error());
	printf("new memory:  %5.1f ns an object\n", round_trip(cache, objects));
	printf("used before: %5.1f ns an object\n", round_trip(cache, objects));
	print_figures(cache);

	printf("returned: %zu KiB\n", slab_reap(cache) / 1024);
	print_figures(cache);
	slab_dump(cache, stdout);
	free(objects);
	return slab_destroy(cache);
}
