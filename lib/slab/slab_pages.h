/* SPDX-License-Identifier: MIT */
/*
 * A slab as pages: where they begin, the chunks that purging tells apart, which
 * of them have no memory, and in which regions objects have been touched.
 */
#ifndef SLABI_SLAB_PAGES_H
#define SLABI_SLAB_PAGES_H

#include "base/os.h"
#include "slab/slab_bits.h"

/* Returns an address rounded down, or up, to the start of a page. */
static inline uintptr_t
slabi_page_down(uintptr_t address)
{
	return address & ~(uintptr_t)(slabi_os.page_size - 1);
}

static inline uintptr_t
slabi_page_up(uintptr_t address)
{
	return slabi_page_down(address + slabi_os.page_size - 1);
}

/*
 * Returns where the pages of a slab's block begin.  Blocks of the heap begin
 * within a page, behind malloc's header.
 */
static inline char *
slabi_slab_first_page(const struct slab *slab)
{
	return (char *)slabi_page_down((uintptr_t)slab->block);
}

/* Returns how far an address is from the first page. */
static inline size_t
slabi_slab_page_offset(const struct slab *slab, const void *address)
{
	return (size_t)((const char *)address - slabi_slab_first_page(slab));
}

/* Returns how many whole chunks there are from the first page on. */
uint32_t slabi_slab_chunks(const struct slab *slab,
    const struct slabi_geometry *geometry);

/* Where a chunk lies in terms of objects. */
struct slabi_chunk {
	size_t first;      /* objects that it touches: [first, end) */
	size_t end;
	bool objects_only; /* it holds nothing else */
};

struct slabi_chunk slabi_slab_chunk(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t number);

/* Returns whether a chunk has no memory. */
bool slabi_slab_is_purged(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t chunk);
void slabi_slab_set_purged(struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t chunk, bool purged);
/* Note that an object is in use again.  Returns how many chunks it revives. */
size_t slabi_slab_revive(struct slab *slab,
    const struct slabi_geometry *geometry, const void *object);
/* Returns the bytes of a slab's chunks that have no memory. */
static inline size_t
slabi_slab_purged_bytes(const struct slab *slab,
    const struct slabi_geometry *geometry)
{
	return (size_t)slab->purged_chunks << geometry->purge_shift;
}

/*
 * Returns the bytes of the slab's pages that may have memory, up to `end` from
 * its first page: what is not purged.
 */
size_t slabi_slab_touched_bytes(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t end);
/*
 * Returns how far from the first page the slab may have memory, in whole pages
 * of its block: to the watermark, or to what has been faulted in.
 */
size_t slabi_slab_touched_end(const struct slab *slab,
    const struct slabi_geometry *geometry);

/* Returns whether a region of the slab has been touched. */
bool slabi_slab_is_touched(const struct slab *slab);
/*
 * Returns whether a region has been touched to which an object of the range, or
 * the rest behind the last object, belongs.
 */
bool slabi_slab_is_range_touched(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t first, size_t end);
/* Returns whether every object of a range is free or was never used. */
bool slabi_slab_is_range_idle(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t first, size_t end);

#endif
