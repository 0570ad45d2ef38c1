/* SPDX-License-Identifier: MIT */
/* Owns what is done with each block of a cache for those who look at it. */
#include "slab/visible.h"

#include <stdint.h>
#include <string.h>

#include "base/arith.h"
#include "base/os.h"
#include "base/os_look.h"
#include "slab/directory.h"

#define NAME_FROM ((size_t)64 << 10) /* smaller mappings have no names */
#define NAME_ROOM 80                 /* the kernel's, with the last 0 */

/* Gives a mapping the name of its cache, of characters that may be there. */
static void
name_mapping(void *block, size_t size, const char *cache)
{
	char name[NAME_ROOM] = "libslab:";
	size_t at = strlen(name);

	for (; *cache != '\0' && at < NAME_ROOM - 1; cache++, at++)
		name[at] = *cache >= ' ' && *cache <= '~' &&
		    !strchr("[]\\$`", *cache) ? *cache : '_';
	slabi_os_name_pages(block, size, name);
}

/* Only whole pages can be left out of core dumps. */
static void
set_dump(void *block, size_t size, bool dump)
{
	size_t page = slabi_os.page_size;
	uintptr_t begin = slabi_round_up((uintptr_t)block, page);
	uintptr_t end = ((uintptr_t)block + size) & ~(uintptr_t)(page - 1);

	if (begin < end)
		slabi_os_dump((void *)begin, end - begin, dump);
}

bool
slabi_visible_add(const struct slabi_visible *visible, void *block,
    size_t size)
{
	if (!visible)
		return true;
	if (visible->owner &&
	    !slabi_directory_add(block, size, visible->owner))
		return false;
	if (visible->mapping && size >= NAME_FROM)
		name_mapping(block, size, visible->mapping);
	if (visible->no_dump)
		set_dump(block, size, false);
	return true;
}

void
slabi_visible_remove(const struct slabi_visible *visible, void *block,
    size_t size)
{
	if (!visible)
		return;
	if (visible->owner)
		slabi_directory_remove(block, size);
	/* Others may get this memory, and want it in their dumps. */
	if (visible->no_dump)
		set_dump(block, size, true);
}
