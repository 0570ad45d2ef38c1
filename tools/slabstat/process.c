/* SPDX-License-Identifier: MIT */
/* Owns the ways into a running process. */
#include "target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 5 /* to find all threads, while new ones begin */

static bool
refuse(struct target *target)
{
	FILE *file;
	int scope = 0;

	if (errno == ENOENT || errno == ESRCH)
		return target_fail(target, "there is no %s", target->name);
	file = fopen("/proc/sys/kernel/yama/ptrace_scope", "r");
	if (file) {
		if (fscanf(file, "%d", &scope) != 1)
			scope = 0;
		fclose(file);
	}
	return target_fail(target, "you may not look into %s: that needs the "
	    "permission to trace it, see ptrace(2)%s", target->name,
	    scope > 0 ? "; here Yama allows it to root and to its parents, "
	    "see PR_SET_PTRACER" : "");
}

static bool
read_maps(struct target *target)
{
	char path[64], line[512], last = '\n';
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%ld/maps", (long)target->process);
	maps = fopen(path, "r");
	if (!maps)
		return refuse(target);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long long start, end, offset, inode;
		char access[5];
		bool begins = last == '\n';

		last = line[strlen(line) - 1];
		if (!begins || sscanf(line, "%llx-%llx %4s %llx %*s %llu",
		    &start, &end, access, &offset, &inode) != 5)
			continue;
		if (offset == 0 && inode != 0 && access[0] == 'r' &&
		    !target_add_region(target, (struct region){ start, end, 0,
		    true }))
			break;
	}
	if (ferror(maps)) {
		fclose(maps);
		return refuse(target);
	}
	fclose(maps);
	return true;
}

/* Reading the first module tells whether it is allowed at all. */
static bool
may_read(struct target *target)
{
	char byte;

	if (target->count == 0)
		return true;
	return target_read(target, target->regions[0].start, &byte, 1) ||
	    errno == EFAULT || errno == EIO || refuse(target);
}

bool
target_open_process(struct target *target, pid_t process)
{
	char path[64];

	*target = (struct target){ .process = process, .memory = -1,
	    .pagemap = -1 };
	snprintf(target->name, sizeof(target->name), "process %ld",
	    (long)process);
	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)process);
	target->memory = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%ld/pagemap", (long)process);
	target->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (read_maps(target) && may_read(target))
		return true;
	target_close(target);
	return false;
}

/* Stopping --------------------------------------------------------------- */

static bool
is_stopped(const struct target *target, pid_t thread)
{
	size_t i;

	for (i = 0; i < target->stopped_count; i++)
		if (target->stopped[i] == thread)
			return true;
	return false;
}

static bool
stop_thread(struct target *target, pid_t thread)
{
	pid_t *more = realloc(target->stopped, (target->stopped_count + 1) *
	    sizeof(*more));
	int status;

	if (!more)
		return target_fail(target, "there is no memory");
	target->stopped = more;
	if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0)
		return errno == ESRCH || refuse(target);
	if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) != 0 ||
	    waitpid(thread, &status, __WALL) != thread)
		return true; /* it has just ended */
	if (WIFSTOPPED(status))
		more[target->stopped_count++] = thread;
	return true;
}

/* Stops the threads that still run; returns whether there were none left. */
static bool
stop_more(struct target *target, bool *all)
{
	char path[64];
	struct dirent *entry;
	bool good = true;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)target->process);
	tasks = opendir(path);
	if (!tasks)
		return refuse(target);
	*all = true;
	while (good && (entry = readdir(tasks))) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

		if (thread <= 0 || is_stopped(target, thread))
			continue;
		*all = false;
		good = stop_thread(target, thread);
	}
	closedir(tasks);
	return good;
}

bool
target_stop(struct target *target)
{
	bool all = false;
	int tries;

	if (target->process == 0 || target->stopped_count > 0)
		return true;
	for (tries = 0; tries < TRIES && !all; tries++)
		if (!stop_more(target, &all)) {
			target_resume(target);
			return false;
		}
	return true;
}

void
target_resume(struct target *target)
{
	size_t i;

	for (i = 0; i < target->stopped_count; i++)
		ptrace(PTRACE_DETACH, target->stopped[i], NULL, NULL);
	free(target->stopped);
	target->stopped = NULL;
	target->stopped_count = 0;
}
