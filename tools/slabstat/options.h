/* SPDX-License-Identifier: MIT */
/* What the command line asks for. */
#ifndef SLABSTAT_OPTIONS_H
#define SLABSTAT_OPTIONS_H

#include "output.h"

enum mode { MODE_TABLE, MODE_JSON, MODE_OPENMETRICS, MODE_WHATIS, MODE_LIVE,
	MODE_ALL };

struct options {
	enum mode mode;
	struct output output;
	double every;        /* seconds; 0: once */
	unsigned long count; /* snapshots; 0: without end */
	bool stop;
	uint64_t address;    /* of --whatis */
	const char *live;    /* the cache of --live */
	const char *target;  /* a process's number, or a core */
	char **command;      /* NULL: none */
};

/* Returns -1, or what the run ends with at once. */
int options_read(struct options *options, int argc, char **argv);

#endif
