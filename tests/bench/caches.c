/* SPDX-License-Identifier: MIT */
/*
 * Ten thousand caches of one 64-byte object each: resident bytes and mappings
 * a cache, and the time to build and destroy one beside the time of the bare
 * system calls that this makes.  The calls are recorded by standing in for the
 * C library's own (the library reaches them by name), then made again alone.
 *
 *     bench-caches caches 64 10000 [heap]
 */
#include "support.h"

#include <slab.h>
#include <sys/syscall.h>

enum { CACHES = 10000, EVENTS = 32, MAPPINGS = 16, PAGES = 64, TIMES = 5 };

/* The recording ------------------------------------------------------------ */

enum call { CALL_MMAP, CALL_MUNMAP, CALL_MADVISE };

struct event {
	enum call call;
	size_t mapping; /* which of the recorded mappings it is about */
	size_t offset;  /* where in it */
	size_t length;
	int prot_or_advice, flags;
};

struct page {
	size_t mapping, offset;
};

static struct {
	bool on;
	size_t events, built; /* how many; how many of them before the destroy */
	struct event event[EVENTS];
	size_t mappings;
	char *start[MAPPINGS];
	size_t length[MAPPINGS];
	size_t pages; /* that the cache had resident */
	struct page page[PAGES];
} record;

static void note(enum call call, char *address, size_t length, int prot,
    int flags)
{
	struct event *event = &record.event[record.events];
	size_t k = record.mappings;

	if (record.events == EVENTS || record.mappings == MAPPINGS)
		die("too many system calls");
	if (call == CALL_MMAP) {
		record.start[k] = address;
		record.length[k] = length;
		record.mappings++;
	} else {
		while (k-- > 0 && (address < record.start[k] ||
		    address >= record.start[k] + record.length[k]))
			;
		if (k == (size_t)-1)
			return; /* not this cache's */
	}
	*event = (struct event){ call, k, (size_t)(address - record.start[k]),
		length, prot, flags };
	record.events++;
}

static void note_pages(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char present;

	for (size_t k = 0; k < record.mappings; k++)
		for (size_t at = 0; at < record.length[k]; at += size)
			if (mincore(record.start[k] + at, size, &present) == 0 &&
			    (present & 1) != 0 && record.pages < PAGES)
				record.page[record.pages++] =
				    (struct page){ k, at };
}

void *mmap(void *hint, size_t length, int prot, int flags, int file, off_t at)
{
	void *address = (void *)syscall(SYS_mmap, hint, length, prot, flags,
	    file, at);

	if (record.on && address != MAP_FAILED)
		note(CALL_MMAP, address, length, prot, flags);
	return address;
}

int munmap(void *address, size_t length)
{
	if (record.on)
		note(CALL_MUNMAP, address, length, 0, 0);
	return (int)syscall(SYS_munmap, address, length);
}

int madvise(void *address, size_t length, int advice)
{
	if (record.on)
		note(CALL_MADVISE, address, length, advice, 0);
	return (int)syscall(SYS_madvise, address, length, advice);
}

static void make_again(const struct event *event, char **start)
{
	char *address = start[event->mapping] + event->offset;

	if (event->call == CALL_MMAP)
		start[event->mapping] = (char *)syscall(SYS_mmap, NULL,
		    event->length, event->prot_or_advice, event->flags, -1, 0);
	else if (event->call == CALL_MUNMAP)
		syscall(SYS_munmap, address, event->length);
	else
		syscall(SYS_madvise, address, event->length,
		    event->prot_or_advice);
}

/* The measurements -------------------------------------------------------- */

static bool use_heap;

static slab_cache *build_one(void)
{
	slab_builder *builder = slab_builder_new(64);
	slab_cache *cache = use_heap ? slab_builder_build(builder) :
	    slab_builder_build_mmap(builder);

	if (cache == NULL) {
		fprintf(stderr, "%s\n", slab_error());
		exit(1);
	}
	return cache;
}

static void destroy_one(slab_cache *cache, void *object)
{
	slab_free(cache, object);
	if (slab_destroy(cache) != 0)
		die("slab_destroy");
}

static void record_one(void)
{
	slab_cache *cache;
	void *object;

	record.on = true;
	cache = build_one();
	object = slab_alloc(cache);
	touch(object, 1);
	record.on = false;
	note_pages();
	record.built = record.events;
	record.on = true;
	destroy_one(cache, object);
	record.on = false;
}

static double time_caches(slab_cache **cache, void **object, bool report)
{
	size_t bytes = resident(), maps = mappings();
	double start = now(), built;

	for (size_t k = 0; k < CACHES; k++) {
		cache[k] = build_one();
		object[k] = slab_alloc(cache[k]);
		touch(object[k], k);
	}
	built = now() - start;
	if (report) {
		emit("caches_bytes", (double)(resident() - bytes) / CACHES);
		emit("caches_mappings", (double)(mappings() - maps) / CACHES);
	}
	start = now();
	for (size_t k = 0; k < CACHES; k++)
		destroy_one(cache[k], object[k]);
	return (built + now() - start) / CACHES;
}

static double time_calls(char *(*start)[MAPPINGS], bool touching)
{
	double begun = now();

	for (size_t k = 0; k < CACHES; k++) {
		for (size_t e = 0; e < record.built; e++)
			make_again(&record.event[e], start[k]);
		for (size_t p = 0; touching && p < record.pages; p++)
			touch(start[k][record.page[p].mapping] +
			    record.page[p].offset, k);
	}
	for (size_t k = 0; k < CACHES; k++)
		for (size_t e = record.built; e < record.events; e++)
			make_again(&record.event[e], start[k]);
	return (now() - begun) / CACHES;
}

int main(int argc, char **argv)
{
	struct samples caches = NO_SAMPLES, calls = NO_SAMPLES;
	struct samples touching = NO_SAMPLES;
	slab_cache **cache = array_new(CACHES, sizeof *cache);
	void **object = array_new(CACHES, sizeof *object);
	char *(*start)[MAPPINGS] = array_new(CACHES, sizeof *start);
	slab_cache *first;

	bench_clock = CLOCK_PROCESS_CPUTIME_ID;
	use_heap = argc > 4 && strcmp(argv[4], "heap") == 0;
	first = build_one(); /* what only the first cache and slab need */
	destroy_one(first, slab_alloc(first));
	record_one();
	for (int time = 0; time < TIMES; time++) {
		warm_machine(CACHES * 16384);
		sample(&caches, time_caches(cache, object, time == 0));
		sample(&calls, time_calls(start, false));
		sample(&touching, time_calls(start, true));
	}
	emit("caches_calls", (double)record.events);
	emit("caches_pages", (double)record.pages);
	emit_quartile("caches_ns", &caches);
	emit_quartile("caches_bare_ns", &calls);
	emit_quartile("caches_bare_touching_ns", &touching);
	return 0;
}
