/* SPDX-License-Identifier: MIT */
/* Owns every call of Valgrind and of the sanitizers. */
#include "base/tools.h"

#include <stdatomic.h>

#include "base/os.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

bool slabi_tools_wanted = true;

/* The compiler takes NULL for impossible where a function is not weak. */
#define WEAK __attribute__((weak, visibility("default")))

extern WEAK void __lsan_register_root_region(const void *memory, size_t size);
extern WEAK void __lsan_unregister_root_region(const void *memory,
    size_t size);

bool
slabi_tools_valgrind(void)
{
#ifdef RUNNING_ON_VALGRIND
	return slabi_tools_wanted && RUNNING_ON_VALGRIND != 0;
#else
	return false;
#endif
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
