/* SPDX-License-Identifier: MIT */
/*
 * Owns the records of threads: a fixed number of static ones, as a thread may
 * need its own when there is no memory.
 */
#include "base/thread.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>

#include "base/os.h"

#define RECORDS 64

struct slabi_thread slabi_thread_new, slabi_thread_late;
struct slabi_thread slabi_thread_ended = { .ended = true };

_Thread_local struct slabi_thread *slabi_self SLABI_TLS_MODEL =
    &slabi_thread_new;

static struct slabi_thread records[RECORDS];

/* Its destructor gives records back. */
static pthread_key_t key;
static bool has_key;

/*
 * A thread's other destructors may call the library, so the record stays for
 * as many rounds of them as there are, but for the last one, in which a
 * sanitizer may know the thread no longer.  The key's value says how many are
 * left.
 */
static const char rounds[PTHREAD_DESTRUCTOR_ITERATIONS];

static void
end_thread(void *value)
{
	const char *left = value;

	if (left > rounds && pthread_setspecific(key, left - 1) == 0)
		return;
	if (slabi_self->taken)
		atomic_store_explicit(&slabi_self->taken, false,
		    memory_order_release);
	slabi_self = &slabi_thread_ended;
}

/* glibc has room in every thread for 32 keys, and allocates for more. */
static bool
allocates(pthread_key_t new_key)
{
#ifdef __GLIBC__
	return new_key >= 32;
#else
	(void)new_key;
	return false;
#endif
}

void
slabi_thread_start(void)
{
	if (pthread_key_create(&key, end_thread) != 0)
		return;
	/* Without a key, records stay with the threads that had them. */
	has_key = !allocates(key);
	if (!has_key)
		pthread_key_delete(key);
}

/* A library that is unloaded leaves no destructor behind. */
__attribute__((destructor)) static void
delete_key(void)
{
	if (has_key)
		pthread_key_delete(key);
	has_key = false;
}

static bool
take(struct slabi_thread *record)
{
	bool taken = false;

	return atomic_compare_exchange_strong_explicit(&record->taken, &taken,
	    true, memory_order_acquire, memory_order_relaxed);
}

struct slabi_thread *
slabi_thread_claim(void)
{
	int n;

	if (slabi_self->taken)
		return slabi_self;
	if (slabi_self == &slabi_thread_ended)
		return NULL;
	slabi_os_start();
	for (n = 0; n < RECORDS; n++) {
		if (!take(&records[n]))
			continue;
		slabi_self = &records[n];
		slabi_self->message[0] = '\0';
		slabi_self->report = NULL;
		slabi_self->number = 0;
		slabi_self->ended = false;
		if (has_key)
			pthread_setspecific(key,
			    &rounds[PTHREAD_DESTRUCTOR_ITERATIONS - 2]);
		return slabi_self;
	}
	slabi_self = &slabi_thread_late;
	return NULL;
}

void
slabi_thread_forget_others(void)
{
	int n;

	if (slabi_self->taken)
		slabi_self->number = 0; /* it has another one here */
	for (n = 0; n < RECORDS; n++)
		if (&records[n] != slabi_self)
			atomic_store_explicit(&records[n].taken, false,
			    memory_order_relaxed);
}
