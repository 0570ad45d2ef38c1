/* SPDX-License-Identifier: MIT */
/*
 * The workloads, compiled once for each allocator against its adapter.
 *
 *     bench-NAME WORKLOAD SIZE COUNT [VARIANT]
 *     bench-NAME version
 *
 * The first prints "metric<TAB>value" lines: nanoseconds an operation unless the metric's
 * name says otherwise.  One process runs one workload once, so that its first
 * pass sees a fresh allocator.  Random orders are made outside the timed loops.
 *
 * An adapter gives: the type pool; pool_version(), pool_new(), pool_alloc(),
 * pool_free(), pool_reap(); with POOL_HAS_BULK, pool_alloc_bulk() and
 * pool_free_bulk(); with POOL_CONSTRUCTS it calls construct() and destroy()
 * itself; with POOL_IS_SINGLE there can only be one pool.
 */
#include "support.h"

#include <sys/resource.h>

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

/* 1. Hot pair ------------------------------------------------------------- */

static void run_pair(const struct wish *wish)
{
	enum { PAIRS = 1000000, TIMES = 9 };
	pool *objects = pool_new(wish);
	struct samples pair = NO_SAMPLES;
	size_t size = wish->size;

	for (int time = 0; time < TIMES; time++) {
		double start = now();

		for (size_t k = 0; k < PAIRS; k++) {
			void *object = pool_alloc(objects, size);

			touch(object, k);
			keep(object);
			pool_free(objects, object, size);
		}
		sample(&pair, (now() - start) / PAIRS);
	}
	emit_quartile("pair", &pair);
}

/* 2. Batch ------------------------------------------------------------------ */

static const char *const order_name[] = { "same", "opposite", "random" };

static void reorder(void **object, size_t count, int order)
{
	if (order == 1) {
		for (size_t k = 0; k < count / 2; k++) {
			void *swapped = object[k];

			object[k] = object[count - 1 - k];
			object[count - 1 - k] = swapped;
		}
	} else if (order == 2) {
		shuffle(object, count, count);
	}
}

/** Passes over warm memory; the first one only sets the scene for the order. */
static void run_warm(pool *objects, const struct wish *wish, void **object,
    int order)
{
	size_t least = wish->count * wish->size > 256u << 20 ? 1 : 2;
	size_t passes = repeats(wish->count, 300000, least);
	struct samples alloc = NO_SAMPLES, freed = NO_SAMPLES, both = NO_SAMPLES;
	char metric[32];

	for (size_t pass = 0; pass <= passes; pass++) {
		double cost = alloc_all(objects, wish->size, wish->count, object);
		double back;

		reorder(object, wish->count, order);
		back = free_all(objects, wish->size, wish->count, object);
		if (pass == 0)
			continue;
		sample(&alloc, cost);
		sample(&freed, back);
		sample(&both, cost + back);
	}
	snprintf(metric, sizeof metric, "%s_alloc", order_name[order]);
	emit_quartile(metric, &alloc);
	snprintf(metric, sizeof metric, "%s_free", order_name[order]);
	emit_quartile(metric, &freed);
	snprintf(metric, sizeof metric, "%s_both", order_name[order]);
	emit_quartile(metric, &both);
}

/**
 * Run through the allocator's code once, with another pool and size: pages of
 * code are not what a first pass is to measure.
 */
static void warm_code(const struct wish *wish)
{
#ifndef POOL_IS_SINGLE
	struct wish other = *wish;
	pool *objects;
	void *object;

	other.size += 16;
	other.count = 1;
	objects = pool_new(&other);
	object = pool_alloc(objects, other.size);
	touch(object, 1);
	pool_free(objects, object, other.size);
#else
	(void)wish;
#endif
}

static void run_batch(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects;

	warm_code(wish);
	objects = pool_new(wish);
	warm_machine(wish->count * wish->size);
	emit("new_alloc", alloc_all(objects, wish->size, wish->count, object));
	emit("new_free", free_all(objects, wish->size, wish->count, object));
	for (int order = 0; order < 3; order++)
		run_warm(objects, wish, object, order);
}

/* 2, first pass only: for what cannot do more. */
static void run_new(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects;

	warm_code(wish);
	objects = pool_new(wish);
	warm_machine(wish->count * wish->size);
	emit("new_alloc", alloc_all(objects, wish->size, wish->count, object));
}

/* 3. Churn ------------------------------------------------------------------ */

