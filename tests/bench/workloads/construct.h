/* SPDX-License-Identifier: MIT */
/* 5. Objects with a constructor; see construct() in bench.c. */

static inline void *alloc_constructed(pool *from, size_t size)
{
	void *object = pool_alloc(from, size);

#ifndef POOL_CONSTRUCTS
	construct(object);
#endif
	keep(object);
	return object;
}

static inline void free_constructed(pool *to, void *object, size_t size)
{
#ifndef POOL_CONSTRUCTS
	destroy(object);
#endif
	pool_free(to, object, size);
}

/** Set the length of construct() to 100 ns on this machine; returns it. */
static double calibrate(void)
{
	enum { CALLS = 20000 };
	uint64_t object;
	double length = 100;

	for (int pass = 0; pass < 4; pass++) {
		double start;

		construct_steps = (size_t)((double)construct_steps * 100 /
		    length + 0.5);
		start = now();
		for (int k = 0; k < CALLS; k++)
			construct(&object);
		length = (now() - start) / CALLS;
	}
	return length;
}

static void construct_some(pool *objects, size_t size, void **object,
    size_t count)
{
	for (size_t k = 0; k < count; k++)
		object[k] = alloc_constructed(objects, size);
	for (size_t k = 0; k < count; k++)
		free_constructed(objects, object[k], size);
}

/** In use: one object at a time, and @c count of them at a time. */
static void run_construct(const struct wish *wish)
{
	enum { OBJECTS = 200000, TIMES = 7 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	struct samples one = NO_SAMPLES, many = NO_SAMPLES;
	struct wish constructed = *wish;
	pool *objects;

	emit("constructor", calibrate());
	constructed.constructed = true;
	objects = pool_new(&constructed);
	construct_some(objects, wish->size, object, wish->count);
	for (int time = 0; time < TIMES; time++) {
		double start = now(), between;

		for (size_t k = 0; k < OBJECTS; k++)
			construct_some(objects, wish->size, object, 1);
		between = now();
		for (size_t k = 0; k < OBJECTS / wish->count; k++)
			construct_some(objects, wish->size, object,
			    wish->count);
		sample(&one, (between - start) / OBJECTS);
		sample(&many, (now() - between) / OBJECTS);
	}
	emit_quartile("constructed_pair", &one);
	emit_quartile("constructed_batch", &many);
}
