/* SPDX-License-Identifier: MIT */
/* The path of a cache without a magazine: every call goes to the slabs. */
#ifndef SLABI_DIRECT_H
#define SLABI_DIRECT_H

#include "cache/cache.h"

extern const struct slabi_path slabi_path_direct;

#endif
