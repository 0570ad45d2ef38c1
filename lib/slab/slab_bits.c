/* SPDX-License-Identifier: MIT */
/* Owns the bits of one slab: which objects are free, which are constructed. */
#include "slab/slab_bits.h"

/* Returns where a word of constructed bits is. */
static uint64_t *
constructed_bits(const struct slab *slab, const struct slabi_geometry *geometry,
    size_t word)
{
	return slabi_slab_bits(slab, geometry, word) + 1;
}

/* Note that objects [first, end) are touched. */
static void
set_touched(struct slab *slab, size_t first, size_t end)
{
	size_t region;

	for (region = first >> SLABI_REGION_SHIFT;
	    region << SLABI_REGION_SHIFT < end; region++)
		slab->touched[region] = true;
}

void
slabi_slab_init(struct slab *slab, const struct slabi_geometry *geometry,
    void *block)
{
	uint32_t i;

	assert(slabi_geometry_slab(geometry, (uintptr_t)block) == slab);
	*slab = (struct slab){
		.block = block,
		.swept_in_use = SLABI_NOT_SWEPT,
	};
	for (i = 0; i < (geometry->words + 63) / 64 + geometry->purge_words;
	    i++)
		slab->summary[i] = 0;
	set_touched(slab, 0, geometry->objects);
}

uint64_t
slabi_slab_constructed_word(const struct slab *slab,
    const struct slabi_geometry *geometry, uint32_t word)
{
	return word < slabi_slab_ready_words(slab) ?
	    *constructed_bits(slab, geometry, word) : 0;
}

bool
slabi_slab_prepare_bits(struct slab *slab,
    const struct slabi_geometry *geometry, size_t index)
{
	uint32_t word = slabi_slab_ready_words(slab);

	if (index >= slab->carved)
		return false;
	for (; word <= index / 64; word++) {
		*slabi_slab_bits(slab, geometry, word) = 0;
		if (geometry->has_ctor_bits)
			*constructed_bits(slab, geometry, word) = 0;
	}
	slab->bits_ready = slabi_max(slab->bits_ready,
	    slabi_min((index / 64 + 1) * 64, slab->carved));
	assert(slab->bits_ready <= slab->carved); /* I1 */
	return true;
}

/* Clear the bits above a word of free bits that has become 0. */
static void
clear_above(struct slab *slab, uint32_t word)
{
	slab->summary[word / 64] &= ~(UINT64_C(1) << word % 64);
	if (slab->summary[word / 64] == 0)
		slab->top &= ~(UINT64_C(1) << word / 64);
}

/* Hand out `n` objects that are next to each other: four at a time. */
static struct slabi_sink
hand_out(const struct slabi_geometry *geometry, char *object, size_t n,
    struct slabi_sink to)
{
	size_t stride = geometry->stride;

	to.left -= n;
	for (; n >= 4; n -= 4) {
		to.next[0] = object;
		to.next[to.step] = object + stride;
		to.next[2 * to.step] = object + 2 * stride;
		to.next[3 * to.step] = object + 3 * stride;
		to.next += 4 * to.step;
		object += 4 * stride;
	}
	for (; n > 0; n--) {
		*to.next = object;
		to.next += to.step;
		object += stride;
	}
	return to;
}

/* Take objects of a word, whose first is `object`.  Returns the bits left. */
static inline uint64_t
take_word(const struct slabi_geometry *geometry, char *object, uint64_t bits,
    struct slabi_sink *to)
{
	if (bits == ~UINT64_C(0) && to->left >= 64) {
		*to = hand_out(geometry, object, 64, *to);
		return 0;
	}
	for (; bits != 0 && to->left > 0; to->left--) {
		*to->next = object + slabi_lowest_bit(bits) * geometry->stride;
		to->next += to->step;
		bits &= bits - 1;
	}
	return bits;
}

/* Take objects of a region, whose summary word is not 0. */
static inline void
take_region(struct slab *slab, const struct slabi_geometry *geometry,
    uint32_t region, struct slabi_sink *to)
{
	uint64_t words = slab->summary[region];

	/* Leave the last few: words are best taken whole. */
	do {
		uint32_t word = region * 64 + slabi_lowest_bit(words);
		uint64_t *place = slabi_slab_bits(slab, geometry, word);
		uint64_t bits = geometry->has_ctor_bits ?
		    *place & place[1] : *place;

		*place ^= bits ^ take_word(geometry, slabi_slab_object(slab,
		    geometry, (size_t)word * 64), bits, to);
		if (*place != 0)
			break;
		words &= words - 1;
	} while (words != 0 && to->left >= 64);
	slab->summary[region] = words;
	slab->touched[region] = true;
}

size_t
slabi_slab_take(struct slab *slab, const struct slabi_geometry *geometry,
    struct slabi_sink *sink)
{
	struct slabi_sink to = *sink;
	size_t taken;

	while (slab->top != 0) {
		uint32_t region = slabi_lowest_bit(slab->top);

		take_region(slab, geometry, region, &to);
		if (slab->summary[region] != 0)
			break;
		slab->top &= slab->top - 1;
		if (to.left < 64)
			break;
	}
	taken = sink->left - to.left;
	slab->in_use += (uint32_t)taken;
	*sink = to;
	assert(slab->in_use <= slab->carved); /* I1 */
	slabi_slab_verify(slab, geometry);
	return taken;
}

