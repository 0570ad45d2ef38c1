/* SPDX-License-Identifier: MIT */
/*
 * The locks of the process, which survive fork(): they are taken before it, in
 * the order of their numbers, so that a child finds none held by a thread that
 * it does not have.  Until fork() has returned to the program the forking
 * thread owns them all, and its own calls pass them: so handlers of
 * pthread_atfork() may build and destroy caches, whenever they were registered.
 */
#ifndef SLABI_LOCK_H
#define SLABI_LOCK_H

#include <stdbool.h>

/* In the order in which they may be taken while another one is held. */
enum slabi_lock {
	SLABI_LOCK_ENVIRONMENT, /* SLAB_DEBUG is being read */
	SLABI_LOCK_BUILDERS, /* builders that are taken and put back */
	SLABI_LOCK_REGISTRY, /* the lists of all caches */
	SLABI_LOCK_DIRECTORY, /* what slab_cache_of() finds */
	SLABI_LOCK_QUOTA,     /* the handlers of quotas */
	SLABI_LOCK_STRANDED, /* blocks that could not be unmapped */
	SLABI_LOCK_START,    /* the first call of all */
	SLABI_LOCKS
};

void slabi_lock(enum slabi_lock lock);
/* Returns false, at once, if another thread has the lock. */
bool slabi_try_lock(enum slabi_lock lock);
void slabi_unlock(enum slabi_lock lock);

/* Sees to it that fork() takes the locks; called once, by slabi_os_start(). */
void slabi_lock_survive_fork(void);

/*
 * Returns how many times this process has begun anew, as a child; correct in
 * handlers of pthread_atfork(), too.  The caller holds a lock.
 */
unsigned slabi_lock_generation(void);

#endif
