/* SPDX-License-Identifier: MIT */
/* Small arithmetic on sizes and on words of bits. */
#ifndef SLABI_ARITH_H
#define SLABI_ARITH_H

#include <stddef.h>
#include <stdint.h>

#define SLABI_LINE 64 /* bytes of a cache line */

static inline size_t
slabi_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t
slabi_max(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Returns `x` rounded up to a multiple of a power of two. */
static inline size_t
slabi_round_up(size_t x, size_t power)
{
	return (x + power - 1) & ~(power - 1);
}

/* Returns `x` rounded down to a multiple of a power of two. */
static inline size_t
slabi_round_down(size_t x, size_t power)
{
	return x & ~(power - 1);
}

/* Returns the smallest power of two that is not below `x`. */
static inline size_t
slabi_power_above(size_t x)
{
	size_t power = 1;

	while (power < x && power <= SIZE_MAX / 2)
		power *= 2;
	return power;
}

/* Returns the largest power of two that is not above `x`, which is not 0. */
static inline size_t
slabi_power_below(size_t x)
{
	size_t power = 1;

	while (power <= x / 2)
		power *= 2;
	return power;
}

/* Returns the logarithm of a power of two. */
static inline unsigned
slabi_log2(size_t power)
{
	unsigned log = 0;

	while (power >>= 1)
		log++;
	return log;
}

/* Returns a word with its `n` lowest bits set. */
static inline uint64_t
slabi_low_bits(size_t n)
{
	return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/* Return the number of the lowest or highest bit of a word that is not 0. */
static inline uint32_t
slabi_lowest_bit(uint64_t bits)
{
	return (uint32_t)__builtin_ctzll(bits);
}

static inline uint32_t
slabi_highest_bit(uint32_t bits)
{
	return 31 - (uint32_t)__builtin_clz(bits);
}

/* Returns how many bits of a word are set. */
static inline size_t
slabi_count_bits(uint64_t bits)
{
	return (size_t)__builtin_popcountll(bits);
}

#endif
