/* SPDX-License-Identifier: MIT */
/* 3. Churn: free one at random, alloc one. */

static double churn(pool *objects, size_t size, void **object,
    const uint32_t *index, size_t operations)
{
	double start = now();

	for (size_t k = 0; k < operations; k++) {
		void **chosen = &object[index[k]];

		pool_free(objects, *chosen, size);
		*chosen = pool_alloc(objects, size);
		touch(*chosen, k);
	}
	return (now() - start) / (double)operations;
}

static void run_churn(const struct wish *wish)
{
	enum { OPERATIONS = 500000, TIMES = 4 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	uint32_t *index = (uint32_t *)array_new(OPERATIONS, sizeof *index);
	pool *objects = pool_new(wish);
	struct samples pair = NO_SAMPLES;

	for (size_t k = 0; k < OPERATIONS; k++)
		index[k] = (uint32_t)random_below(wish->count);
	alloc_all(objects, wish->size, wish->count, object);
	for (int time = 0; time <= TIMES; time++) {
		double cost = churn(objects, wish->size, object, index,
		    OPERATIONS);

		if (time > 0)
			sample(&pair, cost);
	}
	emit_quartile("churn", &pair);
}
