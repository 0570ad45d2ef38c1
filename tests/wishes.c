/* SPDX-License-Identifier: MIT */
/* Owns wishes for caches that are drawn at random. */
#include "model.h"

#define BELOW(n) (support_random(random) % (n))
#define ONE_OF(table) ((table)[BELOW(COUNT(table))])

struct wishes wishes_draw(uint64_t *random)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 8, 12, 16, 24, 33, 48, 64,
	    100, 128, 256, 300, 512, 1000, 1024, 2048, 4095, 4096, 4097, 9000,
	    20000 };
	static const size_t rounds[] = { DEFAULT_ROUNDS, DEFAULT_ROUNDS, 0, 0,
	    1, 2, 3, 30, 400 };
	static const unsigned periods[] = { 0, 1, 15, SLAB_PERIOD_NEVER };
	static const size_t slab_sizes[] = { 0, 0, 1, 30000, 1 << 20 };
	static const size_t limits[] = { 0, 0, 0, 1, 50, 1000 };
	struct wishes w;

	w.size = ONE_OF(sizes);
	w.align = (size_t)1 << BELOW(BELOW(4) == 0 ? 13 : 5);
	w.kind = BELOW(KINDS);
	w.memory = BELOW(MEMORY_KINDS);
	w.rounds = ONE_OF(rounds);
	w.slab_size = ONE_OF(slab_sizes);
	w.limit = ONE_OF(limits);
	w.period = ONE_OF(periods);
	w.system = BELOW(SLAB_SYSTEM_LARGE + 1);
	w.huge_pages = BELOW(SLAB_HUGE_PAGES_ALWAYS + 1);
	w.coloring = BELOW(4) != 0;
	w.ctor_fails = BELOW(3) == 0 ? 5 : 0;
	w.memory_fails = BELOW(3) == 0 && w.memory >= MEMORY_USER_ALIGNED ?
	    3 : 0;
	return w;
}

void wishes_print(const struct wishes *wishes, FILE *stream)
{
	static const char *const kinds[] = { "plain", "constructed",
	    "template" };

	fprintf(stream, "size %zu align %zu %s, %s, system %d, magazine %zd, "
	    "slab %zu, limit %zu, period %u, huge %d, coloring %d, "
	    "fails %u %u\n", wishes->size, wishes->align,
	    kinds[wishes->kind], memory_name(wishes->memory),
	    (int)wishes->system, (ssize_t)wishes->rounds, wishes->slab_size,
	    wishes->limit, wishes->period, (int)wishes->huge_pages,
	    wishes->coloring, wishes->ctor_fails, wishes->memory_fails);
}
