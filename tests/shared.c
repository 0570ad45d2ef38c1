/* SPDX-License-Identifier: MIT */
/*
 * Shared caches: no object is ever handed to two, whoever takes, frees, drains,
 * ends or forks.  Every object carries the mark of its owner in each word; a
 * thread that finds another mark has got what is not its own.
 *
 *   shared [seed]
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "cache/record.h"

#define MAX_THREADS 16
#define HELD 300
#define BOXES 64

struct world {
	slab_cache *cache;
	size_t words;                /* of an object */
	int threads;
	int operations;
	uint64_t seed;
	_Atomic(void *) box[BOXES];  /* objects on their way to another thread */
	atomic_int refused;
};

struct worker {
	struct world *world;
	uint64_t random;
	uint64_t mark;
	pthread_t thread;
	void *held[HELD];
	size_t count;
};

/* Marks ------------------------------------------------------------------ */

static void mark(const struct world *world, void *object, uint64_t by)
{
	uint64_t *word = object;

	for (size_t i = 0; i < world->words; i++)
		word[i] = by + i;
}

static void check_mark(const struct world *world, const void *object,
    uint64_t by)
{
	const uint64_t *word = object;

	for (size_t i = 0; i < world->words; i++)
		REQUIRE(word[i] == by + i);
}

/* What a worker does ------------------------------------------------------ */

static void keep(struct worker *worker, void *object)
{
	if (object == NULL) {
		REQUIRE(errno == ENOMEM);
		atomic_fetch_add(&worker->world->refused, 1);
		return;
	}
	mark(worker->world, object, worker->mark);
	worker->held[worker->count++] = object;
}

static void *give_up(struct worker *worker)
{
	size_t n = support_random(&worker->random) % worker->count;
	void *object = worker->held[n];

	check_mark(worker->world, object, worker->mark);
	worker->held[n] = worker->held[--worker->count];
	return object;
}

/* Put an object into a box, and free the one that another thread left there. */
static void exchange(struct worker *worker)
{
	struct world *world = worker->world;
	void *object = give_up(worker), *other;

	mark(world, object, UINT64_C(0xF00D) << 40);
	other = atomic_exchange(&world->box[support_random(&worker->random) %
	    BOXES], object);
	if (other != NULL) {
		check_mark(world, other, UINT64_C(0xF00D) << 40);
		slab_free(world->cache, other);
	}
}

static void free_some(struct worker *worker)
{
	void *objects[50];
	size_t n = 0;

	while (worker->count > 0 && n < COUNT(objects))
		objects[n++] = give_up(worker);
	slab_free_bulk(worker->world->cache, n, objects);
}

static void take_some(struct worker *worker)
{
	void *objects[50];
	size_t n = support_random(&worker->random) % COUNT(objects);
	size_t got;

	if (worker->count + n > HELD)
		return;
	got = slab_alloc_bulk(worker->world->cache, n, objects);
	for (size_t i = 0; i < got; i++)
		keep(worker, objects[i]);
}

static void look(struct worker *worker)
{
	slab_cache *cache = worker->world->cache;
	slab_statistics figures = { .struct_size = sizeof(figures) };

	switch (support_random(&worker->random) % 4) {
	case 0:
		slab_reap(cache);
		break;
	case 1:
		REQUIRE(slab_reserve(cache, 10) == 0 || errno == ENOMEM);
		break;
	case 2:
		slab_stats(cache, &figures);
		REQUIRE(figures.live + figures.cached <= figures.capacity);
		break;
	default:
		if (worker->count > 0)
			REQUIRE(slab_owns(cache, worker->held[0]));
	}
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct world *world = worker->world;

	for (int i = 0; i < world->operations; i++) {
		uint64_t choice = support_random(&worker->random) % 100;

		if (choice < 45 && worker->count < HELD)
			keep(worker, slab_alloc(world->cache));
		else if (choice < 70 && worker->count > 0)
			slab_free(world->cache, give_up(worker));
		else if (choice < 90 && worker->count > 0)
			exchange(worker);
		else if (choice < 94)
			free_some(worker);
		else if (choice < 98)
			take_some(worker);
		else if (support_random(&worker->random) % 20 == 0)
			look(worker);
	}
	while (worker->count > 0)
		free_some(worker);
	return NULL;
}

