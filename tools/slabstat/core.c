/* SPDX-License-Identifier: MIT */
/* Owns the way into a core file. */
#include "target.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_file.h"

static bool
read_file(struct target *target, uint64_t offset, void *to, size_t size)
{
	return offset <= INT64_MAX && pread(target->memory, to, size,
	    (off_t)offset) == (ssize_t)size;
}

static bool
read_segments(struct target *target, const struct elf_header *header)
{
	unsigned i;

	for (i = 0; i < header->program_count; i++) {
		unsigned char bytes[ELF_PROGRAM_SIZE];
		struct elf_program program;

		if (!read_file(target, header->programs +
		    (uint64_t)i * header->program_size, bytes,
		    header->program_size))
			return target_fail(target, "%s has been cut off",
			    target->name);
		elf_read_program(bytes, header->wide, &program);
		if (program.type != PT_LOAD || program.file_size == 0 ||
		    program.address > UINT64_MAX - program.file_size ||
		    program.offset > INT64_MAX - program.file_size)
			continue;
		if (!target_add_region(target, (struct region){
		    program.address, program.address + program.file_size,
		    program.offset, true }))
			return false;
	}
	return true;
}

static bool
read_core_file(struct target *target)
{
	unsigned char bytes[ELF_HEADER_SIZE] = { 0 };
	struct elf_header header;
	bool other_order;

	if (pread(target->memory, bytes, sizeof(bytes), 0) < 52)
		return target_fail(target, "%s is no core file", target->name);
	if (elf_read_header(bytes, &header, &other_order) &&
	    header.type == ET_CORE)
		return read_segments(target, &header);
	return target_fail(target, other_order ? "%s is of a machine with "
	    "another byte order" : "%s is no core file", target->name);
}

bool
target_open_core(struct target *target, const char *path)
{
	*target = (struct target){ .memory = -1, .pagemap = -1 };
	strncat(target->name, path, sizeof(target->name) - 1);
	target->memory = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (target->memory < 0)
		return target_fail(target, "%s cannot be opened: %s",
		    target->name, strerror(errno));
	if (read_core_file(target))
		return true;
	target_close(target);
	return false;
}
