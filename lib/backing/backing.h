/* SPDX-License-Identifier: MIT */
/*
 * Where memory comes from: heap, mmap, a buffer, or the user's functions, all
 * seen as the public slab_backing and what only the built-in ones can do.
 */
#ifndef SLABI_BACKING_H
#define SLABI_BACKING_H

#include <slab.h>

struct slabi_backing {
	slab_backing calls;
	/* Optional; what os.h says of them, for any part of a block. */
	bool (*ready)(void *pages, size_t size);
	void (*huge)(void *block, size_t size);
	void (*no_huge)(void *block, size_t size);
	bool (*probe)(size_t size);
	size_t unit;      /* slabs are a multiple of this, and aligned to it */
	size_t meta_unit; /* so are blocks for the cache itself and its tables */
	bool maps;        /* every block is a mapping of its own */
	bool prefers_large; /* alignment costs it much: large slabs by default */
	bool keeps_freed; /* memory of freed blocks is kept: purge it before */
	bool fixed;       /* memory is never returned: no periods, no clock */
};

/*
 * What heap and mmap share: blocks of any alignment, whole pages of which, as
 * long as they are ours, may be purged and populated whatever malloc does.
 */
void slabi_backing_set_paged(struct slabi_backing *backing);
/* These return false, with errno and words, if the system has none. */
bool slabi_backing_heap(struct slabi_backing *backing);
bool slabi_backing_mmap(struct slabi_backing *backing);
/* False, with errno and words, when the user's functions cannot be used. */
bool slabi_backing_user(struct slabi_backing *backing,
    const slab_backing *calls);

/* The books of a buffer: what of it is free. */
struct slabi_returned;
struct slabi_buffer {
	char *next; /* from here to the end nothing has been taken */
	char *end;
	struct slabi_returned *returned;
	void *memory; /* all of it, as the caller passed it */
	size_t size;
	bool anywhere; /* the address is not known: count with the worst */
};
/* Serve from a buffer, which keeps its books at its own start. */
bool slabi_backing_buffer(struct slabi_backing *backing, void *mem,
    size_t bytes);
/* The same for a buffer that is only thought of, with the books elsewhere. */
bool slabi_backing_buffer_at(struct slabi_backing *backing,
    struct slabi_buffer *books, uintptr_t address, size_t bytes);
/* Take back all blocks. */
void slabi_buffer_reset(const struct slabi_backing *backing);
/* Returns the bytes that are left. */
size_t slabi_buffer_left(const struct slabi_backing *backing);
/*
 * Returns how many blocks of a size, aligned so, fit into what is left when
 * `taken` bytes of it have been taken.
 */
size_t slabi_buffer_blocks(const struct slabi_backing *backing, size_t taken,
    size_t size, size_t align);

/* A block for the cache itself or its tables, up to SIZE_MAX / 2. */
void *slabi_backing_meta_alloc(const struct slabi_backing *backing,
    size_t *size);
/* The size is the one that alloc has rounded up. */
void slabi_backing_meta_free(const struct slabi_backing *backing, void *block,
    size_t size);

/* Tools that look for leaks have to know what a block points to. */
void slabi_backing_add_root(const struct slabi_backing *backing,
    const void *block, size_t size);
void slabi_backing_remove_root(const struct slabi_backing *backing,
    const void *block, size_t size);
/* Gives the memory of pages back; returns whether it has gone. */
bool slabi_backing_purge(const struct slabi_backing *backing, void *pages,
    size_t size);

/*
 * Makes memory of a block read as zero without touching whole pages of it.
 * Returns false, and changes nothing, if the backing cannot.
 */
bool slabi_backing_clear(const struct slabi_backing *backing, void *memory,
    size_t size);

/* alloc() of the backing; a misaligned block is freed and refused. */
void *slabi_backing_alloc(const struct slabi_backing *backing, size_t size,
    size_t align);

#endif
