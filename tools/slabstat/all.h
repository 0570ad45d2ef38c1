/* SPDX-License-Identifier: MIT */
/* The processes of this machine. */
#ifndef SLABSTAT_ALL_H
#define SLABSTAT_ALL_H

/* Prints a line for each that may be looked into and has caches. */
int all_print(void);

#endif
