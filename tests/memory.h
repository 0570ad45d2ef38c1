/* SPDX-License-Identifier: MIT */
/* A backing that counts and fails, and caches on every kind of memory. */
#ifndef SLAB_TESTS_MEMORY_H
#define SLAB_TESTS_MEMORY_H

#include "support.h"

/*
 * A backing of the user's kind, which checks how it is used.  All that is not
 * commented is counted by it.
 */
#define COUNTING_QUESTIONS 64

struct counting_block;

struct counting {
	size_t aligns_to;  /* can_align says yes up to this size */
	size_t refuse_at;  /* this call of alloc is refused; 0: none */
	size_t refuse_from; /* and all calls from this one on; 0: none */
	bool dirty;        /* memory is filled with junk before it is given */
	bool misalign;     /* blocks are not aligned as asked */
	/* Called for every range whose contents are lost, before they are. */
	void (*losing)(void *arg, void *memory, size_t size);
	void *losing_arg;

	size_t allocs;     /* calls, refused ones included */
	size_t refused;
	size_t frees;
	size_t purges;
	size_t releases;
	size_t bytes;      /* in blocks at present */
	size_t questions;  /* calls of can_align */
	size_t asked[COUNTING_QUESTIONS];
	size_t faults;     /* wrong uses of the backing */
	struct counting_block *blocks;
};

/* The functions over `counting`, of which all settings may still change. */
slab_backing counting_backing(struct counting *counting);
/* Frees what a cache that was given up has left. */
void counting_drop(struct counting *counting);

/* Every kind of memory a cache can be built on. */
enum memory_kind {
	MEMORY_HEAP,
	MEMORY_MMAP,
	MEMORY_BUFFER,
	MEMORY_USER_ALIGNED, /* a counting backing that aligns to 1 MiB */
	MEMORY_USER_LARGE,   /* one that never aligns, and is dirty */
	MEMORY_KINDS
};

struct memory {
	enum memory_kind kind;
	void *buffer;
	size_t room; /* bytes of the buffer; 0: 8 MiB */
	struct counting counting;
};

const char *memory_name(enum memory_kind kind);
/* `memory` with only its kind set, and perhaps `room`. */
slab_cache *memory_build(struct memory *memory, slab_builder *builder);
/* After slab_destroy(): whether all was given back in the right way. */
bool memory_end(struct memory *memory);

#endif
