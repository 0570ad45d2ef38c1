/* SPDX-License-Identifier: MIT */
/*
 * Owns aligned blocks of mmap's: where they are asked for, how they are cut to
 * size, and what becomes of those that munmap refuses.
 */
#include <stdatomic.h>
#include <stdint.h>

#include "base/lock.h"
#include "base/os.h"
#include "base/os_posix.h"

/*
 * Blocks that could not be unmapped (the process has all the mappings it may
 * have, and unmapping would split one).  Their pages are purged, and the block
 * is kept here, for all caches, until one of its size is needed, or until an
 * unmapping succeeds again.
 */
struct stranded {
	struct stranded *next;
	size_t size;
};

static struct stranded *all_stranded;

static void
strand(void *block, size_t size)
{
	struct stranded *stranded = block;

	slabi_os.purge(block, size);
	stranded->size = size;
	slabi_lock(SLABI_LOCK_STRANDED);
	stranded->next = all_stranded;
	all_stranded = stranded;
	slabi_unlock(SLABI_LOCK_STRANDED);
}

static bool
is_aligned(const void *block, size_t align)
{
	return ((uintptr_t)block & (align - 1)) == 0;
}

/* Takes one of that size and alignment, or with size 0 any; NULL: none. */
static struct stranded *
take_stranded(size_t size, size_t align)
{
	struct stranded **link, *found;

	slabi_lock(SLABI_LOCK_STRANDED);
	for (link = &all_stranded; (found = *link); link = &found->next)
		if (size == 0 ||
		    (found->size == size && is_aligned(found, align)))
			break;
	if (found)
		*link = found->next;
	slabi_unlock(SLABI_LOCK_STRANDED);
	return found;
}

/* Unmaps, or strands what cannot be unmapped; returns whether it is gone. */
static bool
unmap_or_strand(void *block, size_t size)
{
	if (size == 0 || slabi_posix.unmap(block, size) == 0)
		return true;
	strand(block, size);
	return false;
}

/*
 * Below this address there was room at the last look: the next block that is
 * to be aligned is asked for there, which spares mapping more and cutting it.
 * The kernel has the last word, so that a guess is enough.
 */
static _Atomic(uintptr_t) free_below;

static void
note_free_below(uintptr_t address)
{
	atomic_store_explicit(&free_below, address, memory_order_relaxed);
}

/* Maps the highest aligned block that ends below `end`, or anything. */
static void *
map_below(uintptr_t end, size_t size, size_t align)
{
	uintptr_t hint = end > size ? (end - size) & ~(align - 1) : 0;

	return slabi_posix.map((void *)hint, size);
}

/* Maps more than needed, and cuts off what is before and behind. */
static void *
map_and_trim(size_t size, size_t align)
{
	size_t spare = align, before;
	char *start, *block;

	if (size > SIZE_MAX - spare)
		return NULL;
	start = slabi_posix.map(NULL, size + spare);
	if (!start)
		return NULL;
	before = -(size_t)(uintptr_t)start & (align - 1);
	block = start + before;
	unmap_or_strand(start, before);
	unmap_or_strand(block + size, spare - before);
	return block;
}

/*
 * Maps an aligned block that ends below `end`, if nothing is there; if the
 * kernel prefers another place, below that, for it often puts a mapping below
 * the last one.
 */
static void *
map_aligned(uintptr_t end, size_t size, size_t align)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		void *block = map_below(end, size, align);

		if (!block || is_aligned(block, align))
			return block;
		unmap_or_strand(block, size);
		end = (uintptr_t)block + size;
	}
	return map_and_trim(size, align);
}

void *
slabi_posix_reserve(size_t size, size_t align)
{
	void *block;

	if (align <= slabi_os.page_size) {
		block = map_aligned(0, size, align);
	} else {
		block = map_aligned(atomic_load_explicit(&free_below,
		    memory_order_relaxed), size, align);
		note_free_below((uintptr_t)block);
	}
	return block ? block : take_stranded(size, align);
}

void
slabi_posix_release(void *block, size_t size)
{
	struct stranded *other;

	if (!unmap_or_strand(block, size))
		return;
	if (size > slabi_os.page_size && is_aligned(block, size))
		note_free_below((uintptr_t)block + size);
	other = take_stranded(0, 1);
	if (other)
		unmap_or_strand(other, other->size);
}

/*
 * One by one the system maps more than there is, and ends the process when it
 * is touched; so much at once it refuses.
 */
bool
slabi_posix_probe(size_t size)
{
	void *trial = slabi_posix.map(NULL, size);

	if (trial)
		unmap_or_strand(trial, size);
	return trial;
}
