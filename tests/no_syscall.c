/* SPDX-License-Identifier: MIT */
/*
 * A cache in a buffer makes no system call: it lives in a child process
 * that the kernel kills at the first one.
 */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_MODE_STRICT
#define SECCOMP_MODE_STRICT 1 /* of <linux/seccomp.h> */
#endif
#define ALL_WELL 42

static char buffer[4 << 20];
static void *objects[3000];
static char name[] = "a name that is copied";

static int make(void *object, void *arg)
{
	(void)arg;
	*(int *)object = 1;
	return 0;
}

static bool live(slab_system system, unsigned period, size_t size)
{
	slab_cache *cache = slab_builder_build_buffer(slab_builder_ctor(
	    slab_builder_name(slab_builder_working_period(slab_builder_system(
	    slab_builder_new(size), system), period), name), make, NULL,
	    NULL), buffer, sizeof(buffer));
	size_t n;

	if (cache == NULL)
		return false;
	for (int round = 0; round < 200; round++) {
		n = slab_alloc_bulk(cache, COUNT(objects), objects);
		slab_free_bulk(cache, n, objects);
	}
	n = slab_alloc_bulk(cache, COUNT(objects), objects);
	if (n == 0 || (n < COUNT(objects) && errno != ENOMEM))
		return false;
	for (size_t i = 0; i < n; i += 2)
		slab_free(cache, objects[i]);
	slab_reap(cache);
	if (slab_check(cache) != 0 || slab_destroy(cache) == 0)
		return false;
	slab_reset(cache);
	return slab_destroy(cache) == 0;
}

/* As many builders, names and templates as need no memory of their own. */
static bool build_by_builders(void)
{
	static char long_name[256], template[4096];
	slab_builder *builders[16];

	memset(long_name, 'n', sizeof(long_name) - 1);
	for (size_t i = 0; i < COUNT(builders); i++)
		builders[i] = slab_builder_template(slab_builder_name(
		    slab_builder_new(sizeof(template)), long_name), template);
	for (size_t i = 0; i < COUNT(builders); i++) {
		slab_cache *cache = slab_builder_build_buffer(builders[i],
		    buffer, sizeof(buffer));

		if (cache == NULL || slab_destroy(cache) != 0)
			return false;
	}
	return true;
}

static bool use_buffers(void)
{
	return build_by_builders() &&
	    live(SLAB_SYSTEM_AUTO, 15, 64) &&
	    live(SLAB_SYSTEM_ALIGNED, 0, 100) &&
	    live(SLAB_SYSTEM_LARGE, 1, 1000) &&
	    live(SLAB_SYSTEM_AUTO, SLAB_PERIOD_NEVER, 10000);
}

static bool ask_for_the_pid(void)
{
	return syscall(SYS_getpid) > 0;
}

/* In a child that may only exit: how it ended, as from waitpid(). */
static int confined(bool (*act)(void))
{
	int status;
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
			_exit(SKIPPED);
		syscall(SYS_exit, act() ? ALL_WELL : EXIT_FAILURE);
	}
	REQUIRE(waitpid(child, &status, 0) == child);
	return status;
}

int main(void)
{
	int status;

	support_start();
	REQUIRE(use_buffers());
	if (support_under_valgrind())
		return SKIPPED; /* its own calls would be the first */
	status = confined(ask_for_the_pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return SKIPPED; /* no such confinement here */
	status = confined(use_buffers);
	REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) == ALL_WELL);
	return EXIT_SUCCESS;
}
