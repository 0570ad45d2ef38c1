/* SPDX-License-Identifier: MIT */
/*
 * Handlers of pthread_atfork() may use the library, whether they were
 * registered before its own (by a constructor that runs earlier) or after.
 */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLENTY 60 /* seconds, after which a handler counts as hung */

/* Which handlers use the library. */
enum moment { NONE, PREPARE, PARENT, CHILD, ALWAYS };

static enum moment moment;
static bool early; /* the handlers registered early, or those later */
static int used;   /* how many times */

static char memory[2][8192];
static slab_cache *in_buffer;

static void live(slab_builder *builder)
{
	slab_cache *cache = slab_builder_build_mmap(builder);
	void *object = slab_alloc(cache);

	REQUIRE(object != NULL);
	slab_free(cache, object);
	REQUIRE(slab_destroy(cache) == 0);
}

static void use(enum moment now, bool is_early)
{
	slab_cache *buffer;

	if (early != is_early || (moment != now && moment != ALWAYS))
		return;
	used++;
	live(slab_builder_new(64));
	/* What a child builds here stays in its list. */
	buffer = slab_builder_build_buffer(slab_builder_new(16), memory[0],
	    sizeof(memory[0]));
	REQUIRE(buffer != NULL);
	if (now == CHILD)
		in_buffer = buffer;
	else
		REQUIRE(slab_destroy(buffer) == 0);
}

static void early_prepare(void) { use(PREPARE, true); }
static void early_parent(void) { use(PARENT, true); }
static void early_child(void) { use(CHILD, true); }
static void late_prepare(void) { use(PREPARE, false); }
static void late_parent(void) { use(PARENT, false); }
static void late_child(void) { use(CHILD, false); }

static slab_cache *first; /* built before the library's constructor runs */

__attribute__((constructor(101))) static void begin_early(void)
{
	REQUIRE(pthread_atfork(early_prepare, early_parent,
	    early_child) == 0);
	first = slab_builder_build(slab_builder_new(24));
	REQUIRE(first != NULL);
}

static int count(const struct slab_cache *cache, void *arg)
{
	(void)cache;
	++*(int *)arg;
	return 0;
}

/* Returns how many caches the process knows. */
static int caches(void)
{
	int n = 0;

	slab_each_cache(count, &n);
	return n;
}

SLAB_NORETURN_ static void be_child(void)
{
	bool builds = moment == CHILD || moment == ALWAYS;

	live(slab_builder_new(64));
	/* Those in buffers of the parent's are not there. */
	REQUIRE(caches() == 1 + builds);
	if (builds)
		REQUIRE(slab_destroy(in_buffer) == 0);
	REQUIRE(caches() == 1);
	_exit(EXIT_SUCCESS);
}

static void fork_once(void)
{
	slab_cache *parents = slab_builder_build_buffer(slab_builder_new(16),
	    memory[1], sizeof(memory[1]));
	pid_t child;
	int status;

	REQUIRE(parents != NULL);
	alarm(PLENTY);
	used = 0;
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		alarm(PLENTY);
		be_child();
	}
	REQUIRE(used == (moment == PREPARE || moment == PARENT) +
	    2 * (moment == ALWAYS));
	REQUIRE(waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	alarm(0);
	live(slab_builder_new(64));
	REQUIRE(caches() == 2);
	REQUIRE(slab_destroy(parents) == 0);
}

int main(void)
{
	support_start();
	REQUIRE(pthread_atfork(late_prepare, late_parent, late_child) == 0);
	for (int twice = 0; twice < 2; twice++) {
		early = twice == 0;
		for (moment = NONE; moment <= ALWAYS; moment++)
			fork_once();
	}
	slab_free(first, slab_alloc(first));
	REQUIRE(slab_destroy(first) == 0);
	return EXIT_SUCCESS;
}
