/* SPDX-License-Identifier: MIT */
/* Where reports are written. */
#ifndef SLABI_REPORT_OUT_H
#define SLABI_REPORT_OUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Write a part of a report to the log, or to standard error.  Waits a few
 * seconds at most, and is not interrupted by signals.
 */
void slabi_report_write(const char *text, size_t size);
/*
 * Write reports to the end of this file instead; NULL: standard error again.
 * Returns false, and changes nothing, if the name is too long.
 */
bool slabi_report_set_log(const char *path);

/* Who reports. */
struct slabi_ids {
	long process, thread;
};
struct slabi_ids slabi_report_ids(void);

#endif
