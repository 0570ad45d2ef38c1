/* SPDX-License-Identifier: MIT */
/*
 * A child process can use the library whatever other threads of its parent
 * did when it was made; and a cache in memory that both share, by turns.
 */
#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/registry.h"

#define FORKS 200

static atomic_bool enough;

static void live(void)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(48));
	void *objects[100];

	REQUIRE(cache != NULL);
	REQUIRE(slab_alloc_bulk(cache, COUNT(objects), objects) ==
	    COUNT(objects));
	slab_free_bulk(cache, COUNT(objects), objects);
	REQUIRE(slab_destroy(cache) == 0);
}

static void *build_and_destroy(void *arg)
{
	(void)arg;
	while (!enough)
		live();
	return NULL;
}

static void end_well(pid_t child)
{
	int status;

	REQUIRE(waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The child has the parent's cache too, as it was. */
static void fork_once(slab_cache *cache, void *object)
{
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		live();
		REQUIRE(slab_owns(cache, object));
		slab_free(cache, object);
		REQUIRE(slab_check(cache) == 0);
		_exit(slab_destroy(cache));
	}
	end_well(child);
}

static atomic_bool held;

static void hold(const slab_cache *cache, void *arg)
{
	(void)cache;
	(void)arg;
	held = true;
	usleep(50000);
}

static void *hold_list(void *arg)
{
	struct slabi_walk walk = { 0, false, 0 };

	slabi_registry_next(&walk, hold, arg);
	return NULL;
}

/* Another thread has the list of caches locked when the child is made. */
static void fork_beside_lock(slab_cache *cache, void *object)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, hold_list, NULL) == 0);
	while (!held)
		sched_yield();
	fork_once(cache, object);
	pthread_join(thread, NULL);
}

static int count(const struct slab_cache *cache, void *arg)
{
	(void)cache;
	++*(int *)arg;
	return 0;
}

static int caches(void)
{
	int n = 0;

	slab_each_cache(count, &n);
	return n;
}

static slab_cache *build_in(void *buffer, size_t size)
{
	slab_cache *cache = slab_builder_build_buffer(slab_builder_new(64),
	    buffer, size);

	REQUIRE(cache != NULL);
	return cache;
}

/*
 * Parent and child have other caches beside the shared one, which come and go:
 * nothing of that is written to it.
 */
static void share(void)
{
	static char own[16384];
	size_t size = 65536;
	char *memory = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	slab_cache *shared, *before, *other;
	char *object;
	pid_t child;

	REQUIRE(memory != MAP_FAILED);
	before = build_in(own, sizeof(own));
	shared = build_in(memory, size);
	object = slab_alloc(shared);
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		live();
		REQUIRE(slab_destroy(before) == 0);
		other = build_in(memory + size, size);
		slab_free(shared, object);
		object = slab_alloc(shared);
		memcpy(object, "child", sizeof("child"));
		REQUIRE(slab_destroy(other) == 0);
		other = slab_builder_build_mmap(slab_builder_new(100));
		_exit(other == NULL);
	}
	end_well(child);
	REQUIRE(caches() == 2);
	REQUIRE(strcmp(object, "child") == 0);
	slab_free(shared, object);
	REQUIRE(slab_check(shared) == 0);
	REQUIRE(slab_destroy(shared) == 0);
	REQUIRE(caches() == 1);
	REQUIRE(slab_destroy(before) == 0);
	REQUIRE(caches() == 0);
	munmap(memory, 2 * size);
}

int main(void)
{
	pthread_t threads[2];
	slab_cache *cache;
	void *object;

	support_start();
	cache = slab_builder_build_mmap(slab_builder_new(32));
	object = slab_alloc(cache);
	REQUIRE(object != NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, build_and_destroy,
		    NULL) == 0);
	for (int i = 0; i < FORKS; i++)
		fork_once(cache, object);
	enough = true;
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	fork_beside_lock(cache, object);
	slab_free(cache, object);
	REQUIRE(slab_destroy(cache) == 0);
	share();
	return EXIT_SUCCESS;
}