static void run_workers(struct world *world)
{
	static struct worker workers[MAX_THREADS];

	for (int i = 0; i < world->threads; i++) {
		workers[i] = (struct worker){ .world = world,
		    .random = support_mix(world->seed + (uint64_t)i),
		    .mark = (uint64_t)(i + 1) << 32 };
		REQUIRE(pthread_create(&workers[i].thread, NULL, work,
		    &workers[i]) == 0);
	}
	for (int i = 0; i < world->threads; i++)
		REQUIRE(pthread_join(workers[i].thread, NULL) == 0);
	for (int i = 0; i < BOXES; i++)
		slab_free(world->cache, atomic_exchange(&world->box[i], NULL));
}

static void end(struct world *world)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };

	REQUIRE(slab_check(world->cache) == 0);
	slab_stats(world->cache, &figures);
	REQUIRE(figures.live == 0);
	slab_reap(world->cache);
	slab_stats(world->cache, &figures);
	REQUIRE(figures.slabs == 0 && figures.cached == 0);
	REQUIRE(slab_destroy(world->cache) == 0);
}

/* Tests ------------------------------------------------------------------- */

static void test_every_object_has_one_owner(uint64_t seed)
{
	static const size_t sizes[] = { 8, 64, 200, 3000, 20000 };

	for (size_t i = 0; i < COUNT(sizes) * 3; i++) {
		struct world world = { .words = sizes[i / 3] / 8, .seed = seed + i,
		    .threads = (int)(2 << i % 4), .operations = 4000 };
		slab_builder *builder = slab_builder_shared(
		    slab_builder_new(sizes[i / 3]));

		if (i % 3 == 1)
			slab_builder_magazine(builder, 0);
		if (i % 3 == 2)
			slab_builder_working_period(builder, 0);
		world.cache = slab_builder_build_mmap(builder);
		REQUIRE(world.cache != NULL);
		run_workers(&world);
		end(&world);
	}
}

static void test_a_limit_is_never_exceeded_and_all_of_it_is_there(uint64_t seed)
{
	static void *all[2000];
	struct world world = { .words = 8, .seed = seed, .threads = 8,
	    .operations = 5000 };
	size_t got = 0;

	world.cache = slab_builder_build_mmap(slab_builder_limit(
	    slab_builder_shared(slab_builder_new(64)), 1500));
	REQUIRE(world.cache != NULL);
	run_workers(&world);
	while (got < COUNT(all) && (all[got] = slab_alloc(world.cache)))
		got++;
	REQUIRE(got == 1500 && errno == ENOMEM);
	slab_free_bulk(world.cache, got, all);
	end(&world);
}

/* Threads that sleep with full magazines. */
struct sleeper {
	slab_cache *cache;
	pthread_t thread;
	pthread_barrier_t *ready, *done;
};

static void *fill_and_sleep(void *arg)
{
	struct sleeper *sleeper = arg;
	void *objects[500];
	size_t n = slab_alloc_bulk(sleeper->cache, COUNT(objects), objects);

	slab_free_bulk(sleeper->cache, n, objects);
	pthread_barrier_wait(sleeper->ready);
	pthread_barrier_wait(sleeper->done);
	return NULL;
}

