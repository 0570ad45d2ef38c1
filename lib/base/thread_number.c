/* SPDX-License-Identifier: MIT */
/* Owns the numbers of threads, each of which is asked for once. */
#include "base/thread_number.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local uint32_t id
    __attribute__((tls_model("initial-exec")));
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The thread of a child process has another number than its parent's. */
static void
forget_id(void)
{
	id = 0;
}

static void
watch_forks(void)
{
	pthread_atfork(NULL, NULL, forget_id);
}

uint32_t
slabi_thread_number(void)
{
	if (id != 0)
		return id;
	pthread_once(&once, watch_forks);
#ifdef SYS_gettid
	id = (uint32_t)syscall(SYS_gettid);
#else
	id = (uint32_t)getpid();
#endif
	return id;
}
