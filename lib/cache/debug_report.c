/* SPDX-License-Identifier: MIT */
/* Owns what reports say of an object of a debugged cache. */
#include "cache/debug_report.h"

#include "base/stacks.h"
#include "cache/audit.h"
#include "cache/misuse.h"

/* The call that has just been made, where calls are audited. */
static void
report_this_call(struct slabi_report *report, const struct slab_cache *cache,
    const char *heading)
{
	const struct slabi_options *options = &cache->debug->options;
	const void *const *frames;
	size_t depth;

	if (!(options->flags & SLAB_DEBUG_AUDIT))
		return;
	frames = slabi_stacks_frames(slabi_stacks_here(
	    (unsigned)options->frames, NULL), &depth);
	slabi_report_stack(report, heading, frames, depth);
}

/* What the slab layer calls an address that is not of a live object. */
static enum slabi_refusal
refusal_of(const struct slab_cache *cache, struct slabi_place place)
{
	if (!place.slab)
		return SLABI_FOREIGN;
	if (place.index >= cache->layer.system.geometry.objects)
		return SLABI_INSIDE;
	if (place.index >= place.side->ready)
		return SLABI_UNCARVED;
	return SLABI_FREE;
}

void
slabi_debug_report_free(const struct slab_cache *cache, const void *address)
{
	struct slabi_place place = slabi_debug_find(cache, address);
	enum slabi_refusal why = refusal_of(cache, place);
	struct slabi_report report;

	slabi_misuse_begin_free(&report, cache, why, address);
	slabi_misuse_object(&report, cache, address);
	slabi_audit_report(&report, cache, report.misuse.object);
	report_this_call(&report, cache, why == SLABI_FREE ?
	    "freed again by:" : "freed by:");
	slabi_report_send(&report);
	if (why == SLABI_FOREIGN)
		slabi_misuse_whose(&report, cache, address);
	slabi_report_end(&report);
}

static void
dump_bytes(struct slabi_report *report, const struct slab_cache *cache,
    const struct slabi_fault *fault)
{
	const struct slabi_geometry *geometry = &cache->layer.system.geometry;
	const unsigned char *begin = fault->object - geometry->before;

	slabi_report_bytes(report, begin, begin + geometry->stride, fault->at,
	    slabi_max(fault->changed, 1));
}

void
slabi_debug_report_fault(const struct slab_cache *cache,
    struct slabi_place place, int state, const struct slabi_fault *fault)
{
	bool beside = fault->kind == SLABI_FAULT_BEFORE ||
	    fault->kind == SLABI_FAULT_BEHIND;
	struct slabi_report report;
	char words[160];

	slabi_zones_describe(cache, fault, words, sizeof(words));
	slabi_report_begin(&report, beside ? SLAB_MISUSE_OVERRUN :
	    SLAB_MISUSE_WRITE_AFTER_FREE, cache, cache->name);
	slabi_report_line(&report, "%s", words);
	report.misuse.object = fault->object;
	report.misuse.address = fault->at;
	report.misuse.offset = (size_t)(fault->at - fault->object);
	report.misuse.expected = fault->expected;
	report.misuse.found = *fault->at;
	slabi_misuse_object(&report, cache, fault->object);
	slabi_audit_report(&report, cache, fault->object);
	if (fault->kind != SLABI_FAULT_SEAL)
		dump_bytes(&report, cache, fault);
	slabi_zones_mend(cache, place, fault->object, state);
	slabi_report_end(&report);
}
