/* SPDX-License-Identifier: MIT */
/* Waiting between snapshots, and the terminal meanwhile. */
#ifndef SLABSTAT_WATCH_H
#define SLABSTAT_WATCH_H

#include <stdbool.h>

/* Take the terminal, if stdout is one, until the end of the program. */
void watch_begin(void);
/* Begin a new screen, where there is one. */
void watch_new_screen(void);
/* Waits; returns false if the user wants to end. */
bool watch_wait(double seconds);
/* Returns whether a signal or a key has asked for the end. */
bool watch_ended(void);
/* Returns the seconds of a clock that never goes back. */
double watch_now(void);

#endif
