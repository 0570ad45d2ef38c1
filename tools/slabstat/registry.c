/* SPDX-License-Identifier: MIT */
/*
 * Owns the way from a target to its registries: ELF notes in the first page of
 * each module, and the checks of what they lead to.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "elf_file.h"
#include "snapshot.h"

#define MOST_NOTES 65536   /* bytes of notes of one module */
#define MOST_PROGRAMS 256  /* program headers of one module */
#define MOST_ROWS 1024
#define MOST_STRUCTURE 65536 /* bytes of a cache, of a slab's header */

#define FIELD(name, path) #name,
#define SLAB_FIELD(name, path)
static const char *const raw_names[RAW_FIELDS] = {
#include "api/fields.def"
};
#undef FIELD
#undef SLAB_FIELD
#define FIELD(name, path)
#define SLAB_FIELD(name, path) #name,
static const char *const slab_names[SLAB_FIELDS] = {
#include "api/fields.def"
};
#undef FIELD
#undef SLAB_FIELD

static void
set_place(struct place *places, const char *const *names, size_t n,
    const struct slabi_row *row)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names[i] && strcmp(names[i], row->name) == 0)
			places[i] = (struct place){ row->offset, row->size };
}

static bool
is_row_good(const struct slabi_row *row, uint32_t size)
{
	return memchr(row->name, '\0', sizeof(row->name)) &&
	    (row->size == 1 || row->size == 2 || row->size == 4 ||
	    row->size == 8) && row->offset <= size &&
	    size - row->offset >= row->size;
}

/* Reads the table of fields; those that are not known are passed over. */
static bool
read_table(struct target *target, struct registry *registry, uint64_t at,
    uint32_t rows, uint32_t row_size)
{
	uint32_t i;

	for (i = 0; i < rows; i++, at += row_size) {
		struct slabi_row row;

		if (!target_read(target, at, &row, sizeof(row)))
			return false;
		if (row.structure == SLABI_OF_CACHE &&
		    is_row_good(&row, registry->cache_size))
			set_place(registry->cache, raw_names, RAW_FIELDS, &row);
		else if (row.structure == SLABI_OF_SLAB &&
		    is_row_good(&row, registry->header_size))
			set_place(registry->slab, slab_names, SLAB_FIELDS,
			    &row);
		else if (row.structure == SLABI_OF_CACHE ||
		    row.structure == SLABI_OF_SLAB)
			return target_fail(target, "the table of fields in %s "
			    "is damaged", target->name);
	}
	return true;
}

/* Checks a registry; returns false, with a sentence, for one that is unfit. */
static bool
read_registry(struct target *target, uint64_t address,
    struct registry *registry)
{
	struct slab_registry raw;

	if (!target_read(target, address, &raw, sizeof(raw)))
		return false;
	if (memcmp(raw.magic, SLABI_REGISTRY_MAGIC, sizeof(raw.magic)) != 0)
		return target_fail(target, "the registry of libslab in %s is "
		    "damaged", target->name);
	if (raw.order != SLABI_REGISTRY_ORDER)
		return target_fail(target, "%s has another byte order",
		    target->name);
	if (raw.version != SLABI_REGISTRY_VERSION)
		return target_fail(target, "%s has a libslab whose registry is "
		    "of version %u; this slabstat knows version 1",
		    target->name, raw.version);
	if ((raw.word != 4 && raw.word != 8) || raw.size < sizeof(raw) ||
	    raw.rows == 0 || raw.rows > MOST_ROWS ||
	    raw.row_size < sizeof(struct slabi_row) || raw.row_size > 4096 ||
	    raw.cache_size > MOST_STRUCTURE || raw.header_size > MOST_STRUCTURE)
		return target_fail(target, "the registry of libslab in %s is "
		    "damaged", target->name);
	*registry = (struct registry){ .address = address, .word = raw.word,
	    .cache_size = raw.cache_size, .header_size = raw.header_size };
	memcpy(registry->library, raw.library, sizeof(raw.library) - 1);
	return read_table(target, registry, slabi_raw_number(&raw.table,
	    raw.word), raw.rows, raw.row_size);
}

