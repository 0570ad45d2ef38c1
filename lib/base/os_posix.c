/* SPDX-License-Identifier: MIT */
/* Owns every system call about memory and time that the library makes. */
#include "base/os.h"

#include <errno.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void *
map(void *hint, size_t size)
{
	void *pages = mmap(hint, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

static int
purge(void *pages, size_t size)
{
	return madvise(pages, size, MADV_DONTNEED);
}

static int
populate(void *pages, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	return madvise(pages, size, MADV_POPULATE_WRITE);
#else
	(void)pages;
	(void)size;
	errno = ENOTSUP;
	return -1;
#endif
}

static int
huge(void *pages, size_t size)
{
#ifdef MADV_HUGEPAGE
	return madvise(pages, size, MADV_HUGEPAGE);
#else
	(void)pages;
	(void)size;
	errno = ENOTSUP;
	return -1;
#endif
}

static uint64_t
now(void)
{
	struct timespec time;

#ifdef CLOCK_MONOTONIC_COARSE
	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
#else
	clock_gettime(CLOCK_MONOTONIC, &time);
#endif
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

long
slabi_os_process(void)
{
	return (long)getpid();
}

int
slabi_os_resident(void *pages, size_t size, unsigned char *present)
{
#ifdef __linux__
	return mincore(pages, size, present);
#else
	(void)pages;
	(void)size;
	(void)present;
	errno = ENOTSUP;
	return -1;
#endif
}

struct slabi_os slabi_os = {
	.map = map,
	.unmap = munmap,
	.purge = purge,
	.populate = populate,
	.huge = huge,
	.now = now,
	.page_size = 4096,
};

__attribute__((constructor)) static void
ask_page_size(void)
{
	long size = sysconf(_SC_PAGESIZE);

	if (size > 0)
		slabi_os.page_size = (size_t)size;
}
