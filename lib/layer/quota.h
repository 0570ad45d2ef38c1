/* SPDX-License-Identifier: MIT */
/*
 * Budgets that caches share, and what one cache has charged to its own.
 *
 *   I12  a cache has charged what it may have touched, and what it has promised
 *        by a reservation; of that at most one step of the working set is late
 */
#ifndef SLABI_QUOTA_H
#define SLABI_QUOTA_H

#include <slab.h>

struct slabi_layer;

/* The account of a cache that has a budget. */
struct slabi_account {
	slab_quota *quota;
	size_t charged;
	size_t fixed;    /* bytes that are not in slabs */
	size_t wanted;   /* bytes that were refused last; 0: none */
	size_t crossed;  /* bytes with which `soft` was crossed; 0: not yet told */
	bool asked;      /* the handler of pressure has been called for them */
};

/* One user more or less: a builder, or a cache.  NULL: nothing. */
void slabi_quota_hold(slab_quota *quota);
void slabi_quota_release(slab_quota *quota);

/*
 * Charges `more` bytes that are about to be touched or promised.  Returns
 * false, with ENOMEM, if the budget does not allow it.  No code of the
 * program's runs.
 */
bool slabi_quota_admit(struct slabi_layer *layer, size_t more);
/* The same for `n` more objects, and perhaps a new slab. */
bool slabi_quota_admit_objects(struct slabi_layer *layer, size_t n,
    size_t slabs);
/* Charges what is so, more or less than before; this cannot fail. */
void slabi_quota_settle(struct slabi_layer *layer);
/* Charges nothing any more, and forgets the budget. */
void slabi_quota_leave(struct slabi_layer *layer);

/* What the program's handler is to be told: see slabi_quota_tell(). */
struct slabi_pressure {
	slab_quota *quota; /* NULL: nothing */
	size_t wanted;
};
/*
 * Takes what has to be told, with the layer locked: a refusal, or a crossing.
 */
struct slabi_pressure slabi_quota_refusal(struct slabi_layer *layer);
struct slabi_pressure slabi_quota_crossing(struct slabi_layer *layer);
/* Calls the handler, with nothing locked.  Returns whether there is one. */
bool slabi_quota_tell(struct slabi_pressure pressure);

#endif
