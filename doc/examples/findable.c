/* SPDX-License-Identifier: MIT */
/* Freeing an object where nobody knows its cache: slab_free_any(). */
#include <err.h>
#include <slab.h>

struct node {
	struct node *next;
	long value;
};

/* A list frees its nodes without knowing where they come from. */
static void free_list(struct node *node)
{
	while (node != NULL) {
		struct node *next = node->next;

		slab_free_any(node);
		node = next;
	}
}

int main(void)
{
	slab_cache *nodes = slab_builder_build_mmap(slab_builder_findable(
	    slab_builder_for(struct node), true));
	struct node *list = NULL;

	if (nodes == NULL)
		err(1, "%s", slab_error());
	for (long value = 0; value < 1000; value++) {
		struct node *node = slab_alloc(nodes);

		if (node == NULL)
			err(1, "%s", slab_error());
		node->next = list;
		node->value = value;
		list = node;
	}
	printf("a node is from the cache \"%s\"\n",
	    slab_cache_name(slab_cache_of(list)));
	free_list(list);
	return slab_destroy(nodes);
}
