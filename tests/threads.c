/* SPDX-License-Identifier: MIT */
/*
 * Different caches by different threads at once, while caches come and go;
 * now and then all stop, and one looks at the list of caches.  Best run under
 * ThreadSanitizer.
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define THREADS 4
#define ROUNDS 60
#define MANY 500

static pthread_barrier_t all_are_here;

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

/* The first thread prints the table of all caches; nobody uses one then. */
static void look(int number)
{
	FILE *stream;

	pthread_barrier_wait(&all_are_here);
	if (number == 0) {
		stream = fopen("/dev/null", "w");
		REQUIRE(stream != NULL);
		REQUIRE(slab_dump(NULL, stream) == 0);
		fclose(stream);
	}
	pthread_barrier_wait(&all_are_here);
}

static void *work(void *arg)
{
	int number = *(int *)arg;
	size_t size = 16 + 24 * (size_t)number;
	slab_cache *kept;

	pthread_barrier_wait(&all_are_here);
	kept = slab_builder_build_mmap(slab_builder_new(size));
	for (int round = 0; round < ROUNDS; round++) {
		slab_builder *builder = slab_builder_new(size);
		slab_cache *cache = round % 2 == 0 ?
		    slab_builder_build(builder) :
		    slab_builder_build_mmap(builder);

		work_on(cache, size, number);
		work_on(kept, size, number);
		fail_and_see(24 + 2000 * (size_t)number);
		if (round % 10 == 0)
			look(number);
		REQUIRE(slab_destroy(cache) == 0);
	}
	REQUIRE(slab_destroy(kept) == 0);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	support_start();
	pthread_barrier_init(&all_are_here, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		REQUIRE(pthread_create(&threads[i], NULL, work,
		    &numbers[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return EXIT_SUCCESS;
}
