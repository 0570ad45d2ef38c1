/* SPDX-License-Identifier: MIT */
/* How snapshots are printed. */
#ifndef SLABSTAT_OUTPUT_H
#define SLABSTAT_OUTPUT_H

#include "snapshot.h"

struct output {
	const char *pattern; /* of names; NULL: all */
	int sort;            /* an enum figure; -1: by name */
	bool resident;
};

/*
 * Prints a name for people, at least `width` columns wide; every byte that is
 * not printable ASCII is a question mark.
 */
void output_name(const char *name, int width);
/* Keeps the caches that are asked for, and sorts them. */
void output_select(const struct output *output, struct snapshot *snapshot);
/* Returns the figure of this name, or -1. */
int output_figure(const char *name);

void output_table(const struct output *output,
    const struct snapshot *snapshot);
/* Rates between two snapshots that are `seconds` apart. */
void output_rates(const struct output *output, const struct snapshot *before,
    const struct snapshot *now, double seconds);
void output_json(const struct output *output, const struct target *target,
    const struct snapshot *snapshot);
void output_openmetrics(const struct output *output,
    const struct snapshot *snapshot);

#endif
