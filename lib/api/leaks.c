/* SPDX-License-Identifier: MIT */
/* Owns what SLAB_DEBUG=leaks prints when the program ends. */
#include "api/environment.h"
#include "api/registry.h"

static void
look_at_nothing(const slab_cache *cache, void *arg)
{
	(void)cache;
	(void)arg;
}

/* The exit status stays what it is. */
__attribute__((destructor)) static void
report_all_leaks(void)
{
	struct slabi_walk walk = { 0 };
	slab_cache *cache;

	if (slabi_environment_wants_leaks())
		while ((cache = slabi_registry_next(&walk, look_at_nothing,
		    NULL)))
			slab_report_leaks(cache, stderr);
	slabi_environment_report_unused();
}
