/* SPDX-License-Identifier: MIT */
/*
 * When memory runs out, another cache may have some to spare: the handler reaps
 * it and lets the call try again.
 */
#include <err.h>
#include <slab.h>
#include <stdlib.h>

static size_t memory_left = 256 * 1024;

static void *scarce_alloc(void *arg, size_t size, size_t align)
{
	void *block;

	(void)arg;
	if (size > memory_left || !(block = aligned_alloc(align, size)))
		return NULL;
	memory_left -= size;
	return block;
}

static void scarce_free(void *arg, void *block, size_t size)
{
	(void)arg;
	free(block);
	memory_left += size;
}

/* Called when the backing said no; true: try again. */
static bool reap_other(slab_cache *cache, void *arg)
{
	slab_cache *other = arg;

	(void)cache;
	return slab_reap(other) > 0;
}

int main(void)
{
	slab_backing scarce = { .struct_size = sizeof(scarce),
	    .alloc = scarce_alloc, .free = scarce_free };
	slab_cache *first = slab_builder_build_backing(
	    slab_builder_new(1000), &scarce);
	slab_cache *second = slab_builder_build_backing(slab_builder_oom(
	    slab_builder_new(1000), reap_other, first), &scarce);
	size_t firsts = 0, seconds = 0;

	if (first == NULL || second == NULL)
		err(1, "%s", slab_error());
	while (slab_alloc(first) != NULL)
		firsts++;
	slab_reset(first); /* all objects are free; the memory is not yet */
	while (slab_alloc(second) != NULL)
		seconds++;
	printf("the second cache got %s of the memory of the first\n",
	    seconds >= firsts / 2 ? "most" : "little");

	slab_reset(second);
	return slab_destroy(first) != 0 || slab_destroy(second) != 0 ||
	    seconds < firsts / 2;
}
