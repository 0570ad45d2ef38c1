/* SPDX-License-Identifier: MIT */
/* What follows from a builder's settings before any memory is asked for. */
#ifndef SLABI_PLAN_H
#define SLABI_PLAN_H

#include "api/builder.h"
#include "backing/backing.h"
#include "slab/geometry.h"

/* Returns what the builder and the backing ask of a slab. */
struct slabi_wish slabi_plan_wish(const struct slabi_builder *builder,
    const struct slabi_backing *backing);
/* Returns the capacity of the cache's magazine. */
size_t slabi_plan_rounds(const struct slabi_builder *builder,
    const struct slabi_backing *backing);
/* Returns how many of these rounds lie beside the cache from the start. */
size_t slabi_plan_first_rounds(size_t rounds,
    const struct slabi_backing *backing);

/* Room for a name of the library's own making. */
#define SLABI_NAME_ROOM 32
/* Returns the cache's name; `room` holds it where the builder has none. */
const char *slabi_plan_name(const struct slabi_builder *builder,
    char room[static SLABI_NAME_ROOM]);

/* Where the parts of a cache's own block lie, behind the structure itself. */
struct slabi_block {
	size_t template; /* offset of the template */
	size_t words;    /* offset of the magazine */
	size_t shared;   /* offset of what threads share; 0: nothing */
	size_t size;     /* of all of it */
};
struct slabi_block slabi_plan_block(const struct slabi_builder *builder,
    size_t name_size, size_t rounds, size_t shared_rounds);

#endif
