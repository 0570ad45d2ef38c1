/* SPDX-License-Identifier: MIT */
/*
 * Random operations on random caches, each beside a slow model of it.
 *
 *     churn [SEED [CACHES]]
 *
 * A failure says the seed and the number of the cache; the seed alone repeats
 * it.
 */
#include "model.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define STEPS 4000

static uint64_t seed;
static unsigned cache_number;
static struct wishes wishes;

static void tell_seed(int signal_number)
{
	fprintf(stderr, "churn %" PRIu64 ": cache %u: ", seed, cache_number);
	wishes_print(&wishes, stderr);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* How often each operation is done: while a cache grows, while it shrinks. */
static const struct {
	unsigned char growing, shrinking;
} weights[OPERATIONS] = {
	[OP_ALLOC] = { 90, 50 }, [OP_FREE] = { 50, 90 },
	[OP_ALLOC_BULK] = { 12, 4 }, [OP_FREE_BULK] = { 4, 12 },
	[OP_ZALLOC] = { 8, 4 }, [OP_RESERVE] = { 1, 1 }, [OP_REAP] = { 0, 1 },
	[OP_RESET] = { 0, 1 }, [OP_FOREACH] = { 1, 1 },
	[OP_FOREACH_FREE] = { 0, 1 }, [OP_OWNS] = { 10, 10 },
	[OP_STATS] = { 4, 4 }, [OP_DESTROY] = { 1, 1 }, [OP_TIME] = { 6, 6 },
	[OP_MISUSE] = { 1, 1 }, [OP_VERIFY] = { 1, 1 },
};

static enum operation draw_operation(uint64_t *random, bool growing)
{
	unsigned sum = 0, at;
	enum operation op;

	for (op = 0; op < OPERATIONS; op++)
		sum += growing ? weights[op].growing : weights[op].shrinking;
	at = (unsigned)(support_random(random) % sum);
	for (op = 0; op < OPERATIONS - 1; op++) {
		unsigned weight = growing ? weights[op].growing :
		    weights[op].shrinking;

		if (at < weight)
			break;
		at -= weight;
	}
	return op;
}

/* Big objects: fewer live ones. */
static size_t most_live(size_t size)
{
	return size > 2000 ? 400 : 4000;
}

static void churn(uint64_t *random)
{
	struct model *model;
	bool growing = true;

	wishes = wishes_draw(random);
	model = model_new(&wishes, *random);
	if (model == NULL)
		return;
	for (unsigned step = 0; step < STEPS; step++) {
		if (support_random(random) % 300 == 0)
			growing = !growing;
		if (model_live(model) > most_live(wishes.size))
			growing = false;
		model_do(model, draw_operation(random, growing),
		    support_random(random) >> 8);
	}
	model_end(model);
}

int main(int argc, char **argv)
{
	unsigned caches = argc > 2 ? (unsigned)atoi(argv[2]) : 100;
	uint64_t random;

	support_start();
	seed = support_seed(argc, argv, 1994);
	printf("churn %" PRIu64 " %u\n", seed, caches);
	fflush(stdout);
	signal(SIGABRT, tell_seed);
	signal(SIGSEGV, tell_seed);
	random = support_mix(seed);
	for (cache_number = 0; cache_number < caches; cache_number++)
		churn(&random);
	return EXIT_SUCCESS;
}
