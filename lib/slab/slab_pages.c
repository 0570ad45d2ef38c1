/* SPDX-License-Identifier: MIT */
/* Owns a slab's chunks: what lies on them, and which have no memory. */
#include "slab/slab_pages.h"

#include <assert.h>
#include <string.h>

#include "base/arith.h"

uint32_t
slabi_slab_chunks(const struct slab *slab,
    const struct slabi_geometry *geometry)
{
	uintptr_t end = geometry->beside > 0 ?
	    (uintptr_t)slab + geometry->side :
	    (uintptr_t)slab->block + geometry->slab_size;

	return (uint32_t)((end - (uintptr_t)slabi_slab_first_page(slab)) >>
	    geometry->purge_shift);
}

struct slabi_chunk
slabi_slab_chunk(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t number)
{
	size_t start = (size_t)number << geometry->purge_shift;
	size_t end = start + ((size_t)1 << geometry->purge_shift);
	size_t objects = slabi_slab_page_offset(slab, slab) + geometry->first;
	struct slabi_chunk chunk = { 0, 0, start >= objects };

	if (chunk.objects_only) {
		chunk.first = (start - objects) / geometry->stride;
		chunk.end = (end - 1 - objects) / geometry->stride + 1;
	}
	return chunk;
}

/* Returns the word with a chunk's bit: a bit each, behind the summary. */
static uint64_t *
purged_word(const struct slab *slab, const struct slabi_geometry *geometry,
    uint32_t chunk)
{
	assert(chunk / 64 < geometry->purge_words);
	return (uint64_t *)(uintptr_t)slab->summary +
	    (geometry->words + 63) / 64 + chunk / 64;
}

bool
slabi_slab_is_purged(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t chunk)
{
	return *purged_word(slab, geometry, chunk) >> chunk % 64 & 1;
}

void
slabi_slab_set_purged(struct slab *slab, const struct slabi_geometry *geometry,
    uint32_t chunk, bool purged)
{
	assert(slabi_slab_is_purged(slab, geometry, chunk) != purged);
	*purged_word(slab, geometry, chunk) ^= UINT64_C(1) << chunk % 64;
	slab->purged_chunks =
	    (uint16_t)(slab->purged_chunks + (purged ? 1 : -1));
}

size_t
slabi_slab_revive(struct slab *slab, const struct slabi_geometry *geometry,
    const void *object)
{
	size_t start = slabi_slab_page_offset(slab, object);
	size_t last = start + geometry->stride - 1;
	uint32_t chunk = (uint32_t)(start >> geometry->purge_shift);
	size_t revived = 0;

	for (; chunk <= last >> geometry->purge_shift; chunk++) {
		if (!slabi_slab_is_purged(slab, geometry, chunk))
			continue;
		slabi_slab_set_purged(slab, geometry, chunk, false);
		revived++;
	}
	return revived;
}

size_t
slabi_slab_touched_end(const struct slab *slab,
    const struct slabi_geometry *geometry)
{
	size_t carved = slabi_page_up(slabi_slab_page_offset(slab,
	    slabi_slab_object(slab, geometry, slab->carved)));

	/* The last page of a block of the heap is not all its own. */
	return slabi_min(slabi_max(slab->populated, carved),
	    slabi_page_down(slabi_slab_page_offset(slab,
	    (char *)slab->block + geometry->slab_size)));
}

/* Returns how many of the first chunks are purged. */
static size_t
count_purged(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t chunks)
{
	size_t count = 0;
	uint32_t chunk = 0;

	for (; slab->purged_chunks > 0 && chunk < chunks; chunk += 64)
		count += slabi_count_bits(*purged_word(slab, geometry, chunk) &
		    slabi_low_bits(chunks - chunk));
	return count;
}

size_t
slabi_slab_touched_bytes(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t end)
{
	uintptr_t bits = (uintptr_t)slab -
	    slabi_slab_ready_words(slab) * geometry->bits_size;
	size_t start = slabi_slab_page_offset(slab,
	    (void *)slabi_page_down(bits));

	if (end <= start)
		return 0;
	return end - start - (count_purged(slab, geometry,
	    end >> geometry->purge_shift) << geometry->purge_shift);
}

bool
slabi_slab_is_touched(const struct slab *slab)
{
	return memchr(slab->touched, true, sizeof(slab->touched)) != NULL;
}

bool
slabi_slab_is_range_touched(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t first, size_t end)
{
	size_t last = slabi_min(end, geometry->objects) - 1;
	size_t region = slabi_min(first, last) >> SLABI_REGION_SHIFT;

	for (; region <= last >> SLABI_REGION_SHIFT; region++)
		if (slab->touched[region])
			return true;
	return false;
}

bool
slabi_slab_is_range_idle(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t first, size_t end)
{
	end = slabi_min(end, slab->carved);
	while (first < end) {
		uint64_t bits = slabi_slab_free_word(slab, geometry,
		    (uint32_t)(first / 64)) >> first % 64;
		size_t n = slabi_min(64 - first % 64, end - first);

		if (~bits & slabi_low_bits(n))
			return false;
		first += n;
	}
	return true;
}
