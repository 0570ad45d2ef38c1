/* SPDX-License-Identifier: MIT */
/* Owns the tables for people. */
#include "output.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 20
#define NAME_MOST 64 /* characters of a name in a table */

void
output_name(const char *name, int width)
{
	int length = 0;

	for (; *name != '\0' && length < NAME_MOST; name++, length++)
		putchar(*name >= ' ' && *name <= '~' ? *name : '?');
	printf("%*s", length < width ? width - length : 0, "");
}

int
output_figure(const char *name)
{
	int i;

	for (i = 0; i < ALL_FIGURES; i++)
		if (strcmp(figure_info[i].name, name) == 0)
			return i;
	return -1;
}

static int sort_key;

/* Most first; names from A to Z; the older one of two that are equal. */
static int
compare(const void *a, const void *b)
{
	const struct seen *left = a, *right = b;
	uint64_t x, y;

	if (sort_key < 0) {
		int order = strcmp(left->name, right->name);

		if (order != 0)
			return order;
	} else {
		x = left->figures[sort_key];
		y = right->figures[sort_key];
		if (x != y)
			return x < y ? 1 : -1;
	}
	return (left->raw.id > right->raw.id) - (left->raw.id < right->raw.id);
}

void
output_select(const struct output *output, struct snapshot *snapshot)
{
	size_t from, to = 0;

	for (from = 0; from < snapshot->count; from++) {
		struct seen *seen = &snapshot->caches[from];

		if (output->pattern && fnmatch(output->pattern, seen->name,
		    0) != 0)
			continue;
		if (to != from)
			snapshot->caches[to] = *seen;
		to++;
	}
	snapshot->count = to;
	sort_key = output->sort;
	if (to > 0)
		qsort(snapshot->caches, to, sizeof(*snapshot->caches),
		    compare);
}

static void
print_figure(const struct seen *seen, int figure, int width)
{
	if (seen->known[figure])
		printf(" %*" PRIu64, width, seen->figures[figure]);
	else
		printf(" %*s", width, "-");
}

/* How much of what is touched holds no live object. */
static void
print_lost(const struct seen *seen)
{
	uint64_t touched = seen->figures[FIGURE_bytes_touched];
	double used = (double)seen->figures[FIGURE_live] *
	    (double)seen->figures[FIGURE_object_size];
	double lost = touched > 0 ? 100 - 100 * used / (double)touched : 0;

	if (seen->known[FIGURE_bytes_touched] && seen->known[FIGURE_live])
		printf(" %6.1f", lost > 0 ? lost : 0);
	else
		printf(" %6s", "-");
}

void
output_table(const struct output *output, const struct snapshot *snapshot)
{
	size_t i;

	printf("%-*s %8s %10s %10s %10s %7s %12s %6s %6s%s\n", NAME_WIDTH,
	    "CACHE", "SIZE", "LIVE", "FREE", "PEAK", "SLABS", "TOUCHED",
	    "LOST%", "FAIL", output->resident ? "     RESIDENT" : "");
	for (i = 0; i < snapshot->count; i++) {
		const struct seen *seen = &snapshot->caches[i];

		output_name(seen->name, NAME_WIDTH);
		print_figure(seen, FIGURE_object_size, 8);
		print_figure(seen, FIGURE_live, 10);
		print_figure(seen, FIGURE_cached, 10);
		print_figure(seen, FIGURE_peak, 10);
		print_figure(seen, FIGURE_slabs, 7);
		print_figure(seen, FIGURE_bytes_touched, 12);
		print_lost(seen);
		print_figure(seen, FIGURE_failures, 6);
		if (output->resident)
			print_figure(seen, FIGURE_resident, 12);
		putchar('\n');
	}
}

/* Returns the same cache in another snapshot, or NULL. */
static const struct seen *
same(const struct snapshot *snapshot, const struct seen *seen)
{
	size_t i;

	for (i = 0; i < snapshot->count; i++)
		if (snapshot->caches[i].raw.id == seen->raw.id &&
		    snapshot->caches[i].registry->address ==
		    seen->registry->address)
			return &snapshot->caches[i];
	return NULL;
}

static void
print_rate(const struct seen *before, const struct seen *now, int figure,
    double seconds, int width)
{
	double change;

	if (!before || !before->known[figure] || !now->known[figure]) {
		printf(" %*s", width, "-");
		return;
	}
	change = now->figures[figure] >= before->figures[figure] ?
	    (double)(now->figures[figure] - before->figures[figure]) :
	    -(double)(before->figures[figure] - now->figures[figure]);
	printf(" %*.0f", width, change / seconds);
}

void
output_rates(const struct output *output, const struct snapshot *before,
    const struct snapshot *now, double seconds)
{
	size_t i;

	(void)output;
	printf("%-*s %10s %12s %6s %10s %10s %9s %9s %12s\n", NAME_WIDTH,
	    "CACHE", "LIVE", "TOUCHED", "FAIL", "REFILLED/s", "FLUSHED/s",
	    "SLABS+/s", "SLABS-/s", "BYTES/s");
	for (i = 0; i < now->count; i++) {
		const struct seen *seen = &now->caches[i];
		const struct seen *old = same(before, seen);

		output_name(seen->name, NAME_WIDTH);
		print_figure(seen, FIGURE_live, 10);
		print_figure(seen, FIGURE_bytes_touched, 12);
		print_figure(seen, FIGURE_failures, 6);
		print_rate(old, seen, FIGURE_refills, seconds, 10);
		print_rate(old, seen, FIGURE_flushes, seconds, 10);
		print_rate(old, seen, FIGURE_slabs_created, seconds, 9);
		print_rate(old, seen, FIGURE_slabs_released, seconds, 9);
		print_rate(old, seen, FIGURE_bytes_touched, seconds, 12);
		putchar('\n');
	}
}
