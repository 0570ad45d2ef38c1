/* SPDX-License-Identifier: MIT */
/*
 * The one place that talks to the operating system about memory and time.
 * A table, so that tests can make the n-th call fail, stop the clock and
 * pretend another page size.
 */
#ifndef SLABI_OS_H
#define SLABI_OS_H

#include <stddef.h>
#include <stdint.h>

struct slabi_os {
	/* Zeroed pages, at `hint` if nothing is there; or NULL with errno. */
	void *(*map)(void *hint, size_t size);
	/* The others return 0, or -1 with errno. */
	int (*unmap)(void *pages, size_t size);
	/* The contents are no longer needed; the addresses stay. */
	int (*purge)(void *pages, size_t size);
	/* Fault the pages in, writable. */
	int (*populate)(void *pages, size_t size);
	/* Ask for transparent huge pages. */
	int (*huge)(void *pages, size_t size);
	/* Milliseconds of a clock that never goes back. */
	uint64_t (*now)(void);
	/* Bytes, a power of two. */
	size_t page_size;
};

extern struct slabi_os slabi_os;

/* Returns the number of this process. */
long slabi_os_process(void);
/*
 * Sets bit 0 of present[i] if the i-th page is in memory.  Returns 0, or -1
 * with errno.
 */
int slabi_os_resident(void *pages, size_t size, unsigned char *present);

#endif
