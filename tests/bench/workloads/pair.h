/* SPDX-License-Identifier: MIT */
/* 1. Hot pair: alloc, touch, free. */

static void run_pair(const struct wish *wish)
{
	enum { PAIRS = 1000000, TIMES = 9 };
	pool *objects = pool_new(wish);
	struct samples pair = NO_SAMPLES;
	size_t size = wish->size;

	for (int time = 0; time < TIMES; time++) {
		double start = now();

		for (size_t k = 0; k < PAIRS; k++) {
			void *object = pool_alloc(objects, size);

			touch(object, k);
			keep(object);
			pool_free(objects, object, size);
		}
		sample(&pair, (now() - start) / PAIRS);
	}
	emit_quartile("pair", &pair);
}
