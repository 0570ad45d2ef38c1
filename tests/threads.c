/* SPDX-License-Identifier: MIT */
/*
 * Different caches by different threads at once, while caches come and go and
 * one thread looks at the list of them.  Best run under ThreadSanitizer.
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define THREADS 4
#define ROUNDS 60
#define MANY 500

static pthread_barrier_t start;
static atomic_int working = THREADS;

static void work_on(slab_cache *cache, size_t size, int mark)
{
	char *objects[MANY];

	REQUIRE(cache != NULL);
	for (int round = 0; round < 3; round++) {
		REQUIRE(slab_alloc_bulk(cache, MANY, (void **)objects) ==
		    MANY);
		for (size_t i = 0; i < MANY; i++)
			memset(objects[i], mark, size);
		for (size_t i = 0; i < MANY; i++) {
			REQUIRE(support_all_bytes(objects[i], mark, size));
			slab_free(cache, objects[i]);
		}
		slab_reap(cache);
	}
	REQUIRE(slab_check(cache) == 0);
}

/* The last error is the thread's own. */
static void fail_and_see(size_t align)
{
	char words[64];

	snprintf(words, sizeof(words), "align %zu", align);
	REQUIRE(slab_builder_build(slab_builder_align(slab_builder_new(8),
	    align)) == NULL);
	REQUIRE(errno == EINVAL);
	REQUIRE(strstr(slab_error(), words) != NULL);
}

static void *work(void *arg)
{
	int number = *(int *)arg;
	size_t size = 16 + 24 * (size_t)number;
	slab_cache *kept;

	pthread_barrier_wait(&start);
	kept = slab_builder_build_mmap(slab_builder_new(size));
	for (int round = 0; round < ROUNDS; round++) {
		slab_builder *builder = slab_builder_new(size);
		slab_cache *cache = round % 2 == 0 ?
		    slab_builder_build(builder) :
		    slab_builder_build_mmap(builder);

		work_on(cache, size, number);
		work_on(kept, size, number);
		fail_and_see(24 + 2000 * (size_t)number);
		REQUIRE(slab_destroy(cache) == 0);
	}
	REQUIRE(slab_destroy(kept) == 0);
	working--;
	return NULL;
}

static void *look(void *arg)
{
	FILE *stream = fopen("/dev/null", "w");

	(void)arg;
	REQUIRE(stream != NULL);
	pthread_barrier_wait(&start);
	while (working > 0)
		REQUIRE(slab_dump(NULL, stream) == 0);
	fclose(stream);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS], looker;
	int numbers[THREADS];

	support_start();
	pthread_barrier_init(&start, NULL, THREADS + 1);
	REQUIRE(pthread_create(&looker, NULL, look, NULL) == 0);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		REQUIRE(pthread_create(&threads[i], NULL, work,
		    &numbers[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_join(looker, NULL);
	return EXIT_SUCCESS;
}
