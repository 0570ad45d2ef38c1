/* SPDX-License-Identifier: MIT */
/* Owns the command line. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <slab/version.h>

static const char usage[] =
    "usage: slabstat [options] PID | CORE\n"
    "       slabstat [options] -- COMMAND [ARGUMENT]...\n"
    "       slabstat [options] --all\n"
    "\n"
    "Shows the caches of libslab in a running process or a core file.\n"
    "\n"
    "  --every SECONDS    again and again, with rates; q or ^C ends\n"
    "  --count N          so many times\n"
    "  --json             one line of JSON a snapshot\n"
    "  --openmetrics      text of OpenMetrics 1.0\n"
    "  --resident         how much of each cache is in RAM, too\n"
    "  --sort KEY         by a figure's name (bytes_touched), or by name\n"
    "  --cache PATTERN    only caches of such a name, as in sh(1)\n"
    "  --stop             stop the process while it is looked at\n"
    "  --whatis ADDRESS   what lies there\n"
    "  --live CACHE       the addresses of its live objects\n"
    "  --all              a line for each process that may be looked into\n"
    "  --help, --version\n";

enum { OPT_EVERY = 256, OPT_COUNT, OPT_JSON, OPT_OPENMETRICS, OPT_RESIDENT,
	OPT_SORT, OPT_CACHE, OPT_STOP, OPT_WHATIS, OPT_LIVE, OPT_ALL, OPT_HELP,
	OPT_VERSION };

static const struct option names[] = {
	{ "every", required_argument, NULL, OPT_EVERY },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "openmetrics", no_argument, NULL, OPT_OPENMETRICS },
	{ "resident", no_argument, NULL, OPT_RESIDENT },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "cache", required_argument, NULL, OPT_CACHE },
	{ "stop", no_argument, NULL, OPT_STOP },
	{ "whatis", required_argument, NULL, OPT_WHATIS },
	{ "live", required_argument, NULL, OPT_LIVE },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int
complain(const char *what, const char *argument)
{
	fprintf(stderr, "slabstat: %s%s%s\n%s", what, argument ? ": " : "",
	    argument ? argument : "", "Try slabstat --help.\n");
	return USAGE;
}

static bool
read_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	return end != text && *end == '\0' && *seconds >= 0.001 &&
	    *seconds <= 1e6;
}

static bool
read_number(const char *text, int base, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, base);
	return end != text && *end == '\0' && errno == 0 && *text != '-';
}

static int
set_mode(struct options *options, enum mode mode)
{
	if (options->mode != MODE_TABLE && options->mode != mode)
		return complain("these options exclude each other", NULL);
	options->mode = mode;
	return -1;
}

static int
set_sort(struct options *options, const char *key)
{
	options->output.sort = output_figure(key);
	if (options->output.sort >= 0 || strcmp(key, "name") == 0)
		return -1;
	return complain("there is no figure to sort by of this name", key);
}

static int
set_option(struct options *options, int option, const char *argument)
{
	uint64_t number;

	switch (option) {
	case OPT_EVERY:
		return read_seconds(argument, &options->every) ? -1 :
		    complain("--every needs a number of seconds", argument);
	case OPT_COUNT:
		if (!read_number(argument, 10, &number) || number == 0 ||
		    number > 1000000000)
			return complain("--count needs a number", argument);
		options->count = (unsigned long)number;
		return -1;
	case OPT_JSON:
		return set_mode(options, MODE_JSON);
	case OPT_OPENMETRICS:
		return set_mode(options, MODE_OPENMETRICS);
	case OPT_RESIDENT:
		options->output.resident = true;
		return -1;
	case OPT_SORT:
		return set_sort(options, argument);
	case OPT_CACHE:
		options->output.pattern = argument;
		return -1;
	case OPT_STOP:
		options->stop = true;
		return -1;
	case OPT_WHATIS:
		if (!read_number(argument, 0, &options->address))
			return complain("--whatis needs an address", argument);
		return set_mode(options, MODE_WHATIS);
	case OPT_LIVE:
		options->live = argument;
		return set_mode(options, MODE_LIVE);
	case OPT_ALL:
		return set_mode(options, MODE_ALL);
	case OPT_HELP:
		printf("%s", usage);
		return SEEN;
	case OPT_VERSION:
		printf("slabstat %s\n", SLAB_VERSION_STRING);
		return SEEN;
	default:
		fprintf(stderr, "Try slabstat --help.\n");
		return USAGE;
	}
}

/* What is behind the options: a target, a command behind `--`, or nothing. */
static int
set_target(struct options *options, int left, char **argv, bool command)
{
	if (options->mode == MODE_ALL)
		return left == 0 ? -1 : complain("--all takes no target", NULL);
	if (left == 0)
		return complain("there is no process, core or command", NULL);
	if (command) {
		options->command = argv;
		return -1;
	}
	options->target = argv[0];
	return left == 1 ? -1 : complain("one target only", argv[1]);
}

int
options_read(struct options *options, int argc, char **argv)
{
	int option, result;
	bool command;

	*options = (struct options){
		.output.sort = FIGURE_bytes_touched,
	};
	while ((option = getopt_long(argc, argv, "+", names, NULL)) != -1) {
		result = set_option(options, option, optarg);
		if (result >= 0)
			return result;
	}
	command = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
	result = set_target(options, argc - optind, argv + optind, command);
	if (result >= 0)
		return result;
	if (options->output.sort == FIGURE_resident)
		options->output.resident = true;
	if (options->every == 0)
		options->count = 1;
	return -1;
}
