/* SPDX-License-Identifier: MIT */
/* Owns the figures of a cache: what each is, and the table of them. */
#include <string.h>

#include "api/figures.h"
#include "base/arith.h"

#include "api/raw.h"
#include "cache/shared.h"

/* Returns how many objects of the slab on its way out are constructed. */
static size_t
leaving(const struct slabi_layer *layer)
{
	const struct slab *slab = layer->period.draining;
	size_t count = 0;
	uint32_t word;

	if (!slab)
		return 0;
	for (word = layer->period.destructed;
	    word < slabi_slab_ready_words(slab); word++)
		count += (size_t)__builtin_popcountll(
		    slabi_slab_constructed_word(slab,
		    &layer->system.geometry, word));
	return count;
}

/* Reads all fields, and what takes more than that. */
static struct slabi_raw
raw_of(const struct slab_cache *cache, size_t rounds)
{
#define FIELD(name, path) .name = slabi_raw_number(&cache->path, \
	sizeof(cache->path)),
#define SLAB_FIELD(name, path)
	return (struct slabi_raw){
#include "api/fields.def"
		.rounds = rounds,
		.leaving = leaving(&cache->layer),
		.depot_visits = cache->shared ?
		    slabi_depot_visits(&cache->shared->depot) : 0,
	};
#undef FIELD
#undef SLAB_FIELD
}

slab_statistics
slabi_figures_of(const slab_cache *cache)
{
	/* Without the lock of the slabs, as it asks the other threads. */
	size_t rounds = slabi_cache_rounds(cache);
	struct slabi_raw all, *raw = &all;

	slabi_cache_enter(cache);
	all = raw_of(cache, rounds);
	slabi_cache_leave(cache);
#define SLABI_TYPE_GAUGE size_t
#define SLABI_TYPE_COUNTER uint64_t
#define FIGURE(name, kind, unit, value, help) \
	.name = (SLABI_TYPE_##kind)(value),
	return (slab_statistics){
		.struct_size = sizeof(slab_statistics),
#include "api/figures.def"
	};
#undef FIGURE
}

void
slab_stats(const slab_cache *cache, slab_statistics *figures)
{
	slab_statistics all = slabi_figures_of(cache);
	size_t size = figures->struct_size;

	/* Callers built with another version have a smaller or larger one. */
	all.struct_size = size;
	memcpy(figures, &all, size < sizeof(all) ? size : sizeof(all));
}

const slab_field *
slab_statistics_field(size_t n)
{
#define FIGURE(name, kind, unit, value, help) { #name, help, \
	offsetof(slab_statistics, name), \
	sizeof(((slab_statistics *)NULL)->name), SLAB_##kind, SLAB_##unit },
	static const slab_field fields[] = {
#include "api/figures.def"
	};
#undef FIGURE

	return n < sizeof(fields) / sizeof(*fields) ? &fields[n] : NULL;
}

uint64_t
slabi_figure(const slab_statistics *figures, const slab_field *field)
{
	const char *at = (const char *)figures + field->offset;
	uint64_t wide;
	size_t word;

	if (field->size == sizeof(wide)) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	memcpy(&word, at, sizeof(word));
	return word;
}
