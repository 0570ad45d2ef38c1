/* SPDX-License-Identifier: MIT */
/*
 * What all test programs share: the simulated page size and clock, random
 * numbers, and ways to see a report of misuse.  Needs no libcheck.
 */
#ifndef SLAB_TESTS_SUPPORT_H
#define SLAB_TESTS_SUPPORT_H

#include <slab.h>
#include <string.h>

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
