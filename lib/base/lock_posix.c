/* SPDX-License-Identifier: MIT */
/* Owns the locks of POSIX threads, and what fork() does with them. */
#include "base/lock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/thread.h"

static pthread_mutex_t mutexes[SLABI_LOCKS] = {
	[SLABI_LOCK_ENVIRONMENT] = PTHREAD_MUTEX_INITIALIZER,
	[SLABI_LOCK_BUILDERS] = PTHREAD_MUTEX_INITIALIZER,
	[SLABI_LOCK_REGISTRY] = PTHREAD_MUTEX_INITIALIZER,
	[SLABI_LOCK_DIRECTORY] = PTHREAD_MUTEX_INITIALIZER,
	[SLABI_LOCK_QUOTA] = PTHREAD_MUTEX_INITIALIZER,
	[SLABI_LOCK_STRANDED] = PTHREAD_MUTEX_INITIALIZER,
	[SLABI_LOCK_START] = PTHREAD_MUTEX_INITIALIZER,
};

/* The thread that is in fork() and owns all locks; NULL: none. */
static _Atomic(const void *) forking;
/* The process that it is in: the parent, until the child is seen. */
static pid_t forking_process;
static unsigned generation;

/* Handlers of the program's may run in the child before ours does. */
static void
see_child(void)
{
	pid_t process = getpid();

	if (process != forking_process) {
		generation++;
		slabi_thread_forget_others();
	}
	forking_process = process;
}

/* Returns whether this thread owns all locks, because it is in fork(). */
static bool
is_forking(void)
{
	if (atomic_load_explicit(&forking, memory_order_relaxed) !=
	    slabi_thread_id())
		return false;
	see_child();
	return true;
}

void
slabi_lock(enum slabi_lock lock)
{
	if (!is_forking())
		pthread_mutex_lock(&mutexes[lock]);
}

bool
slabi_try_lock(enum slabi_lock lock)
{
	return is_forking() || pthread_mutex_trylock(&mutexes[lock]) == 0;
}

void
slabi_unlock(enum slabi_lock lock)
{
	if (!is_forking())
		pthread_mutex_unlock(&mutexes[lock]);
}

unsigned
slabi_lock_generation(void)
{
	return generation;
}

static void
before_fork(void)
{
	int lock;

	for (lock = 0; lock < SLABI_LOCKS; lock++)
		pthread_mutex_lock(&mutexes[lock]);
	forking_process = getpid();
	atomic_store_explicit(&forking, slabi_thread_id(),
	    memory_order_relaxed);
}

static void
after_fork(void)
{
	int lock;

	see_child();
	atomic_store_explicit(&forking, NULL, memory_order_relaxed);
	for (lock = SLABI_LOCKS; lock-- > 0;)
		pthread_mutex_unlock(&mutexes[lock]);
}

void
slabi_lock_survive_fork(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
}
