/* SPDX-License-Identifier: MIT */
/*
 * Owns the thread's last error, which allocates nothing: it must work when
 * there is no memory.
 */
#include "base/error.h"

#include <errno.h>
#include <slab.h>
#include <stdarg.h>

#include "base/format.h"
#include "base/thread.h"

void
slabi_fail(int error, const char *format, ...)
{
	struct slabi_thread *self = slabi_thread_claim();
	va_list arguments;

	if (self) {
		va_start(arguments, format);
		slabi_format_list(self->message, sizeof(self->message), format,
		    arguments);
		va_end(arguments);
	}
	errno = error;
}

/* What is left to say in a thread for which there was no record. */
static const char *
errno_sentence(void)
{
	switch (errno) {
	case ENOMEM:
		return "there is not enough memory";
	case EINVAL:
		return "an argument or an option is not valid";
	case ENOTSUP:
		return "this is not supported";
	case EBUSY:
		return "objects are still in use";
	case EFAULT:
		return "the cache is damaged";
	default:
		return "the call failed as errno says";
	}
}

const char *
slab_error(void)
{
	if (slabi_self == &slabi_thread_late ||
	    slabi_self == &slabi_thread_ended)
		return errno_sentence();
	return slabi_self->message;
}
