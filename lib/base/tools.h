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

enum slabi_tool {
	SLABI_TOOL_NONE,
	SLABI_TOOL_VALGRIND,
	SLABI_TOOL_ASAN,
	SLABI_TOOL_MSAN
};

/* Returns which tool watches every access of the program to memory. */
enum slabi_tool slabi_tools_watching(void);
/* Returns whether the program runs under Valgrind's memcheck. */
bool slabi_tools_valgrind(void);

/* Nobody may access this memory; everybody may, again. */
void slabi_tools_hide(const void *memory, size_t size);
void slabi_tools_show(const void *memory, size_t size);
/* An object out of hidden memory is handed out; its contents may be `kept`. */
void slabi_tools_take(void *object, size_t size, bool kept);
/* It is free, and hidden again. */
void slabi_tools_give(void *object, size_t size, bool kept);
/* A constructor or a destructor is to run on a hidden object, or has run. */
void slabi_tools_lend(void *object, size_t size, bool constructed);
void slabi_tools_lent(void *object, size_t size);
/* Code of the library, which MemorySanitizer does not see, has written here. */
void slabi_tools_wrote(const void *memory, size_t size);

/*
 * Tell the tools that look for leaks that this memory, and what pointers in it
 * point to, is in use; and that it is about to be returned.  LeakSanitizer
 * looks for pointers in the heap and in static objects only, and memcheck wants
 * a pointer to the very start of a block of malloc's.
 */
void slabi_tools_add_root(const void *memory, size_t size);
void slabi_tools_remove_root(const void *memory, size_t size);

#endif
