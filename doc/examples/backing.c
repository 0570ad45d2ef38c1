/* SPDX-License-Identifier: MIT */
/*
 * The program's own backing: every block is paid from a budget, which several
 * caches share.  When the budget is used up, slab_alloc() fails with ENOMEM.
 */
#include <err.h>
#include <errno.h>
#include <slab.h>
#include <stdlib.h>

struct budget {
	size_t left, most;
};

static bool budget_can_align(void *arg, size_t size)
{
	struct budget *budget = arg;

	return size <= budget->most / 16;
}

static void *budget_alloc(void *arg, size_t size, size_t align)
{
	struct budget *budget = arg;
	void *block;

	if (size > budget->left || !(block = aligned_alloc(align, size)))
		return NULL;
	budget->left -= size;
	return block;
}

static void budget_free(void *arg, void *block, size_t size)
{
	struct budget *budget = arg;

	free(block);
	budget->left += size;
}

static slab_cache *build(struct budget *budget, const char *name,
    size_t size)
{
	slab_backing backing = {
		.struct_size = sizeof(backing),
		.arg = budget,
		.can_align = budget_can_align,
		.alloc = budget_alloc,
		.free = budget_free,
	};
	slab_cache *cache = slab_builder_build_backing(
	    slab_builder_name(slab_builder_new(size), name), &backing);

	if (cache == NULL)
		err(1, "%s", slab_error());
	return cache;
}

int main(void)
{
	struct budget budget = { 1 << 20, 1 << 20 };
	slab_cache *small = build(&budget, "small", 48);
	slab_cache *big = build(&budget, "big", 2000);
	size_t smalls = 0, bigs = 0;

	while (smalls < 4000 && slab_alloc(small) != NULL)
		smalls++;
	while (slab_alloc(big) != NULL)
		bigs++;
	if (errno != ENOMEM || bigs == 0)
		errx(1, "the budget did not end as it should");
	printf("1 MiB holds %zu objects of 48 bytes and %zu of 2000\n",
	    smalls, bigs);

	slab_reset(small);
	slab_reset(big);
	if (slab_destroy(small) != 0 || slab_destroy(big) != 0)
		err(1, "%s", slab_error());
	printf("left in the end: %zu KiB\n", budget.left / 1024);
	return budget.left != budget.most;
}
