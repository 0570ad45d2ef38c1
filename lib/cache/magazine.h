/* SPDX-License-Identifier: MIT */
/*
 * A magazine: an array of free objects, its rounds, and the window in it that
 * the hot paths of <slab.h> use.  It knows no cache, no slab and no backing.
 *
 *   floor ........ base ........ top ........ end ........ ceiling
 *     |              |            |            |              |
 *   words to      allocations   the top     frees here     capacity rounds
 *   prefetch      here take     round       take the       above the floor
 *   and below     the slow                  slow path
 *                 path
 *
 * The hot paths move `top` between `base` and `end` only.  This window is
 * smaller than the magazine, and the slow paths re-centre it, so that a program
 * whose objects all fit still enters them now and then; that is where idle
 * memory is returned.
 *
 *   I10  floor <= base <= top <= end <= ceiling
 */
#ifndef SLABI_MAGAZINE_H
#define SLABI_MAGAZINE_H

#include <slab.h>

struct slabi_magazine {
	struct slab_magazine hot; /* what <slab.h> knows of it; must be first */
	void **floor;             /* the word below the first round */
	void **ceiling;           /* the last word that has room for a round */
};

/* Returns how many rounds there are. */
static inline size_t
slabi_magazine_rounds(const struct slabi_magazine *magazine)
{
	return (size_t)(magazine->hot.top - magazine->floor);
}

/* Returns how many rounds there can be; 0: no call is served from here. */
static inline size_t
slabi_magazine_capacity(const struct slabi_magazine *magazine)
{
	return (size_t)(magazine->ceiling - magazine->floor);
}

/* Returns how many more rounds there is room for. */
static inline size_t
slabi_magazine_room(const struct slabi_magazine *magazine)
{
	return (size_t)(magazine->ceiling - magazine->hot.top);
}

/* Returns how many words a magazine of that capacity lies over. */
static inline size_t
slabi_magazine_words(size_t capacity)
{
	return SLAB_AHEAD_ + capacity;
}

/* Returns whether I10 holds. */
bool slabi_magazine_is_sound(const struct slabi_magazine *magazine);
/* Lay the magazine over these words, empty and with its window closed. */
void slabi_magazine_set(struct slabi_magazine *magazine, void **words,
    size_t capacity);
/* Open the window for at most these rounds below the top and above it. */
void slabi_magazine_open(struct slabi_magazine *magazine, size_t below,
    size_t above);
/* Forget all rounds, and close the window. */
void slabi_magazine_clear(struct slabi_magazine *magazine);
/*
 * Move the rounds to other, larger or smaller, words that have room for them.
 */
void slabi_magazine_move(struct slabi_magazine *magazine, void **words,
    size_t capacity);
/* Remove `n` rounds, those below the `young` ones on top. */
void slabi_magazine_remove(struct slabi_magazine *magazine, size_t n,
    size_t young);
/* Put the objects on top; there is room for them. */
void slabi_magazine_push(struct slabi_magazine *magazine, size_t n,
    void *const *objects);
/* Returns whether this address is a round. */
bool slabi_magazine_holds(const struct slabi_magazine *magazine,
    const void *address);

#endif
