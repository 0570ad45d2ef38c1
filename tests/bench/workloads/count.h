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

/** Free some at random and allocate as many anew. */
static void run_count_some(const struct wish *wish)
{
	enum { OPERATIONS = 100000, MOST = 10000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	size_t half = wish->count / 2;
	size_t some = half < MOST ? half : MOST;
	pool *objects = pool_new(wish);

	alloc_all(objects, wish->size, wish->count, object);
	/* The first time an allocator may learn from. */
	shuffle(object, wish->count, some);
	free_all(objects, wish->size, some, object);
	alloc_all(objects, wish->size, some, object);
	for (size_t k = 0; k < OPERATIONS / some; k++) {
		shuffle(object, wish->count, some);
		counted_frees(objects, wish->size, object, some);
		counted_allocs(objects, wish->size, object, some);
	}
	emit("operations", (double)(OPERATIONS / some * some));
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
