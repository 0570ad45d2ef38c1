/* SPDX-License-Identifier: MIT */
/*
 * What the benchmark programs share: the clock, random numbers, arrays that do
 * not come from the allocator under test, and what the kernel says of this
 * process's memory.  Compiles as C and as C++, because some peers are C++.
 */
#ifndef BENCH_SUPPORT_H
#define BENCH_SUPPORT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/** One word of an object, which may lie at any address and hold any type. */
typedef uint64_t bench_word __attribute__((aligned(1), may_alias));

/** What an adapter's pool_new() is asked for. */
struct wish {
	size_t size;         /* bytes an object */
	size_t count;        /* most objects alive at once */
	const char *variant; /* words for the adapter, such as "heap large" */
	bool constructed;    /* with construct() and destroy() */
	unsigned period;     /* working period in seconds, 0: the default */
};

static inline bool wants(const struct wish *wish, const char *word)
{
	return strstr(wish->variant, word) != NULL;
}

/** The alignment that any C object of so many bytes may need. */
static inline size_t natural_align(size_t size)
{
	size_t align = size & -size;

	return align < 16 ? align : 16;
}

/*
 * Long passes are timed by the processor's time, which other processes take
 * nothing from; it costs a system call, so short ones by the wall clock.
 */
static clockid_t bench_clock = CLOCK_MONOTONIC;

static inline double now(void) /* nanoseconds */
{
	struct timespec time;

	clock_gettime(bench_clock, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/** An address that the compiler must believe somebody else looks at. */
static inline void keep(void *object)
{
	__asm__ volatile("" : "+r"(object) : : "memory");
}

static inline void touch(void *object, uint64_t value)
{
	*(volatile bench_word *)object = value;
}

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

/** Zeroed and resident memory that no allocator under test had a hand in. */
static inline void *array_new(size_t count, size_t size)
{
	void *array = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (array == MAP_FAILED)
		die("mmap");
	return array;
}

static inline void array_free(void *array, size_t count, size_t size)
{
	munmap(array, count * size);
}

static inline void touch_and_unmap(size_t bytes, int advice)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	madvise(memory, bytes, advice);
	if (madvise(memory, bytes, MADV_POPULATE_WRITE) != 0)
		memset(memory, 1, bytes);
	munmap(memory, bytes);
}

/**
 * Touch so much memory and give it back.  Where a virtual machine's host takes
 * free memory away, its next use costs many times as much as any other: after
 * this call the kernel has that many bytes at hand that are not so, in huge
 * pages and, as far as it keeps those apart, in small ones.
 */
static inline void warm_machine(size_t bytes)
{
	const size_t most_small = 64u << 20;

	touch_and_unmap(bytes + bytes / 8 + (4u << 20), MADV_HUGEPAGE);
	touch_and_unmap(bytes < most_small ? bytes + (4u << 20) : most_small,
	    MADV_NOHUGEPAGE);
}

static uint64_t random_state = 0x9e3779b97f4a7c15u;

/** The next number of a xorshift sequence, below @p limit. */
static inline size_t random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)((random_state >> 32) * (uint64_t)limit >> 32);
}

/** Bring @p chosen random ones of @p count pointers to the front. */
static inline void shuffle(void **object, size_t count, size_t chosen)
{
	for (size_t k = 0; k < chosen && k + 1 < count; k++) {
		size_t other = k + random_below(count - k);
		void *swapped = object[k];

		object[k] = object[other];
		object[other] = swapped;
	}
}

static inline int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/** Some timings of one thing. */
struct samples {
	size_t count;
	double value[64];
};

#define NO_SAMPLES { 0, { 0 } }

static inline void sample(struct samples *samples, double value)
{
	if (samples->count < sizeof samples->value / sizeof *samples->value)
		samples->value[samples->count++] = value;
}

static inline void emit(const char *metric, double value)
{
	printf("%s\t%.6g\n", metric, value);
}

/** The lower quartile: what disturbs a pass only ever makes it longer. */
static inline void emit_quartile(const char *metric, struct samples *samples)
{
	qsort(samples->value, samples->count, sizeof *samples->value,
	    compare_doubles);
	emit(metric, samples->value[samples->count / 4]);
}

/** Read a file of /proc piece by piece, without asking anybody for memory. */
static inline void proc_read(const char *path, char *piece, size_t room,
    void (*each)(const char *piece, size_t length, void *arg), void *arg)
{
	int file = open(path, O_RDONLY);
	ssize_t length;

	if (file < 0)
		die(path);
	while ((length = read(file, piece, room)) > 0)
		each(piece, (size_t)length, arg);
	close(file);
}

static inline void count_lines(const char *piece, size_t length, void *arg)
{
	for (size_t k = 0; k < length; k++)
		*(size_t *)arg += piece[k] == '\n';
}

/** How many mappings this process has. */
static inline size_t mappings(void)
{
	static char piece[1 << 16];
	size_t lines = 0;

	proc_read("/proc/self/maps", piece, sizeof piece, count_lines, &lines);
	return lines;
}

static inline void add_resident(const char *piece, size_t length, void *arg)
{
	static const char *const field[] = { "Pss_Anon:", "Pss_Shmem:" };

	(void)length;
	for (size_t k = 0; k < 2; k++) {
		const char *found = strstr(piece, field[k]);

		if (found != NULL)
			*(size_t *)arg += 1024 *
			    strtoul(found + strlen(field[k]), NULL, 10);
	}
}

/** Bytes of anonymous memory that this process has resident. */
static inline size_t resident(void)
{
	static char piece[4096]; /* the file is shorter, and stays terminated */
	size_t bytes = 0;

	proc_read("/proc/self/smaps_rollup", piece, sizeof piece - 1,
	    add_resident, &bytes);
	return bytes;
}

#endif /* BENCH_SUPPORT_H */
