/* SPDX-License-Identifier: MIT */
/* Owns the ring of freed objects that are held back. */
#include "cache/quarantine.h"

bool
slabi_quarantine_begin(struct slabi_quarantine *quarantine, size_t objects,
    const struct slabi_backing *backing)
{
	quarantine->bytes = objects * sizeof(*quarantine->ring);
	quarantine->ring = slabi_backing_meta_alloc(backing,
	    &quarantine->bytes);
	if (!quarantine->ring)
		return false;
	quarantine->capacity = objects;
	return true;
}

void
slabi_quarantine_end(struct slabi_quarantine *quarantine,
    const struct slabi_backing *backing)
{
	if (quarantine->ring)
		slabi_backing_meta_free(backing, quarantine->ring,
		    quarantine->bytes);
}

bool
slabi_quarantine_pop(struct slabi_quarantine *quarantine,
    struct slabi_round *oldest)
{
	if (quarantine->count == 0)
		return false;
	*oldest = quarantine->ring[quarantine->first++];
	if (quarantine->first == quarantine->capacity)
		quarantine->first = 0;
	quarantine->count--;
	return true;
}

bool
slabi_quarantine_push(struct slabi_quarantine *quarantine,
    struct slabi_round round, struct slabi_round *oldest)
{
	bool full = quarantine->count == quarantine->capacity;
	size_t last;

	if (full)
		slabi_quarantine_pop(quarantine, oldest);
	last = quarantine->first + quarantine->count++;
	if (last >= quarantine->capacity)
		last -= quarantine->capacity;
	quarantine->ring[last] = round;
	return full;
}
