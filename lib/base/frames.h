/* SPDX-License-Identifier: MIT */
/* The names of places in the program's code. */
#ifndef SLABI_FRAMES_H
#define SLABI_FRAMES_H

#include <stddef.h>

/*
 * Writes where a return address lies, as "function  [module+0x12]" as far as it
 * can be known, to `out` of `room` bytes.  Returns `out`.
 */
const char *slabi_frame_name(const void *address, char *out, size_t room);

#endif
