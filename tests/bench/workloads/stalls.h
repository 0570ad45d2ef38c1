/* SPDX-License-Identifier: MIT */
/* 8. Stalls: every call timed, across working periods. */
#include <sys/resource.h>

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
#include <sys/resource.h>
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
