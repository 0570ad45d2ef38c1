/* SPDX-License-Identifier: MIT */
/* What AUDIT knows of an object: where and when it was used last. */
#ifndef SLABI_AUDIT_H
#define SLABI_AUDIT_H

#include "base/report.h"
#include "cache/debug.h"

/* Note that an object is allocated, or freed, by a call from `caller`. */
void slabi_audit_alloc(const struct slabi_debug *debug,
    struct slabi_audit *note, const void *caller);
void slabi_audit_free(const struct slabi_debug *debug,
    struct slabi_audit *note, const void *caller);
/* Returns what is known of an object, or NULL where nothing is. */
const struct slabi_audit *slabi_audit_of(const struct slab_cache *cache,
    const void *object);
/* Add it to a report. */
void slabi_audit_report(struct slabi_report *report,
    const struct slab_cache *cache, const void *object);
/* Returns how long ago an event was, in ms. */
uint64_t slabi_audit_age(const struct slabi_debug *debug,
    const struct slabi_event *event);

#endif
