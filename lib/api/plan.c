/* SPDX-License-Identifier: MIT */
/* Owns the arithmetic between a builder and a cache: sizes, no memory. */
#include "api/plan.h"

#include "base/arith.h"
#include "base/format.h"
#include "base/os.h"
#include "cache/shared.h"

#define KIB ((size_t)1024)

/*
 * Enough rounds that the slab layer is seldom visited, but not more memory than
 * some slabs.  Many more would save the slabs in programs that free and
 * allocate by the 100 thousand, but objects would come in the order of their
 * frees and not of their addresses: walks over lists of them would be several
 * times slower.
 */
static size_t
default_rounds(size_t size, const struct slabi_backing *backing)
{
	size_t rounds = size > 64 * KIB ? 0 :
	    slabi_max(slabi_min(8 * KIB * KIB / size, 1024), 16);

	if (backing->fixed) /* small buffers are for objects */
		rounds = slabi_min(rounds, slabi_buffer_left(backing) / 512);
	return rounds;
}

struct slabi_wish
slabi_plan_wish(const struct slabi_builder *builder,
    const struct slabi_backing *backing)
{
	return (struct slabi_wish){
		.size = builder->size,
		.align = builder->align,
		.slab_size = builder->slab_size,
		.header = sizeof(struct slab),
		.unit = backing->unit,
		.page = slabi_os.page_size,
		.has_ctor_bits = builder->ctor || builder->dtor ||
		    builder->zero || builder->template.at,
		.coloring = builder->coloring,
	};
}

size_t
slabi_plan_rounds(const struct slabi_builder *builder,
    const struct slabi_backing *backing)
{
	if (builder->shared && backing->fixed)
		return 0; /* it is locked by each call */
	return builder->rounds == SLABI_ROUNDS_DEFAULT ?
	    default_rounds(builder->size, backing) : builder->rounds;
}

size_t
slabi_plan_first_rounds(size_t rounds, const struct slabi_backing *backing)
{
	return backing->fixed ? rounds : slabi_min(rounds, SLABI_FIRST_ROUNDS);
}

const char *
slabi_plan_name(const struct slabi_builder *builder,
    char room[static SLABI_NAME_ROOM])
{
	if (builder->name.at)
		return builder->name.at;
	slabi_format(room, SLABI_NAME_ROOM, "size-%zu", builder->size);
	return room;
}

struct slabi_block
slabi_plan_block(const struct slabi_builder *builder, size_t name_size, size_t rounds,
    size_t shared_rounds)
{
	struct slabi_block block;
	size_t template_size = builder->template.at ? builder->size : 0;

	block.template = slabi_round_up(sizeof(slab_cache) + name_size,
	    SLABI_LINE);
	block.words = block.template + slabi_round_up(template_size,
	    SLABI_LINE);
	block.size = block.words + slabi_magazine_words(rounds) *
	    sizeof(void *);
	block.shared = 0;
	if (builder->shared) {
		block.shared = slabi_round_up(block.size, SLABI_LINE);
		block.size = block.shared + slabi_shared_bytes(builder->size,
		    shared_rounds);
	}
	return block;
}
