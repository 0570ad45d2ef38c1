/* SPDX-License-Identifier: MIT */
/*
 * A program that does one thing wrong, or nothing, for tests/test_tools.sh:
 * wrong BACKING WHAT, where BACKING is heap, mmap or buffer.
 */
#include <slab.h>
#include <stdlib.h>
#include <string.h>

static slab_cache *cache;
static char buffer[1 << 20];

static slab_cache *build(char backing, slab_builder *builder)
{
	if (backing == 'b')
		return slab_builder_build_buffer(builder, buffer,
		    sizeof(buffer));
	return backing == 'h' ? slab_builder_build(builder) :
	    slab_builder_build_mmap(builder);
}

static __attribute__((noinline)) char *make(void)
{
	char *object = slab_alloc(cache);

	if (!object)
		abort();
	return object;
}

static __attribute__((noinline)) void drop(char *object)
{
	slab_free(cache, object);
}

static void use(const char *what)
{
	char *object = make();

	if (strcmp(what, "uninitialised") == 0) {
		if (object[20] == 1)
			puts("one");
		return;
	}
	memset(object, 1, 64);
	if (strcmp(what, "overrun") == 0)
		((volatile char *)object)[64] = 1;
	if (strcmp(what, "leak") == 0)
		return;
	drop(object);
	if (strcmp(what, "after-free") == 0)
		printf("%d\n", ((volatile char *)object)[20]);
}

int main(int count, char **arguments)
{
	void *objects[10];

	if (count < 3)
		return 2;
	cache = build(*arguments[1], slab_builder_name(slab_builder_new(64),
	    "conn"));
	if (!cache)
		return 2;
	use(arguments[2]);
	if (slab_alloc_bulk(cache, 10, objects) != 10)
		return 2;
	slab_free_bulk(cache, 10, objects);
	if (strcmp(arguments[2], "leak") != 0) {
		slab_reset(cache);
		return slab_destroy(cache);
	}
	return 0;
}
