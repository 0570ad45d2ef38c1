/* SPDX-License-Identifier: MIT */
/* The message of a call that failed. */
#ifndef SLABI_ERROR_H
#define SLABI_ERROR_H

#include "base/format.h"

/* Set errno, and what slab_error() says in this thread. */
SLABI_FORMAT(2, 3) void slabi_fail(int error, const char *format, ...);

#endif