static void with_sleepers(slab_cache *cache, void (*act)(slab_cache *cache))
{
	static struct sleeper sleepers[8];
	pthread_barrier_t ready, done;

	pthread_barrier_init(&ready, NULL, COUNT(sleepers) + 1);
	pthread_barrier_init(&done, NULL, COUNT(sleepers) + 1);
	for (size_t i = 0; i < COUNT(sleepers); i++) {
		sleepers[i] = (struct sleeper){ cache, 0, &ready, &done };
		REQUIRE(pthread_create(&sleepers[i].thread, NULL,
		    fill_and_sleep, &sleepers[i]) == 0);
	}
	pthread_barrier_wait(&ready);
	act(cache);
	pthread_barrier_wait(&done);
	for (size_t i = 0; i < COUNT(sleepers); i++)
		pthread_join(sleepers[i].thread, NULL);
	pthread_barrier_destroy(&ready);
	pthread_barrier_destroy(&done);
}

static size_t slabs_of(slab_cache *cache)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };

	slab_stats(cache, &figures);
	return figures.slabs;
}

static void reap_all(slab_cache *cache)
{
	REQUIRE(slab_reap(cache) > 0);
	REQUIRE(slabs_of(cache) == 0);
}

static void test_reap_takes_the_rounds_of_threads_that_sleep(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));

	REQUIRE(cache != NULL);
	with_sleepers(cache, reap_all);
	REQUIRE(slab_destroy(cache) == 0);
}

static void destroy(slab_cache *cache)
{
	slab_cache *next;
	void *object;

	REQUIRE(slab_destroy(cache) == 0);
	/* It has the same number, and nothing of the other one's. */
	next = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(32)));
	REQUIRE(next != NULL && (object = slab_alloc(next)) != NULL);
	slab_free(next, object);
	REQUIRE(slab_destroy(next) == 0);
}

static void test_destroy_beside_threads_that_sleep(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));

	REQUIRE(cache != NULL);
	with_sleepers(cache, destroy);
}

static atomic_int constructed, destructed;

static int make(void *object, void *arg)
{
	(void)arg;
	*(uint64_t *)object = 0x5EED;
	atomic_fetch_add(&constructed, 1);
	return 0;
}

static void unmake(void *object, void *arg)
{
	(void)arg;
	REQUIRE(*(uint64_t *)object == 0x5EED);
	*(uint64_t *)object = 0;
	atomic_fetch_add(&destructed, 1);
}

static void *take_and_give(void *arg)
{
	slab_cache *cache = arg;
	void *objects[200];

	for (int round = 0; round < 30; round++) {
		for (size_t i = 0; i < COUNT(objects); i++) {
			objects[i] = slab_alloc(cache);
			REQUIRE(objects[i] != NULL);
			REQUIRE(*(uint64_t *)objects[i] == 0x5EED);
		}
		for (size_t i = 0; i < COUNT(objects); i++)
			slab_free(cache, objects[i]);
		if (round % 10 == 9)
			slab_reap(cache);
	}
	return NULL;
}

static void test_constructors_run_once(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_ctor(
	    slab_builder_shared(slab_builder_new(64)), make, unmake, NULL));
	pthread_t threads[4];

	REQUIRE(cache != NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, take_and_give,
		    cache) == 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
	REQUIRE(atomic_load(&constructed) > 0);
	REQUIRE(atomic_load(&constructed) == atomic_load(&destructed));
}

/* Two caches whose constructors and destructors use one another. */
static slab_cache *pair[2];

static int make_other(void *object, void *arg)
{
	slab_cache *other = pair[*(int *)arg == 0];
	void *part = *(int *)arg == 0 ? slab_alloc(other) : NULL;

	*(void **)object = part;
	return 0;
}

static void unmake_other(void *object, void *arg)
{
	slab_cache *other = pair[*(int *)arg == 0];

	if (*(int *)arg == 0)
		slab_free(other, *(void **)object);
	else
		slab_free(other, slab_alloc(other));
}

static void *use_pair(void *arg)
{
	(void)arg;
	for (int round = 0; round < 40; round++) {
		void *objects[100];
		slab_cache *cache = pair[round % 2];
		size_t n = slab_alloc_bulk(cache, COUNT(objects), objects);

		slab_free_bulk(cache, n, objects);
		slab_reap(cache);
	}
	return NULL;
}

