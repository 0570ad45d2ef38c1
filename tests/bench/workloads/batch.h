/* SPDX-License-Identifier: MIT */
/* 2. Batch: alloc all, touching each; free in three orders. */

static const char *const order_name[] = { "same", "opposite", "random" };

static void reorder(void **object, size_t count, int order)
{
	if (order == 1) {
		for (size_t k = 0; k < count / 2; k++) {
			void *swapped = object[k];

			object[k] = object[count - 1 - k];
			object[count - 1 - k] = swapped;
		}
	} else if (order == 2) {
		shuffle(object, count, count);
	}
}

/** Passes over warm memory; the first one only sets the scene for the order. */
static void run_warm(pool *objects, const struct wish *wish, void **object,
    int order)
{
	size_t least = wish->count * wish->size > 256u << 20 ? 1 : 2;
	size_t passes = repeats(wish->count, 300000, least);
	struct samples alloc = NO_SAMPLES, freed = NO_SAMPLES, both = NO_SAMPLES;
	char metric[32];

	for (size_t pass = 0; pass <= passes; pass++) {
		double cost = alloc_all(objects, wish->size, wish->count, object);
		double back;

		reorder(object, wish->count, order);
		back = free_all(objects, wish->size, wish->count, object);
		if (pass == 0)
			continue;
		sample(&alloc, cost);
		sample(&freed, back);
		sample(&both, cost + back);
	}
	snprintf(metric, sizeof metric, "%s_alloc", order_name[order]);
	emit_quartile(metric, &alloc);
	snprintf(metric, sizeof metric, "%s_free", order_name[order]);
	emit_quartile(metric, &freed);
	snprintf(metric, sizeof metric, "%s_both", order_name[order]);
	emit_quartile(metric, &both);
}

/**
 * Run through the allocator's code once, with another pool and size: pages of
 * code are not what a first pass is to measure.
 */
static void warm_code(const struct wish *wish)
{
#ifndef POOL_IS_SINGLE
	struct wish other = *wish;
	pool *objects;
	void *object;

	other.size += 16;
	other.count = 1;
	objects = pool_new(&other);
	object = pool_alloc(objects, other.size);
	touch(object, 1);
	pool_free(objects, object, other.size);
#else
	(void)wish;
#endif
}

static void run_batch(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects;

	warm_code(wish);
	objects = pool_new(wish);
	warm_machine(wish->count * wish->size);
	emit("new_alloc", alloc_all(objects, wish->size, wish->count, object));
	emit("new_free", free_all(objects, wish->size, wish->count, object));
	for (int order = 0; order < 3; order++)
		run_warm(objects, wish, object, order);
}

/* 2, first pass only: for what cannot do more. */
static void run_new(const struct wish *wish)
{
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects;

	warm_code(wish);
	objects = pool_new(wish);
	warm_machine(wish->count * wish->size);
	emit("new_alloc", alloc_all(objects, wish->size, wish->count, object));
}
