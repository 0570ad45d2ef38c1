/* SPDX-License-Identifier: MIT */
/*
 * Owns memory from one region of the caller's.  Blocks are cut off its front
 * in order; those that come back are kept for the next of their size.  All
 * slabs of a cache have one size, and its tables are made once, so nothing
 * else is needed.  No system calls.
 */
#include <errno.h>
#include <string.h>

#include "backing/backing.h"
#include "base/arith.h"
#include "base/error.h"
#include "base/tools.h"

struct slabi_returned {
	struct slabi_returned *next;
	size_t size;
};

static void *
buffer_alloc(void *arg, size_t size, size_t align)
{
	struct slabi_buffer *buffer = arg;
	struct slabi_returned *block = buffer->returned;
	char *start;

	if (block && block->size == size) {
		buffer->returned = block->next;
		return block;
	}
	start = (char *)slabi_round_up((uintptr_t)buffer->next, align);
	if (start < buffer->next || start > buffer->end ||
	    size > (size_t)(buffer->end - start))
		return NULL;
	buffer->next = start + size;
	return start;
}

static void
buffer_free(void *arg, void *block, size_t size)
{
	struct slabi_buffer *buffer = arg;
	struct slabi_returned *returned = block;

	returned->next = buffer->returned;
	returned->size = size;
	buffer->returned = returned;
}

static void
buffer_release(void *arg)
{
	const struct slabi_buffer *buffer = arg;

	slabi_tools_remove_root(buffer->memory, buffer->size);
}

void
slabi_buffer_reset(const struct slabi_backing *backing)
{
	struct slabi_buffer *buffer = backing->calls.arg;

	buffer->next = (char *)buffer + SLABI_LINE;
	buffer->returned = NULL;
}

size_t
slabi_buffer_left(const struct slabi_backing *backing)
{
	const struct slabi_buffer *buffer = backing->calls.arg;

	return (size_t)(buffer->end - buffer->next);
}

size_t
slabi_buffer_blocks(const struct slabi_backing *backing, size_t taken,
    size_t size, size_t align)
{
	const struct slabi_buffer *buffer = backing->calls.arg;
	size_t skip = buffer->anywhere ? align - SLABI_LINE :
	    -(size_t)((uintptr_t)buffer->next + taken) & (align - 1);
	size_t left = slabi_buffer_left(backing);

	if (taken > left || skip > left - taken)
		return 0;
	return (left - taken - skip) / size;
}

bool
slabi_backing_buffer_at(struct slabi_backing *backing,
    struct slabi_buffer *books, uintptr_t address, size_t bytes)
{
	size_t skip = -(size_t)address & (SLABI_LINE - 1);

	if (bytes < skip + SLABI_LINE || address > UINTPTR_MAX - bytes) {
		slabi_fail(ENOMEM, "a buffer of %zu bytes is too small", bytes);
		return false;
	}
	*books = (struct slabi_buffer){
		.next = (char *)(address + skip + SLABI_LINE),
		.end = (char *)(address + bytes),
		.memory = (void *)address,
		.size = bytes,
	};
	*backing = (struct slabi_backing){
		.calls = {
			.arg = books,
			.alloc = buffer_alloc,
			.free = buffer_free,
			.release = buffer_release,
		},
		.unit = SLABI_LINE,
		.meta_unit = SLABI_LINE,
		.fixed = true,
	};
	return true;
}

bool
slabi_backing_buffer(struct slabi_backing *backing, void *mem, size_t bytes)
{
	size_t skip = -(size_t)(uintptr_t)mem & (SLABI_LINE - 1);
	struct slabi_buffer books;

	if (!mem) {
		slabi_fail(EINVAL, "the buffer is NULL");
		return false;
	}
	if (!slabi_backing_buffer_at(backing, &books, (uintptr_t)mem, bytes))
		return false;
	backing->calls.arg = memcpy((char *)mem + skip, &books, sizeof(books));
	slabi_tools_add_root(mem, bytes);
	return true;
}
