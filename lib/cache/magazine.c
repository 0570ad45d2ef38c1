/* SPDX-License-Identifier: MIT */
/* Owns the array of a magazine: which words are rounds, and the window. */
#include "cache/magazine.h"

#include <assert.h>
#include <string.h>

#include "base/arith.h"

bool
slabi_magazine_is_sound(const struct slabi_magazine *magazine)
{
	return magazine->floor <= magazine->hot.base &&
	    magazine->hot.base <= magazine->hot.top &&
	    magazine->hot.top <= magazine->hot.end &&
	    magazine->hot.end <= magazine->ceiling;
}

void
slabi_magazine_set(struct slabi_magazine *magazine, void **words,
    size_t capacity)
{
	size_t i;

	magazine->floor = words + SLAB_AHEAD_ - 1;
	magazine->ceiling = magazine->floor + capacity;
	slabi_magazine_clear(magazine);
	/* Harmless addresses to prefetch, equal to nothing that is freed. */
	for (i = 0; i < SLAB_AHEAD_; i++)
		words[i] = (char *)magazine + 1;
}

void
slabi_magazine_open(struct slabi_magazine *magazine, size_t below, size_t above)
{
	void **top = magazine->hot.top;

	assert(magazine->floor <= top && top <= magazine->ceiling); /* I10 */
	magazine->hot.base = top -
	    slabi_min(slabi_magazine_rounds(magazine), below);
	magazine->hot.end = top +
	    slabi_min(slabi_magazine_room(magazine), above);
	assert(slabi_magazine_is_sound(magazine)); /* I10 */
}

void
slabi_magazine_clear(struct slabi_magazine *magazine)
{
	magazine->hot.top = magazine->floor;
	slabi_magazine_open(magazine, 0, 0);
}

void
slabi_magazine_move(struct slabi_magazine *magazine, void **words,
    size_t capacity)
{
	size_t rounds = slabi_magazine_rounds(magazine);
	void **first = magazine->floor + 1;

	assert(rounds <= capacity); /* I10 */
	slabi_magazine_set(magazine, words, capacity);
	slabi_magazine_push(magazine, rounds, first);
}

void
slabi_magazine_remove(struct slabi_magazine *magazine, size_t n, size_t young)
{
	void **first = magazine->hot.top + 1 - young - n;

	assert(n + young <= slabi_magazine_rounds(magazine)); /* I10 */
	memmove(first, first + n, young * sizeof(*first));
	magazine->hot.top -= n;
}

void
slabi_magazine_push(struct slabi_magazine *magazine, size_t n,
    void *const *objects)
{
	assert(n <= slabi_magazine_room(magazine)); /* I10 */
	memcpy(magazine->hot.top + 1, objects, n * sizeof(*objects));
	magazine->hot.top += n;
}

bool
slabi_magazine_holds(const struct slabi_magazine *magazine, const void *address)
{
	void **round;

	for (round = magazine->hot.top; round > magazine->floor; round--)
		if (*round == address)
			return true;
	return false;
}
