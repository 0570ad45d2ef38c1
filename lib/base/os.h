/* SPDX-License-Identifier: MIT */
/*
 * The one place that talks to the operating system about memory and time.
 * A table, so that tests can make the n-th call fail, stop the clock and
 * pretend another page size.  One os_*.c, which configure chooses, fills it.
 */
#ifndef SLABI_OS_H
#define SLABI_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slabi_os {
	/*
	 * Returns `size` bytes of zeroed pages, aligned to `align`, a power of
	 * two; or NULL with errno.  `ready` comes before their first use.
	 */
	void *(*reserve)(size_t size, size_t align);
	/* Gives a whole block of reserve's back.  This cannot fail. */
	void (*release)(void *block, size_t size);
	/*
	 * Makes pages ready to be written: commits them, or faults them in.
	 * Returns false with errno if there is no memory for them.
	 */
	bool (*ready)(void *pages, size_t size);
	/*
	 * Gives the memory of pages back; the addresses stay, and what they
	 * contain is undefined.  Returns whether the memory has gone.
	 */
	bool (*purge)(void *pages, size_t size);
	/* Lets nobody access pages, or everybody again; returns whether. */
	bool (*protect)(void *pages, size_t size, bool accessible);
	/* Asks for transparent huge pages; returns whether it can be done. */
	bool (*huge)(void *pages, size_t size);
	/* Asks for none, whatever the system does by default. */
	bool (*no_huge)(void *pages, size_t size);
	/* Returns whether `size` bytes more could be had at all. */
	bool (*probe)(size_t size);
	/*
	 * Returns how many bytes of addresses the process may have, SIZE_MAX
	 * if it has no limit.  0: all addresses get memory at once.
	 */
	size_t (*allowance)(void);
	/*
	 * Stores the milliseconds of a monotonic clock.  Returns false, and
	 * stores nothing, if there is no clock.
	 */
	bool (*now)(uint64_t *milliseconds);
	/*
	 * Lets every thread of the process pass a barrier of the processor.
	 * Returns false if the system cannot.
	 */
	bool (*barrier)(void);
	/* What has been purged reads as zero. */
	bool purge_clears;
	/* Bytes, powers of two; `reserve` takes addresses by the granule. */
	size_t page_size, granule;
};

extern struct slabi_os slabi_os;

/*
 * Asks the system what the table needs to know.  It runs before anything else
 * of the library does: from its constructor, or from the first builder if a
 * constructor of the program's comes earlier.
 */
void slabi_os_start(void);

#endif
