/* SPDX-License-Identifier: MIT */
/* Owns the system calls about memory and time of Unix-like systems. */
#include "base/os.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include "base/lock.h"
#include "base/os_posix.h"
#include "base/thread.h"

static void *
map(void *hint, size_t size)
{
	void *pages = mmap(hint, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

/* Some systems declare munmap() for another type of pointer. */
static int
unmap(void *pages, size_t size)
{
	return munmap(pages, size);
}

struct slabi_posix slabi_posix = { map, unmap };

static bool
advise(void *pages, size_t size, int advice)
{
	return madvise(pages, size, advice) == 0;
}

/* All but Linux take MADV_DONTNEED for a hint that need not free anything. */
static bool
purge(void *pages, size_t size)
{
#if !defined(__linux__) && defined(MADV_FREE)
	return advise(pages, size, MADV_FREE);
#else
	return advise(pages, size, MADV_DONTNEED);
#endif
}

/*
 * Faulting pages in ahead of their use is only advice, which old kernels do
 * not know; only a lack of memory is a failure.
 */
static bool
ready(void *pages, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	int error = errno;

	if (!advise(pages, size, MADV_POPULATE_WRITE) && errno == ENOMEM)
		return false;
	errno = error;
#else
	(void)pages;
	(void)size;
#endif
	return true;
}

static bool
huge(void *pages, size_t size)
{
#ifdef MADV_HUGEPAGE
	return advise(pages, size, MADV_HUGEPAGE);
#else
	(void)pages;
	(void)size;
	return false;
#endif
}

static bool
protect(void *pages, size_t size, bool accessible)
{
	return mprotect(pages, size, accessible ? PROT_READ | PROT_WRITE :
	    PROT_NONE) == 0;
}

static bool
no_huge(void *pages, size_t size)
{
#ifdef MADV_NOHUGEPAGE
	return advise(pages, size, MADV_NOHUGEPAGE);
#else
	(void)pages;
	(void)size;
	return false;
#endif
}

/* Returns whether new mappings are locked in memory, as mlockall() can ask. */
static bool
is_locked(void)
{
	void *page = map(NULL, slabi_os.page_size);
	unsigned char resident = 0;
	bool known;

	if (!page)
		return false;
	known = mincore(page, slabi_os.page_size, (void *)&resident) == 0;
	unmap(page, slabi_os.page_size);
	return known && resident & 1;
}

static size_t
limit_of(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > SIZE_MAX)
		return SIZE_MAX;
	return (size_t)limit.rlim_cur;
}

static size_t
allowance(void)
{
	int error = errno;
	size_t bytes = is_locked() ? 0 : limit_of(RLIMIT_DATA);

#ifdef RLIMIT_AS
	if (bytes > limit_of(RLIMIT_AS))
		bytes = limit_of(RLIMIT_AS);
#endif
	errno = error;
	return bytes;
}

#ifdef CLOCK_MONOTONIC_COARSE
#define CLOCK CLOCK_MONOTONIC_COARSE
#else
#define CLOCK CLOCK_MONOTONIC
#endif

static bool
now(uint64_t *milliseconds)
{
	struct timespec time;

	if (clock_gettime(CLOCK, &time) != 0)
		return false;
	*milliseconds = (uint64_t)time.tv_sec * 1000 +
	    (uint64_t)time.tv_nsec / 1000000;
	return true;
}

/* The commands of membarrier(2), for systems without its header. */
#define PRIVATE_EXPEDITED 8
#define REGISTER_PRIVATE_EXPEDITED 16

/* A process registers before its first barrier, so the first one may fail. */
static bool
barrier(void)
{
#ifdef SYS_membarrier
	return syscall(SYS_membarrier, PRIVATE_EXPEDITED, 0) == 0 ||
	    (syscall(SYS_membarrier, REGISTER_PRIVATE_EXPEDITED, 0) == 0 &&
	    syscall(SYS_membarrier, PRIVATE_EXPEDITED, 0) == 0);
#else
	return false;
#endif
}

struct slabi_os slabi_os = {
	.reserve = slabi_posix_reserve,
	.release = slabi_posix_release,
	.ready = ready,
	.purge = purge,
	.huge = huge,
	.no_huge = no_huge,
	.protect = protect,
	.probe = slabi_posix_probe,
	.allowance = allowance,
#ifdef __linux__
	.purge_clears = true,
#endif
	.now = now,
	.barrier = barrier,
	.page_size = 4096,
	.granule = 4096,
};

static void
ask_page_size(void)
{
	long size = sysconf(_SC_PAGESIZE);

	if (size > 0)
		slabi_os.page_size = slabi_os.granule = (size_t)size;
}

__attribute__((constructor)) void
slabi_os_start(void)
{
	static atomic_bool started;

	if (atomic_load_explicit(&started, memory_order_acquire))
		return;
	slabi_lock(SLABI_LOCK_START);
	if (!atomic_load_explicit(&started, memory_order_relaxed)) {
		slabi_lock_survive_fork();
		slabi_thread_start();
		ask_page_size();
		atomic_store_explicit(&started, true, memory_order_release);
	}
	slabi_unlock(SLABI_LOCK_START);
}