static void test_callbacks_may_use_one_another(void)
{
	static int which[2] = { 0, 1 };
	pthread_t threads[4];

	for (int i = 0; i < 2; i++) {
		pair[i] = slab_builder_build_mmap(slab_builder_ctor(
		    slab_builder_shared(slab_builder_new(64)), make_other,
		    unmake_other, &which[i]));
		REQUIRE(pair[i] != NULL);
	}
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, use_pair, NULL) ==
		    0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	slab_reap(pair[0]);
	slab_reap(pair[1]);
	slab_reap(pair[0]);
}

/* Short threads ----------------------------------------------------------- */

static void *live_briefly(void *arg)
{
	slab_cache *cache = arg;
	void *objects[100];

	for (size_t i = 0; i < COUNT(objects); i++)
		REQUIRE((objects[i] = slab_alloc(cache)) != NULL);
	for (size_t i = 0; i < COUNT(objects); i++)
		slab_free(cache, objects[i]);
	return NULL;
}

static void test_short_threads_leave_nothing(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	size_t most = 0;

	REQUIRE(cache != NULL);
	for (int i = 0; i < 40; i++) {
		pthread_t threads[64];
		slab_statistics figures = { .struct_size = sizeof(figures) };

		for (size_t t = 0; t < COUNT(threads); t++)
			REQUIRE(pthread_create(&threads[t], NULL, live_briefly,
			    cache) == 0);
		for (size_t t = 0; t < COUNT(threads); t++)
			pthread_join(threads[t], NULL);
		slab_stats(cache, &figures);
		REQUIRE(figures.live == 0);
		if (figures.cached > most)
			most = figures.cached;
	}
	REQUIRE(most <= 64 * 200);
	slab_reap(cache);
	REQUIRE(slabs_of(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
}

/* fork() ------------------------------------------------------------------ */

static atomic_bool stop;

static void *churn(void *arg)
{
	slab_cache *cache = arg;
	uint64_t random = (uintptr_t)&random;

	while (!atomic_load(&stop)) {
		void *objects[130];
		size_t n = 1 + support_random(&random) % COUNT(objects);

		n = slab_alloc_bulk(cache, n, objects);
		for (size_t i = 0; i < n; i++)
			slab_free(cache, objects[i]);
		if (support_random(&random) % 64 == 0)
			slab_reap(cache);
	}
	return NULL;
}

SLAB_NORETURN_ static void be_child(slab_cache *cache)
{
	void *objects[300];
	size_t n = slab_alloc_bulk(cache, COUNT(objects), objects);
	slab_cache *other = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(40)));

	alarm(60);
	REQUIRE(n == COUNT(objects));
	slab_free_bulk(cache, n, objects);
	slab_reap(cache);
	REQUIRE(other != NULL && slab_destroy(other) == 0);
	slab_reset(cache);
	REQUIRE(slab_destroy(cache) == 0);
	_exit(0);
}

static void test_fork_among_threads(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	pthread_t threads[4];

	REQUIRE(cache != NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, churn, cache) == 0);
	for (int i = 0; i < 150; i++) {
		int status;
		pid_t child = fork();

		if (child == 0)
			be_child(cache);
		REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
		REQUIRE(status == 0);
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
}

/* Misuse ------------------------------------------------------------------ */

static void *free_in_thread(void *arg)
{
	void **both = arg;

	slab_free(both[0], both[1]);
	return NULL;
}

static void test_a_double_free_across_threads_is_reported_by_a_reap(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_name(slab_builder_new(64), "conn")));
	void *both[2] = { cache, slab_alloc(cache) };
	pthread_t thread;
	const char *report;

	REQUIRE(pthread_create(&thread, NULL, free_in_thread, both) == 0);
	pthread_join(thread, NULL);
	slab_free(cache, both[1]);
	report = report_of_reap(cache);
	REQUIRE(report != NULL && strstr(report,
	    "libslab: cache \"conn\": double free of 0x") == report);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
}

