/* SPDX-License-Identifier: MIT */
/*
 * Owns the backing that counts and fails, and caches on every kind of memory.
 */
#include "memory.h"

#include <stdlib.h>

#define JUNK 0xA5

/* The counting backing --------------------------------------------------- */

struct counting_block {
	struct counting_block *next;
	char *memory; /* as the cache has it */
	void *whole;  /* as the heap has it */
	size_t size;
};

static bool counting_can_align(void *arg, size_t size)
{
	struct counting *counting = arg;

	if (counting->questions < COUNTING_QUESTIONS)
		counting->asked[counting->questions] = size;
	counting->questions++;
	return size <= counting->aligns_to;
}

static bool refused_now(const struct counting *counting)
{
	return counting->allocs == counting->refuse_at ||
	    (counting->refuse_from != 0 &&
	    counting->allocs >= counting->refuse_from);
}

static void *counting_alloc(void *arg, size_t size, size_t align)
{
	struct counting *counting = arg;
	struct counting_block *block;

	counting->allocs++;
	if (size % support_page() != 0 || (align & (align - 1)) != 0 ||
	    (align > support_page() && align > counting->aligns_to))
		counting->faults++;
	if (refused_now(counting) || size > PTRDIFF_MAX - align) {
		counting->refused++;
		return NULL;
	}
	block = malloc(sizeof(*block));
	REQUIRE(block != NULL);
	if (posix_memalign(&block->whole, align < 64 ? 64 : align,
	    size + (counting->misalign ? 64 : 0)) != 0) {
		free(block);
		return NULL;
	}
	block->memory = (char *)block->whole + (counting->misalign ? 64 : 0);
	block->size = size;
	if (counting->dirty)
		memset(block->memory, JUNK, size);
	block->next = counting->blocks;
	counting->blocks = block;
	counting->bytes += size;
	return block->memory;
}

static void lose(struct counting *counting, void *memory, size_t size)
{
	if (counting->losing != NULL)
		counting->losing(counting->losing_arg, memory, size);
	if (counting->dirty)
		memset(memory, JUNK, size);
}

static void counting_free(void *arg, void *memory, size_t size)
{
	struct counting *counting = arg;
	struct counting_block **link = &counting->blocks;
	struct counting_block *block;

	counting->frees++;
	while (*link != NULL && (*link)->memory != memory)
		link = &(*link)->next;
	block = *link;
	if (block == NULL || block->size != size) {
		counting->faults++;
		return;
	}
	lose(counting, memory, size);
	*link = block->next;
	counting->bytes -= size;
	free(block->whole);
	free(block);
}

static void counting_purge(void *arg, void *pages, size_t size)
{
	struct counting *counting = arg;
	const struct counting_block *block = counting->blocks;
	const char *from = pages;

	counting->purges++;
	while (block != NULL && (from < block->memory ||
	    from + size > block->memory + block->size))
		block = block->next;
	if (block == NULL || size == 0 || size % support_page() != 0 ||
	    !support_aligned(pages, support_page())) {
		counting->faults++;
		return;
	}
	lose(counting, pages, size);
}

static void counting_release(void *arg)
{
	struct counting *counting = arg;

	counting->releases++;
	if (counting->blocks != NULL)
		counting->faults++;
}

slab_backing counting_backing(struct counting *counting)
{
	return (slab_backing){
		.struct_size = sizeof(slab_backing),
		.arg = counting,
		.can_align = counting_can_align,
		.alloc = counting_alloc,
		.free = counting_free,
		.purge = counting_purge,
		.release = counting_release,
	};
}

void counting_drop(struct counting *counting)
{
	while (counting->blocks != NULL)
		counting_free(counting, counting->blocks->memory,
		    counting->blocks->size);
}

/* Every kind of memory --------------------------------------------------- */

const char *memory_name(enum memory_kind kind)
{
	static const char *const names[MEMORY_KINDS] = {
		"heap", "mmap", "buffer", "user, aligned", "user, large",
	};

	return names[kind];
}

static slab_cache *build_in_buffer(struct memory *memory,
    slab_builder *builder)
{
	if (memory->room == 0)
		memory->room = (size_t)8 << 20;
	memory->buffer = malloc(memory->room);
	REQUIRE(memory->buffer != NULL);
	memset(memory->buffer, JUNK, memory->room);
	return slab_builder_build_buffer(builder, memory->buffer,
	    memory->room);
}

slab_cache *memory_build(struct memory *memory, slab_builder *builder)
{
	slab_backing backing = counting_backing(&memory->counting);

	switch (memory->kind) {
	case MEMORY_HEAP:
		return slab_builder_build(builder);
	case MEMORY_MMAP:
		return slab_builder_build_mmap(builder);
	case MEMORY_BUFFER:
		return build_in_buffer(memory, builder);
	case MEMORY_USER_ALIGNED:
		memory->counting.aligns_to = (size_t)1 << 20;
		break;
	default:
		memory->counting.dirty = true;
		break;
	}
	return slab_builder_build_backing(builder, &backing);
}

bool memory_end(struct memory *memory)
{
	const struct counting *counting = &memory->counting;

	free(memory->buffer);
	memory->buffer = NULL;
	return counting->faults == 0 && counting->blocks == NULL &&
	    counting->releases == (memory->kind >= MEMORY_USER_ALIGNED);
}
