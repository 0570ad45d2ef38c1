/* SPDX-License-Identifier: MIT */
/*
 * A cache that a constructor of the program's builds before the library's own
 * runs, with large pages; and a clock that fails, or is set back.  Linked so
 * that calls of sysconf() and clock_gettime() come here.
 */
#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PAGE 65536L

long __wrap_sysconf(int name);
long __real_sysconf(int name);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

/* Pages ------------------------------------------------------------------- */

static bool asked;

long __wrap_sysconf(int name)
{
	if (name != _SC_PAGESIZE)
		return __real_sysconf(name);
	asked = true;
	return PAGE;
}

static slab_cache *early;

__attribute__((constructor(101))) static void build_early(void)
{
	REQUIRE(!asked);
	/* Only with pages of that size can there be such an alignment. */
	early = slab_builder_build_mmap(slab_builder_align(
	    slab_builder_new(64), (size_t)PAGE));
	REQUIRE(asked);
}

static void early_cache_knows_the_page_size(void)
{
	REQUIRE(early != NULL);
	slab_free(early, slab_alloc(early));
	REQUIRE(slab_check(early) == 0);
	REQUIRE(slab_destroy(early) == 0);
}

/* The clock ---------------------------------------------------------------- */

static time_t now = 1000000;
static bool refused;

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	if (refused) {
		/* Whoever reads what was not stored sees the far future. */
		time->tv_sec = now + 1000000;
		time->tv_nsec = 0;
		errno = EPERM;
		return -1;
	}
	time->tv_sec = now;
	time->tv_nsec = 0;
	return 0;
}

static void use(slab_cache *cache)
{
	static void *some[300];

	for (int i = 0; i < 1000; i++) {
		REQUIRE(slab_alloc_bulk(cache, COUNT(some), some) ==
		    COUNT(some));
		slab_free_bulk(cache, COUNT(some), some);
	}
}

static size_t slabs(const slab_cache *cache)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };

	slab_stats(cache, &figures);
	return figures.slabs;
}

/* Returns a cache with a period of one second and many idle slabs. */
static slab_cache *idle_cache(void)
{
	static void *all[50000];
	slab_cache *cache = slab_builder_build_mmap(slab_builder_slab_size(
	    slab_builder_working_period(slab_builder_new(64), 1), 65536));

	REQUIRE(slab_alloc_bulk(cache, COUNT(all), all) == COUNT(all));
	slab_free_bulk(cache, COUNT(all), all);
	REQUIRE(slabs(cache) > 20);
	return cache;
}

static void periods_end(slab_cache *cache)
{
	for (int i = 0; i < 3; i++) {
		now += 2;
		use(cache);
	}
	REQUIRE(slabs(cache) < 5);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
}

static void clock_that_goes_back_starts_the_period_anew(void)
{
	slab_cache *cache = idle_cache();

	now -= 900000;
	use(cache);
	periods_end(cache);
}

static void clock_that_fails_is_none(void)
{
	slab_cache *cache = idle_cache(), *blind;

	refused = true;
	blind = idle_cache();
	now += 2;
	use(cache);
	use(blind);
	REQUIRE(slabs(cache) > 20 && slabs(blind) > 20);
	refused = false;
	periods_end(cache);
	periods_end(blind);
}

int main(void)
{
	early_cache_knows_the_page_size();
	clock_that_goes_back_starts_the_period_anew();
	clock_that_fails_is_none();
	return EXIT_SUCCESS;
}