static void test_a_double_free_in_a_row_is_reported_in_the_call(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	void *object = slab_alloc(cache);

	slab_free(cache, object);
	REQUIRE(report_of_free(cache, object) != NULL);
	REQUIRE(slab_check(cache) == 0);
	REQUIRE(slab_destroy(cache) == 0);
}

static void test_no_objects_are_no_objects(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	void *out = NULL;

	REQUIRE(slab_builder_shared(NULL) == NULL);
	REQUIRE(slab_alloc_bulk(cache, 0, &out) == 0);
	slab_free_bulk(cache, 0, &out);
	slab_free(cache, NULL);
	REQUIRE(slab_destroy(cache) == 0);
}

/* What is missing --------------------------------------------------------- */

static bool refuse_barrier(void)
{
	return false;
}

static void test_without_barriers_threads_keep_their_own(uint64_t seed)
{
	struct world world = { .words = 8, .seed = seed, .threads = 8,
	    .operations = 3000 };
	bool (*barrier)(void) = slabi_os.barrier;

	slabi_os.barrier = refuse_barrier;
	world.cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	run_workers(&world);
	end(&world);
	test_destroy_beside_threads_that_sleep();
	slabi_os.barrier = barrier;
}

static void *(*real_reserve)(size_t size, size_t align);

static void *refuse_records(size_t size, size_t align)
{
	return size >= sizeof(struct slabi_record) &&
	    size < sizeof(struct slabi_record) + 100000 ? NULL :
	    real_reserve(size, align);
}

static void test_without_records_every_call_takes_a_lock(uint64_t seed)
{
	struct world world = { .words = 8, .seed = seed, .threads = 16,
	    .operations = 1000 };
	struct world more = { .words = 8, .seed = seed, .threads = 16,
	    .operations = 1000 };

	real_reserve = slabi_os.reserve;
	slabi_os.reserve = refuse_records;
	world.cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	run_workers(&world);
	end(&world);
	slabi_os.reserve = real_reserve;
	more.cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	run_workers(&more);
	end(&more);
}

static void test_a_buffer_may_be_shared(uint64_t seed)
{
	static _Alignas(64) char buffer[1 << 20];
	struct world world = { .words = 8, .seed = seed, .threads = 4,
	    .operations = 2000 };

	world.cache = slab_builder_build_buffer(slab_builder_shared(
	    slab_builder_new(64)), buffer, sizeof(buffer));
	REQUIRE(world.cache != NULL);
	run_workers(&world);
	REQUIRE(slab_check(world.cache) == 0);
	REQUIRE(slab_destroy(world.cache) == 0);
}

static void test_a_small_limit_holds(uint64_t seed)
{
	static void *all[101];
	struct world world = { .words = 8, .seed = seed, .threads = 4,
	    .operations = 2000 };

	world.cache = slab_builder_build(slab_builder_limit(
	    slab_builder_shared(slab_builder_new(64)), 100));
	REQUIRE(world.cache != NULL);
	run_workers(&world);
	REQUIRE(atomic_load(&world.refused) > 0);
	REQUIRE(slab_alloc_bulk(world.cache, COUNT(all), all) == 100);
	slab_free_bulk(world.cache, 100, all);
	end(&world);
}

/* Time --------------------------------------------------------------------- */

static void use_for_periods(slab_cache *cache)
{
	slab_statistics figures = { .struct_size = sizeof(figures) };
	void *objects[40];

	slab_stats(cache, &figures);
	REQUIRE(figures.rounds > 300 && figures.slabs > 16);
	for (int period = 0; period < 4; period++) {
		support_clock_forward(16);
		for (int i = 0; i < 400; i++) {
			size_t n = slab_alloc_bulk(cache, COUNT(objects),
			    objects);

			slab_free_bulk(cache, n, objects);
		}
	}
	slab_stats(cache, &figures);
	REQUIRE(figures.rounds <= 100 && figures.slabs <= 12);
}

