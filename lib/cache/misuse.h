/* SPDX-License-Identifier: MIT */
/* Reports about a cache: the words, and what is known of the address. */
#ifndef SLABI_MISUSE_H
#define SLABI_MISUSE_H

#include "base/report.h"
#include "cache/cache.h"

/*
 * Begin a report about the address that a free was given, and that is `place`
 * to the cache: the line, object, address and offset of it are filled in.
 */
void slabi_misuse_begin_free(struct slabi_report *report,
    const struct slab_cache *cache, enum slabi_refusal place,
    const void *address);
/* One fact: which object it is, in which slab, process and thread. */
void slabi_misuse_object(struct slabi_report *report,
    const struct slab_cache *cache, const void *address);
/*
 * Facts about an address that is none of the cache's, or about any with cache
 * NULL: whose it is.  Looks into all caches, so send the report first.
 */
void slabi_misuse_whose(struct slabi_report *report,
    const struct slab_cache *cache, const void *address);
/* The whole report of a free that the slab layer has refused. */
_Noreturn void slabi_cache_misuse(const struct slab_cache *cache,
    enum slabi_refusal place, const void *address);

#endif
