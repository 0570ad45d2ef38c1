/* SPDX-License-Identifier: MIT */
/*
 * Owns what other programs see of the library: the registry, the table of
 * fields, and the ELF note that leads to them.  The note says how far it is
 * from itself to the registry, which needs no relocation; it lies in the first
 * page of the program or library, which every core has.
 *
 * Registry and table are writable, as a core has no memory that can be read
 * from the file again: see slabi_published_touch().
 */
#include "api/published.h"

#include "api/registry.h"
#include "cache/cache.h"

#define MEMBER(type, path) offsetof(type, path), \
	(uint16_t)sizeof(((type *)NULL)->path)
#define FIELD(name, path) { #name, MEMBER(struct slab_cache, path), \
	SLABI_OF_CACHE },
#define SLAB_FIELD(name, path) { #name, MEMBER(struct slab, path), \
	SLABI_OF_SLAB },
static struct slabi_row table[] = {
#include "api/fields.def"
};
#undef FIELD
#undef SLAB_FIELD

__attribute__((used)) struct slab_registry slabi_registry = {
	.magic = SLABI_REGISTRY_MAGIC,
	.order = SLABI_REGISTRY_ORDER,
	.version = SLABI_REGISTRY_VERSION,
	.word = sizeof(void *),
	.size = sizeof(struct slab_registry),
	.library = SLAB_VERSION_STRING,
	.rows = sizeof(table) / sizeof(*table),
	.row_size = sizeof(*table),
	.cache_size = sizeof(struct slab_cache),
	.header_size = sizeof(struct slab),
	.table.at = table,
};

#ifdef __ELF__
/* For debuggers that know the names of symbols only. */
extern struct slab_registry slab_registry
    __attribute__((alias("slabi_registry"), visibility("default")));

#ifdef __arm__
#define NOTE "%note"
#else
#define NOTE "@note"
#endif
__asm__(
    ".pushsection .note.libslab,\"a\"," NOTE "\n"
    ".balign 4\n"
    ".long 2f - 1f, 4, 0x42414c53\n"
    "1: .asciz \"libslab\"\n"
    "2: .balign 4\n"
    "3: .long slabi_registry - 3b\n"
    ".popsection\n");
#endif

void
slabi_published_touch(void)
{
	volatile char *at = (volatile char *)table;
	size_t i;

	for (i = 0; i < sizeof(table); i += sizeof(*table))
		at[i] = at[i];
}
