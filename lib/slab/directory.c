/* SPDX-License-Identifier: MIT */
/*
 * Owns the map from addresses to caches: two levels, of which the first is
 * static, and parts of the second are mapped when an address in them is entered
 * first, and stay.  So a reader makes two loads, needs no lock, and may be a
 * signal handler.  Writers have a lock.
 */
#include "slab/directory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/arith.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/os.h"

#define UNIT_SHIFT 16
#if UINTPTR_MAX > UINT32_MAX
#define ADDRESS_BITS 48 /* beyond, the system gives nothing unasked */
#define LEAF_BITS 18    /* 2 MiB of addresses each, used page by page */
#else
#define ADDRESS_BITS 32
#define LEAF_BITS 8
#endif
#define ROOT_BITS (ADDRESS_BITS - UNIT_SHIFT - LEAF_BITS)
#define LEAF_SIZE (sizeof(entry) << LEAF_BITS)

typedef _Atomic(void *) entry;
static _Atomic(entry *) root[(size_t)1 << ROOT_BITS];

static size_t
root_index(uintptr_t address)
{
	return address >> (UNIT_SHIFT + LEAF_BITS);
}

static size_t
leaf_index(uintptr_t address)
{
	return address >> UNIT_SHIFT & (((size_t)1 << LEAF_BITS) - 1);
}

void *
slabi_directory_find(const void *address)
{
	uintptr_t at = (uintptr_t)address;
	entry *leaf;

	if (root_index(at) >= sizeof(root) / sizeof(*root))
		return NULL;
	leaf = atomic_load_explicit(&root[root_index(at)],
	    memory_order_acquire);
	return leaf ? atomic_load_explicit(&leaf[leaf_index(at)],
	    memory_order_acquire) : NULL;
}

/* Returns the leaf for an address, or NULL: there is no memory for it. */
static entry *
make_leaf(uintptr_t at)
{
	entry *leaf;

	if (root_index(at) >= sizeof(root) / sizeof(*root))
		return NULL;
	leaf = atomic_load_explicit(&root[root_index(at)],
	    memory_order_relaxed);
	if (!leaf) {
		leaf = slabi_os.reserve(slabi_round_up(LEAF_SIZE,
		    slabi_os.granule), slabi_os.granule);
		atomic_store_explicit(&root[root_index(at)], leaf,
		    memory_order_release);
	}
	return leaf;
}

/* All leaves are there: enter one owner, or none. */
static void
set(uintptr_t at, uintptr_t end, void *owner)
{
	for (; at < end; at += SLABI_DIRECTORY_UNIT)
		atomic_store_explicit(&atomic_load_explicit(
		    &root[root_index(at)], memory_order_relaxed)
		    [leaf_index(at)], owner, memory_order_release);
}

bool
slabi_directory_add(const void *block, size_t size, void *owner)
{
	uintptr_t begin = (uintptr_t)block, end = begin + size, at;
	bool good = true;

	slabi_lock(SLABI_LOCK_DIRECTORY);
	for (at = begin; at < end && good; at += SLABI_DIRECTORY_UNIT)
		good = make_leaf(at) != NULL;
	if (good)
		set(begin, end, owner);
	slabi_unlock(SLABI_LOCK_DIRECTORY);
	if (!good)
		slabi_fail(ENOMEM, "no memory to make a slab findable");
	return good;
}

void
slabi_directory_remove(const void *block, size_t size)
{
	slabi_lock(SLABI_LOCK_DIRECTORY);
	set((uintptr_t)block, (uintptr_t)block + size, NULL);
	slabi_unlock(SLABI_LOCK_DIRECTORY);
}
