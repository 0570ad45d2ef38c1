/* SPDX-License-Identifier: MIT */
/* Memory that is filled with one byte, and whether it still is. */
#ifndef SLABI_PATTERN_H
#define SLABI_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SLABI_ZONE_LIVE 0xbb  /* beside a live object */
#define SLABI_ZONE_FREE 0xcc  /* beside a free one */
#define SLABI_BODY_FRESH 0xa5 /* an object that is handed out */
#define SLABI_BODY_FREE 0x6b  /* a free one */

static inline uint64_t
slabi_pattern_load(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline void
slabi_pattern_fill(void *memory, unsigned char byte, size_t size)
{
	uint64_t word = byte * UINT64_C(0x0101010101010101);
	unsigned char *at = memory;

	if (size > 256 || size < sizeof(word)) {
		memset(memory, byte, size);
		return;
	}
	for (; size > sizeof(word); at += sizeof(word), size -= sizeof(word))
		memcpy(at, &word, sizeof(word));
	memcpy(at + size - sizeof(word), &word, sizeof(word));
}

static inline bool
slabi_pattern_holds(const void *memory, unsigned char byte, size_t size)
{
	uint64_t word = byte * UINT64_C(0x0101010101010101), wrong = 0;
	const unsigned char *at = memory;

	if (size > 256 || size < sizeof(word))
		return size == 0 || (*at == byte &&
		    memcmp(at, at + 1, size - 1) == 0);
	for (; size > sizeof(word); at += sizeof(word), size -= sizeof(word))
		wrong |= slabi_pattern_load(at) ^ word;
	wrong |= slabi_pattern_load(at + size - sizeof(word)) ^ word;
	return wrong == 0;
}

#endif
