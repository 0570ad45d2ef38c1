/* SPDX-License-Identifier: MIT */
/*
 * slab_error() in threads: each has its own words; of very many at once some
 * have a sentence for errno only; and no record is lost when threads end.
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 64 /* of lib/base/thread.c */
#define MANY (2 * RECORDS)

static pthread_barrier_t barrier;
static pthread_key_t key;

/* A failure whose sentence has a number in it. */
static void fail(size_t number)
{
	REQUIRE(slab_builder_build(slab_builder_align(slab_builder_new(8),
	    2 * number + 3)) == NULL);
	REQUIRE(errno == EINVAL);
}

static bool says(size_t number)
{
	char align[32];

	snprintf(align, sizeof(align), "align %zu ", 2 * number + 3);
	return strstr(slab_error(), align) != NULL;
}

/* Returns whether the thread's error is told in full. */
static void *fail_alone(void *arg)
{
	size_t number = (size_t)(uintptr_t)arg;

	REQUIRE(strcmp(slab_error(), "") == 0);
	fail(number);
	return says(number) ? arg : NULL;
}

static void *fail_together(void *arg)
{
	size_t number = (size_t)(uintptr_t)arg;
	bool in_full;

	fail(number);
	pthread_barrier_wait(&barrier); /* all have failed, none has ended */
	in_full = says(number);
	if (!in_full) {
		errno = ENOMEM;
		REQUIRE(strstr(slab_error(), "memory") != NULL);
		errno = EBUSY;
		REQUIRE(strstr(slab_error(), "in use") != NULL);
	}
	pthread_barrier_wait(&barrier);
	return in_full ? arg : NULL;
}

static size_t run_together(pthread_t *threads, void *(*run)(void *))
{
	size_t in_full = 0;

	for (size_t i = 0; i < MANY; i++)
		REQUIRE(pthread_create(&threads[i], NULL, run,
		    (void *)(uintptr_t)(i + 1)) == 0);
	for (size_t i = 0; i < MANY; i++) {
		void *result;

		REQUIRE(pthread_join(threads[i], &result) == 0);
		in_full += result != NULL;
	}
	return in_full;
}

static void run_alone(void *(*run)(void *))
{
	pthread_t thread;
	void *result;

	REQUIRE(pthread_create(&thread, NULL, run, (void *)(uintptr_t)7) == 0);
	REQUIRE(pthread_join(thread, &result) == 0);
	REQUIRE(result != NULL);
}

/* A destructor of the program's that fails, in each round of them. */
static void fail_at_the_end(void *value)
{
	fail((size_t)(uintptr_t)value);
	REQUIRE(strcmp(slab_error(), "") != 0);
	pthread_setspecific(key, value);
}

static void *end_badly(void *arg)
{
	REQUIRE(pthread_setspecific(key, arg) == 0);
	return fail_alone(arg);
}

static void *fail_in_child(void *arg)
{
	pid_t child = fork();
	int status;

	REQUIRE(child >= 0);
	if (child == 0) {
		fail(5);
		_exit(!says(5));
	}
	REQUIRE(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? arg : NULL;
}

static void *hold_and_fork(void *arg)
{
	fail((size_t)(uintptr_t)arg);
	/* The last of them forks while the others have the records. */
	if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		REQUIRE(fail_in_child(arg) == arg);
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(void)
{
	static pthread_t threads[MANY];
	size_t in_full;

	support_start();
	REQUIRE(strcmp(slab_error(), "") == 0);
	fail(1);
	for (int i = 0; i < 3 * RECORDS; i++)
		run_alone(fail_alone);
	REQUIRE(says(1));

	REQUIRE(pthread_barrier_init(&barrier, NULL, MANY) == 0);
	in_full = run_together(threads, fail_together);
	printf("%zu of %d threads have a record\n", in_full, MANY);
	REQUIRE(in_full == RECORDS - 1);
	REQUIRE(says(1));
	run_alone(fail_alone);

	REQUIRE(pthread_key_create(&key, fail_at_the_end) == 0);
	for (int i = 0; i < 3 * RECORDS; i++)
		run_alone(end_badly);
	run_alone(fail_alone);
	run_together(threads, hold_and_fork);
	run_alone(fail_alone);
	return EXIT_SUCCESS;
}
