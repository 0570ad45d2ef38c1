/* SPDX-License-Identifier: MIT */
/*
 * Every system call fails once, at its n-th call, for n = 1, 2, ... (from 16
 * on in growing steps) until the whole scenario runs without; and then fails
 * from the n-th call on.  Errno is right, nothing leaks, later calls succeed.
 */
#include "support.h"

#include <errno.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/os_posix.h"

#define MANY 1000

enum call { CALL_MAP, CALL_UNMAP, CALL_PURGE, CALL_READY, CALL_HUGE,
	CALLS };

static const char *const call_names[CALLS] = { "map", "unmap", "purge",
	"ready", "huge" };

static struct slabi_os real;
static struct slabi_posix real_posix;
static enum call failing;
static size_t fail_from, fail_to; /* these calls of it fail */
static size_t calls[CALLS], refused;
static size_t mapped; /* bytes at present */
static size_t stuck;  /* bytes whose unmapping was refused, ever */

static bool refuse(enum call call)
{
	calls[call]++;
	if (call != failing || calls[call] < fail_from ||
	    calls[call] > fail_to)
		return false;
	refused++;
	errno = ENOMEM;
	return true;
}

static void *map(void *hint, size_t size)
{
	void *pages = refuse(CALL_MAP) ? NULL : real_posix.map(hint, size);

	if (pages != NULL)
		mapped += size;
	return pages;
}

static int unmap(void *pages, size_t size)
{
	if (refuse(CALL_UNMAP)) {
		stuck += size;
		return -1;
	}
	mapped -= size;
	return real_posix.unmap(pages, size);
}

static bool purge(void *pages, size_t size)
{
	return refuse(CALL_PURGE) ? false : real.purge(pages, size);
}

static bool ready(void *pages, size_t size)
{
	return refuse(CALL_READY) ? false : real.ready(pages, size);
}

static bool huge(void *pages, size_t size)
{
	return refuse(CALL_HUGE) ? false : real.huge(pages, size);
}

/* The scenario ----------------------------------------------------------- */

struct scenario {
	size_t size, slab_size;
	slab_system system;
	slab_huge_pages huge_pages;
};

static const struct scenario scenarios[] = {
	{ 64, 0, SLAB_SYSTEM_AUTO, SLAB_HUGE_PAGES_AUTO },
	{ 300, 8192, SLAB_SYSTEM_ALIGNED, SLAB_HUGE_PAGES_ALWAYS },
	{ 500, 20000, SLAB_SYSTEM_LARGE, SLAB_HUGE_PAGES_ALWAYS },
	{ 5000, 0, SLAB_SYSTEM_AUTO, SLAB_HUGE_PAGES_NEVER },
};

static char *objects[MANY];
static int constructed;

static int count_up(void *object, void *arg)
{
	(void)object;
	++*(int *)arg;
	return 0;
}

static void count_down(void *object, void *arg)
{
	(void)object;
	--*(int *)arg;
}

/* What failed had a reason, and leaves no trace. */
static void may_fail(bool failed, slab_cache *cache)
{
	if (!failed)
		return;
	REQUIRE(errno == ENOMEM);
	REQUIRE(failing == CALL_MAP || failing == CALL_READY);
	REQUIRE(refused > 0);
	if (cache != NULL)
		REQUIRE(slab_check(cache) == 0);
}

static slab_cache *build(const struct scenario *scenario)
{
	for (;;) {
		slab_builder *builder = slab_builder_huge_pages(
		    slab_builder_system(slab_builder_ctor(
		    slab_builder_new(scenario->size), count_up, count_down,
		    &constructed), scenario->system), scenario->huge_pages);
		slab_cache *cache;

		if (scenario->slab_size > 0)
			slab_builder_slab_size(builder, scenario->slab_size);
		cache = slab_builder_build_mmap(builder);
		if (cache != NULL)
			return cache;
		may_fail(true, NULL);
		if (fail_to == SIZE_MAX)
			fail_to = calls[failing];
	}
}

/* Fills objects[from...]; refusals without end are ended on the way. */
static void fill(slab_cache *cache, size_t from)
{
	size_t n = from;

	while (n < MANY) {
		n += slab_alloc_bulk(cache, MANY - n, (void **)objects + n);
		may_fail(n < MANY, cache);
		if (n < MANY && fail_to == SIZE_MAX)
			fail_to = calls[failing];
	}
	for (n = from; n < MANY; n++)
		memset(objects[n], (int)(n % 251), 24);
}

static void verify(size_t n)
{
	for (size_t i = 0; i < n; i++)
		REQUIRE(support_all_bytes(objects[i], (int)(i % 251), 24));
}

static void play(const struct scenario *scenario)
{
	slab_cache *cache = build(scenario);

	/* So many small slabs that first a mapping of them all is tried. */
	may_fail(slab_reserve(cache, 2 * MANY) != 0, cache);
	fill(cache, 0);
	verify(MANY);
	slab_free_bulk(cache, MANY - 100, (void **)objects + 100);
	slab_reap(cache);
	REQUIRE(slab_check(cache) == 0);
	fill(cache, 100);
	verify(MANY);
	for (size_t i = 0; i < MANY; i++)
		if (i % 50 != 0)
			slab_free(cache, objects[i]);
	slab_reap(cache);
	REQUIRE(slab_check(cache) == 0);
	for (size_t i = 0; i < MANY; i += 50)
		REQUIRE(support_all_bytes(objects[i], (int)(i % 251), 24));
	slab_reset(cache);
	fill(cache, 0);
	slab_reset(cache);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
	REQUIRE(constructed == 0);
}

static void play_with_faults(const struct scenario *scenario, size_t from,
    size_t to)
{
	memset(calls, 0, sizeof(calls));
	fail_from = from;
	fail_to = to;
	refused = 0;
	play(scenario);
	REQUIRE(mapped <= stuck);
}

static void fail_each(const struct scenario *scenario)
{
	size_t n, sum = 0;

	for (n = 1; n == 1 || refused > 0; n += 1 + n / 16) {
		play_with_faults(scenario, n, n);
		sum += refused;
		play_with_faults(scenario, n, SIZE_MAX);
	}
	/* What could not be unmapped goes when it can. */
	for (n = 0; n == 0 || (mapped > 0 && n < 100); n++)
		play_with_faults(scenario, SIZE_MAX, SIZE_MAX);
	REQUIRE(mapped == 0);
	printf("size %zu: %s refused %zu times\n", scenario->size,
	    call_names[failing], sum);
}

int main(void)
{
	support_start();
	real = slabi_os;
	real_posix = slabi_posix;
	slabi_posix = (struct slabi_posix){ map, unmap };
	slabi_os.purge = purge;
	slabi_os.ready = ready;
	slabi_os.huge = huge;
	for (size_t i = 0; i < COUNT(scenarios); i++)
		for (failing = 0; failing < CALLS; failing++)
			fail_each(&scenarios[i]);
	return EXIT_SUCCESS;
}
