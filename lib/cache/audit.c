/* SPDX-License-Identifier: MIT */
/* Owns the notes that AUDIT takes of each object's last allocation and free. */
#include "cache/audit.h"

#include <inttypes.h>

#include "base/os.h"
#include "base/stacks.h"
#include "base/thread_number.h"

static struct slabi_event
event_now(const struct slabi_debug *debug, const void *caller)
{
	return (struct slabi_event){
		.stack = slabi_stacks_here((unsigned)debug->options.frames,
		    caller),
		.time = (uint32_t)(slabi_debug_now() - debug->began),
		.thread = slabi_thread_number(),
	};
}

void
slabi_audit_alloc(const struct slabi_debug *debug, struct slabi_audit *note,
    const void *caller)
{
	note->alloc = event_now(debug, caller);
}

void
slabi_audit_free(const struct slabi_debug *debug, struct slabi_audit *note,
    const void *caller)
{
	note->free = event_now(debug, caller);
}

const struct slabi_audit *
slabi_audit_of(const struct slab_cache *cache, const void *object)
{
	if (!cache->debug || !(cache->debug->options.flags & SLAB_DEBUG_AUDIT))
		return NULL;
	return cache->path->note(cache, object);
}

uint64_t
slabi_audit_age(const struct slabi_debug *debug,
    const struct slabi_event *event)
{
	return (uint32_t)(slabi_debug_now() - debug->began - event->time);
}

static void
report_event(struct slabi_report *report, const struct slabi_debug *debug,
    const struct slabi_event *event, const char *what)
{
	uint64_t age = slabi_audit_age(debug, event);
	char heading[96];
	size_t depth;
	const void *const *frames = slabi_stacks_frames(event->stack, &depth);

	if (event->thread == 0)
		return;
	snprintf(heading, sizeof(heading), "%s %" PRIu64 ".%u s ago by thread "
	    "%" PRIu32 ":", what, age / 1000, (unsigned)(age % 1000 / 100),
	    event->thread);
	slabi_report_stack(report, heading, frames, depth);
}

void
slabi_audit_report(struct slabi_report *report, const struct slab_cache *cache,
    const void *object)
{
	const struct slabi_audit *audit = slabi_audit_of(cache, object);

	if (!audit)
		return;
	report->misuse.alloc_stack = slabi_stacks_frames(audit->alloc.stack,
	    &report->misuse.alloc_depth);
	report->misuse.free_stack = slabi_stacks_frames(audit->free.stack,
	    &report->misuse.free_depth);
	report_event(report, cache->debug, &audit->alloc, "allocated");
	report_event(report, cache->debug, &audit->free, "freed");
}
