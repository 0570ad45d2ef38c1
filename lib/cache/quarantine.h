/* SPDX-License-Identifier: MIT */
/*
 * Freed objects that are held back, so that late writes to them are seen: a
 * ring, of which the oldest leaves where there is no room.
 */
#ifndef SLABI_QUARANTINE_H
#define SLABI_QUARANTINE_H

#include "backing/backing.h"

/* A free object, and the byte that says so. */
struct slabi_round {
	void *object;
	uint8_t *state;
};

struct slabi_quarantine {
	struct slabi_round *ring;
	size_t bytes;    /* of its memory */
	size_t capacity; /* 0: there is no quarantine */
	size_t first;
	size_t count;
};

/* Returns false, with errno, when there is no memory for so many objects. */
bool slabi_quarantine_begin(struct slabi_quarantine *quarantine,
    size_t objects, const struct slabi_backing *backing);
void slabi_quarantine_end(struct slabi_quarantine *quarantine,
    const struct slabi_backing *backing);
/* Hold an object back.  Returns whether `*oldest` has left for it. */
bool slabi_quarantine_push(struct slabi_quarantine *quarantine,
    struct slabi_round round, struct slabi_round *oldest);
/* Let the oldest leave.  Returns false if there is none. */
bool slabi_quarantine_pop(struct slabi_quarantine *quarantine,
    struct slabi_round *oldest);

#endif
