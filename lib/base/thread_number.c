/* SPDX-License-Identifier: MIT */
/* Owns the numbers of threads, each of which is asked for once. */
#include "base/thread_number.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "base/thread.h"

static uint32_t
ask(void)
{
#ifdef SYS_gettid
	return (uint32_t)syscall(SYS_gettid);
#else
	return (uint32_t)getpid();
#endif
}

uint32_t
slabi_thread_number(void)
{
	struct slabi_thread *self = slabi_self;

	if (!self->taken)
		return ask();
	if (self->number == 0)
		self->number = ask();
	return self->number;
}
