/* SPDX-License-Identifier: MIT */
/* ELF files of 32 and 64 bits, as far as slabstat has to understand them. */
#ifndef SLABSTAT_ELF_FILE_H
#define SLABSTAT_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_header {
	bool wide; /* 64 bits */
	unsigned type;
	uint64_t programs;     /* where the program headers are */
	unsigned program_size; /* bytes of one */
	unsigned program_count;
};

struct elf_program {
	unsigned type;
	uint64_t offset, address, file_size, memory_size;
};

#define ELF_HEADER_SIZE 64  /* bytes, at most */
#define ELF_PROGRAM_SIZE 56

/*
 * Reads the first bytes of a file.  Returns false if it is no ELF file, or
 * none of this machine's byte order: then `*other_order` is set.
 */
bool elf_read_header(const unsigned char *bytes, struct elf_header *header,
    bool *other_order);
void elf_read_program(const unsigned char *bytes, bool wide,
    struct elf_program *program);

#endif
