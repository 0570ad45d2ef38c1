/* SPDX-License-Identifier: MIT */
/* Owns what processes and cores have in common. */
#include "target.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

bool
target_fail(struct target *target, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(target->error, sizeof(target->error), format, arguments);
	va_end(arguments);
	return false;
}

bool
target_add_region(struct target *target, struct region region)
{
	struct region *more;

	if (target->count % 256 == 0) {
		more = realloc(target->regions, (target->count + 256) *
		    sizeof(*more));
		if (!more)
			return target_fail(target, "there is no memory");
		target->regions = more;
	}
	target->regions[target->count++] = region;
	return true;
}

void
target_close(struct target *target)
{
	target_resume(target);
	if (target->memory >= 0)
		close(target->memory);
	if (target->pagemap >= 0)
		close(target->pagemap);
	free(target->regions);
	target->regions = NULL;
	target->count = 0;
}

/* Returns the region of a core in which an address lies, or NULL. */
static const struct region *
find_region(const struct target *target, uint64_t address)
{
	size_t i;

	for (i = 0; i < target->count; i++)
		if (address >= target->regions[i].start &&
		    address < target->regions[i].end)
			return &target->regions[i];
	return NULL;
}

static bool
read_core(struct target *target, uint64_t address, char *to, size_t size)
{
	while (size > 0) {
		const struct region *region = find_region(target, address);
		size_t some;
		ssize_t got;

		if (!region)
			return target_fail(target,
			    "0x%llx is not in the core",
			    (unsigned long long)address);
		some = region->end - address < size ?
		    (size_t)(region->end - address) : size;
		got = pread(target->memory, to, some, (off_t)(region->offset +
		    (address - region->start)));
		if (got <= 0)
			return target_fail(target, "the core has been cut off");
		to += got;
		address += (uint64_t)got;
		size -= (size_t)got;
	}
	return true;
}

static bool
read_process(struct target *target, uint64_t address, char *to, size_t size)
{
	while (size > 0) {
		struct iovec here = { to, size };
		struct iovec there = { (void *)(uintptr_t)address, size };
		ssize_t got = process_vm_readv(target->process, &here, 1,
		    &there, 1, 0);

		if (got < 0 && errno == ENOSYS)
			got = pread(target->memory, to, size, (off_t)address);
		if (got <= 0)
			return target_fail(target, errno == ESRCH ?
			    "%s has ended" : errno == EPERM ?
			    "you may not look into %s" :
			    "memory of %s cannot be read", target->name);
		to += got;
		address += (uint64_t)got;
		size -= (size_t)got;
	}
	return true;
}

bool
target_read(struct target *target, uint64_t address, void *to, size_t size)
{
	if (address > UINT64_MAX - size)
		return target_fail(target, "0x%llx is no address",
		    (unsigned long long)address);
	if (target->process == 0)
		return read_core(target, address, to, size);
	if (address > UINTPTR_MAX - size)
		return target_fail(target, "0x%llx is no address here",
		    (unsigned long long)address);
	return read_process(target, address, to, size);
}

/* In pieces that do not cross a page, as the next one may not be there. */
bool
target_read_string(struct target *target, uint64_t address, char *to,
    size_t room)
{
	size_t length = 0;

	while (length < room - 1) {
		size_t piece = 256 - (size_t)((address + length) % 256);

		if (piece > room - 1 - length)
			piece = room - 1 - length;
		if (!target_read(target, address + length, to + length, piece))
			break;
		if (memchr(to + length, '\0', piece))
			return true;
		length += piece;
	}
	to[length] = '\0';
	return length > 0;
}

/* Returns the bytes of [start, end) that a core has. */
static uint64_t
dumped(const struct target *target, uint64_t start, uint64_t end)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < target->count; i++) {
		const struct region *region = &target->regions[i];
		uint64_t from = region->start > start ? region->start : start;
		uint64_t to = region->end < end ? region->end : end;

		if (from < to)
			bytes += to - from;
	}
	return bytes;
}

static bool
read_pagemap(struct target *target, uint64_t start, uint64_t end,
    uint64_t *bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), at = start;
	uint64_t entries[512];

	while (at < end) {
		uint64_t first = at / page;
		size_t n = (size_t)((end - 1) / page - first + 1), i;

		n = n < 512 ? n : 512;
		if (pread(target->pagemap, entries, n * sizeof(*entries),
		    (off_t)(first * sizeof(*entries))) !=
		    (ssize_t)(n * sizeof(*entries)))
			return target_fail(target, "the pages of %s cannot be "
			    "looked at", target->name);
		for (i = 0; i < n; i++) {
			uint64_t next = (first + i + 1) * page;

			next = next < end ? next : end;
			*bytes += entries[i] >> 63 ? next - at : 0;
			at = next;
		}
	}
	return true;
}

bool
target_resident(struct target *target, uint64_t address, uint64_t size,
    uint64_t *bytes)
{
	if (size > UINT64_C(1) << 46 || address > UINT64_MAX - size)
		return target_fail(target, "a block of %llu bytes is no block",
		    (unsigned long long)size);
	if (target->process != 0)
		return read_pagemap(target, address, address + size, bytes);
	*bytes += dumped(target, address, address + size);
	return true;
}
