/* SPDX-License-Identifier: MIT */
/*
 * Caches of which every object is a block of its own: malloc's, which tools
 * know all about, or pages.  They have no slabs; the slab layer's counts are
 * kept for them.
 */
#ifndef SLABI_BLOCKS_H
#define SLABI_BLOCKS_H

#include "cache/block_table.h"
#include "cache/debug.h"

/* Where blocks come from. */
struct slabi_block_source {
	/* Returns NULL with errno. */
	void *(*get)(struct slab_cache *cache);
	/* Report what is wrong beside a live object; NULL: nobody can know. */
	void (*check)(struct slab_cache *cache, void *object);
	void (*put)(struct slab_cache *cache, void *object);
	/* The cache ends, NULL: nothing is to be done. */
	void (*end)(struct slab_cache *cache);
};

extern const struct slabi_block_source slabi_blocks_malloc;
extern const struct slabi_block_source slabi_blocks_pages;

#define SLABI_MAX_HELD 64 /* objects */

struct slabi_blocks {
	struct slabi_debug debug; /* of which it has the options */
	const struct slabi_block_source *source;
	struct slabi_block_table table;
	struct slabi_block_stack kept;  /* free, and still constructed */
	struct slabi_block_stack spare; /* reserved */
	bool keep;      /* free objects stay constructed */
	void *held[SLABI_MAX_HELD]; /* pages of objects that were freed last */
	size_t next_held;
};

/* Serve a cache by blocks; cache->debug has room for struct slabi_blocks. */
void slabi_blocks_begin(struct slab_cache *cache,
    const struct slabi_options *options);
#endif
