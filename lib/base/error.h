/* SPDX-License-Identifier: MIT */
/* What went wrong, in words: failed calls, and misuse of memory. */
#ifndef SLABI_ERROR_H
#define SLABI_ERROR_H

/* Set errno, and what slab_error() says in this thread. */
__attribute__((format(printf, 2, 3))) void slabi_fail(int error,
    const char *format, ...);

/* "BEFORE 0xOBJECT AFTER" of a cache to the handler or stderr, then abort(). */
__attribute__((noreturn)) void slabi_misuse(const char *cache,
    const char *before, const void *object, const char *after);

#endif
