/* SPDX-License-Identifier: MIT */
/*
 * The workloads, compiled once for each allocator against its adapter.
 *
 *     bench-NAME WORKLOAD SIZE COUNT [VARIANT]
 *     bench-NAME version
 *
 * The first prints "metric<TAB>value" lines: nanoseconds an operation unless
 * the metric's name says otherwise.  One process runs one workload once, so
 * that its first pass sees a fresh allocator.  Random orders are made outside
 * the timed loops.
 *
 * An adapter gives: the type pool; pool_version(), pool_new(), pool_alloc(),
 * pool_free(), pool_reap(); with POOL_HAS_BULK, pool_alloc_bulk() and
 * pool_free_bulk(); with POOL_CONSTRUCTS it calls construct() and destroy()
 * itself; with POOL_IS_SINGLE there can only be one pool.
 */
#include "support.h"

/* An object's construction: a chain of multiplications, about 100 ns long. */
static size_t construct_steps = 64;

static __attribute__((noinline)) void construct(void *object)
{
	uint64_t value = (uintptr_t)object;

	for (size_t k = 0; k < construct_steps; k++)
		value = value * 6364136223846793005u + 1442695040888963407u;
	touch(object, value);
}

static __attribute__((noinline)) void destroy(void *object)
{
	touch(object, 0);
}

#include ADAPTER

#ifndef POOL_HAS_BULK
static inline void pool_alloc_bulk(pool *from, size_t size, size_t count,
    void **object)
{
	for (size_t k = 0; k < count; k++)
		object[k] = pool_alloc(from, size);
}

static inline void pool_free_bulk(pool *to, size_t size, size_t count,
    void **object)
{
	for (size_t k = 0; k < count; k++)
		pool_free(to, object[k], size);
}
#endif

/* The two loops that most workloads are made of -------------------------- */

static __attribute__((noinline)) double alloc_all(pool *from, size_t size,
    size_t count, void **object)
{
	double start = now();

	for (size_t k = 0; k < count; k++) {
		object[k] = pool_alloc(from, size);
		touch(object[k], k);
	}
	return (now() - start) / (double)count;
}

static __attribute__((noinline)) double free_all(pool *to, size_t size,
    size_t count, void **object)
{
	double start = now();

	for (size_t k = 0; k < count; k++)
		pool_free(to, object[k], size);
	return (now() - start) / (double)count;
}

/** How often to repeat what handles @p count objects at a time. */
static size_t repeats(size_t count, size_t operations, size_t least)
{
	return count * least > operations ? least : operations / count;
}

#include "workloads/pair.h"
#include "workloads/batch.h"
#include "workloads/churn.h"
#include "workloads/bulk.h"
#include "workloads/construct.h"
#include "workloads/walk.h"
#include "workloads/memory.h"
#include "workloads/stalls.h"
#include "workloads/count.h"

enum { SHORT = 10000 }; /* passes of fewer operations are timed by the wall */

static const struct workload {
	const char *name;
	void (*run)(const struct wish *wish);
	bool counts_operations; /* a pass has COUNT of them, else many more */
} workload[] = {
	{ "pair", run_pair, false },
	{ "batch", run_batch, true },
	{ "new", run_new, true },
	{ "churn", run_churn, false },
	{ "bulk", run_bulk, false },
	{ "construct", run_construct, false },
	{ "walk", run_walk, true },
	{ "memory", run_memory, false },
	{ "stalls", run_stalls, true },
	{ "count_some", run_count_some, false },
	{ "count_churn", run_count_churn, false },
};

int main(int argc, char **argv)
{
	struct wish wish = { 0, 0, "", false, 0 };

	if (argc == 2 && strcmp(argv[1], "version") == 0) {
		puts(pool_version());
		return 0;
	}
	if (argc < 4)
		return 2;
	wish.size = strtoul(argv[2], NULL, 10);
	wish.count = strtoul(argv[3], NULL, 10);
	if (argc > 4)
		wish.variant = argv[4];
	for (size_t k = 0; k < sizeof workload / sizeof *workload; k++) {
		if (strcmp(argv[1], workload[k].name) != 0)
			continue;
		if (!workload[k].counts_operations || wish.count >= SHORT)
			bench_clock = CLOCK_PROCESS_CPUTIME_ID;
		workload[k].run(&wish);
		return 0;
	}
	return 2;
}
