/* SPDX-License-Identifier: MIT */
/*
 * Owns what is known of single objects.  An object below the watermark is free
 * if its free bit is set, or if it lies in the magazine.
 */
#include "objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "output.h"

#define MOST_OBJECTS (1 << 20) /* of one slab */
#define MOST_ROUNDS (1 << 26)

/* The rounds of a cache's magazine, sorted. */
struct rounds {
	uint64_t *at;
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool
is_round(const struct rounds *rounds, uint64_t object)
{
	return rounds->count > 0 && bsearch(&object, rounds->at, rounds->count,
	    sizeof(object), compare);
}

/* In pieces, so that a count that is nonsense ends where memory does. */
static bool
read_rounds(struct target *target, const struct seen *seen,
    struct rounds *rounds)
{
	uint32_t word = seen->registry->word;
	uint64_t from = seen->raw.floor + word, n = seen->raw.rounds;
	unsigned char bytes[8192];

	*rounds = (struct rounds){ NULL, 0 };
	while (n > 0 && rounds->count < MOST_ROUNDS) {
		size_t some = n < 1024 ? (size_t)n : 1024, i;
		uint64_t *more = realloc(rounds->at, (rounds->count + some) *
		    sizeof(*more));

		if (!more)
			return target_fail(target, "there is no memory");
		rounds->at = more;
		if (!target_read(target, from, bytes, some * word))
			return false;
		for (i = 0; i < some; i++)
			more[rounds->count++] = slabi_raw_number(
			    bytes + i * word, word);
		from += some * word;
		n -= some;
	}
	if (rounds->count > 0)
		qsort(rounds->at, rounds->count, sizeof(*rounds->at), compare);
	return true;
}

static bool
is_sound(struct target *target, const struct seen *seen,
    const struct slab_fields *slab)
{
	const struct slabi_raw *raw = &seen->raw;

	if (raw->stride > 0 && raw->objects <= MOST_OBJECTS &&
	    slab->slab_carved <= raw->objects && (raw->bits_size == 8 ||
	    raw->bits_size == 16) && raw->stride <= raw->slab_size)
		return true;
	return target_fail(target, "a slab of a cache in %s is damaged",
	    target->name);
}

/* Reads the word of free bits in which an object's bit is. */
static bool
free_word(struct target *target, const struct seen *seen, uint64_t address,
    const struct slab_fields *slab, uint64_t word, uint64_t *bits)
{
	*bits = 0;
	if (word >= (slab->bits_ready + 63) / 64)
		return true;
	return target_read(target, address - (word + 1) * seen->raw.bits_size,
	    bits, sizeof(*bits));
}

/* Calls `visit` for each slab until it returns false. */
static bool
each_slab(struct target *target, const struct seen *seen,
    bool (*visit)(struct target *target, const struct seen *seen,
    uint64_t address, const struct slab_fields *slab, void *arg), void *arg)
{
	uint64_t address = seen->raw.newest_slab, left = seen->raw.slabs;
	struct slab_fields slab;

	for (; address != 0; address = slab.older) {
		if (left-- == 0)
			return target_fail(target, "the slabs of a cache in %s "
			    "are damaged", target->name);
		if (!snapshot_slab(target, seen->registry, address, &slab))
			return false;
		if (!visit(target, seen, address, &slab, arg))
			return false;
	}
	return true;
}

/* What is it ------------------------------------------------------------- */

struct question {
	uint64_t address;
	bool answered;
	bool failed;
};

static const char *
state_of(struct target *target, const struct seen *seen, uint64_t address,
    const struct slab_fields *slab, uint64_t index)
{
	struct rounds rounds;
	const char *state = "live";
	uint64_t bits;

	if (index >= slab->slab_carved)
		return "never handed out";
	if (!free_word(target, seen, address, slab, index / 64, &bits))
		return "of a state that cannot be read";
	if (bits >> index % 64 & 1)
		return "free";
	if (!read_rounds(target, seen, &rounds))
		state = "live, or free in a magazine that cannot be read";
	else if (is_round(&rounds, address + seen->raw.first +
	    index * seen->raw.stride))
		state = "free, in a magazine";
	free(rounds.at);
	return state;
}

static bool
answer(struct target *target, const struct seen *seen, uint64_t address,
    const struct slab_fields *slab, void *arg)
{
	struct question *question = arg;
	uint64_t first = address + seen->raw.first, index, offset;

	if (question->address - slab->block >= seen->raw.slab_size)
		return true;
	question->answered = true;
	if (!is_sound(target, seen, slab)) {
		question->failed = true;
		return false;
	}
	output_name(seen->name, 0);
	offset = question->address - first;
	index = offset / seen->raw.stride;
	if (question->address < first || index >= seen->raw.objects) {
		printf(": 0x%" PRIx64 " is in a slab, but in no object\n",
		    question->address);
		return false;
	}
	printf(": object %" PRIu64 " at 0x%" PRIx64 ", +%" PRIu64 ", %s\n",
	    index, first + index * seen->raw.stride,
	    offset % seen->raw.stride,
	    state_of(target, seen, address, slab, index));
	return false;
}

bool
objects_whatis(struct target *target, const struct snapshot *snapshot,
    uint64_t address)
{
	struct question question = { address, false, false };
	bool all = true;
	size_t i;

	for (i = 0; i < snapshot->count && !question.answered; i++)
		all &= each_slab(target, &snapshot->caches[i], answer,
		    &question);
	if (question.answered)
		return !question.failed;
	printf("0x%" PRIx64 " is in no slab\n", address);
	return all;
}

/* Live objects ----------------------------------------------------------- */

static bool
print_live(struct target *target, const struct seen *seen, uint64_t address,
    const struct slab_fields *slab, void *arg)
{
	const struct rounds *rounds = arg;
	uint64_t index, bits = 0;

	if (!is_sound(target, seen, slab))
		return false;
	for (index = 0; index < slab->slab_carved; index++) {
		uint64_t object = address + seen->raw.first +
		    index * seen->raw.stride;

		if (index % 64 == 0 && !free_word(target, seen, address, slab,
		    index / 64, &bits))
			return false;
		if (!(bits >> index % 64 & 1) && !is_round(rounds, object))
			printf("0x%" PRIx64 "\n", object);
	}
	return true;
}

bool
objects_live(struct target *target, const struct snapshot *snapshot,
    const char *name, bool *found)
{
	bool good = true;
	size_t i;

	*found = false;
	for (i = 0; i < snapshot->count; i++) {
		const struct seen *seen = &snapshot->caches[i];
		struct rounds rounds;

		if (strcmp(seen->name, name) != 0)
			continue;
		*found = true;
		good &= read_rounds(target, seen, &rounds) &&
		    each_slab(target, seen, print_live, &rounds);
		free(rounds.at);
	}
	return good;
}
