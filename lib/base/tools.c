/* SPDX-License-Identifier: MIT */
/* Owns every call of Valgrind and of the sanitizers. */
#include "base/tools.h"

#include <stdatomic.h>

#include "base/os.h"

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

/* Without the header the requests are nothing. */
#ifndef VALGRIND_GET_VBITS
#define VALGRIND_GET_VBITS(memory, bits, size) ((void)(bits), 0)
#define VALGRIND_MALLOCLIKE_BLOCK(memory, size, zone, zeroed) ((void)(size))
#define VALGRIND_FREELIKE_BLOCK(memory, zone) ((void)(memory))
#define VALGRIND_MAKE_MEM_NOACCESS(memory, size) ((void)(memory))
#define VALGRIND_MAKE_MEM_UNDEFINED(memory, size) ((void)(memory))
#define VALGRIND_MAKE_MEM_DEFINED(memory, size) ((void)(memory))
#endif

bool slabi_tools_wanted = true;

/* The compiler takes NULL for impossible where a function is not weak. */
#define WEAK __attribute__((weak, visibility("default")))

extern WEAK void __lsan_register_root_region(const void *memory, size_t size);
extern WEAK void __lsan_unregister_root_region(const void *memory,
    size_t size);
extern WEAK void __asan_poison_memory_region(const volatile void *memory,
    size_t size);
extern WEAK void __asan_unpoison_memory_region(const volatile void *memory,
    size_t size);
extern WEAK void __msan_allocated_memory(const volatile void *memory,
    size_t size);
extern WEAK void __msan_unpoison(const volatile void *memory, size_t size);

bool
slabi_tools_valgrind(void)
{
	unsigned char byte = 0, bits;

	(void)byte; /* where it cannot be asked */
	/* Only memcheck answers; callgrind counts what caches really do. */
	return slabi_tools_wanted &&
	    VALGRIND_GET_VBITS(&byte, &bits, sizeof(byte)) == 1;
}

enum slabi_tool
slabi_tools_watching(void)
{
	if (!slabi_tools_wanted)
		return SLABI_TOOL_NONE;
	if (slabi_tools_valgrind())
		return SLABI_TOOL_VALGRIND;
	if (__asan_poison_memory_region)
		return SLABI_TOOL_ASAN;
	return __msan_allocated_memory ? SLABI_TOOL_MSAN : SLABI_TOOL_NONE;
}

void
slabi_tools_hide(const void *memory, size_t size)
{
	VALGRIND_MAKE_MEM_NOACCESS(memory, size);
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(memory, size);
}

void
slabi_tools_show(const void *memory, size_t size)
{
	VALGRIND_MAKE_MEM_UNDEFINED(memory, size);
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(memory, size);
}

void
slabi_tools_take(void *object, size_t size, bool kept)
{
	VALGRIND_MALLOCLIKE_BLOCK(object, size, 0, 0);
	if (kept)
		VALGRIND_MAKE_MEM_DEFINED(object, size);
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(object, size);
	if (__msan_allocated_memory && !kept)
		__msan_allocated_memory(object, size);
}

void
slabi_tools_give(void *object, size_t size, bool kept)
{
	VALGRIND_FREELIKE_BLOCK(object, 0);
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(object, size);
	if (__msan_allocated_memory && !kept)
		__msan_allocated_memory(object, size);
}

void
slabi_tools_lend(void *object, size_t size, bool constructed)
{
	VALGRIND_MAKE_MEM_UNDEFINED(object, size);
	if (constructed)
		VALGRIND_MAKE_MEM_DEFINED(object, size);
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(object, size);
	if (__msan_allocated_memory && !constructed)
		__msan_allocated_memory(object, size);
}

void
slabi_tools_lent(void *object, size_t size)
{
	slabi_tools_hide(object, size);
}

void
slabi_tools_wrote(const void *memory, size_t size)
{
	if (__msan_unpoison)
		__msan_unpoison(memory, size);
}

/*
 * Pointers to the start of memory that has to be reachable, for memcheck,
 * which finds them here.  Nothing waits for a lock, so fork() is harmless.
 */
#define KEPT 510
struct kept {
	struct kept *next;
	_Atomic(const void *) start[KEPT];
};

static _Atomic(struct kept *) all_kept;

/* Replace one pointer by another; false: there is none. */
static bool
replace_kept(const void *old, const void *new)
{
	struct kept *kept;
	size_t i;

	for (kept = atomic_load(&all_kept); kept; kept = kept->next)
		for (i = 0; i < KEPT; i++) {
			const void *found = old;

			if (atomic_compare_exchange_strong(&kept->start[i],
			    &found, new))
				return true;
		}
	return false;
}

static void
keep(const void *start)
{
	struct kept *more;

	if (replace_kept(NULL, start))
		return;
	more = slabi_os.reserve(sizeof(*more), slabi_os.page_size);
	if (!more || !slabi_os.ready(more, sizeof(*more)))
		return;
	atomic_store(&more->start[0], start);
	more->next = atomic_load(&all_kept);
	while (!atomic_compare_exchange_weak(&all_kept, &more->next, more))
		;
}

void
slabi_tools_add_root(const void *memory, size_t size)
{
	if (slabi_tools_valgrind())
		keep(memory);
	if (__lsan_register_root_region)
		__lsan_register_root_region(memory, size);
}

void
slabi_tools_remove_root(const void *memory, size_t size)
{
	if (slabi_tools_valgrind())
		replace_kept(memory, NULL);
	if (__lsan_unregister_root_region)
		__lsan_unregister_root_region(memory, size);
}
