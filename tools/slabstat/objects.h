/* SPDX-License-Identifier: MIT */
/* The objects of a target: what an address is, and which are live. */
#ifndef SLABSTAT_OBJECTS_H
#define SLABSTAT_OBJECTS_H

#include "snapshot.h"

/* Prints what is at an address. */
bool objects_whatis(struct target *target, const struct snapshot *snapshot,
    uint64_t address);
/* Prints the live objects of all caches of a name; returns false if none. */
bool objects_live(struct target *target, const struct snapshot *snapshot,
    const char *name, bool *found);

#endif
