/* SPDX-License-Identifier: MIT */
/* Owns the choice of debugging modes. */
#include "api/debugging.h"

#include <errno.h>

#include "api/environment.h"
#include "base/error.h"
#include "base/printable.h"
#include "base/report_out.h"
#include "cache/blocks.h"

#ifdef SLABI_CHECK_BY_DEFAULT
#define DEFAULT_FLAGS SLAB_DEBUG_CHECK
#else
#define DEFAULT_FLAGS 0u
#endif

/* Modes that do without slabs. */
#define BLOCKS (SLAB_DEBUG_MALLOC | SLAB_DEBUG_GUARD)
/* What a tool does better, or would report as a fault of the program's. */
#define NOT_UNDER_TOOLS (SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON | \
	SLAB_DEBUG_QUARANTINE)
#define CHECKING (SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON | SLAB_DEBUG_AUDIT | \
	SLAB_DEBUG_QUARANTINE | BLOCKS)

bool
slabi_debugging_choose(const struct slabi_builder *builder,
    const struct slabi_backing *backing, const char *name,
    struct slabi_options *options)
{
	*options = (struct slabi_options)SLABI_OPTIONS_DEFAULT;
	options->flags = builder->debug | DEFAULT_FLAGS;
	options->in_slabs = backing->fixed || builder->findable;
	if (options->in_slabs && builder->debug & BLOCKS) {
		slabi_fail(ENOTSUP, "debug flags 0x%x put objects elsewhere "
		    "than in slabs, where they have to be: the cache is %s",
		    builder->debug & BLOCKS, backing->fixed ? "in a buffer" :
		    "findable");
		return false;
	}
	if (builder->shared) {
		if (builder->debug != 0)
			slabi_fail(ENOTSUP, "debug flags 0x%x do not work in "
			    "a cache that threads share", builder->debug);
		options->flags = 0;
		return builder->debug == 0;
	}
	slabi_environment_add(name, options);
	if (options->in_slabs)
		options->flags &= ~BLOCKS;
	if (options->flags & CHECKING)
		options->flags |= SLAB_DEBUG_CHECK;
	options->tool = slabi_tools_watching();
	if (options->tool != SLABI_TOOL_NONE || options->flags & BLOCKS)
		options->flags &= ~NOT_UNDER_TOOLS;
	return true;
}

/* Are objects served by blocks of their own? */
static bool
wants_blocks(const struct slabi_options *options)
{
	return options->flags & BLOCKS ||
	    (options->tool == SLABI_TOOL_ASAN && !options->in_slabs);
}

size_t
slabi_debugging_size(const struct slabi_options *options, size_t rounds)
{
	if (wants_blocks(options))
		return sizeof(struct slabi_blocks);
	if ((options->flags & ~SLAB_DEBUG_SAMPLE) != 0 ||
	    options->tool != SLABI_TOOL_NONE)
		return slabi_debug_bytes(rounds);
	return 0;
}

void
slabi_debugging_wish(const struct slabi_options *options,
    struct slabi_wish *wish)
{
	if (slabi_debugging_size(options, 0) > 0 &&
	    !wants_blocks(options))
		slabi_debug_wish(options, wish);
}

bool
slabi_debugging_begin(slab_cache *cache, size_t rounds,
    const struct slabi_options *options)
{
	if (!wants_blocks(options))
		return slabi_debug_begin(cache, rounds, options);
	slabi_blocks_begin(cache, options);
	return true;
}

/* In the order in which they are given up. */
static const struct {
	unsigned flag;
	const char *name;
} modes[] = {
	{ SLAB_DEBUG_QUARANTINE, "quarantine" },
	{ SLAB_DEBUG_AUDIT, "audit" },
	{ SLAB_DEBUG_POISON, "poison" },
	{ SLAB_DEBUG_REDZONE, "redzone" },
	{ SLAB_DEBUG_CHECK, "check" },
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

bool
slabi_debugging_do_without(struct slabi_options *options)
{
	size_t i;

	for (i = 0; i < MODES; i++)
		if (options->flags & modes[i].flag) {
			options->flags &= ~modes[i].flag;
			return true;
		}
	return false;
}

void
slabi_debugging_say_without(const char *name, unsigned asked, unsigned left)
{
	char printable[SLABI_NAME_ROOM], line[SLABI_NAME_ROOM + 160];
	int used = snprintf(line, sizeof(line), "libslab: cache \"%s\": its "
	    "buffer has no room for", slabi_printable(printable,
	    sizeof(printable), name));
	size_t i;

	for (i = 0; i < MODES; i++)
		if (asked & ~left & modes[i].flag)
			used += snprintf(line + used,
			    sizeof(line) - (size_t)used, " %s",
			    modes[i].name);
	line[used++] = '\n';
	slabi_report_write(line, (size_t)used);
}
