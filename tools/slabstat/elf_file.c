/* SPDX-License-Identifier: MIT */
/* Owns the layout of ELF files. */
#include "elf_file.h"

#include <elf.h>
#include <string.h>

static bool
order_is_ours(unsigned char order)
{
	const uint16_t one = 1;
	unsigned char first;

	memcpy(&first, &one, 1);
	return order == (first ? ELFDATA2LSB : ELFDATA2MSB);
}

bool
elf_read_header(const unsigned char *bytes, struct elf_header *header,
    bool *other_order)
{
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;

	*other_order = false;
	if (memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return false;
	*other_order = !order_is_ours(bytes[EI_DATA]);
	if (*other_order)
		return false;
	if (bytes[EI_CLASS] == ELFCLASS64) {
		memcpy(&wide, bytes, sizeof(wide));
		*header = (struct elf_header){ true, wide.e_type, wide.e_phoff,
		    wide.e_phentsize, wide.e_phnum };
		return wide.e_phentsize == sizeof(Elf64_Phdr);
	}
	if (bytes[EI_CLASS] != ELFCLASS32)
		return false;
	memcpy(&narrow, bytes, sizeof(narrow));
	*header = (struct elf_header){ false, narrow.e_type, narrow.e_phoff,
	    narrow.e_phentsize, narrow.e_phnum };
	return narrow.e_phentsize == sizeof(Elf32_Phdr);
}

void
elf_read_program(const unsigned char *bytes, bool wide,
    struct elf_program *program)
{
	Elf64_Phdr big;
	Elf32_Phdr small;

	if (wide) {
		memcpy(&big, bytes, sizeof(big));
		*program = (struct elf_program){ big.p_type, big.p_offset,
		    big.p_vaddr, big.p_filesz, big.p_memsz };
	} else {
		memcpy(&small, bytes, sizeof(small));
		*program = (struct elf_program){ small.p_type, small.p_offset,
		    small.p_vaddr, small.p_filesz, small.p_memsz };
	}
}
