/* SPDX-License-Identifier: MIT */
/* The options of one cache. */
#ifndef SLABI_BUILDER_H
#define SLABI_BUILDER_H

#include <slab.h>

#define SLABI_ROUNDS_DEFAULT SIZE_MAX

/* A copy of something of the caller's: inside, or in pages if it is large. */
struct slabi_copy {
	void *at; /* NULL: nothing was copied */
	size_t size;
	size_t mapped; /* bytes of its pages; 0: it is inside */
	_Alignas(16) unsigned char inside[128];
};

struct slab_builder {
	int fault;           /* errno of the first fault; 0: none */
	char said[128];      /* and what was wrong */
	unsigned slot;       /* which of the builders that need no memory */
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

/* Returns whether there is no builder, and fails with a sentence if so. */
bool slabi_builder_is_null(const slab_builder *builder);
/* Returns whether nothing can be built, and fails with a sentence if so. */
bool slabi_builder_has_error(const slab_builder *builder);

#endif
