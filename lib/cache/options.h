/* SPDX-License-Identifier: MIT */
/* How a cache is debugged: what its builder and SLAB_DEBUG ask for. */
#ifndef SLABI_OPTIONS_H
#define SLABI_OPTIONS_H

#include <slab.h>

#include "base/tools.h"

struct slabi_options {
	unsigned flags;       /* SLAB_DEBUG_* */
	enum slabi_tool tool; /* that watches the cache */
	bool in_slabs;        /* objects have to lie in slabs */
	bool copy;            /* POISON keeps copies of constructed objects */
	size_t redzone;       /* bytes on either side of an object */
	size_t frames;        /* of a call stack */
	size_t quarantine;    /* bytes of objects that are held back */
	size_t sample;        /* one of so many objects is guarded */
	size_t fail;          /* one of so many allocations fails */
};

#define SLABI_OPTIONS_DEFAULT { \
	.redzone = 16, .frames = 16, .quarantine = (size_t)1 << 20, \
	.sample = 20000, .fail = 100 }

#endif
