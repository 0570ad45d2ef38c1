/* SPDX-License-Identifier: MIT */
/*
 * A right program, in which nothing is leaked: all that it has allocated can
 * be reached through objects of a cache, through a template, or through the
 * arguments that a cache holds.  tests/test_tools.sh runs it under tools that
 * look for leaks; the argument says where the cache's memory comes from.
 */
#include <slab.h>
#include <stdlib.h>
#include <sys/mman.h>

struct node {
	struct node *next;
	char *text;
};

static struct node *list;
static slab_cache *cache;

static int construct(void *object, void *arg)
{
	struct node *node = object;

	node->next = arg;
	return 0;
}

static slab_builder *wishes(int constructed)
{
	slab_builder *builder = slab_builder_for(struct node);
	struct node template = { NULL, malloc(300) };

	if (!constructed)
		free(template.text);
	else
		builder = slab_builder_ctor(slab_builder_template(builder,
		    &template), construct, NULL, malloc(200));
	return builder;
}

static void *map(void *arg, size_t size, size_t align)
{
	(void)arg;
	(void)align;
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void unmap(void *arg, void *block, size_t size)
{
	(void)arg;
	munmap(block, size);
}

static slab_cache *build(slab_builder *builder, char backing)
{
	const slab_backing calls = { .struct_size = sizeof(calls),
		.arg = malloc(100), .alloc = map, .free = unmap };
	size_t bytes = (size_t)1 << 20;

	if (backing == 'u')
		return slab_builder_build_backing(builder, &calls);
	free(calls.arg);
	if (backing == 'b')
		return slab_builder_build_buffer(builder, malloc(bytes), bytes);
	return backing == 'h' ? slab_builder_build(builder) :
	    slab_builder_build_mmap(builder);
}

/* Frames that held pointers are gone when the program ends. */
static __attribute__((noinline)) void fill(char backing, int constructed)
{
	int i;

	cache = build(wishes(constructed), backing);
	for (i = 0; i < 1000; i++) {
		struct node *node = slab_alloc(cache);

		if (!node || !(node->text = malloc(40)))
			abort();
		node->text[0] = '\0';
		node->next = list;
		list = node;
	}
}

int main(int count, char **arguments)
{
	fill(count > 1 ? *arguments[1] : 'm', count > 2);
	return 0;
}
