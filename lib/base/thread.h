/* SPDX-License-Identifier: MIT */
/*
 * What the library knows of each thread: a record, found by the one
 * thread-local pointer that the library has.
 */
#ifndef SLABI_THREAD_H
#define SLABI_THREAD_H

#include <limits.h> /* and with it __GLIBC__ */
#include <stdatomic.h>
#include <stdbool.h>

struct slabi_report;

struct slabi_thread {
	char message[256]; /* what slab_error() says */
	/* The report that it makes, or one whose frame has been left. */
	const struct slabi_report *report;
	unsigned number; /* that the system gave it; 0: not asked yet */
	bool has_slots; /* it is the beginning of a record of cache/record.h */
	bool ended;     /* it has given that record back, and gets no other */
	atomic_bool taken; /* by a thread */
};

#ifdef SLABI_NO_OS
#define SLABI_THREAD_LOCAL
#else
#define SLABI_THREAD_LOCAL _Thread_local
#endif

/*
 * glibc may call malloc() at a thread's first use of other models; elsewhere
 * they do not allocate, and a library of this one cannot be loaded by dlopen().
 */
#ifdef __GLIBC__
#define SLABI_TLS_MODEL __attribute__((tls_model("initial-exec")))
#else
#define SLABI_TLS_MODEL
#endif

/* Never NULL: a thread without a record has one of the three below. */
extern SLABI_THREAD_LOCAL struct slabi_thread *slabi_self
    __attribute__((visibility("hidden"))) SLABI_TLS_MODEL;

/* Stand-ins: nothing may be written to them. */
extern struct slabi_thread slabi_thread_new;   /* it has not asked for one */
extern struct slabi_thread slabi_thread_late;  /* all were taken */
extern struct slabi_thread slabi_thread_ended; /* it has given its own back */

/* Returns what no other thread has while this one is there. */
static inline const void *
slabi_thread_id(void)
{
	return &slabi_self;
}

/*
 * Returns this thread's record, a new one if it has none yet; NULL when none
 * is to be had.  It is freed when the thread ends.  Never allocates.
 */
struct slabi_thread *slabi_thread_claim(void);
/* Prepares for threads that end; called once, by slabi_os_start(). */
void slabi_thread_start(void);
/* In a child of fork() there are no other threads. */
void slabi_thread_forget_others(void);

#endif
