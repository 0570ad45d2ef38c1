/* SPDX-License-Identifier: MIT */
/* The queue of queue_malloc.c, its messages from a cache. */
#include <err.h>
#include <slab.h>
#include <stdio.h>

struct message {
	struct message *next;
	int number;
	char text[44];
};

struct queue {
	struct message *first, **last;
	slab_cache *messages;
};

static void put(struct queue *queue, int number)
{
	struct message *message = slab_alloc(queue->messages);

	if (message == NULL)
		err(1, "%s", slab_error());
	message->next = NULL;
	message->number = number;
	snprintf(message->text, sizeof(message->text), "message %d",
	    number);
	*queue->last = message;
	queue->last = &message->next;
}

static int take(struct queue *queue)
{
	struct message *message = queue->first;
	int number = message->number;

	queue->first = message->next;
	if (queue->first == NULL)
		queue->last = &queue->first;
	slab_free(queue->messages, message);
	return number;
}

int main(void)
{
	struct queue queue = { NULL, &queue.first, NULL };
	long sum = 0;

	queue.messages = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_for(struct message), "message"));
	if (queue.messages == NULL)
		err(1, "%s", slab_error());

	for (int i = 1; i <= 50000; i++)
		put(&queue, i);
	while (queue.first != NULL)
		sum += take(&queue);
	printf("sum of all messages: %ld\n", sum);

	if (slab_destroy(queue.messages) != 0)
		err(1, "%s", slab_error());
	return sum != 1250025000;
}
