/* SPDX-License-Identifier: MIT */
/*
 * Owns the way of a report out of the process, whatever state standard error is
 * in: nobody reads it, nobody ever will, or it is no longer standard error.
 */
#include "base/report_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PORTION 512  /* bytes that a pipe takes whole, or not at all */
#define PATIENCE 5000 /* ms that a reader may keep a report waiting */

static char log_path[4096];

/* What standard error was when the library was loaded. */
static struct {
	bool known;
	bool open;
	dev_t device;
	ino_t inode;
} at_start;

__attribute__((constructor)) static void
note_stderr(void)
{
	struct stat status;
	int error = errno;

	at_start.open = fstat(STDERR_FILENO, &status) == 0;
	if (at_start.open) {
		at_start.device = status.st_dev;
		at_start.inode = status.st_ino;
	}
	at_start.known = true;
	errno = error;
}

bool
slabi_report_set_log(const char *path)
{
	size_t length = path ? strlen(path) : 0;

	if (length >= sizeof(log_path))
		return false;
	memcpy(log_path, path ? path : "", length + 1);
	return true;
}

/*
 * Descriptor 2 may have been closed, and given to a file or a connection of the
 * program's, in which a report would do harm.  A file that is appended to is a
 * log.
 */
static bool
is_stderr(void)
{
	struct stat status;
	int flags = fcntl(STDERR_FILENO, F_GETFL);

	if (flags < 0 || fstat(STDERR_FILENO, &status) < 0)
		return false;
	if (!S_ISSOCK(status.st_mode) && (!S_ISREG(status.st_mode) ||
	    (flags & O_APPEND) != 0))
		return true;
	return !at_start.known || (at_start.open &&
	    status.st_dev == at_start.device &&
	    status.st_ino == at_start.inode);
}

/* Wait until a portion can be written; false: nobody reads. */
static bool
wait_for(int file)
{
	struct pollfd wanted = { .fd = file, .events = POLLOUT };
	int ready;

	do
		ready = poll(&wanted, 1, PATIENCE);
	while (ready < 0 && errno == EINTR);
	return ready > 0 && (wanted.revents & POLLOUT) != 0;
}

static void
write_all(int file, const char *text, size_t left)
{
	while (left > 0) {
		ssize_t done;

		if (!wait_for(file))
			return;
		done = write(file, text, left < PORTION ? left : PORTION);
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done <= 0)
			return;
		text += done;
		left -= (size_t)done;
	}
}

/* The program is about to abort(): not by SIGPIPE instead. */
static void
block_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
slabi_report_write(const char *text, size_t size)
{
	int file = log_path[0] == '\0' ? -1 : open(log_path, O_WRONLY |
	    O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);

	block_sigpipe();
	if (file >= 0) {
		write_all(file, text, size);
		close(file);
	} else if (is_stderr()) {
		write_all(STDERR_FILENO, text, size);
	}
}

struct slabi_ids
slabi_report_ids(void)
{
	struct slabi_ids ids = { .process = (long)getpid() };

#ifdef SYS_gettid
	ids.thread = syscall(SYS_gettid);
#else
	ids.thread = ids.process;
#endif
	return ids;
}
