/* SPDX-License-Identifier: MIT */
/*
 * Valgrind and the sanitizers, as far as the library talks to them.  It links
 * to none of them: Valgrind is asked by instructions that do nothing elsewhere,
 * and the sanitizers' functions are weak references, which are NULL in a
 * program that does not contain them.
 */
#ifndef SLABI_TOOLS_H
#define SLABI_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

/* False: behave as if no tool watched.  For tests that look inside. */
extern bool slabi_tools_wanted;

/* Returns whether the program runs under Valgrind's memcheck or the like. */
bool slabi_tools_valgrind(void);

/*
 * Tell the tools that look for leaks that this memory, and what pointers in it
 * point to, is in use; and that it is about to be returned.  LeakSanitizer
 * looks for pointers in the heap and in static objects only, and memcheck wants
 * a pointer to the very start of a block of malloc's.
 */
void slabi_tools_add_root(const void *memory, size_t size);
void slabi_tools_remove_root(const void *memory, size_t size);

#endif