static double churn(pool *objects, size_t size, void **object,
    const uint32_t *index, size_t operations)
{
	double start = now();

	for (size_t k = 0; k < operations; k++) {
		void **chosen = &object[index[k]];

		pool_free(objects, *chosen, size);
		*chosen = pool_alloc(objects, size);
		touch(*chosen, k);
	}
	return (now() - start) / (double)operations;
}

static void run_churn(const struct wish *wish)
{
	enum { OPERATIONS = 500000, TIMES = 4 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	uint32_t *index = (uint32_t *)array_new(OPERATIONS, sizeof *index);
	pool *objects = pool_new(wish);
	struct samples pair = NO_SAMPLES;

	for (size_t k = 0; k < OPERATIONS; k++)
		index[k] = (uint32_t)random_below(wish->count);
	alloc_all(objects, wish->size, wish->count, object);
	for (int time = 0; time <= TIMES; time++) {
		double cost = churn(objects, wish->size, object, index,
		    OPERATIONS);

		if (time > 0)
			sample(&pair, cost);
	}
	emit_quartile("churn", &pair);
}

/* 4. Bulk calls --------------------------------------------------------------- */

static void touch_all(void **object, size_t count)
{
	for (size_t k = 0; k < count; k++)
		touch(object[k], k);
}

static double bulk(pool *objects, size_t size, size_t batch, size_t times)
{
	void *object[32];
	double start = now();

	for (size_t k = 0; k < times; k++) {
		pool_alloc_bulk(objects, size, batch, object);
		touch_all(object, batch);
		pool_free_bulk(objects, size, batch, object);
	}
	return (now() - start) / (double)(times * batch);
}

/** The same with a call for each object. */
static double single(pool *objects, size_t size, size_t batch, size_t times)
{
	void *object[32];
	double start = now();

	for (size_t k = 0; k < times; k++) {
		for (size_t j = 0; j < batch; j++)
			object[j] = pool_alloc(objects, size);
		touch_all(object, batch);
		for (size_t j = 0; j < batch; j++)
			pool_free(objects, object[j], size);
	}
	return (now() - start) / (double)(times * batch);
}

static void run_bulk(const struct wish *wish)
{
	enum { OBJECTS = 1000000, TIMES = 7 };
	pool *objects = pool_new(wish);

	for (size_t batch = 8; batch <= 32; batch *= 4) {
		struct samples many = NO_SAMPLES, one = NO_SAMPLES;
		char metric[32];

		for (int time = 0; time < TIMES; time++) {
			sample(&many, bulk(objects, wish->size, batch,
			    OBJECTS / batch));
			sample(&one, single(objects, wish->size, batch,
			    OBJECTS / batch));
		}
		snprintf(metric, sizeof metric, "bulk%zu", batch);
		emit_quartile(metric, &many);
		snprintf(metric, sizeof metric, "single%zu", batch);
		emit_quartile(metric, &one);
	}
}

/* 5. Objects with a constructor ------------------------------------------------ */

static inline void *alloc_constructed(pool *from, size_t size)
{
	void *object = pool_alloc(from, size);

#ifndef POOL_CONSTRUCTS
	construct(object);
#endif
	keep(object);
	return object;
}

static inline void free_constructed(pool *to, void *object, size_t size)
{
#ifndef POOL_CONSTRUCTS
	destroy(object);
#endif
	pool_free(to, object, size);
}

/** Set the length of construct() to 100 ns on this machine; returns it. */
static double calibrate(void)
{
	enum { CALLS = 20000 };
	uint64_t object;
	double length = 100;

	for (int pass = 0; pass < 4; pass++) {
		double start;

		construct_steps = (size_t)((double)construct_steps * 100 /
		    length + 0.5);
		start = now();
		for (int k = 0; k < CALLS; k++)
			construct(&object);
		length = (now() - start) / CALLS;
	}
	return length;
}

static void construct_some(pool *objects, size_t size, void **object,
    size_t count)
{
	for (size_t k = 0; k < count; k++)
		object[k] = alloc_constructed(objects, size);
	for (size_t k = 0; k < count; k++)
		free_constructed(objects, object[k], size);
}

/** In use: one object at a time, and @c count of them at a time. */
static void run_construct(const struct wish *wish)
{
	enum { OBJECTS = 200000, TIMES = 7 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	struct samples one = NO_SAMPLES, many = NO_SAMPLES;
	struct wish constructed = *wish;
	pool *objects;

	emit("constructor", calibrate());
	constructed.constructed = true;
	objects = pool_new(&constructed);
	construct_some(objects, wish->size, object, wish->count);
	for (int time = 0; time < TIMES; time++) {
		double start = now(), between;

		for (size_t k = 0; k < OBJECTS; k++)
			construct_some(objects, wish->size, object, 1);
		between = now();
		for (size_t k = 0; k < OBJECTS / wish->count; k++)
			construct_some(objects, wish->size, object,
			    wish->count);
		sample(&one, (between - start) / OBJECTS);
		sample(&many, (now() - between) / OBJECTS);
	}
	emit_quartile("constructed_pair", &one);
	emit_quartile("constructed_batch", &many);
}

/* 6. Walk ----------------------------------------------------------------------- */

/** Free a random half and allocate it anew, a few times. */
static void churn_halves(pool *objects, size_t size, size_t count, void **object)
{
	for (int time = 0; time < 4; time++) {
		shuffle(object, count, count);
		free_all(objects, size, count / 2, object);
		alloc_all(objects, size, count / 2, object);
	}
}

static void *walk(void *first, size_t count)
{
	for (size_t k = 0; k < count; k++)
		first = (void *)(uintptr_t)*(volatile bench_word *)first;
	return first;
}

/** The list: objects in the order in which a churned cache gave them. */
static void run_walk(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects = pool_new(wish);
	struct samples step = NO_SAMPLES;
	size_t length = wish->count / 2;

	alloc_all(objects, wish->size, wish->count, object);
	churn_halves(objects, wish->size, wish->count, object);
	for (size_t k = 0; k < length; k++)
		touch(object[k], (uintptr_t)object[(k + 1) % length]);
	for (int time = 0; time < 7; time++) {
		double start = now();

		keep(walk(object[0], length));
		sample(&step, (now() - start) / (double)length);
	}
	emit_quartile("walk", &step);
}

/* 7. Memory ---------------------------------------------------------------------- */

static int compare_addresses(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return (x > y) - (x < y);
}

/** Bytes of the pages on which these objects lie; sorts the array. */
static size_t pages_of(void **object, size_t count, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = 0;
	uintptr_t counted = 0; /* all pages below */

	qsort(object, count, sizeof *object, compare_addresses);
	for (size_t k = 0; k < count; k++) {
		uintptr_t first = (uintptr_t)object[k] / page;
		uintptr_t last = ((uintptr_t)object[k] + size - 1) / page;

		if (first < counted)
			first = counted;
		if (last >= first) {
			pages += last + 1 - first;
			counted = last + 1;
		}
	}
	return pages * page;
}

static void fill(pool *objects, size_t size, void **object, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		object[k] = pool_alloc(objects, size);
		memset(object[k], 1, size);
	}
}

/** What is measured is told at the end, as telling it needs memory too. */
static void run_memory(const struct wish *wish)
{
	static const size_t step[] = { 1, 100, 100000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	size_t size = wish->size, kept = wish->count / 10, filled = 0;
	double before, at[3] = { 0, 0, 0 }, tenth, none;
	char metric[32];
	pool *objects;

	resident(); /* whatever the first call needs */
	before = (double)resident();
	objects = pool_new(wish);
	for (size_t k = 0; k < 3 && step[k] <= wish->count; k++) {
		fill(objects, size, object + filled, step[k] - filled);
		filled = step[k];
		at[k] = (double)resident() - before;
	}
	shuffle(object, filled, filled);
	free_all(objects, size, filled - kept, object + kept);
	pool_reap(objects);
	tenth = (double)resident() - before;
	free_all(objects, size, kept, object);
	pool_reap(objects);
	none = (double)resident() - before;
	for (size_t k = 0; k < 3; k++) {
		snprintf(metric, sizeof metric, "bytes_at_%zu", step[k]);
		emit(metric, at[k]);
	}
	emit("bytes_tenth", tenth);
	emit("bytes_tenth_pages", (double)pages_of(object, kept, size));
	emit("bytes_none", none);
}

/* 8. Stalls ------------------------------------------------------------------------ */

struct stalls {
	double slowest, over_10, over_100, calls, total;
	double disturbed; /* slow because another program had the processor */
	long switches;    /* how often that has been so in this process */
};

static long times_preempted(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nivcsw;
}

static __attribute__((noinline)) void note_slow_call(struct stalls *stalls,
    double length)
{
	long switches = times_preempted();

	if (switches != stalls->switches) {
		stalls->switches = switches;
		stalls->disturbed++;
		return;
	}
	stalls->over_10++;
	stalls->over_100 += length > 100e3;
	if (length > stalls->slowest)
		stalls->slowest = length;
}

static inline double note_call(struct stalls *stalls, double since)
{
	double length = now() - since;

	stalls->total += length;
	if (length > 10e3)
		note_slow_call(stalls, length);
	return now();
}

/** Fill with @p count objects and empty at random, timing every call. */
static void tide(pool *objects, size_t size, void **object, size_t count,
    struct stalls *stalls)
{
	double time = now();

	stalls->switches = times_preempted();
	for (size_t k = 0; k < count; k++) {
		object[k] = pool_alloc(objects, size);
		touch(object[k], k);
		time = note_call(stalls, time);
	}
	shuffle(object, count, count);
	stalls->switches = times_preempted();
	time = now();
	for (size_t k = 0; k < count; k++) {
		pool_free(objects, object[k], size);
		time = note_call(stalls, time);
	}
	stalls->calls += 2 * (double)count;
}

/** Ten million calls in tides of all heights, over some working periods. */
static void run_stalls(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	const struct timespec pause = { 0, 40000000 };
	struct wish short_period = *wish;
	struct stalls stalls = { 0, 0, 0, 0, 0, 0, 0 };
	pool *objects;

	bench_clock = CLOCK_MONOTONIC;
	short_period.period = 1;
	objects = pool_new(&short_period);
	while (stalls.calls < 1e7) {
		size_t height = wish->count / 10 +
		    random_below(wish->count * 9 / 10);

		warm_machine(height * wish->size);
		tide(objects, wish->size, object, height, &stalls);
		nanosleep(&pause, NULL);
	}
	emit("slowest_us", stalls.slowest / 1e3);
	emit("over_10us_ppm", stalls.over_10 / stalls.calls * 1e6);
	emit("over_100us_ppm", stalls.over_100 / stalls.calls * 1e6);
	emit("disturbed_ppm", stalls.disturbed / stalls.calls * 1e6);
	emit("stalls_mean", stalls.total / stalls.calls);
}

/* 9. Instructions against the number of live objects --------------------------------- */

/* What callgrind counts: it is told to collect inside these functions only. */
static __attribute__((noinline, used)) void counted_frees(pool *objects,
    size_t size, void **object, size_t count)
{
	for (size_t k = 0; k < count; k++)
		pool_free(objects, object[k], size);
}

static __attribute__((noinline, used)) void counted_allocs(pool *objects,
    size_t size, void **object, size_t count)
{
	for (size_t k = 0; k < count; k++)
		object[k] = pool_alloc(objects, size);
}

/** Free a random half and allocate it anew; what is counted lies midway. */
static void count_half(pool *objects, size_t size, void **object, size_t count,
    size_t counted)
{
	size_t before = (count / 2 - counted) / 2;
	size_t after = count / 2 - counted - before;

	shuffle(object, count, count / 2);
	free_all(objects, size, before, object);
	counted_frees(objects, size, object + before, counted);
	free_all(objects, size, after, object + before + counted);
	alloc_all(objects, size, before, object);
	counted_allocs(objects, size, object + before, counted);
	alloc_all(objects, size, after, object + before + counted);
}

static void run_count_half(const struct wish *wish)
{
	enum { OPERATIONS = 100000, MOST = 50000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	size_t half = wish->count / 2;
	size_t counted = half < MOST ? half : MOST;
	pool *objects = pool_new(wish);

	alloc_all(objects, wish->size, wish->count, object);
	for (size_t k = 0; k < OPERATIONS / counted; k++)
		count_half(objects, wish->size, object, wish->count, counted);
	emit("operations", (double)(OPERATIONS / counted * counted));
}

static __attribute__((noinline, used)) void counted_churn(pool *objects,
    size_t size, void **object, size_t count, size_t operations)
{
	for (size_t k = 0; k < operations; k++) {
		void **chosen = &object[random_below(count)];

		pool_free(objects, *chosen, size);
		*chosen = pool_alloc(objects, size);
	}
}

static void run_count_churn(const struct wish *wish)
{
	enum { OPERATIONS = 100000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects = pool_new(wish);

	alloc_all(objects, wish->size, wish->count, object);
	counted_churn(objects, wish->size, object, wish->count, OPERATIONS);
	emit("operations", OPERATIONS);
}

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
	{ "count_half", run_count_half, false },
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
