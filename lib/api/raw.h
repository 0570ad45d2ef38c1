/* SPDX-License-Identifier: MIT */
/*
 * From fields to figures: what the library computes of its own caches, and
 * slabstat of those of another process.  Only numbers: nothing is followed, and
 * nothing that they say is relied on, as they may be read while they change.
 */
#ifndef SLABI_RAW_H
#define SLABI_RAW_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Every field by its name, and what takes more than reading one. */
struct slabi_raw {
#define FIELD(name, path) uint64_t name;
#define SLAB_FIELD(name, path)
#include "api/fields.def"
#undef FIELD
#undef SLAB_FIELD
	uint64_t rounds;  /* free objects in magazines */
	uint64_t depot_visits;
	uint64_t leaving; /* constructed objects of the slab that is draining */
};

/* Returns the number that is at an address, in the machine's own order. */
static inline uint64_t
slabi_raw_number(const void *at, size_t size)
{
	uint8_t byte;
	uint16_t half;
	uint32_t word;
	uint64_t wide;

	switch (size) {
	case sizeof(byte):
		memcpy(&byte, at, sizeof(byte));
		return byte;
	case sizeof(half):
		memcpy(&half, at, sizeof(half));
		return half;
	case sizeof(word):
		memcpy(&word, at, sizeof(word));
		return word;
	default:
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
}

/* Returns a - b, or 0 if b is larger. */
static inline uint64_t
slabi_raw_rest(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t
slabi_raw_live(const struct slabi_raw *raw)
{
	return slabi_raw_rest(raw->in_use, raw->rounds);
}

/* Free objects that are constructed, or were handed out before. */
static inline uint64_t
slabi_raw_cached(const struct slabi_raw *raw)
{
	uint64_t live = slabi_raw_live(raw);
	uint64_t ready = raw->has_life ? raw->constructed - raw->destructed -
	    raw->leaving : raw->carved;
	uint64_t cached = slabi_raw_rest(ready, live);
	uint64_t room = slabi_raw_rest(raw->slabs * raw->objects, live);

	return cached < room ? cached : room;
}

static inline uint64_t
slabi_raw_partial(const struct slabi_raw *raw)
{
	return slabi_raw_rest(raw->slabs, raw->full + raw->empty);
}

/* The cache itself and its tables. */
static inline uint64_t
slabi_raw_around(const struct slabi_raw *raw)
{
	return raw->block_size + raw->rounds_bytes + raw->map_now_bytes +
	    raw->map_old_bytes + raw->map_next_bytes;
}

static inline uint64_t
slabi_raw_reserved(const struct slabi_raw *raw)
{
	return (raw->slabs + (raw->draining != 0)) * raw->slab_size +
	    slabi_raw_around(raw);
}

/* Of a large magazine no more is written than there ever were objects. */
static inline uint64_t
slabi_raw_touched_rounds(const struct slabi_raw *raw)
{
	uint64_t most = raw->peak * sizeof(uint64_t) + 4096;

	return raw->rounds_bytes < most ? raw->rounds_bytes : most;
}

/*
 * What is written of a slab is its header, and below the watermark the objects
 * and their bits.
 */
static inline uint64_t
slabi_raw_touched(const struct slabi_raw *raw)
{
	uint64_t around = slabi_raw_around(raw) - raw->rounds_bytes +
	    slabi_raw_touched_rounds(raw);

	return slabi_raw_rest(raw->slabs * raw->first + raw->carved *
	    raw->stride + raw->carved * raw->bits_size / 64 +
	    raw->undrained + around, raw->purged);
}

/* Slabs that this period has not needed, one that is going, and idle rounds. */
static inline uint64_t
slabi_raw_idle(const struct slabi_raw *raw)
{
	uint64_t low = raw->empty_low < raw->empty ? raw->empty_low :
	    raw->empty;
	uint64_t slabs = raw->surplus > low ? raw->surplus : low;
	uint64_t each = raw->slabs > 0 ? raw->carved / raw->slabs : 0;

	return (slabs * each + raw->idle_rounds) * raw->stride +
	    (raw->draining != 0 ? raw->undrained : 0);
}

#endif
