/* SPDX-License-Identifier: MIT */
/*
 * What all test programs share: the simulated page size and clock, random
 * numbers, a backing that counts and fails, and ways to see a misuse report.
 * Needs no libcheck.
 */
#ifndef SLAB_TESTS_SUPPORT_H
#define SLAB_TESTS_SUPPORT_H

#include <slab.h>

#define SKIPPED 77 /* exit status of a test that cannot run here */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* First of all in main(): simulate the page size of SLAB_TEST_PAGE_SIZE. */
void support_start(void);
/* The page size that the library sees. */
size_t support_page(void);

/* Whether memory is watched by Valgrind, under which limits mean little. */
bool support_under_valgrind(void);

/* The library's clock stands still from here, and moves by this. */
void support_clock_stop(void);
void support_clock_forward(uint64_t seconds);

/* The seed: the first argument, else SLAB_TEST_SEED, else `otherwise`. */
uint64_t support_seed(int argc, char **argv, uint64_t otherwise);
/* The next of a sequence of random numbers; the state is any number. */
uint64_t support_random(uint64_t *state);
/* A well mixed function of a number. */
uint64_t support_mix(uint64_t number);

/* Whether all `size` bytes are `byte`. */
bool support_all_bytes(const void *memory, int byte, size_t size);
bool support_aligned(const void *address, size_t align);
/* For the places where a test cannot go on: says where, aborts. */
#define REQUIRE(condition) \
	((condition) ? (void)0 : support_broken(__FILE__, __LINE__, #condition))
SLAB_NORETURN_ void support_broken(const char *file, int line,
    const char *what);

/*
 * A backing of the user's kind, which checks how it is used.  All that is not
 * commented is counted by it.
 */
#define COUNTING_QUESTIONS 64

struct counting_block;

struct counting {
	size_t aligns_to;  /* can_align says yes up to this size */
	size_t refuse_at;  /* this call of alloc is refused; 0: none */
	size_t refuse_from; /* and all calls from this one on; 0: none */
	bool dirty;        /* memory is filled with junk before it is given */
	bool misalign;     /* blocks are not aligned as asked */
	/* Called for every range whose contents are lost, before they are. */
	void (*losing)(void *arg, void *memory, size_t size);
	void *losing_arg;

	size_t allocs;     /* calls, refused ones included */
	size_t refused;
	size_t frees;
	size_t purges;
	size_t releases;
	size_t bytes;      /* in blocks at present */
	size_t questions;  /* calls of can_align */
	size_t asked[COUNTING_QUESTIONS];
	size_t faults;     /* wrong uses of the backing */
	struct counting_block *blocks;
};

/* The functions over `counting`, of which all settings may still change. */
slab_backing counting_backing(struct counting *counting);
/* Frees what a cache that was given up has left. */
void counting_drop(struct counting *counting);

/* Every kind of memory a cache can be built on. */
enum memory_kind {
	MEMORY_HEAP,
	MEMORY_MMAP,
	MEMORY_BUFFER,
	MEMORY_USER_ALIGNED, /* a counting backing that aligns to 1 MiB */
	MEMORY_USER_LARGE,   /* one that never aligns, and is dirty */
	MEMORY_KINDS
};

struct memory {
	enum memory_kind kind;
	void *buffer;
	size_t room; /* bytes of the buffer; 0: 8 MiB */
	struct counting counting;
};

const char *memory_name(enum memory_kind kind);
/* `memory` with only its kind set, and perhaps `room`. */
slab_cache *memory_build(struct memory *memory, slab_builder *builder);
/* After slab_destroy(): whether all was given back in the right way. */
bool memory_end(struct memory *memory);

/*
 * What the library says when an object is freed: the line of its report, or
 * NULL when there is none.  The report does not end the program; the cache
 * goes on.  `reap`: the magazine is emptied too.
 */
const char *report_of_free(slab_cache *cache, void *object);
const char *report_of_reap(slab_cache *cache);
const char *report_of_free_bulk(slab_cache *cache, size_t n,
    void *const *objects);
/* The same for any action. */
const char *report_of(void (*act)(void *arg), void *arg);

/*
 * Runs `act` here, with the library's own reporting: whether it called
 * abort(); what it wrote to stderr is stored as a string.
 */
bool support_aborts(void (*act)(void *arg), void *arg, char *text,
    size_t room);

/*
 * Runs `act` in a child process with the library's own reporting: the signal
 * that ended it, or 0; what it wrote to stderr is stored as a string.
 */
int support_death(void (*act)(void *arg), void *arg, char *text, size_t room);

#endif
