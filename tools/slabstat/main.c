/* SPDX-License-Identifier: MIT */
/*
 * slabstat: the caches of libslab in a running process or a core file, without
 * the program's help.  Owns the order of things in one run.
 */
#include <stdio.h>
#include <string.h>

#include "all.h"
#include "command.h"
#include "objects.h"
#include "options.h"
#include "watch.h"

static int
fail(const struct target *target)
{
	fflush(stdout);
	fprintf(stderr, "slabstat: %s\n", target->error);
	return FAILED;
}

/* What is asked about single objects. */
static int
print_objects(const struct options *options, struct target *target,
    struct snapshot *snapshot)
{
	bool found, good;

	if (options->mode == MODE_WHATIS)
		return objects_whatis(target, snapshot, options->address) ?
		    SEEN : fail(target);
	good = objects_live(target, snapshot, options->live, &found);
	if (!found)
		target_fail(target, "there is no cache of this name in %s",
		    target->name);
	return good && found ? SEEN : fail(target);
}

static void
print_snapshot(const struct options *options, const struct target *target,
    const struct snapshot *before, const struct snapshot *now, double seconds)
{
	switch (options->mode) {
	case MODE_JSON:
		output_json(&options->output, target, now);
		break;
	case MODE_OPENMETRICS:
		output_openmetrics(&options->output, now);
		break;
	default:
		if (options->every > 0)
			watch_new_screen();
		if (before)
			output_rates(&options->output, before, now, seconds);
		else
			output_table(&options->output, now);
	}
}

/* Reads what a run needs while the process stands still, if it has to. */
static bool
read_all(const struct options *options, struct target *target,
    struct snapshot *snapshot)
{
	bool objects = options->mode == MODE_WHATIS ||
	    options->mode == MODE_LIVE;
	bool good;

	if ((options->stop || objects || options->output.resident) &&
	    !options->command && !target_stop(target))
		return false;
	good = snapshot_read(target, snapshot);
	if (good && !objects && options->output.resident)
		good = snapshot_resident(target, snapshot);
	if (!objects) {
		target_resume(target);
		output_select(&options->output, snapshot);
	}
	return good;
}

/* Waits for the next snapshot; `*last`: it is the last one. */
static bool
wait_for_next(const struct options *options, pid_t command, bool *last)
{
	if (command == 0)
		return watch_wait(options->every);
	*last = command_wait(command, options->every);
	return !watch_ended();
}

static int
print_one(const struct options *options, struct target *target,
    const struct snapshot *before, struct snapshot *now, double seconds)
{
	int result = SEEN;

	if (!read_all(options, target, now))
		return fail(target);
	if (options->mode == MODE_WHATIS || options->mode == MODE_LIVE)
		result = print_objects(options, target, now);
	else
		print_snapshot(options, target, before, now, seconds);
	return result == SEEN && now->damaged ? fail(target) : result;
}

/* One snapshot after another; the first has no rates. */
static int
watch(const struct options *options, struct target *target,
    struct snapshot *now, pid_t command)
{
	struct snapshot before = { .count = 0 };
	double time = 0, last_time = 0;
	bool last = false;
	unsigned long n;
	int result;

	if (options->every > 0)
		watch_begin();
	for (n = 1;; n++) {
		time = watch_now();
		result = print_one(options, target, n > 1 ? &before : NULL,
		    now, time - last_time);
		if (result != SEEN || last || n == options->count)
			break;
		snapshot_free(&before);
		before = *now;
		now->caches = NULL;
		now->count = 0;
		last_time = time;
		if (!wait_for_next(options, command, &last))
			break;
	}
	snapshot_free(&before);
	snapshot_free(now);
	return result;
}

static int
look(const struct options *options, struct target *target, pid_t command)
{
	struct snapshot snapshot;
	int result = snapshot_find(target, &snapshot);

	if (result == SEEN)
		return watch(options, target, &snapshot, command);
	fail(target);
	return result;
}

/* Waits until a command has libslab in it, or until its end. */
static void
wait_for_libslab(pid_t process)
{
	struct snapshot snapshot;
	struct target target;
	bool found = false;

	while (!found && !command_wait(process, 0.05) && !watch_ended() &&
	    target_open_process(&target, process)) {
		found = snapshot_find(&target, &snapshot) == SEEN;
		target_close(&target);
	}
}

/* A command is looked into when it ends, with --every meanwhile, too. */
static int
run_command(struct options *options)
{
	pid_t process = command_start(options->command);
	struct target target;
	int result;

	if (process == 0) {
		fprintf(stderr, "slabstat: %s cannot be started\n",
		    options->command[0]);
		return FAILED;
	}
	if (options->every > 0)
		wait_for_libslab(process);
	else
		command_wait(process, -1);
	result = target_open_process(&target, process) ?
	    look(options, &target, options->every > 0 ? process : 0) :
	    fail(&target);
	target_close(&target);
	if (!watch_ended())
		command_finish(process);
	return result;
}

/* A process's number is all digits; any other word is the name of a core. */
static bool
open_target(const struct options *options, struct target *target)
{
	const char *name = options->target;
	long process = 0;

	if (name[strspn(name, "0123456789")] != '\0')
		return target_open_core(target, name);
	for (; *name != '\0' && process < 1000000000; name++)
		process = process * 10 + (*name - '0');
	return target_open_process(target, process > 0 ? (pid_t)process : -1);
}

int
main(int argc, char **argv)
{
	struct options options;
	struct target target;
	int result = options_read(&options, argc, argv);

	if (result >= 0)
		return result;
	if (options.mode == MODE_ALL) {
		result = all_print();
	} else if (options.command) {
		result = run_command(&options);
	} else {
		result = open_target(&options, &target) ?
		    look(&options, &target, 0) : fail(&target);
		target_close(&target);
	}
	if (fflush(stdout) != 0 && result == SEEN) {
		perror("slabstat");
		result = FAILED;
	}
	return result;
}
