/* SPDX-License-Identifier: MIT */
/* Owns the slow model of a cache; see model.h. */
#include "model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define CTOR_ERROR EPROTO
#define BULK 200 /* objects at most in a bulk call */
#define EDGE 96  /* of a big object only so many bytes at each end are used */

enum life { LIFE_NONE, LIFE_MADE, LIFE_OUT, LIFE_FREE, LIFE_GONE };

/* An address at which there is, or was, an object. */
struct place {
	char *object;
	enum life life;
	size_t index;  /* in `live`, when OUT */
	uint64_t seen; /* by which walk over the cache */
};

struct model {
	struct wishes wishes;
	struct memory memory;
	slab_cache *cache;
	uint64_t random;
	unsigned char *template;

	struct place *places; /* a hash table: open addressing, never full */
	size_t places_used, places_mask;
	char **live;
	size_t n_live, live_room;

	uint64_t made, gone, walks;
	size_t reserved; /* allocations cannot fail below so many live */
	bool ctor_failed;
	char *last_freed; /* by the call just made */
};

/* The life of every address ---------------------------------------------- */

static struct place *slot_of(const struct model *model, const char *object)
{
	size_t at = (size_t)support_mix((uintptr_t)object);

	while (model->places[at & model->places_mask].object != NULL &&
	    model->places[at & model->places_mask].object != object)
		at++;
	return &model->places[at & model->places_mask];
}

static void set_places(struct model *model, size_t room)
{
	model->places = calloc(room, sizeof(*model->places));
	REQUIRE(model->places != NULL);
	model->places_mask = room - 1;
}

static void grow_places(struct model *model)
{
	struct place *old = model->places;
	size_t room = model->places_mask + 1;

	set_places(model, room * 2);
	for (size_t i = 0; i < room; i++)
		if (old[i].object != NULL)
			*slot_of(model, old[i].object) = old[i];
	free(old);
}

static struct place *place_of(struct model *model, char *object)
{
	struct place *place = slot_of(model, object);

	if (place->object == NULL) {
		if (++model->places_used * 2 > model->places_mask) {
			grow_places(model);
			place = slot_of(model, object);
		}
		place->object = object;
	}
	return place;
}

/* The hash that an object carries ---------------------------------------- */

static size_t edge_of(const struct model *model)
{
	return model->wishes.size < 2 * EDGE ? model->wishes.size : EDGE;
}

/* What an object of that life has at its ends. */
static void image_of(const char *object, enum life life, char *image)
{
	uint64_t hash = support_mix((uintptr_t)object * 8 + life);

	for (size_t i = 0; i < 2 * EDGE; i += sizeof(hash), hash++)
		memcpy(image + i, &hash, sizeof(hash));
}

static void stamp(struct model *model, char *object, enum life life)
{
	char image[2 * EDGE];
	size_t edge = edge_of(model);

	image_of(object, life, image);
	memcpy(object + model->wishes.size - edge, image, edge);
	memcpy(object, image, edge);
}

static bool stamped(const struct model *model, const char *object,
    enum life life)
{
	char image[2 * EDGE];
	size_t edge = edge_of(model);
	const char *end = object + model->wishes.size - edge;

	image_of(object, life, image);
	return memcmp(object, image, edge) == 0 &&
	    (end < object + edge || memcmp(end, image, edge) == 0);
}

/* Constructor, destructor, loss of memory -------------------------------- */

static int construct(void *object, void *arg)
{
	struct model *model = arg;
	struct place *place = place_of(model, object);

	REQUIRE(support_aligned(object, slab_object_align(model->cache)));
	REQUIRE(place->life == LIFE_NONE || place->life == LIFE_GONE);
	if (model->wishes.ctor_fails != 0 &&
	    support_random(&model->random) % model->wishes.ctor_fails == 0) {
		model->ctor_failed = true;
		return CTOR_ERROR;
	}
	place->life = LIFE_MADE;
	stamp(model, object, LIFE_MADE);
	model->made++;
	return 0;
}

