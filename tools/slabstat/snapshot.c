/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of caches.  A running program changes them meanwhile: lists
 * are read again if they have changed, and of one cache all is read at once.
 */
#include "snapshot.h"

#include <stdlib.h>

#define TRIES 20
#define MOST_CACHES (1 << 17)

#define FIGURE(name, kind, unit, value, help) { #name, help, SLAB_##kind },
enum { SLAB_GAUGE, SLAB_COUNTER };
const struct figure_info figure_info[ALL_FIGURES] = {
#include "api/figures.def"
	{ "bytes_resident", "Memory in RAM now, bookkeeping included.",
	    SLAB_GAUGE },
};
#undef FIGURE

static void
compute(const struct slabi_raw *raw, uint64_t *figures)
{
#define FIGURE(name, kind, unit, value, help) \
	figures[FIGURE_##name] = (uint64_t)(value);
#include "api/figures.def"
#undef FIGURE
}

/* Reads the fields that the library has; the others become `otherwise`. */
static void
load(const unsigned char *bytes, const struct place *places, size_t n,
    uint64_t otherwise, uint64_t *fields)
{
	size_t i;

	for (i = 0; i < n; i++)
		fields[i] = places[i].size == 0 ? otherwise :
		    slabi_raw_number(bytes + places[i].offset, places[i].size);
}

static struct slabi_raw
raw_of(const struct registry *registry, const unsigned char *bytes,
    uint64_t otherwise)
{
	struct slabi_raw raw;

	load(bytes, registry->cache, RAW_FIELDS, otherwise, (uint64_t *)&raw);
	raw.leaving = 0;
	/* Both are 0 in a cache whose free objects are elsewhere. */
	raw.rounds = slabi_raw_rest(raw.top, raw.floor) / registry->word;
	if (raw.rounds > raw.in_use)
		raw.rounds = raw.in_use;
	return raw;
}

/*
 * A figure is known if it is the same whatever the fields are that the library
 * does not have.
 */
static void
set_figures(struct seen *seen, const unsigned char *bytes)
{
	struct slabi_raw other = raw_of(seen->registry, bytes, 1234567);
	uint64_t others[ALL_FIGURES] = { 0 };
	size_t i;

	seen->raw = raw_of(seen->registry, bytes, 0);
	compute(&seen->raw, seen->figures);
	compute(&other, others);
	for (i = 0; i < FIGURES; i++)
		seen->known[i] = seen->figures[i] == others[i];
}

static bool
read_cache(struct target *target, const struct registry *registry,
    uint64_t address, struct seen *seen)
{
	unsigned char bytes[65536];

	if (!target_read(target, address, bytes, registry->cache_size))
		return false;
	*seen = (struct seen){ .address = address, .registry = registry };
	set_figures(seen, bytes);
	if (!target_read_string(target, seen->raw.name, seen->name,
	    sizeof(seen->name)))
		strcpy(seen->name, "?");
	return true;
}

static struct seen *
add(struct snapshot *snapshot)
{
	struct seen *more;

	if (snapshot->count % 64 == 0) {
		more = realloc(snapshot->caches, (snapshot->count + 64) *
		    sizeof(*more));
		if (!more)
			return NULL;
		snapshot->caches = more;
	}
	return &snapshot->caches[snapshot->count++];
}

/* From newest to oldest; one that is not older than the last is no cache. */
static bool
read_list(struct target *target, struct snapshot *snapshot,
    const struct registry *registry, uint64_t address)
{
	uint64_t last = UINT64_MAX;

	while (address != 0) {
		struct seen *seen = snapshot->count < MOST_CACHES ?
		    add(snapshot) : NULL;

		if (!seen)
			return target_fail(target, "there is no memory for "
			    "all caches");
		if (!read_cache(target, registry, address, seen)) {
			snapshot->count--;
			return false;
		}
		if (seen->raw.id == 0 || seen->raw.id >= last) {
			snapshot->count--;
			return target_fail(target, "the list of caches in %s "
			    "is damaged", target->name);
		}
		last = seen->raw.id;
		address = seen->raw.next;
	}
	return true;
}

/* Reads both lists; `*changed`: they changed meanwhile. */
static bool
read_lists(struct target *target, struct snapshot *snapshot,
    const struct registry *registry, bool *changed)
{
	struct slab_registry before, after;
	bool good;

	if (!target_read(target, registry->address, &before, sizeof(before)))
		return false;
	good = read_list(target, snapshot, registry,
	    slabi_raw_number(&before.newest, registry->word)) &&
	    read_list(target, snapshot, registry,
	    slabi_raw_number(&before.newest_in_buffer, registry->word));
	*changed = before.changes % 2 != 0 || !target_read(target,
	    registry->address, &after, sizeof(after)) ||
	    before.changes != after.changes;
	return good;
}

bool
snapshot_read(struct target *target, struct snapshot *snapshot)
{
	size_t i;

	snapshot->count = 0;
	snapshot->damaged = false;
	for (i = 0; i < snapshot->registry_count; i++) {
		size_t count = snapshot->count;
		bool changed = true, good = true;
		int tries;

		for (tries = 0; tries < TRIES && changed; tries++) {
			snapshot->count = count;
			changed = false;
			good = read_lists(target, snapshot,
			    &snapshot->registries[i], &changed);
		}
		/* What changes all the time is not damaged. */
		snapshot->damaged |= !good && !changed;
	}
	return true;
}

void
snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->caches);
	snapshot->caches = NULL;
	snapshot->count = 0;
}

bool
snapshot_slab(struct target *target, const struct registry *registry,
    uint64_t address, struct slab_fields *slab)
{
	unsigned char bytes[65536];

	if (!target_read(target, address, bytes, registry->header_size))
		return false;
	load(bytes, registry->slab, SLAB_FIELDS, 0, (uint64_t *)slab);
	return true;
}

static bool
add_slabs(struct target *target, const struct seen *seen, uint64_t *bytes)
{
	uint64_t address = seen->raw.newest_slab, left = seen->raw.slabs;
	struct slab_fields slab;

	for (; address != 0; address = slab.older) {
		if (left-- == 0)
			return target_fail(target, "the slabs of a cache in %s "
			    "are damaged", target->name);
		if (!snapshot_slab(target, seen->registry, address, &slab) ||
		    !target_resident(target, slab.block, seen->raw.slab_size,
		    bytes))
			return false;
	}
	return true;
}

static bool
read_resident(struct target *target, struct seen *seen, uint64_t *bytes)
{
	const struct slabi_raw *raw = &seen->raw;
	const uint64_t blocks[][2] = {
		{ seen->address, raw->block_size },
		{ raw->rounds_block, raw->rounds_bytes },
		{ raw->map_now, raw->map_now_bytes },
		{ raw->map_old, raw->map_old_bytes },
		{ raw->map_next, raw->map_next_bytes },
	};
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (blocks[i][1] > 0 && !target_resident(target, blocks[i][0],
		    blocks[i][1], bytes))
			return false;
	return add_slabs(target, seen, bytes);
}

bool
snapshot_resident(struct target *target, struct snapshot *snapshot)
{
	bool good = true;
	size_t i;

	for (i = 0; i < snapshot->count; i++) {
		struct seen *seen = &snapshot->caches[i];

		seen->known[FIGURE_resident] = read_resident(target, seen,
		    &seen->figures[FIGURE_resident]);
		good &= seen->known[FIGURE_resident];
	}
	return good;
}
