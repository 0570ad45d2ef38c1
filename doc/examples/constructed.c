/* SPDX-License-Identifier: MIT */
/*
 * Constructed objects: a connection owns a buffer and a lock.  Both are set up
 * once per object, not once per allocation.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <slab.h>
#include <stdlib.h>

#define BUFFER_SIZE 16384

struct connection {
	pthread_mutex_t lock;
	char *buffer;
	size_t used;
};

struct counts {
	int made, unmade;
};

/* Undoes what it has done when it fails: it is called again later. */
static int connection_make(void *object, void *arg)
{
	struct connection *connection = object;
	struct counts *counts = arg;
	int error;

	connection->used = 0;
	connection->buffer = malloc(BUFFER_SIZE);
	if (connection->buffer == NULL)
		return ENOMEM;
	error = pthread_mutex_init(&connection->lock, NULL);
	if (error != 0) {
		free(connection->buffer);
		return error;
	}
	counts->made++;
	return 0;
}

static void connection_unmake(void *object, void *arg)
{
	struct connection *connection = object;
	struct counts *counts = arg;

	pthread_mutex_destroy(&connection->lock);
	free(connection->buffer);
	counts->unmade++;
}

/* Before an object is freed, its constructed state is restored. */
static void connection_close(slab_cache *cache,
    struct connection *connection)
{
	connection->used = 0;
	slab_free(cache, connection);
}

static void serve(slab_cache *cache)
{
	struct connection *connection = slab_alloc(cache);

	if (connection == NULL)
		err(1, "%s", slab_error());
	pthread_mutex_lock(&connection->lock);
	connection->used += (size_t)snprintf(
	    connection->buffer, BUFFER_SIZE, "hello\n");
	pthread_mutex_unlock(&connection->lock);
	connection_close(cache, connection);
}

int main(void)
{
	struct counts counts = { 0, 0 };
	slab_builder *builder = slab_builder_for(struct connection);
	slab_cache *cache;

	slab_builder_name(builder, "connection");
	slab_builder_ctor(builder, connection_make, connection_unmake,
	    &counts);
	cache = slab_builder_build(builder);
	if (cache == NULL)
		err(1, "%s", slab_error());

	for (int i = 0; i < 1000; i++)
		serve(cache);
	printf("1000 connections served, %d set up\n", counts.made);

	if (slab_destroy(cache) != 0)
		err(1, "%s", slab_error());
	printf("%d torn down\n", counts.unmade);
	return counts.made != counts.unmade;
}
