/* SPDX-License-Identifier: MIT */
/* What the system says of memory, and what it is told for those who look. */
#ifndef SLABI_OS_LOOK_H
#define SLABI_OS_LOOK_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the number of this process. */
long slabi_os_process(void);
/*
 * Sets bit 0 of present[i] if the i-th page is in memory.  Returns false if
 * the system does not say.
 */
bool slabi_os_resident(void *pages, size_t size, unsigned char *present);
/* Names a mapping in /proc/PID/maps, where the system can do that. */
void slabi_os_name_pages(void *pages, size_t size, const char *name);
/* Whether pages are in core dumps, where the system can choose. */
void slabi_os_dump(void *pages, size_t size, bool dump);

#endif
