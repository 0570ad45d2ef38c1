/* SPDX-License-Identifier: MIT */
/*
 * A shared cache: one thread accepts requests, workers answer them and free
 * them.  So each object is freed by another thread than the one that took it.
 */
#include <err.h>
#include <pthread.h>
#include <slab.h>

#define WORKERS 4
#define REQUESTS 100000

struct request {
	struct request *next;
	unsigned number;
	char text[48];
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct request *first;
	bool closed;
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.filled = PTHREAD_COND_INITIALIZER };

static slab_cache *requests;

static void hand_over(struct request *request)
{
	pthread_mutex_lock(&queue.lock);
	request->next = queue.first;
	queue.first = request;
	pthread_cond_signal(&queue.filled);
	pthread_mutex_unlock(&queue.lock);
}

/* The next request; NULL: there will be no more. */
static struct request *wait_for_one(void)
{
	struct request *request;

	pthread_mutex_lock(&queue.lock);
	while (queue.first == NULL && !queue.closed)
		pthread_cond_wait(&queue.filled, &queue.lock);
	request = queue.first;
	if (request != NULL)
		queue.first = request->next;
	pthread_mutex_unlock(&queue.lock);
	return request;
}

static void *serve(void *answered)
{
	struct request *request;

	while ((request = wait_for_one()) != NULL) {
		snprintf(request->text, sizeof(request->text),
		    "answer to request %u", request->number);
		slab_free(requests, request);
		++*(unsigned *)answered;
	}
	return NULL;
}

static void accept_requests(void)
{
	for (unsigned number = 0; number < REQUESTS; number++) {
		struct request *request = slab_alloc(requests);

		if (request == NULL)
			err(1, "%s", slab_error());
		request->number = number;
		hand_over(request);
	}
	pthread_mutex_lock(&queue.lock);
	queue.closed = true;
	pthread_cond_broadcast(&queue.filled);
	pthread_mutex_unlock(&queue.lock);
}

int main(void)
{
	pthread_t workers[WORKERS];
	unsigned answered[WORKERS] = { 0 }, total = 0;

	requests = slab_builder_build_mmap(slab_builder_shared(
	    slab_builder_for(struct request)));
	if (requests == NULL)
		err(1, "%s", slab_error());
	for (int i = 0; i < WORKERS; i++)
		if (pthread_create(&workers[i], NULL, serve, &answered[i]) != 0)
			errx(1, "no thread");
	accept_requests();
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
		total += answered[i];
	}
	printf("%d workers answered %u requests\n", WORKERS, total);
	return slab_destroy(requests);
}