static void destruct(void *object, void *arg)
{
	struct model *model = arg;
	struct place *place = place_of(model, object);

	REQUIRE(place->life == LIFE_MADE);
	REQUIRE(stamped(model, object, LIFE_MADE));
	stamp(model, object, LIFE_GONE);
	place->life = LIFE_GONE;
	model->gone++;
}

static void losing(void *arg, void *memory, size_t size)
{
	struct model *model = arg;
	uintptr_t from = (uintptr_t)memory;

	for (size_t i = 0; i <= model->places_mask; i++) {
		const struct place *place = &model->places[i];

		if ((uintptr_t)place->object - from < size)
			REQUIRE(place->life != LIFE_OUT &&
			    place->life != LIFE_MADE);
	}
}

/* Objects out and in ----------------------------------------------------- */

static void came_out(struct model *model, char *object)
{
	struct place *place = place_of(model, object);

	REQUIRE(support_aligned(object, slab_object_align(model->cache)));
	REQUIRE(place->life != LIFE_OUT);
	if (model->wishes.kind == KIND_CONSTRUCTED)
		REQUIRE(place->life == LIFE_MADE &&
		    stamped(model, object, LIFE_MADE));
	if (model->wishes.kind == KIND_TEMPLATE)
		REQUIRE(memcmp(object, model->template,
		    model->wishes.size) == 0 || (place->life == LIFE_FREE &&
		    stamped(model, object, LIFE_FREE)));
	if (model->n_live == model->live_room) {
		model->live_room = model->live_room * 2 + 64;
		model->live = realloc(model->live,
		    model->live_room * sizeof(*model->live));
		REQUIRE(model->live != NULL);
	}
	place->life = LIFE_OUT;
	place->index = model->n_live;
	model->live[model->n_live++] = object;
	stamp(model, object, LIFE_OUT);
	if (model->n_live >= model->reserved)
		model->reserved = 0;
}

/* Before the object is freed. */
static void goes_in(struct model *model, char *object)
{
	struct place *place = place_of(model, object);
	char *last = model->live[--model->n_live];

	REQUIRE(place->life == LIFE_OUT);
	REQUIRE(stamped(model, object, LIFE_OUT));
	model->live[place->index] = last;
	place_of(model, last)->index = place->index;
	place->life = model->wishes.kind == KIND_CONSTRUCTED ? LIFE_MADE :
	    LIFE_FREE;
	stamp(model, object, place->life);
	model->last_freed = object;
}

static bool memory_may_end(const struct model *model)
{
	return model->wishes.memory == MEMORY_BUFFER ||
	    model->wishes.memory_fails != 0;
}

/* An allocation failed: was that right? */
static void refused(const struct model *model)
{
	if (model->ctor_failed) {
		REQUIRE(errno == CTOR_ERROR);
		return;
	}
	REQUIRE(errno == ENOMEM);
	if (model->wishes.limit != 0 && model->n_live == model->wishes.limit)
		return;
	REQUIRE(memory_may_end(model));
	REQUIRE(model->n_live >= model->reserved);
}

static void do_alloc(struct model *model)
{
	char *object = slab_alloc(model->cache);

	if (object == NULL)
		refused(model);
	else
		came_out(model, object);
}

static void do_zalloc(struct model *model)
{
	char *object = slab_zalloc(model->cache);

	if (model->wishes.kind != KIND_PLAIN) {
		REQUIRE(object == NULL && errno == EINVAL);
	} else if (object == NULL) {
		refused(model);
	} else {
		REQUIRE(support_all_bytes(object, 0, model->wishes.size));
		came_out(model, object);
	}
}

static void do_alloc_bulk(struct model *model, size_t n)
{
	void *objects[BULK];
	size_t got = slab_alloc_bulk(model->cache, n, objects);
	int error = errno;

	REQUIRE(got <= n);
	for (size_t i = 0; i < got; i++)
		came_out(model, objects[i]);
	errno = error;
	if (got < n)
		refused(model);
}

static void do_free(struct model *model, size_t number)
{
	char *object;

	if (model->n_live == 0)
		return;
	object = model->live[number % model->n_live];
	goes_in(model, object);
	slab_free(model->cache, object);
}

