/* SPDX-License-Identifier: MIT */
/*
 * The report of a proven misuse: one line, facts below it that are indented,
 * and abort().  Nothing here allocates: a report must also be made when memory
 * is no longer to be trusted.
 *
 *	struct slabi_report report;
 *
 *	slabi_report_begin(&report, SLAB_MISUSE_OVERRUN, cache, name);
 *	report.misuse.object = object;
 *	slabi_report_line(&report, "write behind 0x%jx of %zu bytes", …);
 *	slabi_report_fact(&report, "object of %zu bytes", …);
 *	slabi_report_end(&report);
 */
#ifndef SLABI_REPORT_H
#define SLABI_REPORT_H

#include <slab.h>

#include "base/format.h"

#define SLABI_REPORT_LINE 640
#define SLABI_REPORT_FACTS 3072

struct slabi_report {
	uintptr_t alive;           /* says that the frame is; see report.c */
	struct slab_misuse misuse; /* what the program's reporter is given */
	bool nested;               /* begun while this thread makes another */
	bool sent;                 /* the line has been written */
	size_t length;             /* bytes of `facts` */
	char line[SLABI_REPORT_LINE];
	char facts[SLABI_REPORT_FACTS];
	uintptr_t still_alive;
};

/*
 * Begin a report in the caller's frame.  `name` is that of the cache, NULL:
 * there is none, and the line is "libslab: " and the words.  A report that is
 * begun while this thread makes another is for standard error alone.
 */
void slabi_report_begin(struct slabi_report *report, slab_misuse_kind kind,
    const slab_cache *cache, const char *name);
/* The words of the first line, behind the cache's name. */
SLABI_FORMAT(2, 3) void
slabi_report_line(struct slabi_report *report, const char *format, ...);
/* One line more, below; it is left out where there is no room for it. */
SLABI_FORMAT(2, 3) void
slabi_report_fact(struct slabi_report *report, const char *format, ...);
/* A heading and a line for each frame of a call stack; depth 0: nothing. */
void slabi_report_stack(struct slabi_report *report, const char *heading,
    const void *const *frames, size_t depth);
/* 64 bytes round `bad`, those of [bad, bad + n) marked; all are readable. */
void slabi_report_bytes(struct slabi_report *report, const void *begin,
    const void *end, const void *bad, size_t n);
/*
 * Hand the line to the program's reporter and handler, or write it and the
 * facts so far: what is found out after that may crash, and the line is safe.
 */
void slabi_report_send(struct slabi_report *report);
/* Write what has not been written, and abort(). */
_Noreturn void slabi_report_end(struct slabi_report *report);

#endif