/* Objects so large that each thread's rounds are slabs of their own. */
static void test_idle_threads_lose_their_rounds_at_a_periods_end(void)
{
	slab_cache *cache;

	support_clock_stop();
	cache = slab_builder_build_mmap(slab_builder_slab_size(
	    slab_builder_shared(slab_builder_new(2048)), 65536));
	REQUIRE(cache != NULL);
	with_sleepers(cache, use_for_periods);
	REQUIRE(slab_destroy(cache) == 0);
}

/*
 * Reservations --------------------------------------------------------------
 */

static void *refuse_all(size_t size, size_t align)
{
	(void)size;
	(void)align;
	errno = ENOMEM;
	return NULL;
}

static void *take_share(void *arg)
{
	static _Thread_local void *objects[250];
	slab_cache *cache = arg;

	for (size_t i = 0; i < COUNT(objects); i++)
		REQUIRE((objects[i] = slab_alloc(cache)) != NULL);
	return NULL;
}

static void test_a_reservation_is_for_all_threads(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_slab_size(
	    slab_builder_shared(slab_builder_new(256)), 16384));
	pthread_t threads[4];

	REQUIRE(slab_reserve(cache, 4 * 250) == 0);
	real_reserve = slabi_os.reserve;
	slabi_os.reserve = refuse_all;
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, take_share, cache) ==
		    0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	slabi_os.reserve = real_reserve;
	slab_reset(cache);
	REQUIRE(slab_destroy(cache) == 0);
}

/* A thread that allocates, and one that frees ------------------------------ */

static void *free_boxes(void *arg)
{
	struct world *world = arg;

	for (int freed = 0; freed < world->operations;) {
		void *object = atomic_exchange(&world->box[freed % BOXES],
		    NULL);

		if (object == NULL) {
			sched_yield();
			continue;
		}
		slab_free(world->cache, object);
		freed++;
	}
	return NULL;
}

static void test_what_one_allocates_and_another_frees_does_not_grow(void)
{
	static struct world world = { .operations = 100000 };
	slab_statistics figures = { .struct_size = sizeof(figures) };
	pthread_t thread;

	world.cache = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_new(64)));
	REQUIRE(pthread_create(&thread, NULL, free_boxes, &world) == 0);
	for (int i = 0; i < world.operations; i++) {
		void *object = slab_alloc(world.cache), *none = NULL;

		REQUIRE(object != NULL);
		while (!atomic_compare_exchange_weak(&world.box[i % BOXES],
		    &none, object)) {
			none = NULL;
			sched_yield();
		}
	}
	pthread_join(thread, NULL);
	slab_stats(world.cache, &figures);
	REQUIRE(figures.live == 0 && figures.peak <= BOXES + 8192);
	REQUIRE(figures.depot_visits > 0);
	REQUIRE(figures.depot_visits < 2 * 100000 / 50);
	end(&world);
}

int main(int argc, char **argv)
{
	uint64_t seed = support_seed(argc, argv, 1);

	support_start();
	printf("seed %ju\n", (uintmax_t)seed);
	test_no_objects_are_no_objects();
	test_every_object_has_one_owner(seed);
	test_a_limit_is_never_exceeded_and_all_of_it_is_there(seed);
	/* Elsewhere the rounds of threads that live are their own. */
	if (slabi_os.barrier()) {
		test_reap_takes_the_rounds_of_threads_that_sleep();
		test_idle_threads_lose_their_rounds_at_a_periods_end();
	}
	test_destroy_beside_threads_that_sleep();
	test_constructors_run_once();
	test_callbacks_may_use_one_another();
	test_short_threads_leave_nothing();
	test_a_double_free_across_threads_is_reported_by_a_reap();
	test_a_double_free_in_a_row_is_reported_in_the_call();
	test_without_barriers_threads_keep_their_own(seed);
	test_without_records_every_call_takes_a_lock(seed);
	test_a_buffer_may_be_shared(seed);
	test_a_small_limit_holds(seed);
	test_a_reservation_is_for_all_threads();
	test_what_one_allocates_and_another_frees_does_not_grow();
	test_fork_among_threads();
	return 0;
}
