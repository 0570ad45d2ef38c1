/* SPDX-License-Identifier: MIT */
/*
 * A lower bound for new memory: one mapping, faulted in 64 KiB at a time (a
 * huge page at a time in the variant "huge-pages"), and nothing ever reused.
 */
typedef struct {
	char *next;      /* the next object */
	char *populated; /* resident up to here */
	char *end;       /* mapped up to here */
	size_t bytes;
	bool huge;
} pool;

enum { POPULATE_STEP = 64 << 10, HUGE_PAGE = 2 << 20 };

static const char *pool_version(void)
{
	return "";
}

static pool *pool_new(const struct wish *wish)
{
	static pool pages;
	size_t page;

	pages.next = pages.populated = NULL;
	pages.huge = wants(wish, "huge-pages");
	page = pages.huge ? HUGE_PAGE : (size_t)sysconf(_SC_PAGESIZE);
	pages.bytes = (wish->count * wish->size + page - 1) & -page;
	return &pages;
}

static void page_touch_map(pool *pages)
{
	size_t room = pages->bytes + (pages->huge ? HUGE_PAGE : 0);
	char *start = (char *)mmap(NULL, room, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		die("mmap");
	if (pages->huge) {
		start += -(uintptr_t)start & (HUGE_PAGE - 1);
		madvise(start, pages->bytes, MADV_HUGEPAGE);
	}
	pages->next = pages->populated = start;
	pages->end = start + pages->bytes;
}

static __attribute__((noinline)) void page_touch_populate(pool *pages)
{
	size_t step;

	if (pages->next == NULL)
		page_touch_map(pages);
	step = (size_t)(pages->end - pages->populated);
	if (step > POPULATE_STEP)
		step = POPULATE_STEP;
	if (madvise(pages->populated, step, MADV_POPULATE_WRITE) != 0)
		die("madvise");
	pages->populated += step;
}

static inline void *pool_alloc(pool *pages, size_t size)
{
	void *object;

	if ((size_t)(pages->populated - pages->next) < size)
		page_touch_populate(pages);
	object = pages->next;
	pages->next += size;
	return object;
}

static inline void pool_free(pool *pages, void *object, size_t size)
{
	(void)pages;
	(void)object;
	(void)size;
}

static void pool_reap(pool *pages)
{
	(void)pages;
}
