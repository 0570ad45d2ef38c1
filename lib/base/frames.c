/* SPDX-License-Identifier: MIT */
/* Owns how a place in the program's code is named. */
#include "base/frames.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "base/format.h"

/* The last part of a path. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *
slabi_frame_name(const void *address, char *out, size_t room)
{
	/* A return address may be the first byte of the next function. */
	const char *place = (const char *)address - 1;
	Dl_info info;

	if (dladdr((void *)(uintptr_t)place, &info) == 0 || !info.dli_fname)
		slabi_format(out, room, "0x%jx", (uintmax_t)(uintptr_t)address);
	else
		slabi_format(out, room, "%s  [%s+0x%jx]",
		    info.dli_sname ? info.dli_sname : "?",
		    base_name(info.dli_fname), (uintmax_t)((uintptr_t)address -
		    (uintptr_t)info.dli_fbase));
	return out;
}
