/* SPDX-License-Identifier: MIT */
/* Owns memory straight from the operating system; the same on every one. */
#include <errno.h>

#include "backing/backing.h"
#include "base/error.h"
#include "base/os.h"

static void *
mmap_alloc(void *arg, size_t size, size_t align)
{
	(void)arg;
	return slabi_os.reserve(size, align);
}

static void
mmap_free(void *arg, void *block, size_t size)
{
	(void)arg;
	slabi_os.release(block, size);
}

bool
slabi_backing_mmap(struct slabi_backing *backing)
{
	if (!slabi_os.reserve) {
		slabi_fail(ENOTSUP, "there is no memory of a system's here");
		return false;
	}
	*backing = (struct slabi_backing){
		.calls.alloc = mmap_alloc,
		.calls.free = mmap_free,
		.maps = true,
		.unit = slabi_os.page_size,
		.meta_unit = slabi_os.page_size,
	};
	slabi_backing_set_paged(backing);
	return true;
}
