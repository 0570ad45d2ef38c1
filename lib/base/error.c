/* SPDX-License-Identifier: MIT */
/*
 * Owns the thread's last error and the report of misuse.  Neither allocates:
 * both must work when there is no memory, or when it is no longer to be
 * trusted.
 */
#include "base/error.h"

#include <errno.h>
#include <slab.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* initial-exec: other models may call malloc at a thread's first use. */
static _Thread_local char last_error[256]
    __attribute__((tls_model("initial-exec")));

typedef void misuse_handler(const char *line);
static _Atomic(misuse_handler *) handler;

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

void
slab_set_misuse_handler(misuse_handler *new_handler)
{
	atomic_store(&handler, new_handler);
}

static void
print_line(const char *line)
{
	size_t left = strlen(line);

	while (left > 0) {
		ssize_t done = write(STDERR_FILENO, line, left);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		line += done;
		left -= (size_t)done;
	}
}

void
slabi_misuse(const char *cache, const char *before, const void *object,
    const char *after)
{
	char line[512];
	misuse_handler *report = atomic_load(&handler);

	snprintf(line, sizeof(line), "libslab: cache \"%.256s\": %s 0x%jx%s%s",
	    cache, before, (uintmax_t)(uintptr_t)object, after,
	    report ? "" : "\n");
	if (report)
		report(line);
	else
		print_line(line);
	abort();
}
