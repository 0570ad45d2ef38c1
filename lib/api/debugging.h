/* SPDX-License-Identifier: MIT */
/* Which debugging modes a cache gets. */
#ifndef SLABI_DEBUGGING_H
#define SLABI_DEBUGGING_H

#include "api/builder.h"
#include "cache/debug.h"

/*
 * Choose the modes of a cache: what its builder asks for, what SLAB_DEBUG adds,
 * and what a tool that watches the program makes needless.  Returns false, with
 * errno, if the builder asks for what the backing cannot have.
 */
bool slabi_debugging_choose(const struct slabi_builder *builder,
    const struct slabi_backing *backing, const char *name,
    struct slabi_options *options);
/* The bytes that a cache's own block needs for it; 0: it is not debugged. */
size_t slabi_debugging_size(const struct slabi_options *options,
    size_t rounds);
/* What it asks of slabs. */
void slabi_debugging_wish(const struct slabi_options *options,
    struct slabi_wish *wish);
/* Begin with it; the cache is whole but for that.  False: errno says why. */
bool slabi_debugging_begin(slab_cache *cache, size_t rounds,
    const struct slabi_options *options);
/*
 * There is no room in a buffer: do without the mode that needs most.  Returns
 * false if there is none left.
 */
bool slabi_debugging_do_without(struct slabi_options *options);
/* Say which modes there was no room for. */
void slabi_debugging_say_without(const char *name, unsigned asked,
    unsigned left);

#endif
