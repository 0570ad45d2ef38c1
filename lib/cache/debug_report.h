/* SPDX-License-Identifier: MIT */
/* What is reported of a debugged cache. */
#ifndef SLABI_DEBUG_REPORT_H
#define SLABI_DEBUG_REPORT_H

#include "cache/debug.h"
#include "cache/zones.h"

/* An address was freed that is not that of a live object. */
_Noreturn void slabi_debug_report_free(const struct slab_cache *cache,
    const void *address);
/* A byte has been written that is not the program's; it is mended. */
_Noreturn void slabi_debug_report_fault(const struct slab_cache *cache,
    struct slabi_place place, int state, const struct slabi_fault *fault);

#endif