static void do_free_bulk(struct model *model, size_t n)
{
	void *objects[BULK];
	size_t i;

	for (i = 0; i < n && model->n_live > 0; i++) {
		objects[i] = model->live[support_random(&model->random) %
		    model->n_live];
		goes_in(model, objects[i]);
	}
	slab_free_bulk(model->cache, i, objects);
}

/* The other calls -------------------------------------------------------- */

static void do_reserve(struct model *model, size_t n)
{
	size_t limit = model->wishes.limit;

	if (slab_reserve(model->cache, n) == 0) {
		REQUIRE(limit == 0 || model->n_live + n <= limit);
		if (model->n_live + n > model->reserved)
			model->reserved = model->n_live + n;
		return;
	}
	REQUIRE(errno == ENOMEM);
	REQUIRE(memory_may_end(model) ||
	    (limit != 0 && model->n_live + n > limit));
}

static void do_reap(struct model *model)
{
	slab_reap(model->cache);
	model->reserved = 0;
}

static void do_reset(struct model *model)
{
	while (model->n_live > 0)
		goes_in(model, model->live[model->n_live - 1]);
	slab_reset(model->cache);
	model->reserved = 0;
}

struct walk {
	struct model *model;
	uint64_t frees; /* one object in so many; 0: none */
	size_t visited, freed;
};

static int visit(void *object, void *arg)
{
	struct walk *walk = arg;
	struct model *model = walk->model;
	struct place *place = place_of(model, object);

	REQUIRE(place->life == LIFE_OUT && place->seen != model->walks);
	place->seen = model->walks;
	walk->visited++;
	if (walk->frees != 0 &&
	    support_random(&model->random) % walk->frees == 0) {
		goes_in(model, object);
		slab_free(model->cache, object);
		walk->freed++;
	}
	return 0;
}

static void do_foreach(struct model *model, uint64_t frees)
{
	struct walk walk = { model, frees, 0, 0 };

	model->walks++;
	REQUIRE(slab_foreach(model->cache, visit, &walk) == 0);
	REQUIRE(walk.visited == model->n_live + walk.freed);
}

static void do_owns(struct model *model, size_t number)
{
	const struct place *place = &model->places[number &
	    model->places_mask];

	REQUIRE(slab_owns(model->cache, place->object) ==
	    (place->life == LIFE_OUT));
	if (place->life == LIFE_OUT && model->wishes.size > 1)
		REQUIRE(!slab_owns(model->cache, place->object +
		    model->wishes.size / 2));
}

static void do_stats(struct model *model)
{
	slab_statistics s = { .struct_size = sizeof(s) };

	slab_stats(model->cache, &s);
	REQUIRE(s.live == model->n_live);
	REQUIRE(s.slabs == s.slabs_full + s.slabs_partial + s.slabs_empty);
	REQUIRE(model->wishes.limit == 0 || s.live <= model->wishes.limit);
	REQUIRE(s.live + s.cached <= s.capacity);
	if (model->wishes.kind == KIND_CONSTRUCTED) {
		REQUIRE(s.constructed == model->made);
		REQUIRE(s.destructed == model->gone);
		/* The rest is in a slab that is going back. */
		REQUIRE(s.live + s.cached <= model->made - model->gone);
		REQUIRE(s.slabs_released > 0 ||
		    s.live + s.cached == model->made - model->gone);
	}
}

static void do_destroy(struct model *model)
{
	if (model->n_live > 0)
		REQUIRE(slab_destroy(model->cache) == -1 && errno == EBUSY);
}

static void do_misuse(struct model *model, size_t number)
{
	long local;
	char *bad = (char *)&local;

	if (number % 3 == 1 && model->wishes.size > 1 && model->n_live > 0)
		bad = model->live[number / 3 % model->n_live] + 1;
	if (number % 3 == 2 && model->n_live > 0) {
		do_free(model, number / 3);
		bad = model->last_freed;
	}
	if (report_of_free(model->cache, bad) == NULL)
		REQUIRE(report_of_reap(model->cache) != NULL);
	model->reserved = 0;
}

