/* SPDX-License-Identifier: MIT */
/*
 * A cache beside a slow model of it.  Every object carries a hash over its
 * own address and its life, and the model knows the life of every address, so
 * overlap, early reuse, double construction and a missed destructor are
 * noticed, here and now: the program says what was wrong and aborts.
 */
#ifndef SLAB_TESTS_MODEL_H
#define SLAB_TESTS_MODEL_H

#include "memory.h"

enum object_kind { KIND_PLAIN, KIND_CONSTRUCTED, KIND_TEMPLATE, KINDS };

#define DEFAULT_ROUNDS SIZE_MAX

struct wishes {
	size_t size, align;
	enum object_kind kind;
	enum memory_kind memory;
	size_t rounds;        /* of the magazine, or DEFAULT_ROUNDS */
	size_t slab_size;     /* 0: the default */
	size_t limit;         /* 0: none */
	unsigned period;
	slab_system system;
	slab_huge_pages huge_pages;
	bool coloring;
	unsigned ctor_fails;   /* one constructor in so many; 0: none */
	unsigned memory_fails; /* one call of the backing in so many; 0: none */
};

/* Wishes drawn from a sequence of random numbers. */
struct wishes wishes_draw(uint64_t *random);
void wishes_print(const struct wishes *wishes, FILE *stream);

enum operation {
	OP_ALLOC, OP_FREE, OP_ALLOC_BULK, OP_FREE_BULK, OP_ZALLOC, OP_RESERVE,
	OP_REAP, OP_RESET, OP_FOREACH, OP_FOREACH_FREE, OP_OWNS, OP_STATS,
	OP_DESTROY, OP_TIME, OP_MISUSE, OP_VERIFY,
	OPERATIONS
};

struct model;

/* NULL when the cache may be refused, and was. */
struct model *model_new(const struct wishes *wishes, uint64_t seed);
/* One operation; what it does in detail depends on the number. */
void model_do(struct model *model, enum operation operation, uint64_t number);
size_t model_live(const struct model *model);
/* Frees what is live and destroys the cache. */
void model_end(struct model *model);

#endif
