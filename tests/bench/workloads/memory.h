/* SPDX-License-Identifier: MIT */
/* 7. Memory: what is resident at which number of objects. */

static int compare_addresses(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return (x > y) - (x < y);
}

/** Bytes of the pages on which these objects lie; sorts the array. */
static size_t pages_of(void **object, size_t count, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = 0;
	uintptr_t counted = 0; /* all pages below */

	qsort(object, count, sizeof *object, compare_addresses);
	for (size_t k = 0; k < count; k++) {
		uintptr_t first = (uintptr_t)object[k] / page;
		uintptr_t last = ((uintptr_t)object[k] + size - 1) / page;

		if (first < counted)
			first = counted;
		if (last >= first) {
			pages += last + 1 - first;
			counted = last + 1;
		}
	}
	return pages * page;
}

static void fill(pool *objects, size_t size, void **object, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		object[k] = pool_alloc(objects, size);
		memset(object[k], 1, size);
	}
}

/** What is measured is told at the end, as telling it needs memory too. */
static void run_memory(const struct wish *wish)
{
	static const size_t step[] = { 1, 100, 100000 };
	void **object = (void **)array_new(wish->count, sizeof *object);
	size_t size = wish->size, kept = wish->count / 10, filled = 0;
	double before, at[3] = { 0, 0, 0 }, tenth, none;
	char metric[32];
	pool *objects;

	resident(); /* whatever the first call needs */
	before = (double)resident();
	objects = pool_new(wish);
	for (size_t k = 0; k < 3 && step[k] <= wish->count; k++) {
		fill(objects, size, object + filled, step[k] - filled);
		filled = step[k];
		at[k] = (double)resident() - before;
	}
	shuffle(object, filled, filled);
	free_all(objects, size, filled - kept, object + kept);
	pool_reap(objects);
	tenth = (double)resident() - before;
	free_all(objects, size, kept, object);
	pool_reap(objects);
	none = (double)resident() - before;
	for (size_t k = 0; k < 3; k++) {
		snprintf(metric, sizeof metric, "bytes_at_%zu", step[k]);
		emit(metric, at[k]);
	}
	emit("bytes_tenth", tenth);
	emit("bytes_tenth_pages", (double)pages_of(object, kept, size));
	emit("bytes_none", none);
}
