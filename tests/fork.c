/* SPDX-License-Identifier: MIT */
/*
 * A child process can use the library whatever other threads of its parent
 * did when it was made.
 */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* The child has the parent's cache too, as it was. */
static void fork_once(slab_cache *cache, void *object)
{
	int status;
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		live();
		REQUIRE(slab_owns(cache, object));
		slab_free(cache, object);
		REQUIRE(slab_check(cache) == 0);
		_exit(slab_destroy(cache));
	}
	REQUIRE(waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
	slab_free(cache, object);
	REQUIRE(slab_destroy(cache) == 0);
	return EXIT_SUCCESS;
}
