/* SPDX-License-Identifier: MIT */
/* Owns the list of processes that have libslab in them. */
#include "all.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

static void
print_command(pid_t process)
{
	char path[64], name[64] = "?";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)process);
	file = fopen(path, "r");
	if (file && fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
	output_name(name, 0);
	putchar('\n');
}

static void
print_line(pid_t process, const struct snapshot *snapshot)
{
	uint64_t live = 0, touched = 0, failures = 0;
	size_t i;

	for (i = 0; i < snapshot->count; i++) {
		live += snapshot->caches[i].figures[FIGURE_live];
		touched += snapshot->caches[i].figures[FIGURE_bytes_touched];
		failures += snapshot->caches[i].figures[FIGURE_failures];
	}
	printf("%8ld %7zu %12" PRIu64 " %14" PRIu64 " %6" PRIu64 "  ",
	    (long)process, snapshot->count, live, touched, failures);
	print_command(process);
}

static void
look(pid_t process)
{
	struct target target;
	struct snapshot snapshot;

	if (!target_open_process(&target, process))
		return;
	if (snapshot_find(&target, &snapshot) == SEEN) {
		if (snapshot_read(&target, &snapshot))
			print_line(process, &snapshot);
		snapshot_free(&snapshot);
	}
	target_close(&target);
}

int
all_print(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	if (!processes) {
		fprintf(stderr, "slabstat: there is no /proc here\n");
		return FAILED;
	}
	printf("%8s %7s %12s %14s %6s  %s\n", "PID", "CACHES", "LIVE",
	    "TOUCHED", "FAIL", "COMMAND");
	while ((entry = readdir(processes))) {
		pid_t process = (pid_t)strtol(entry->d_name, NULL, 10);

		if (process > 0 && process != getpid())
			look(process);
	}
	closedir(processes);
	return SEEN;
}
