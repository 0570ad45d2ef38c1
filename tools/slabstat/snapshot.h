/* SPDX-License-Identifier: MIT */
/* What is seen of a target's caches at one moment. */
#ifndef SLABSTAT_SNAPSHOT_H
#define SLABSTAT_SNAPSHOT_H

#include "api/published.h"
#include "api/raw.h"
#include "target.h"

/* The figures of slab_statistics, and one that only some runs ask for. */
enum figure {
#define FIGURE(name, kind, unit, value, help) FIGURE_##name,
#include "api/figures.def"
#undef FIGURE
	FIGURES,
	FIGURE_resident = FIGURES,
	ALL_FIGURES
};

struct figure_info {
	const char *name, *help;
	bool counter;
};
extern const struct figure_info figure_info[ALL_FIGURES];

/* Where a field is; size 0: the library does not have it. */
struct place {
	uint32_t offset;
	uint16_t size;
};

/* Fields as offsets into these, so that one loop fills all of them. */
struct slab_fields {
#define FIELD(name, path)
#define SLAB_FIELD(name, path) uint64_t name;
#include "api/fields.def"
#undef FIELD
#undef SLAB_FIELD
};

#define RAW_FIELDS (sizeof(struct slabi_raw) / sizeof(uint64_t))
#define SLAB_FIELDS (sizeof(struct slab_fields) / sizeof(uint64_t))

/* A registry that has been checked. */
struct registry {
	uint64_t address;
	char library[16];
	uint32_t word;
	uint32_t cache_size, header_size;
	struct place cache[RAW_FIELDS];
	struct place slab[SLAB_FIELDS];
};

#define NAME_ROOM 1025

struct seen {
	char name[NAME_ROOM];
	uint64_t address;
	const struct registry *registry;
	struct slabi_raw raw;
	uint64_t figures[ALL_FIGURES];
	bool known[ALL_FIGURES];
};

#define MOST_REGISTRIES 16

struct snapshot {
	struct registry registries[MOST_REGISTRIES];
	size_t registry_count;
	struct seen *caches;
	size_t count;
	bool damaged; /* not all could be read; target.error says why */
};

/* Finds the registries of a target; returns what a run ends with if not. */
int snapshot_find(struct target *target, struct snapshot *snapshot);
/* Reads all caches.  Returns false if there is no memory for them. */
bool snapshot_read(struct target *target, struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);
/* Reads how much of each cache is in RAM. */
bool snapshot_resident(struct target *target, struct snapshot *snapshot);

/* A slab's fields; returns false if they cannot be read. */
bool snapshot_slab(struct target *target, const struct registry *registry,
    uint64_t address, struct slab_fields *slab);

#endif
