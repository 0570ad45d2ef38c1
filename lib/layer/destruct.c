/* SPDX-License-Identifier: MIT */
/* Owns which objects the destructor sees before their memory goes. */
#include "layer/destruct.h"

#include <assert.h>

#include "base/arith.h"

void
slabi_destruct_word(struct slabi_layer *layer, struct slab *slab,
    uint32_t word, uint64_t mask)
{
	const struct slabi_geometry *geometry = &layer->system.geometry;
	uint64_t bits = slabi_slab_constructed_word(slab, geometry, word) &
	    mask;

	for (; bits != 0; bits &= bits - 1) {
		size_t index = word * 64 + slabi_lowest_bit(bits);

		assert(slabi_slab_state(slab, geometry, index) ==
		    SLABI_FREE); /* I7 */
		if (layer->watch)
			layer->watch->ending(layer, slab, index, false);
		/* First, as the destructor may not return. */
		slabi_slab_set_constructed(slab, geometry, index, false);
		slabi_life_end(&layer->life,
		    slabi_slab_object(slab, geometry, index));
		if (layer->watch)
			layer->watch->ending(layer, slab, index, true);
	}
}

void
slabi_destruct_range(struct slabi_layer *layer, struct slab *slab,
    size_t first, size_t end)
{
	if (!layer->system.geometry.has_ctor_bits)
		return;
	while (first < end) {
		size_t n = slabi_min(64 - first % 64, end - first);

		slabi_destruct_word(layer, slab, (uint32_t)(first / 64),
		    slabi_low_bits(n) << first % 64);
		first += n;
	}
}
