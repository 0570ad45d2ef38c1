/* SPDX-License-Identifier: MIT */
/* Owns the question how much of a cache's memory is in RAM. */
#include <errno.h>

#include "base/error.h"
#include "base/arith.h"
#include "base/os.h"
#include "base/os_look.h"
#include "cache/cache.h"

#define PAGES 1024 /* that the system is asked about at once */

/* Adds the bytes of a block that are in RAM; false: they cannot be known. */
static bool
add_resident(const void *block, size_t size, size_t *bytes)
{
	size_t page = slabi_os.page_size;
	uintptr_t at = (uintptr_t)block, end = at + size;
	unsigned char present[PAGES];

	while (at < end) {
		uintptr_t first = at & ~(uintptr_t)(page - 1);
		size_t n = slabi_min((slabi_round_up(end, page) - first) / page,
		    PAGES), i;

		if (!slabi_os_resident((void *)first, n * page, present))
			return false;
		for (i = 0; i < n; i++, first += page) {
			uintptr_t next = slabi_min(first + page, end);

			*bytes += present[i] & 1 ? next - at : 0;
			at = next;
		}
	}
	return true;
}

static bool
add_tables(const struct slabi_map *map, size_t *bytes)
{
	const struct slabi_table *tables[] = { &map->now, &map->old,
		&map->next };
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (tables[i]->bytes > 0 && !add_resident(tables[i]->slots,
		    tables[i]->bytes, bytes))
			return false;
	return true;
}

static bool
add_slabs(const struct slabi_layer *layer, size_t *bytes)
{
	size_t size = layer->system.geometry.slab_size;
	const struct slab *slab = layer->period.draining;

	if (slab && !add_resident(slab->block, size, bytes))
		return false;
	for (slab = layer->lists.newest; slab; slab = slab->older)
		if (!add_resident(slab->block, size, bytes))
			return false;
	return true;
}

size_t
slab_bytes_resident(const slab_cache *cache)
{
	size_t bytes = 0;

	if (add_resident(cache, cache->block_size, &bytes) &&
	    (!cache->exchange.block || add_resident(cache->exchange.block,
	    cache->exchange.block_size, &bytes)) &&
	    add_tables(&cache->layer.system.map, &bytes) &&
	    add_slabs(&cache->layer, &bytes))
		return bytes;
	slabi_fail(ENOTSUP, "the system does not say what is in memory");
	return 0;
}
