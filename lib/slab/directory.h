/* SPDX-License-Identifier: MIT */
/*
 * The one map of the process from addresses to the caches that want to be
 * found by them.  It has an entry for every unit of the address space.
 */
#ifndef SLABI_DIRECTORY_H
#define SLABI_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

/* Blocks are a multiple of this, and aligned to it. */
#define SLABI_DIRECTORY_UNIT ((size_t)64 << 10)

/* Enters a block; returns false, with errno, if there is no memory for it. */
bool slabi_directory_add(const void *block, size_t size, void *owner);
void slabi_directory_remove(const void *block, size_t size);
/* Returns the owner of the block around an address, or NULL.  Any thread. */
void *slabi_directory_find(const void *address);

#endif
