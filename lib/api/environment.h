/* SPDX-License-Identifier: MIT */
/* SLAB_DEBUG, the variable that changes the caches of a program. */
#ifndef SLABI_ENVIRONMENT_H
#define SLABI_ENVIRONMENT_H

#include "cache/options.h"

/* Add what the variable asks for a cache of this name.  Reads it once. */
void slabi_environment_add(const char *name, struct slabi_options *options);

#endif
