/* SPDX-License-Identifier: MIT */
/* Owns how the library calls a backing, and the user's own ones. */
#include "backing/backing.h"

#include <errno.h>
#include <string.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/os.h"
#include "base/tools.h"

void *
slabi_backing_alloc(const struct slabi_backing *backing, size_t size,
    size_t align)
{
	void *block = backing->calls.alloc(backing->calls.arg, size, align);

	if (!block) {
		slabi_fail(ENOMEM, "the backing has no %zu bytes", size);
		return NULL;
	}
	if ((uintptr_t)block & (align - 1)) {
		backing->calls.free(backing->calls.arg, block, size);
		slabi_fail(EINVAL, "the backing gave a block that is not "
		    "aligned to %zu", align);
		return NULL;
	}
	return block;
}

/* A buffer is one root from its build on, in whichever process it is used. */
void
slabi_backing_add_root(const struct slabi_backing *backing, const void *block,
    size_t size)
{
	if (!backing->fixed)
		slabi_tools_add_root(block, size);
}

void
slabi_backing_remove_root(const struct slabi_backing *backing,
    const void *block, size_t size)
{
	if (!backing->fixed)
		slabi_tools_remove_root(block, size);
}

void *
slabi_backing_meta_alloc(const struct slabi_backing *backing, size_t *size)
{
	void *block;

	if (*size > SIZE_MAX / 2) {
		slabi_fail(ENOMEM, "%zu bytes are more than there are", *size);
		return NULL;
	}
	*size = slabi_round_up(*size, backing->meta_unit);
	block = slabi_backing_alloc(backing, *size, backing->meta_unit);
	if (block)
		slabi_backing_add_root(backing, block, *size);
	return block;
}

void
slabi_backing_meta_free(const struct slabi_backing *backing, void *block,
    size_t size)
{
	slabi_backing_remove_root(backing, block, size);
	backing->calls.free(backing->calls.arg, block, size);
}

static bool
always(void *arg, size_t size)
{
	(void)arg;
	(void)size;
	return true;
}

static void
purge(void *arg, void *pages, size_t size)
{
	(void)arg;
	slabi_os.purge(pages, size);
}

bool
slabi_backing_purge(const struct slabi_backing *backing, void *pages,
    size_t size)
{
	if (backing->calls.purge == purge)
		return slabi_os.purge(pages, size);
	backing->calls.purge(backing->calls.arg, pages, size);
	return true;
}

bool
slabi_backing_clear(const struct slabi_backing *backing, void *memory,
    size_t size)
{
	uintptr_t from = (uintptr_t)memory, to = from + size;
	uintptr_t start = slabi_round_up(from, slabi_os.page_size);
	uintptr_t stop = slabi_round_down(to, slabi_os.page_size);

	if (backing->calls.purge != purge || !slabi_os.purge_clears ||
	    start >= stop || !slabi_os.purge((void *)start, stop - start))
		return false;
	memset(memory, 0, start - from);
	memset((void *)stop, 0, to - stop);
	return true;
}

static bool
ready(void *pages, size_t size)
{
	return slabi_os.ready(pages, size);
}

static bool
probe(size_t size)
{
	return slabi_os.probe(size);
}

/* Blocks of the heap begin and end within a page. */
static void
advise(bool (*advice)(void *pages, size_t size), void *block, size_t size)
{
	uintptr_t page = slabi_os.page_size;
	uintptr_t start = slabi_round_up((uintptr_t)block, page);
	uintptr_t stop = ((uintptr_t)block + size) & ~(page - 1);

	if (start < stop)
		advice((void *)start, stop - start);
}

static void
huge(void *block, size_t size)
{
	advise(slabi_os.huge, block, size);
}

static void
no_huge(void *block, size_t size)
{
	advise(slabi_os.no_huge, block, size);
}

void
slabi_backing_set_paged(struct slabi_backing *backing)
{
	backing->calls.can_align = always;
	backing->calls.purge = purge;
	backing->ready = ready;
	backing->huge = huge;
	backing->no_huge = no_huge;
	backing->probe = probe;
}

/* A struct_size, less the part of a member that is not there as a whole. */
static size_t
whole_members(size_t size)
{
	static const size_t ends[] = {
		sizeof(slab_backing),
		offsetof(slab_backing, release),
		offsetof(slab_backing, purge),
	};
	size_t i = 0;

	while (ends[i] > size)
		i++;
	return ends[i];
}

bool
slabi_backing_user(struct slabi_backing *backing, const slab_backing *calls)
{
	size_t known = sizeof(*calls);

	*backing = (struct slabi_backing){ 0 };
	if (!calls || calls->struct_size <
	    offsetof(slab_backing, free) + sizeof(calls->free)) {
		slabi_fail(EINVAL, "the backing's struct_size is not set");
		return false;
	}
	if (calls->struct_size < known)
		known = whole_members(calls->struct_size);
	memcpy(&backing->calls, calls, known);
	if (!calls->alloc || !calls->free) {
		slabi_fail(EINVAL, "the backing needs alloc and free");
		return false;
	}
	backing->unit = backing->meta_unit = slabi_os.page_size;
	return true;
}