static void do_verify(struct model *model)
{
	REQUIRE(slab_check(model->cache) == 0);
	for (size_t i = 0; i < model->n_live; i++)
		REQUIRE(stamped(model, model->live[i], LIFE_OUT));
	for (size_t i = 0; i <= model->places_mask; i++)
		if (model->places[i].life == LIFE_MADE)
			REQUIRE(stamped(model, model->places[i].object,
			    LIFE_MADE));
}

void model_do(struct model *model, enum operation operation, uint64_t number)
{
	size_t n = (size_t)(number % BULK);
	struct counting *counting = &model->memory.counting;

	model->ctor_failed = false;
	if (model->wishes.memory_fails != 0)
		counting->refuse_at = counting->allocs +
		    (size_t)(number % model->wishes.memory_fails);
	switch (operation) {
	case OP_ALLOC:        do_alloc(model); break;
	case OP_FREE:         do_free(model, (size_t)number); break;
	case OP_ALLOC_BULK:   do_alloc_bulk(model, n); break;
	case OP_FREE_BULK:    do_free_bulk(model, n); break;
	case OP_ZALLOC:       do_zalloc(model); break;
	case OP_RESERVE:      do_reserve(model, n * 3); break;
	case OP_REAP:         do_reap(model); break;
	case OP_RESET:        do_reset(model); break;
	case OP_FOREACH:      do_foreach(model, 0); break;
	case OP_FOREACH_FREE: do_foreach(model, number % 7 + 1); break;
	case OP_OWNS:         do_owns(model, (size_t)number); break;
	case OP_STATS:        do_stats(model); break;
	case OP_DESTROY:      do_destroy(model); break;
	case OP_TIME:         support_clock_forward(number % 20); break;
	case OP_MISUSE:       do_misuse(model, (size_t)number); break;
	default:              do_verify(model); break;
	}
}

/* Beginning and end ------------------------------------------------------ */

static slab_builder *builder_of(struct model *model)
{
	const struct wishes *w = &model->wishes;
	slab_builder *b = slab_builder_align(slab_builder_new(w->size),
	    w->align);

	slab_builder_working_period(b, w->period);
	slab_builder_system(b, w->system);
	slab_builder_huge_pages(b, w->huge_pages);
	slab_builder_coloring(b, w->coloring);
	if (w->rounds != DEFAULT_ROUNDS)
		slab_builder_magazine(b, w->rounds);
	if (w->slab_size != 0)
		slab_builder_slab_size(b, w->slab_size);
	if (w->limit != 0)
		slab_builder_limit(b, w->limit);
	if (w->kind == KIND_CONSTRUCTED)
		slab_builder_ctor(b, construct, destruct, model);
	if (w->kind == KIND_TEMPLATE)
		slab_builder_template(b, model->template);
	return b;
}

struct model *model_new(const struct wishes *wishes, uint64_t seed)
{
	struct model *model = calloc(1, sizeof(*model));

	REQUIRE(model != NULL);
	support_clock_stop();
	model->wishes = *wishes;
	model->random = seed;
	set_places(model, 1024);
	model->memory.kind = wishes->memory;
	model->memory.room = (size_t)2 << 20;
	model->memory.counting.dirty = true;
	model->memory.counting.losing = losing;
	model->memory.counting.losing_arg = model;
	model->template = malloc(wishes->size);
	REQUIRE(model->template != NULL);
	memset(model->template, 0x77, wishes->size);
	model->cache = memory_build(&model->memory, builder_of(model));
	if (model->cache == NULL) {
		REQUIRE(errno == ENOTSUP || errno == ENOMEM);
		model_end(model);
		return NULL;
	}
	return model;
}

size_t model_live(const struct model *model)
{
	return model->n_live;
}

void model_end(struct model *model)
{
	if (model->cache != NULL) {
		do_verify(model);
		do_stats(model);
		while (model->n_live > 0)
			do_free(model, model->n_live - 1);
		do_verify(model);
		REQUIRE(slab_destroy(model->cache) == 0);
		REQUIRE(model->made == model->gone);
		REQUIRE(memory_end(&model->memory));
	}
	free(model->memory.buffer);
	free(model->template);
	free(model->places);
	free(model->live);
	free(model);
}
