/* SPDX-License-Identifier: MIT */
/*
 * What REDZONE and POISON put into and beside objects: patterns in the zones
 * round an object, a pattern in a free object, and of free objects that stay
 * constructed a checksum or a copy, as nothing may be written into them.
 */
#ifndef SLABI_ZONES_H
#define SLABI_ZONES_H

#include "cache/debug.h"

/* A byte that is not as the library left it. */
struct slabi_fault {
	enum slabi_fault_kind {
		SLABI_FAULT_NONE,
		SLABI_FAULT_BEFORE, /* in the zone before the object */
		SLABI_FAULT_BEHIND,
		SLABI_FAULT_INTO,   /* in a free object */
		SLABI_FAULT_SEAL    /* in a free object, it is not known where */
	} kind;
	unsigned char *object;
	const unsigned char *at;
	unsigned char expected;
	size_t changed; /* bytes */
};

/* Find the first byte, and the number of bytes, that are not `expected`. */
struct slabi_fault slabi_zones_compare(enum slabi_fault_kind kind,
    const void *memory, unsigned char expected, size_t size);
/* Look at an object whose byte is `state`. */
struct slabi_fault slabi_zones_look(const struct slab_cache *cache,
    struct slabi_place place, void *object, int state);
/* Write over what was found, so that it is not found again. */
void slabi_zones_mend(const struct slab_cache *cache, struct slabi_place place,
    void *object, int state);
/* Make an object ready to be handed out: zones, and contents unless kept. */
void slabi_zones_make_live(const struct slab_cache *cache, void *object);
/* Make it ready to lie free. */
void slabi_zones_make_free(const struct slab_cache *cache,
    struct slabi_place place, void *object);
/* Bytes of a record that seal a constructed object. */
size_t slabi_zones_seal_size(const struct slabi_options *options, size_t size);
/* The words of a fault, as reports and slab_error() have them. */
void slabi_zones_describe(const struct slab_cache *cache,
    const struct slabi_fault *fault, char *words, size_t room);

#endif
