/* SPDX-License-Identifier: MIT */
/*
 * Owns the thread's last error, which allocates nothing: it must work when there
 * is no memory.
 */
#include "base/error.h"

#include <errno.h>
#include <slab.h>
#include <stdarg.h>

/* initial-exec: other models may call malloc at a thread's first use. */
static _Thread_local char last_error[256]
    __attribute__((tls_model("initial-exec")));

void
slabi_fail(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(last_error, sizeof(last_error), format, arguments);
	va_end(arguments);
	errno = error;
}

const char *
slab_error(void)
{
	return last_error;
}