struct slabi_taken
slabi_slab_take_one(struct slab *slab, const struct slabi_geometry *geometry)
{
	uint32_t region = slabi_lowest_bit(slab->top);
	uint32_t word = region * 64 + slabi_lowest_bit(slab->summary[region]);
	uint64_t *place = slabi_slab_bits(slab, geometry, word);
	uint64_t ready = geometry->has_ctor_bits ? *place & place[1] : *place;
	size_t index = (size_t)word * 64 +
	    slabi_lowest_bit(ready != 0 ? ready : *place);

	assert(slab->top != 0 && *place != 0); /* I2 */
	*place ^= UINT64_C(1) << index % 64;
	if (*place == 0)
		clear_above(slab, word);
	slab->touched[region] = true;
	slab->in_use++;
	slabi_slab_verify(slab, geometry);
	return (struct slabi_taken){
		.object = slabi_slab_object(slab, geometry, index),
		.slab = slab,
		.index = index,
		.raw = ready == 0,
	};
}

size_t
slabi_slab_carve(struct slab *slab, const struct slabi_geometry *geometry,
    size_t n, struct slabi_sink *sink)
{
	n = slabi_min(n, geometry->objects - slab->carved);
	*sink = hand_out(geometry, slabi_slab_object(slab, geometry,
	    slab->carved), n, *sink);
	set_touched(slab, slab->carved, slab->carved + n);
	slab->carved += (uint32_t)n;
	slab->in_use += (uint32_t)n;
	assert(slab->carved <= geometry->objects); /* I1 */
	slabi_slab_verify(slab, geometry);
	return n;
}

/* Put a run back; `has_ctor_bits` is a constant where this is inlined. */
static inline __attribute__((always_inline)) size_t
put_run(struct slab *slab, struct slabi_geometry geometry, bool has_ctor_bits,
    size_t n, void *const *objects)
{
	size_t bits_ready = slab->bits_ready;
	size_t i;

	geometry.bits_size = slabi_geometry_bits_size(has_ctor_bits);
	for (i = 0; i < n; i++) {
		size_t index = slabi_slab_index(slab, &geometry, objects[i]);

		if (index >= bits_ready ||
		    !slabi_slab_set_free(slab, &geometry, index))
			break;
	}
	assert(slab->in_use >= i); /* I1 */
	slab->in_use -= (uint32_t)i;
	return i;
}

size_t
slabi_slab_put_run(struct slab *slab, const struct slabi_geometry *geometry,
    size_t n, void *const *objects)
{
	if (geometry->has_ctor_bits)
		return put_run(slab, *geometry, true, n, objects);
	return put_run(slab, *geometry, false, n, objects);
}

void
slabi_slab_put_all(struct slab *slab, const struct slabi_geometry *geometry)
{
	uint32_t words = (slab->carved + 63) / 64;
	uint32_t word;

	if (words == 0)
		return;
	slabi_slab_prepare_bits(slab, geometry, slab->carved - 1);
	for (word = 0; word < words; word++) {
		*slabi_slab_bits(slab, geometry, word) = ~UINT64_C(0);
		slabi_slab_set_above(slab, word);
	}
	if (slab->carved % 64 != 0)
		*slabi_slab_bits(slab, geometry, words - 1) =
		    slabi_low_bits(slab->carved % 64);
	slab->in_use = 0;
	slabi_slab_verify(slab, geometry);
}

void
slabi_slab_set_constructed(struct slab *slab,
    const struct slabi_geometry *geometry, size_t index, bool constructed)
{
	uint32_t word = (uint32_t)(index / 64);
	uint64_t bit = UINT64_C(1) << index % 64;

	assert(geometry->has_ctor_bits && index < slab->carved); /* I3 */
	slabi_slab_prepare_bits(slab, geometry, index);
	if (constructed)
		*constructed_bits(slab, geometry, word) |= bit;
	else
		*constructed_bits(slab, geometry, word) &= ~bit;
}

bool
slabi_slab_is_constructed(const struct slab *slab,
    const struct slabi_geometry *geometry, size_t index)
{
	uint32_t word = (uint32_t)(index / 64);

	return slabi_slab_constructed_word(slab, geometry, word) >>
	    index % 64 & 1;
}

/* Returns whether I2 holds for one word of free bits. */
static bool
summary_holds(const struct slab *slab, const struct slabi_geometry *geometry,
    uint32_t word)
{
	bool word_set = slabi_slab_free_word(slab, geometry, word) != 0;
	bool summary_set = slab->summary[word / 64] >> word % 64 & 1;
	bool top_set = slab->top >> word / 64 & 1;

	return word_set == summary_set &&
	    top_set == (slab->summary[word / 64] != 0);
}

const char *
slabi_slab_check(const struct slab *slab,
    const struct slabi_geometry *geometry)
{
	size_t free_count = 0;
	uint32_t word;

	if (slab->carved > geometry->objects)
		return "the watermark is above the last object";
	if (slab->bits_ready > slab->carved)
		return "bits are above the watermark";
	for (word = 0; word < geometry->words; word++) {
		uint64_t bits = slabi_slab_free_word(slab, geometry, word);
		uint64_t constructed = geometry->has_ctor_bits ?
		    slabi_slab_constructed_word(slab, geometry, word) : 0;
		uint32_t start = word * 64;
		uint64_t valid = slab->carved <= start ? 0 :
		    slabi_low_bits(slab->carved - start);

		if ((bits | constructed) & ~valid)
			return "a bit above the watermark is set";
		if (!summary_holds(slab, geometry, word))
			return "the summary does not agree with the bitmap";
		free_count += slabi_count_bits(bits);
	}
	if (slab->in_use + free_count != slab->carved)
		return "objects in use and free do not add up";
	return NULL;
}
