/* SPDX-License-Identifier: MIT */
/*
 * A queue of messages on malloc: where the tutorial begins.  queue_cache.c is
 * the same program on a cache.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

struct message {
	struct message *next;
	int number;
	char text[44];
};

struct queue {
	struct message *first, **last;
};

static void put(struct queue *queue, int number)
{
	struct message *message = malloc(sizeof(*message));

	if (message == NULL)
		err(1, "malloc");
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
	free(message);
	return number;
}

int main(void)
{
	struct queue queue = { NULL, &queue.first };
	long sum = 0;

	for (int i = 1; i <= 50000; i++)
		put(&queue, i);
	while (queue.first != NULL)
		sum += take(&queue);
	printf("sum of all messages: %ld\n", sum);
	return sum != 1250025000;
}
