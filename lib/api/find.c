/* SPDX-License-Identifier: MIT */
/* Owns the calls that lead from an object to its cache. */
#include "cache/cache.h"
#include "cache/misuse.h"
#include "slab/directory.h"

slab_cache *
slab_cache_of(const void *address)
{
	return slabi_directory_find(address);
}

static _Noreturn void
report_stranger(const void *address)
{
	struct slabi_report report;

	slabi_report_begin(&report, SLAB_MISUSE_FOREIGN, NULL, NULL);
	report.misuse.address = address;
	slabi_report_line(&report, "free of 0x%jx, which is not from any cache",
	    (uintmax_t)(uintptr_t)address);
	slabi_report_send(&report);
	slabi_misuse_whose(&report, NULL, address);
	slabi_report_end(&report);
}

void
slab_free_any(void *object)
{
	slab_cache *cache = slab_cache_of(object);

	if (cache)
		slab_free(cache, object);
	else if (object)
		report_stranger(object);
}