/* Notes ------------------------------------------------------------------ */

/* Returns the address of the registry that a note leads to; 0: none does. */
static uint64_t
search_notes(const unsigned char *notes, size_t size, uint64_t address)
{
	size_t at = 0;

	while (size - at >= 12) {
		uint32_t head[3];
		size_t name = at + 12, data, next;
		int32_t distance;

		memcpy(head, notes + at, sizeof(head));
		if (head[0] > size || head[1] > size)
			return 0;
		data = name + ((head[0] + 3) & ~UINT32_C(3));
		next = data + ((head[1] + 3) & ~UINT32_C(3));
		if (next > size)
			return 0;
		if (head[0] == sizeof(SLABI_NOTE_OWNER) && head[1] == 4 &&
		    head[2] == SLABI_NOTE_TYPE && memcmp(notes + name,
		    SLABI_NOTE_OWNER, sizeof(SLABI_NOTE_OWNER)) == 0) {
			memcpy(&distance, notes + data, sizeof(distance));
			return address + data + (uint64_t)(int64_t)distance;
		}
		at = next;
	}
	return 0;
}

static uint64_t
registry_of_notes(struct target *target, uint64_t address, uint64_t size)
{
	unsigned char *notes;
	uint64_t found = 0;

	if (size > MOST_NOTES)
		return 0;
	notes = malloc((size_t)size + 1);
	if (notes && target_read(target, address, notes, (size_t)size))
		found = search_notes(notes, (size_t)size, address);
	free(notes);
	return found;
}

/* Returns the address of the registry of the module that begins here, or 0. */
static uint64_t
registry_of_module(struct target *target, uint64_t start)
{
	unsigned char bytes[ELF_HEADER_SIZE], program_bytes[ELF_PROGRAM_SIZE];
	struct elf_header header;
	struct elf_program program;
	uint64_t base = 0, found = 0;
	bool other_order, has_base = false;
	unsigned i;

	if (!target_read(target, start, bytes, sizeof(bytes)) ||
	    !elf_read_header(bytes, &header, &other_order) ||
	    header.program_count > MOST_PROGRAMS)
		return 0;
	for (i = 0; i < header.program_count && found == 0; i++) {
		if (!target_read(target, start + header.programs +
		    (uint64_t)i * header.program_size, program_bytes,
		    header.program_size))
			return 0;
		elf_read_program(program_bytes, header.wide, &program);
		if (program.type == PT_LOAD && !has_base) {
			base = start - (program.address - program.offset);
			has_base = true;
		}
	}
	for (i = 0; i < header.program_count && found == 0; i++) {
		if (!target_read(target, start + header.programs +
		    (uint64_t)i * header.program_size, program_bytes,
		    header.program_size))
			return 0;
		elf_read_program(program_bytes, header.wide, &program);
		if (program.type == PT_NOTE)
			found = registry_of_notes(target,
			    base + program.address, program.memory_size);
	}
	return header.wide ? found : found & UINT32_MAX;
}

int
snapshot_find(struct target *target, struct snapshot *snapshot)
{
	bool refused = false;
	size_t i;

	*snapshot = (struct snapshot){ .registry_count = 0 };
	for (i = 0; i < target->count &&
	    snapshot->registry_count < MOST_REGISTRIES; i++) {
		uint64_t address = !target->regions[i].module ? 0 :
		    registry_of_module(target, target->regions[i].start);

		if (address == 0)
			continue;
		if (read_registry(target, address,
		    &snapshot->registries[snapshot->registry_count]))
			snapshot->registry_count++;
		else
			refused = true;
	}
	if (snapshot->registry_count > 0)
		return SEEN;
	if (refused)
		return FAILED;
	target_fail(target, "there is no libslab in %s", target->name);
	return NO_LIBSLAB;
}
