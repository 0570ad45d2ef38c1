/* SPDX-License-Identifier: MIT */
/*
 * What other programs find of the library in a process or a core: an ELF note
 * leads to the registry, and that to the lists of caches and a table of fields.
 * Fields are only added, and what is under a name never changes its meaning.
 */
#ifndef SLABI_PUBLISHED_H
#define SLABI_PUBLISHED_H

#include <stdint.h>

#define SLABI_NOTE_OWNER "libslab"
#define SLABI_NOTE_TYPE 0x42414c53 /* "SLAB" */
#define SLABI_REGISTRY_MAGIC "libslab"
#define SLABI_REGISTRY_ORDER 0x01020304
#define SLABI_REGISTRY_VERSION 1

/* Of which structure a field is a part. */
enum slabi_structure { SLABI_OF_CACHE = 1, SLABI_OF_SLAB = 2 };

struct slabi_row {
	char name[24];
	uint32_t offset;
	uint16_t size;      /* 1, 2, 4 or 8 bytes: a number, or an address */
	uint16_t structure;
};

/* Eight bytes on every machine, of which an address takes the first. */
union slabi_link {
	const void *at;
	uint64_t room;
};

struct slab_registry {
	char magic[8];          /* "libslab" */
	uint32_t order;         /* 0x01020304 in the machine's own order */
	uint32_t version;       /* 1 */
	uint32_t word;          /* bytes of an address */
	uint32_t size;          /* of this structure */
	char library[16];       /* the library's version */
	uint32_t changes;       /* odd while a list is being changed */
	uint32_t rows;          /* of the table of fields */
	uint32_t row_size;
	uint32_t cache_size;    /* bytes of a struct slab_cache */
	uint32_t header_size;   /* of a struct slab */
	uint32_t reserved;
	union slabi_link table;
	union slabi_link newest; /* the cache that was built last */
	union slabi_link newest_in_buffer;
};

#endif
