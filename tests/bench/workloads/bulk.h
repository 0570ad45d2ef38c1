/* SPDX-License-Identifier: MIT */
/* 4. Bulk calls, beside single ones in the same pattern. */

static void touch_all(void **object, size_t count)
{
	for (size_t k = 0; k < count; k++)
		touch(object[k], k);
}

static double bulk(pool *objects, size_t size, size_t batch, size_t times)
{
	void *object[32];
	double start = now();

	for (size_t k = 0; k < times; k++) {
		pool_alloc_bulk(objects, size, batch, object);
		touch_all(object, batch);
		pool_free_bulk(objects, size, batch, object);
	}
	return (now() - start) / (double)(times * batch);
}

/** The same with a call for each object. */
static double single(pool *objects, size_t size, size_t batch, size_t times)
{
	void *object[32];
	double start = now();

	for (size_t k = 0; k < times; k++) {
		for (size_t j = 0; j < batch; j++)
			object[j] = pool_alloc(objects, size);
		touch_all(object, batch);
		for (size_t j = 0; j < batch; j++)
			pool_free(objects, object[j], size);
	}
	return (now() - start) / (double)(times * batch);
}

static void run_bulk(const struct wish *wish)
{
	enum { OBJECTS = 1000000, TIMES = 7 };
	pool *objects = pool_new(wish);

	for (size_t batch = 8; batch <= 32; batch *= 4) {
		struct samples many = NO_SAMPLES, one = NO_SAMPLES;
		char metric[32];

		for (int time = 0; time < TIMES; time++) {
			sample(&many, bulk(objects, wish->size, batch,
			    OBJECTS / batch));
			sample(&one, single(objects, wish->size, batch,
			    OBJECTS / batch));
		}
		snprintf(metric, sizeof metric, "bulk%zu", batch);
		emit_quartile(metric, &many);
		snprintf(metric, sizeof metric, "single%zu", batch);
		emit_quartile(metric, &one);
	}
}
