/* SPDX-License-Identifier: MIT */
/* Owns how a misuse is reported: the line, the facts, and who is called. */
#include "base/report.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/frames.h"
#include "base/printable.h"
#include "base/report_out.h"
#include "base/thread.h"

/* The last report's line, for debuggers and core dumps. */
SLAB_API_ extern char slab_last_misuse[SLABI_REPORT_LINE];
char slab_last_misuse[SLABI_REPORT_LINE];

typedef void misuse_handler(const char *line);
typedef void misuse_reporter(const struct slab_misuse *misuse);
static _Atomic(misuse_handler *) handler;
static _Atomic(misuse_reporter *) reporter;

#define ALIVE ((uintptr_t)0x6d697375)
#define STACK_SPAN ((uintptr_t)1 << 20)

void
slab_set_misuse_handler(misuse_handler *new_handler)
{
	atomic_store(&handler, new_handler);
}

void
slab_set_misuse_reporter(misuse_reporter *new_reporter)
{
	atomic_store(&reporter, new_reporter);
}

/*
 * Is the report that was begun last still being made?  A handler that leaves by
 * longjmp() leaves its frame, too: then it is not above this one any more, or
 * its memory has been used again.  Where this is wrong, because nobody has
 * written to it, the report goes to standard error and not to the handler.
 */
__attribute__((no_sanitize("address"))) static bool
is_nested(const struct slabi_report *report,
    const struct slabi_report *current)
{
	uintptr_t above = (uintptr_t)current - (uintptr_t)report;

	return current && above - sizeof(*report) < STACK_SPAN &&
	    current->alive == ((uintptr_t)current ^ ALIVE) &&
	    current->still_alive == ((uintptr_t)current ^ ~ALIVE);
}

void
slabi_report_begin(struct slabi_report *report, slab_misuse_kind kind,
    const slab_cache *cache, const char *name)
{
	struct slabi_thread *self = slabi_thread_claim();
	char printable[SLABI_NAME_ROOM];

	report->nested = self && is_nested(report, self->report);
	report->alive = (uintptr_t)report ^ ALIVE;
	report->still_alive = (uintptr_t)report ^ ~ALIVE;
	if (self)
		self->report = report;
	report->misuse = (struct slab_misuse){
		.struct_size = sizeof(report->misuse),
		.kind = kind,
		.cache = cache,
		.line = report->line,
	};
	report->sent = false;
	report->length = 0;
	if (name)
		slabi_format(report->line, sizeof(report->line),
		    "libslab: cache \"%s\": ", slabi_printable(printable,
		    sizeof(printable), name));
	else
		slabi_format(report->line, sizeof(report->line), "libslab: ");
}

void
slabi_report_line(struct slabi_report *report, const char *format, ...)
{
	size_t length = strlen(report->line);
	va_list arguments;

	va_start(arguments, format);
	slabi_format_list(report->line + length, sizeof(report->line) - length,
	    format, arguments);
	va_end(arguments);
}

void
slabi_report_fact(struct slabi_report *report, const char *format, ...)
{
	char *begin = report->facts + report->length;
	size_t room = sizeof(report->facts) - report->length;
	va_list arguments;
	size_t length;

	if (room < 4)
		return;
	va_start(arguments, format);
	length = slabi_format_list(begin + 2, room - 3, format, arguments);
	va_end(arguments);
	if (length >= room - 3)
		return;
	begin[0] = begin[1] = ' ';
	begin[length + 2] = '\n';
	report->length += length + 3;
}

void
slabi_report_stack(struct slabi_report *report, const char *heading,
    const void *const *frames, size_t depth)
{
	char name[256];
	size_t i;

	if (depth == 0)
		return;
	slabi_report_fact(report, "%s", heading);
	for (i = 0; i < depth; i++)
		slabi_report_fact(report, "  #%zu %s", i,
		    slabi_frame_name(frames[i], name, sizeof(name)));
}

/* A row of 16 bytes; a bad one has a star behind it. */
static void
dump_row(struct slabi_report *report, const unsigned char *row,
    const unsigned char *end, const unsigned char *bad, size_t n)
{
	char text[16 * 3 + 1] = "";
	char *to = text;
	size_t i;

	for (i = 0; i < 16 && row + i < end; i++)
		to += slabi_format(to, 4, "%02x%c", row[i],
		    (size_t)(row + i - bad) < n ? '*' : ' ');
	slabi_report_fact(report, "0x%jx: %s", (uintmax_t)(uintptr_t)row,
	    text);
}

void
slabi_report_bytes(struct slabi_report *report, const void *begin,
    const void *end, const void *bad, size_t n)
{
	const unsigned char *row = begin;
	const unsigned char *place = bad;

	/* Two rows before the place, if there are as many. */
	if (place - row > 32)
		row += (size_t)(place - row - 32 + 15) / 16 * 16;
	if (n > 0)
		slabi_report_fact(report, "memory there, wrong bytes with a *:");
	for (; row < (const unsigned char *)end && row - place < 32; row += 16)
		dump_row(report, row, end, place, n);
}

/* One report at a time is kept, of several threads' the first. */
static void
keep_line(const char *line)
{
	static atomic_flag keeping = ATOMIC_FLAG_INIT;

	if (atomic_flag_test_and_set(&keeping))
		return;
	memcpy(slab_last_misuse, line, strlen(line) + 1);
	atomic_flag_clear(&keeping);
}

/* Write the line, the first time, and the facts that have come up since. */
static void
write_report(struct slabi_report *report)
{
	char line[SLABI_REPORT_LINE + 1];
	size_t length = strlen(report->line);

	if (!report->sent) {
		memcpy(line, report->line, length);
		line[length] = '\n';
		slabi_report_write(line, length + 1);
	}
	report->sent = true;
	if (report->length > 0)
		slabi_report_write(report->facts, report->length);
	report->length = 0;
}

void
slabi_report_send(struct slabi_report *report)
{
	misuse_reporter *call_reporter = atomic_load(&reporter);
	misuse_handler *call_handler = atomic_load(&handler);

	keep_line(report->line);
	if (call_reporter && !report->nested)
		call_reporter(&report->misuse);
	if (call_handler && !report->nested) {
		call_handler(report->line);
		abort();
	}
	write_report(report);
}

void
slabi_report_end(struct slabi_report *report)
{
	if (!report->sent)
		slabi_report_send(report);
	else if (report->length > 0)
		write_report(report);
	abort();
}
