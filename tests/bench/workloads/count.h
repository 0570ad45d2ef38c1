/* SPDX-License-Identifier: MIT */
/* 9. Instructions against the number of live objects, for callgrind. */

/* What callgrind counts: it is told to collect inside these functions only. */
static __attribute__((noinline, used)) void counted_frees(pool *objects,
    size_t size, void **object, size_t count)
{
	for (size_t k = 0; k < count; k++)
		pool_free(objects, object[k], size);
}

static __attribute__((noinline, used)) void counted_allocs(pool *objects,
    size_t size, void **object, size_t count)
{
	for (size_t k = 0; k < count; k++)
		object[k] = pool_alloc(objects, size);
}

/** Free a random half and allocate it anew; what is counted lies midway. */
static void count_half(pool *objects, size_t size, void **object, size_t count,
    size_t counted)
{
	size_t before = (count / 2 - counted) / 2;
	size_t after = count / 2 - counted - before;

	shuffle(object, count, count / 2);
	free_all(objects, size, before, object);
	counted_frees(objects, size, object + before, counted);
	free_all(objects, size, after, object + before + counted);
	alloc_all(objects, size, before, object);
	counted_allocs(objects, size, object + before, counted);
	alloc_all(objects, size, after, object + before + counted);
}

static void run_count_half(const struct wish *wish)
{
	enum { OPERATIONS = 100000, MOST = 50000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	size_t half = wish->count / 2;
	size_t counted = half < MOST ? half : MOST;
	pool *objects = pool_new(wish);

	alloc_all(objects, wish->size, wish->count, object);
	for (size_t k = 0; k < OPERATIONS / counted; k++)
		count_half(objects, wish->size, object, wish->count, counted);
	emit("operations", (double)(OPERATIONS / counted * counted));
}

static __attribute__((noinline, used)) void counted_churn(pool *objects,
    size_t size, void **object, size_t count, size_t operations)
{
	for (size_t k = 0; k < operations; k++) {
		void **chosen = &object[random_below(count)];

		pool_free(objects, *chosen, size);
		*chosen = pool_alloc(objects, size);
	}
}

static void run_count_churn(const struct wish *wish)
{
	enum { OPERATIONS = 100000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	pool *objects = pool_new(wish);

	alloc_all(objects, wish->size, wish->count, object);
	counted_churn(objects, wish->size, object, wish->count, OPERATIONS);
	emit("operations", OPERATIONS);
}
