/* SPDX-License-Identifier: MIT */
/* Owns the system calls that only those who look at a program need. */
#include "base/os_look.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

/* Since Linux 5.17; older headers do not have them. */
#define SET_VMA 0x53564d41
#define SET_VMA_ANON_NAME 0

long
slabi_os_process(void)
{
	return (long)getpid();
}

bool
slabi_os_resident(void *pages, size_t size, unsigned char *present)
{
#ifdef __linux__
	return mincore(pages, size, present) == 0;
#else
	(void)pages;
	(void)size;
	(void)present;
	return false;
#endif
}

void
slabi_os_name_pages(void *pages, size_t size, const char *name)
{
#ifdef __linux__
	static atomic_bool refused; /* a kernel without it is asked once */
	int error = errno;

	if (atomic_load_explicit(&refused, memory_order_relaxed))
		return;
	if (prctl(SET_VMA, SET_VMA_ANON_NAME, pages, size, name) != 0 &&
	    errno == EINVAL)
		atomic_store_explicit(&refused, true, memory_order_relaxed);
	errno = error;
#else
	(void)pages;
	(void)size;
	(void)name;
#endif
}

void
slabi_os_dump(void *pages, size_t size, bool dump)
{
#ifdef MADV_DONTDUMP
	int error = errno;

	madvise(pages, size, dump ? MADV_DODUMP : MADV_DONTDUMP);
	errno = error;
#else
	(void)pages;
	(void)size;
	(void)dump;
#endif
}
