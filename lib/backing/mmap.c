/* SPDX-License-Identifier: MIT */
/* Owns memory from mmap, and what is to be done when munmap is refused. */
#include <pthread.h>
#include <stdatomic.h>

#include "backing/backing.h"
#include "slab/geometry.h"
#include "base/os.h"

/*
 * Blocks that could not be unmapped (the process has all the mappings it may
 * have, and unmapping would split one).  Their pages are purged, the block is
 * kept here, for all caches, until somebody needs one of its size, or until
 * an unmapping succeeds again.
 */
struct stranded {
	struct stranded *next;
	size_t size;
};

static struct stranded *all_stranded;
static pthread_mutex_t stranded_lock = PTHREAD_MUTEX_INITIALIZER;

static void
lock_stranded(void)
{
	pthread_mutex_lock(&stranded_lock);
}

static void
unlock_stranded(void)
{
	pthread_mutex_unlock(&stranded_lock);
}

/* A child must not find it locked by a thread that it does not have. */
__attribute__((constructor)) static void
survive_fork(void)
{
	pthread_atfork(lock_stranded, unlock_stranded, unlock_stranded);
}

static void
strand(void *block, size_t size)
{
	struct stranded *stranded = block;

	slabi_os.purge(block, size);
	stranded->size = size;
	lock_stranded();
	stranded->next = all_stranded;
	all_stranded = stranded;
	unlock_stranded();
}

/* One of that size and alignment, or with size 0 any; NULL: none. */
static struct stranded *
take_stranded(size_t size, size_t align)
{
	struct stranded **link, *found;

	lock_stranded();
	for (link = &all_stranded; (found = *link); link = &found->next)
		if (size == 0 || (found->size == size &&
		    ((uintptr_t)found & (align - 1)) == 0))
			break;
	if (found)
		*link = found->next;
	unlock_stranded();
	return found;
}

/* Unmap, or strand what cannot be; whether it is gone. */
static bool
unmap_or_strand(void *block, size_t size)
{
	if (size == 0 || slabi_os.unmap(block, size) == 0)
		return true;
	strand(block, size);
	return false;
}

/*
 * Below this address there was room when somebody looked last: the next block
 * that is to be aligned is asked for there, which spares mapping more and
 * cutting it.  The kernel has the last word, so that a guess is enough.
 */
static _Atomic(uintptr_t) free_below;

static void
note_free_below(uintptr_t address)
{
	atomic_store_explicit(&free_below, address, memory_order_relaxed);
}

static bool
is_aligned(const void *block, size_t align)
{
	return ((uintptr_t)block & (align - 1)) == 0;
}

/* Map the highest aligned block that ends below `end`, or anything. */
static void *
map_below(uintptr_t end, size_t size, size_t align)
{
	uintptr_t hint = end > size ? (end - size) & ~(align - 1) : 0;

	return slabi_os.map((void *)hint, size);
}

/* Map more than needed, and cut what is before and behind off. */
static void *
map_and_trim(size_t size, size_t align)
{
	size_t spare = align;
	char *start, *block;
	size_t before;

	if (size > SIZE_MAX - spare)
		return NULL;
	start = slabi_os.map(NULL, size + spare);
	if (!start)
		return NULL;
	block = (char *)slabi_round_up((uintptr_t)start, align);
	before = (size_t)(block - start);
	unmap_or_strand(start, before);
	unmap_or_strand(block + size, spare - before);
	return block;
}

/*
 * An aligned block that ends below, if nothing is there; if the kernel prefers
 * another place, below that, for it often puts a mapping below the last one.
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

static void *
mmap_alloc(void *arg, size_t size, size_t align)
{
	void *block;

	(void)arg;
	if (align <= slabi_os.page_size) {
		block = map_aligned(0, size, align);
	} else {
		block = map_aligned(atomic_load_explicit(&free_below,
		    memory_order_relaxed), size, align);
		note_free_below((uintptr_t)block);
	}
	return block ? block : take_stranded(size, align);
}

static void
mmap_free(void *arg, void *block, size_t size)
{
	struct stranded *other;

	(void)arg;
	if (!unmap_or_strand(block, size))
		return;
	if (size > slabi_os.page_size && is_aligned(block, size))
		note_free_below((uintptr_t)block + size);
	other = take_stranded(0, 1);
	if (other)
		unmap_or_strand(other, other->size);
}

void
slabi_backing_mmap(struct slabi_backing *backing)
{
	*backing = (struct slabi_backing){
		.calls.alloc = mmap_alloc,
		.calls.free = mmap_free,
		.unit = slabi_os.page_size,
		.meta_unit = slabi_os.page_size,
	};
	slabi_backing_set_paged(backing);
}
