/* SPDX-License-Identifier: MIT */
/* A command that slabstat starts, to look into it until it ends. */
#ifndef SLABSTAT_COMMAND_H
#define SLABSTAT_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts a command, stopped until command_wait(); returns 0 if it cannot. */
pid_t command_start(char **argv);
/*
 * Waits until the command is about to end, but still has its memory, or until
 * the time is over; returns whether it is at its end.  `seconds` below 0: no
 * limit.
 */
bool command_wait(pid_t process, double seconds);
/* Lets a command that is at its end go. */
void command_finish(pid_t process);

#endif
