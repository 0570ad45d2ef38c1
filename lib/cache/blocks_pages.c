/* SPDX-License-Identifier: MIT */
/*
 * Owns objects that lie on pages of their own, for SLAB_DEBUG_GUARD.
 *
 *   | unused | object | slack |  a page that nobody may access  |
 *
 * An object ends where its pages end, as far as its alignment allows it; the
 * slack is looked at when it is freed.  Then nobody may access its pages
 * either. They are kept so for a while, and unmapped, oldest first.
 */
#include <errno.h>

#include "base/error.h"
#include "base/os.h"
#include "cache/audit.h"
#include "cache/blocks.h"
#include "cache/misuse.h"
#include "cache/pattern.h"
#include "cache/zones.h"

static size_t
slack_of(const struct slabi_geometry *geometry)
{
	return slabi_round_up(geometry->size, geometry->align) -
	    geometry->size;
}

static size_t
span_size(const struct slabi_geometry *geometry)
{
	return slabi_round_up(geometry->size, slabi_os.page_size) +
	    slabi_os.page_size;
}

static char *
span_start(const void *object)
{
	return (char *)((uintptr_t)object & ~(slabi_os.page_size - 1));
}

static void *
get(struct slab_cache *cache)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	size_t size = span_size(geometry), slack = slack_of(geometry);
	char *start = slabi_os.reserve(size, slabi_os.page_size);
	char *guard = start + size - slabi_os.page_size;
	char *object = guard - slack - geometry->size;

	if (!start || !slabi_os.ready(start, size - slabi_os.page_size) ||
	    !slabi_os.protect(guard, slabi_os.page_size, false)) {
		if (start)
			slabi_os.release(start, size);
		slabi_fail(ENOMEM, "no pages for an object of %zu bytes",
		    geometry->size);
		return NULL;
	}
	slabi_pattern_fill(guard - slack, SLABI_ZONE_LIVE, slack);
	return object;
}

/* Report a write to the slack, and mend it. */
static _Noreturn void
report_slack(const struct slab_cache *cache, struct slabi_fault *fault)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	struct slabi_report report;
	char words[160];

	slabi_zones_describe(cache, fault, words, sizeof(words));
	slabi_report_begin(&report, SLAB_MISUSE_OVERRUN, cache,
	    cache->name);
	slabi_report_line(&report, "%s", words);
	report.misuse.object = fault->object;
	report.misuse.address = fault->at;
	report.misuse.offset = (size_t)(fault->at - fault->object);
	report.misuse.expected = fault->expected;
	report.misuse.found = *fault->at;
	slabi_audit_report(&report, cache, fault->object);
	slabi_pattern_fill(fault->object + geometry->size, SLABI_ZONE_LIVE,
	    slack_of(geometry));
	slabi_report_end(&report);
}

static void
check(struct slab_cache *cache, void *object)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	char *slack = (char *)object + geometry->size;
	struct slabi_fault fault;

	if (slabi_pattern_holds(slack, SLABI_ZONE_LIVE, slack_of(geometry)))
		return;
	fault = slabi_zones_compare(SLABI_FAULT_BEHIND, slack,
	    SLABI_ZONE_LIVE, slack_of(geometry));
	fault.object = object;
	report_slack(cache, &fault);
}

/* Keep the addresses of a freed object from being used for a while. */
static void
put(struct slab_cache *cache, void *object)
{
	struct slabi_blocks *blocks = (struct slabi_blocks *)cache->debug;
	size_t size = span_size(&cache->layer.system.geometry);
	char *start = span_start(object), *oldest;

	slabi_os.purge(start, size - slabi_os.page_size);
	if (!slabi_os.protect(start, size, false)) {
		slabi_os.release(start, size);
		return;
	}
	oldest = blocks->held[blocks->next_held];
	blocks->held[blocks->next_held] = start;
	blocks->next_held = (blocks->next_held + 1) % SLABI_MAX_HELD;
	if (oldest)
		slabi_os.release(oldest, size);
}

static void
end(struct slab_cache *cache)
{
	struct slabi_blocks *blocks = (struct slabi_blocks *)cache->debug;
	size_t size = span_size(&cache->layer.system.geometry);
	size_t i;

	for (i = 0; i < SLABI_MAX_HELD; i++)
		if (blocks->held[i])
			slabi_os.release(blocks->held[i], size);
}

const struct slabi_block_source slabi_blocks_pages = { get, check, put, end };
