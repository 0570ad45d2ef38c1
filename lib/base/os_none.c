/* SPDX-License-Identifier: MIT */
/*
 * Owns what there is without an operating system: one thread, no process, no
 * clock, and no memory but the program's own.  The page size is only a unit,
 * which configure was given.
 */
#ifdef SLABI_NO_OS

#include "base/format.h"
#include "base/frames.h"
#include "base/lock.h"
#include "base/os.h"
#include "base/os_look.h"
#include "base/report_out.h"
#include "base/stacks.h"
#include "base/thread.h"
#include "base/thread_number.h"

static bool
never(void *pages, size_t size)
{
	(void)pages;
	(void)size;
	return false;
}

static bool
no_clock(uint64_t *milliseconds)
{
	(void)milliseconds;
	return false;
}

struct slabi_os slabi_os = {
	.purge = never,
	.huge = never,
	.no_huge = never,
	.now = no_clock,
	.page_size = SLABI_PAGE_SIZE,
	.granule = SLABI_PAGE_SIZE,
};

void
slabi_os_start(void)
{
}

void
slabi_os_name_pages(void *pages, size_t size, const char *name)
{
	(void)pages;
	(void)size;
	(void)name;
}

void
slabi_os_dump(void *pages, size_t size, bool dump)
{
	(void)pages;
	(void)size;
	(void)dump;
}

void
slabi_lock(enum slabi_lock lock)
{
	(void)lock;
}

void
slabi_unlock(enum slabi_lock lock)
{
	(void)lock;
}

bool
slabi_try_lock(enum slabi_lock lock)
{
	(void)lock;
	return true;
}

unsigned
slabi_lock_generation(void)
{
	return 0;
}

uint32_t
slabi_thread_number(void)
{
	return 1;
}

/* Call stacks are not known. */
int
slabi_stacks_begin(void)
{
	return -1;
}

uint32_t
slabi_stacks_here(unsigned frames, const void *caller)
{
	(void)frames;
	(void)caller;
	return 0;
}

const void *const *
slabi_stacks_frames(uint32_t number, size_t *depth)
{
	(void)number;
	*depth = 0;
	return NULL;
}

/* No other thread needs its own. */
struct slabi_thread slabi_thread_late, slabi_thread_ended;
static struct slabi_thread the_thread;
struct slabi_thread *slabi_self = &the_thread;

struct slabi_thread *
slabi_thread_claim(void)
{
	return slabi_self;
}

/* Reports have no way out but the handlers of the program. */
void
slabi_report_write(const char *text, size_t size)
{
	(void)text;
	(void)size;
}

bool
slabi_report_set_log(const char *path)
{
	return !path;
}

struct slabi_ids
slabi_report_ids(void)
{
	return (struct slabi_ids){ 0, 0 };
}

const char *
slabi_frame_name(const void *address, char *out, size_t room)
{
	slabi_format(out, room, "0x%jx", (uintmax_t)(uintptr_t)address);
	return out;
}

#endif
