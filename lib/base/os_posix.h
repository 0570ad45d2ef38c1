/* SPDX-License-Identifier: MIT */
/*
 * Aligned blocks on systems where mappings can be cut: what os_posix.c says
 * of reserve, release and probe.
 */
#ifndef SLABI_OS_POSIX_H
#define SLABI_OS_POSIX_H

#include <stdbool.h>
#include <stddef.h>

/* The two calls below the table; tests put their own here. */
struct slabi_posix {
	/* Zeroed pages, at `hint` if nothing is there; or NULL with errno. */
	void *(*map)(void *hint, size_t size);
	/* Returns 0, or -1 with errno. */
	int (*unmap)(void *pages, size_t size);
};

extern struct slabi_posix slabi_posix;

void *slabi_posix_reserve(size_t size, size_t align);
void slabi_posix_release(void *block, size_t size);
bool slabi_posix_probe(size_t size);

#endif
