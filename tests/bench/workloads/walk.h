/* SPDX-License-Identifier: MIT */
/* 6. Walk: a list threaded through the objects of a churned cache. */

/** Free a random half and allocate it anew, a few times. */
static void churn_halves(pool *objects, size_t size, size_t count,
    void **object)
{
	for (int time = 0; time < 4; time++) {
		shuffle(object, count, count);
		free_all(objects, size, count / 2, object);
		alloc_all(objects, size, count / 2, object);
	}
}

static void *walk(void *first, size_t count)
{
	for (size_t k = 0; k < count; k++)
		first = (void *)(uintptr_t)*(volatile bench_word *)first;
	return first;
}

/** The list: objects in the order in which a churned cache gave them. */
static void run_walk(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects = pool_new(wish);
	struct samples step = NO_SAMPLES;
	size_t length = wish->count / 2;

	alloc_all(objects, wish->size, wish->count, object);
	churn_halves(objects, wish->size, wish->count, object);
	for (size_t k = 0; k < length; k++)
		touch(object[k], (uintptr_t)object[(k + 1) % length]);
	for (int time = 0; time < 7; time++) {
		double start = now();

		keep(walk(object[0], length));
		sample(&step, (now() - start) / (double)length);
	}
	emit_quartile("walk", &step);
}
