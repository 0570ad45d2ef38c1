/* SPDX-License-Identifier: MIT */
/* The options of one cache, and where they are kept. */
#ifndef SLABI_BUILDER_H
#define SLABI_BUILDER_H

#include <slab.h>

#define SLABI_ROUNDS_DEFAULT SIZE_MAX

/* A copy of something of the program's. */
struct slabi_copy {
	void *at; /* NULL: nothing was copied */
	size_t size;
	size_t mapped; /* bytes of its pages; 0: it is in the builder's slot */
};

struct slabi_builder {
	slab_builder *handle; /* what the program knows it by */
	int fault;           /* errno of the first fault; 0: none */
	char said[128];      /* and what was wrong */
	size_t size;
	size_t align;
	size_t limit;
	size_t rounds;
	size_t slab_size;
	unsigned period;
	unsigned debug;      /* SLAB_DEBUG_* */
	bool coloring;
	bool shared;         /* any number of threads use the cache at once */
	bool findable;       /* slab_cache_of() finds its objects */
	bool mapping_name;   /* its mappings have its name */
	bool no_dump;        /* core dumps are without its slabs */
	bool zero;           /* objects start as zero bytes */
	slab_system system;
	slab_huge_pages huge_pages;
	slab_ctor *ctor;
	slab_dtor *dtor;
	void *life_arg;
	slab_oom_handler *oom;
	void *oom_arg;
	slab_quota *quota;   /* NULL: none */
	struct slabi_copy name;
	struct slabi_copy template;
};

/*
 * Returns a builder with its handle set, all else as it was left, or NULL with
 * errno when there is no memory for one.
 */
struct slabi_builder *slabi_builder_get(void);
/*
 * Returns the builder of a handle, NULL for NULL.  A handle whose builder has
 * been built or freed is a misuse: it is reported, and the program ends.
 */
struct slabi_builder *slabi_builder_open(const slab_builder *handle);
/* Gives a builder and its copies back. */
void slabi_builder_put(struct slabi_builder *builder);
/*
 * Replaces one of the builder's copies; at NULL, by nothing.  Returns false if
 * there is no memory for it.
 */
bool slabi_builder_copy(struct slabi_builder *builder, struct slabi_copy *copy,
    const void *at, size_t size);
/* The same as open, and fails with a sentence if there is no builder. */
struct slabi_builder *slabi_builder_need(const slab_builder *handle);
/* Returns whether nothing can be built, and fails with a sentence if so. */
bool slabi_builder_has_error(const struct slabi_builder *builder);

#endif
