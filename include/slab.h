/* SPDX-License-Identifier: MIT */
/**
 * @file slab.h
 * @brief libslab: an object-caching slab allocator.
 *
 * One slab_cache serves one kind of object.  It hands objects out and takes
 * them back in a few instructions, keeps freed objects in their constructed
 * state, packs them without headers of their own, gives idle memory back, and
 * reports misuse of memory instead of suffering from it.
 *
 * Sources: J. Bonwick, "The Slab Allocator: An Object-Caching Kernel Memory
 * Allocator", USENIX Summer 1994 (slabs, constructed objects kept, coloring,
 * reaping by working set); J. Bonwick and J. Adams, "Magazines and Vmem",
 * USENIX 2001 (magazines of rounds).
 *
 * Thread rule for every call that takes a cache or a builder: one cache, and
 * one builder, is for one thread at a time; different ones may be used by
 * different threads at once.  Where a call has another rule, it says so.  No
 * call is safe in a signal handler.
 *
 * Sizes are in bytes and counts in objects unless a comment says otherwise.
 */
#ifndef SLAB_H
#define SLAB_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <slab/version.h>

/** @cond private */
#if defined(__GNUC__)
#define SLAB_API_ __attribute__((visibility("default")))
#define SLAB_NODISCARD_ __attribute__((warn_unused_result))
#define SLAB_NORETURN_ __attribute__((noreturn))
#define SLAB_UNUSED_ __attribute__((unused))
#define SLAB_UNLIKELY_(condition) __builtin_expect(!!(condition), 0)
#define SLAB_PREFETCH_(address) __builtin_prefetch((address), 1)
#else
#define SLAB_API_
#define SLAB_NODISCARD_
#define SLAB_NORETURN_
#define SLAB_UNUSED_
#define SLAB_UNLIKELY_(condition) (condition)
#define SLAB_PREFETCH_(address) ((void)(address))
#endif

/* Called by its address, not through the linker's jumps: saves 1 ns a pair. */
#if defined(__has_attribute)
#if __has_attribute(noplt)
#define SLAB_NOPLT_ __attribute__((noplt))
#endif
#endif
#ifndef SLAB_NOPLT_
#define SLAB_NOPLT_
#endif

#if defined(__cplusplus)
#define SLAB_ALIGNOF_(type) alignof(type)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SLAB_ALIGNOF_(type) _Alignof(type)
#else
#define SLAB_ALIGNOF_(type) offsetof(struct { char before; type it; }, it)
#endif

/* A pointer to void as one to a type, by the cast that each language likes. */
#ifdef __cplusplus
#define SLAB_POINTER_(type, pointer) (static_cast<type *>(pointer))
#else
#define SLAB_POINTER_(type, pointer) ((type *)(pointer))
#endif

#ifdef __cplusplus
extern "C" {
#endif
/** @endcond */

/**
 * @defgroup types Types
 * @brief The handles, the choices, and the two structures that users fill.
 * @{
 */

/**
 * A cache of equal objects.  Made by one of the slab_builder_build() calls,
 * owned by the caller, ended by slab_destroy().
 * @since 1.0
 */
typedef struct slab_cache slab_cache;

/**
 * The wishes from which one cache is built.  Made by slab_builder_new(), used
 * up by the build call, whether that succeeds or not.
 * @since 1.0
 */
typedef struct slab_builder slab_builder;

/**
 * How an object's address leads to its slab.
 * @since 1.0
 */
typedef enum slab_system {
	SLAB_SYSTEM_AUTO,    /**< what suits size and backing; the default */
	SLAB_SYSTEM_ALIGNED, /**< slabs aligned to their size */
	SLAB_SYSTEM_LARGE    /**< slabs at any address */
} slab_system;

/**
 * Whether to ask the system for transparent huge pages.
 * @since 1.0
 */
typedef enum slab_huge_pages {
	SLAB_HUGE_PAGES_AUTO,  /**< for the slabs of a cache that has grown */
	SLAB_HUGE_PAGES_NEVER, /**< for no slab */
	SLAB_HUGE_PAGES_ALWAYS /**< for every slab */
} slab_huge_pages;

/**
 * Working period that never ends: idle memory goes back on slab_reap() only.
 * @since 1.0
 */
#define SLAB_PERIOD_NEVER UINT_MAX

/**
 * @name Debugging flags
 * For slab_builder_debug().  Declared, and refused with ENOTSUP, in 1.0.
 * @since 1.0
 * @{
 */
#define SLAB_DEBUG_CHECK      0x01u /**< every free is checked in the call */
#define SLAB_DEBUG_REDZONE    0x02u /**< guard bytes around objects */
#define SLAB_DEBUG_POISON     0x04u /**< free memory filled with patterns */
#define SLAB_DEBUG_AUDIT      0x08u /**< call stacks of last alloc and free */
#define SLAB_DEBUG_QUARANTINE 0x10u /**< freed objects are held back */
#define SLAB_DEBUG_MALLOC     0x20u /**< every object a malloc block */
/** @} */

/**
 * Makes an object.
 * @param object  memory of the size and alignment of the cache's objects, with
 *                the template's bytes in it if there is a template, else of
 *                unknown contents
 * @param arg     what slab_builder_ctor() was given
 * @returns 0; or a positive errno, with which slab_alloc() then fails
 *
 * May use other caches, not the one that it is called for.
 * @since 1.0
 */
typedef int slab_ctor(void *object, void *arg);
/**
 * Unmakes an object that a constructor has made.
 * @param object  a free object in its constructed state
 * @param arg     what slab_builder_ctor() was given
 *
 * Runs in any call on the cache, slab_alloc() and slab_free() too, in which
 * memory goes back: it must not need a lock that the caller may hold.  May use
 * other caches, not the one that it is called for.
 * @since 1.0
 */
typedef void slab_dtor(void *object, void *arg);
/**
 * Called when memory cannot be had from the backing.
 * @param cache  the cache that asked
 * @param arg    what slab_builder_oom() was given
 * @returns true: try again; false: let the call fail with ENOMEM
 *
 * May use other caches (to slab_reap() them, say), not @p cache.
 * @since 1.0
 */
typedef bool slab_oom_handler(slab_cache *cache, void *arg);

/**
 * Where a cache's memory comes from, for slab_builder_build_backing().
 *
 * alloc and free must be there, the rest may be NULL.  Every block that the
 * cache asks for is whole pages, and the cache's own structure and tables come
 * from here too.  The functions are called by the thread that uses the cache,
 * and must not use that cache.
 * @since 1.0
 */
typedef struct slab_backing {
	/** sizeof(slab_backing): room to grow. */
	size_t struct_size;
	/** Passed to every function. */
	void *arg;
	/** Could alloc() give @p size bytes aligned to @p size?  NULL: never. */
	bool (*can_align)(void *arg, size_t size);
	/**
	 * Uninitialised memory of @p size bytes, aligned to @p align, a power
	 * of two; or NULL.
	 */
	void *(*alloc)(void *arg, size_t size, size_t align);
	/** A whole block, exactly as allocated. */
	void (*free)(void *arg, void *block, size_t size);
	/**
	 * Optional: the contents of these whole pages are no longer needed.
	 * They stay part of their block, and are used again without notice.
	 */
	void (*purge)(void *arg, void *pages, size_t size);
	/** Optional: the cache is gone; called once, after the last free(). */
	void (*release)(void *arg);
} slab_backing;

/**
 * Figures of one cache, from slab_stats().
 * @since 1.0
 */
typedef struct slab_statistics {
	size_t struct_size;      /**< set by the caller before the call */
	size_t object_size;      /**< bytes an object was asked to have */
	size_t align;            /**< alignment of every object, bytes */
	size_t stride;           /**< bytes from one object to the next */
	size_t slab_size;        /**< bytes of one slab */
	size_t objects_per_slab; /**< objects that one slab can hold */
	size_t live;             /**< objects handed out */
	size_t cached;           /**< free objects that are ready for use */
	size_t capacity;         /**< objects that the present slabs can hold */
	size_t slabs;            /**< slabs at present */
	size_t slabs_full;       /**< with all objects handed out */
	size_t slabs_partial;    /**< with some */
	size_t slabs_empty;      /**< with none */
	size_t bytes_reserved;   /**< held from the backing, all purposes */
	size_t bytes_purged;     /**< of these, given back page by page */
	uint64_t constructed;    /**< objects constructed since the build */
	uint64_t destructed;     /**< objects destructed since the build */
	uint64_t refills;        /**< times the magazine was filled */
	uint64_t flushes;        /**< times half the magazine was given back */
	uint64_t slabs_created;  /**< slabs made since the build */
	uint64_t slabs_released; /**< slabs given back since the build */
} slab_statistics;

/** @} */

/* Building a cache ------------------------------------------------------ */

/**
 * @defgroup building Building a cache
 * @brief Collect wishes in a builder, then build: one check at the end.
 *
 * Every setter returns its builder, so that calls nest or follow each other.
 * A setter that is given a bad value remembers the first fault; a NULL builder
 * is passed on; the build call then returns NULL with errno set, and
 * slab_error() says in words what was wrong.  The build call consumes the
 * builder whether it succeeds or not.
 * @{
 */

/**
 * Begin a cache of objects of @p size bytes, not initialised.
 *
 * Their alignment is the largest power of two that divides @p size, but at
 * most `alignof(max_align_t)`, unless slab_builder_align() asks for more.
 *
 * @param size  1 or more.  0 is a fault: EINVAL.  A size too large for any
 *              slab makes the build fail with ENOMEM.
 * @returns a builder, to be consumed by a build call or slab_builder_free();
 *          or NULL when there is no memory for one, which the build call then
 *          reports as ENOMEM
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_new(size_t size) SLAB_NODISCARD_;
/**
 * Begin a cache of objects with the size and alignment of a C type.
 * @param type  a complete object type
 * @returns as slab_builder_new()
 * @since 1.0
 */
#define slab_builder_for(type) \
	slab_builder_align(slab_builder_new(sizeof(type)), SLAB_ALIGNOF_(type))
/**
 * Align every object.  Called again, the largest wish wins; the default
 * alignment counts as one.  The distance between objects becomes the size
 * rounded up to the alignment; slab_builder_coloring() tells of an exception.
 * @param builder  the builder, or NULL
 * @param align    a power of two, at most the page size; else a fault: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_align(slab_builder *builder, size_t align);
/**
 * Name the cache in messages and statistics.
 * @param builder  the builder, or NULL
 * @param name     a string, copied, of any length; NULL is a fault: EINVAL.
 *                 Without a name a cache is called "size-" and the object's
 *                 size.
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_name(slab_builder *builder,
    const char *name);
/**
 * Construct objects once and keep them constructed while they are free.
 *
 * @p ctor runs when an object is handed out for the first time, not before,
 * and not again while it stays cached.  @p dtor runs before the object's
 * memory goes back.  Between slab_free() and the next slab_alloc() nothing
 * is written to the object; the user frees it in its constructed state.
 *
 * @param builder  the builder, or NULL
 * @param ctor     called with each new object; NULL: none
 * @param dtor     called with each constructed object at its end; NULL: none
 * @param arg      handed to both
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_ctor(slab_builder *builder,
    slab_ctor *ctor, slab_dtor *dtor, void *arg);
/**
 * Let new objects start as a copy of @p object; the copy is made once in an
 * object's life, before the constructor, as slab_builder_ctor() describes.
 * @param builder  the builder, or NULL
 * @param object   as many bytes as the size of the objects, copied now; NULL:
 *                 new objects start as zero bytes
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_template(slab_builder *builder,
    const void *object);
/**
 * Never have more than so many objects in existence; slab_alloc() then fails
 * with ENOMEM, and the out-of-memory handler is not called.
 * @param builder  the builder, or NULL
 * @param objects  the most objects; SIZE_MAX: no limit, the default; 0 is a
 *                 fault: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_limit(slab_builder *builder,
    size_t objects);
/**
 * Set the length of the working period: slabs, and pages of partial slabs,
 * that were idle for a whole period go back to the backing.
 *
 * The clock is looked at by the calls in passing, by no thread of its own: a
 * cache that is not used, or by no more than 255 objects to and fro, may keep
 * its memory until slab_reap().
 *
 * @param builder  the builder, or NULL
 * @param seconds  default 15; 0: a slab goes back as soon as it is empty,
 *                 which it is not while objects of it are in the magazine, and
 *                 all its destructors run in that call;
 *                 #SLAB_PERIOD_NEVER: only slab_reap() gives memory back.
 *                 A cache in a buffer never asks for the time: there every
 *                 period but 0 means never.
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_working_period(slab_builder *builder,
    unsigned seconds);
/**
 * Set the capacity of the magazine, the array of free objects that makes
 * slab_alloc() and slab_free() fast (Bonwick and Adams 2001).
 *
 * A program that frees and allocates by the ten thousand, and does not care
 * where objects lie, gains by a magazine for as many.  They then come in the
 * order of their frees, not of their addresses; their slabs do not become
 * empty; and misuse is recognised when an object leaves the magazine, which may
 * be late.  A round takes the memory of a pointer once it has been in use; in a
 * buffer, from the start.
 *
 * @param builder  the builder, or NULL
 * @param rounds   objects; 0: no magazine, every call goes to the slabs.  The
 *                 default is chosen from the object's size, 1024 up to 8 KiB;
 *                 in a buffer, a round for every 512 bytes at most.  More
 *                 than SIZE_MAX / 64 is a fault: EINVAL.
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_magazine(slab_builder *builder,
    size_t rounds);
/**
 * Wish for a size of the slabs; it is rounded to what is possible, and
 * slab_stats() tells the outcome.
 * @param builder  the builder, or NULL
 * @param bytes    default: chosen from the object's size; 0, and more than
 *                 an eighth of the address space, are faults: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_slab_size(slab_builder *builder,
    size_t bytes);
/**
 * Choose whether the objects of different slabs start at different offsets, so
 * that they do not compete for the same lines of the processor's caches
 * (Bonwick 1994, section 4).  With it, objects of 1024 bytes and more whose
 * size is a multiple of 512 and whose alignment is at most 16 are 16 bytes
 * further apart, for the same reason; ask for a larger alignment to have none
 * of that.
 * @param builder  the builder, or NULL
 * @param on       default true
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_coloring(slab_builder *builder, bool on);
/**
 * Choose how an object's address leads to its slab.  A build that cannot
 * follow the choice fails with ENOTSUP.
 * @param builder  the builder, or NULL
 * @param system   one of #slab_system; any other value is a fault: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_system(slab_builder *builder,
    slab_system system);
/**
 * Choose whether to ask for transparent huge pages.  It is a request to the
 * system, and only on memory from slab_builder_build() and
 * slab_builder_build_mmap().
 * @param builder  the builder, or NULL
 * @param mode     one of #slab_huge_pages; any other value is a fault: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_huge_pages(slab_builder *builder,
    slab_huge_pages mode);
/**
 * Have a function called when the backing has no memory for slab_alloc(),
 * slab_zalloc(), slab_alloc_bulk() or slab_reserve().
 * @param builder  the builder, or NULL
 * @param handler  called before the call fails, and again as long as it returns
 *                 true and there is still no memory; NULL: none
 * @param arg      handed to it
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_oom(slab_builder *builder,
    slab_oom_handler *handler, void *arg);
/**
 * Ask for debugging.  Version 1.0 declares the flags and offers none of them:
 * any flag makes the build fail with ENOTSUP.  What is recognised without
 * flags is told at slab_free().
 * @param builder  the builder, or NULL
 * @param flags    SLAB_DEBUG_* or'ed; 0: none; an unknown bit is a fault:
 *                 EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_debug(slab_builder *builder,
    unsigned flags);
/**
 * Make a second builder with the same wishes and the same fault, if any.
 * @param builder  the builder, which stays as it is; or NULL
 * @returns a builder of its own; NULL when @p builder is NULL or there is no
 *          memory for another
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_clone(const slab_builder *builder)
    SLAB_NODISCARD_;
/**
 * Drop a builder that is not going to be built.
 * @param builder  the builder; NULL: nothing is done
 * @since 1.0
 */
SLAB_API_ void slab_builder_free(slab_builder *builder);

/**
 * Build a cache on memory from the heap (posix_memalign()).
 * @param builder  the wishes, consumed
 * @returns the cache, owned by the caller, ended by slab_destroy()
 * @retval NULL with errno
 *         - EINVAL: a setter was given a bad value
 *         - ENOTSUP: a debugging flag, or a slab system that this backing
 *           cannot serve
 *         - ENOMEM: no memory, a size too large, or a NULL builder
 * @since 1.0
 */
SLAB_API_ slab_cache *slab_builder_build(slab_builder *builder)
    SLAB_NODISCARD_;
/**
 * Build a cache on memory mapped from the system.  Such a cache never calls
 * malloc(), neither for its objects nor for its own structure.
 * @param builder  the wishes, consumed
 * @returns the cache, owned by the caller, ended by slab_destroy()
 * @retval NULL with errno
 *         - EINVAL: a setter was given a bad value
 *         - ENOTSUP: a debugging flag, or a slab system that this backing
 *           cannot serve
 *         - ENOMEM: no memory, a size too large, or a NULL builder
 * @since 1.0
 */
SLAB_API_ slab_cache *slab_builder_build_mmap(slab_builder *builder)
    SLAB_NODISCARD_;
/**
 * Build a cache inside one region of memory that the caller owns: a static
 * array, shared memory, a mapped file.  Such a cache calls neither malloc()
 * nor the operating system; its own structure lies in the region too.
 * @param builder  the wishes, consumed
 * @param mem      the region, of any alignment; stays the caller's, and is
 *                 left alone by others until slab_destroy()
 * @param bytes    its length
 * @returns the cache, to be ended by slab_destroy() before the region ends
 * @retval NULL with errno
 *         - EINVAL: a setter was given a bad value, or @p mem is NULL
 *         - ENOTSUP: a debugging flag, or #SLAB_SYSTEM_ALIGNED and the region
 *           cannot hold an aligned slab
 *         - ENOMEM: the region cannot hold one object, or a NULL builder
 *
 * A cache of 64-byte objects needs some 2 KiB beside them.  In memory that
 * processes share it can be used by those related by fork(), by one at a time,
 * and is destroyed by the one that built it.
 * @since 1.0
 */
SLAB_API_ slab_cache *slab_builder_build_buffer(slab_builder *builder,
    void *mem, size_t bytes) SLAB_NODISCARD_;
/**
 * Build a cache on functions of the caller's.
 *
 * can_align is asked for the ideal slab size, then for halves of it down to
 * one page; the first yes gives aligned slabs of that size.  Without a yes
 * slabs are looked up in a table, and blocks need only the alignment of a
 * page.  It is not asked where #SLAB_SYSTEM_LARGE is wished for, or objects are
 * larger than a sixteenth of a slab.
 *
 * @param builder  the wishes, consumed
 * @param backing  copied; its struct_size says how much of it there is
 * @returns the cache, owned by the caller, ended by slab_destroy()
 * @retval NULL with errno
 *         - EINVAL: a setter was given a bad value,
 *           @p backing is NULL, has no alloc or no free, has a struct_size
 *           that does not reach them, or gave a misaligned block
 *         - ENOTSUP: a debugging flag, or a slab system that this backing
 *           cannot serve
 *         - ENOMEM: no memory, a size too large, or a NULL builder
 *
 * When the build fails, every block has been given back, and release was not
 * called.
 * @since 1.0
 */
SLAB_API_ slab_cache *slab_builder_build_backing(slab_builder *builder,
    const slab_backing *backing) SLAB_NODISCARD_;

/** @} */

/* Using it --------------------------------------------------------------- */

/**
 * @defgroup using Using it
 * @brief Take objects, give them back, end the cache.
 *
 * A program that defines `SLAB_INLINE` before `#include <slab.h>` gets
 * slab_alloc() and slab_free() as inline functions over the first three words
 * of the cache; they behave as the exported ones do, and save the call.
 * @{
 */

/** @cond private */
/* The slow paths behind slab_alloc() and slab_free(); not to be called. */
SLAB_API_ void *slab_alloc_slow(slab_cache *cache);
SLAB_API_ void slab_free_slow(slab_cache *cache, void *object);

/*
 * The magazine: the first three words of every cache, and part of the ABI.
 * `top` points at the top round.  Where it is equal to `base` an allocation
 * goes the slow path, where it is equal to `end` a free does.  The words from
 * `base` down, SLAB_AHEAD_ of them, hold addresses that may be prefetched.
 */
struct slab_magazine {
	void **top;
	void **end;
	void **base;
};

#define SLAB_AHEAD_ 16 /* rounds from the one popped to the one prefetched */

/* SLAB_HOT_: how the two hot functions are defined, if they are at all. */
#if defined(SLAB_INLINE) && !defined(SLAB_HOT_)
#define SLAB_HOT_ static inline SLAB_UNUSED_
#endif

#ifdef SLAB_HOT_
SLAB_HOT_ void *slab_alloc(slab_cache *cache);
SLAB_HOT_ void slab_free(slab_cache *cache, void *object);

SLAB_HOT_ void *slab_alloc(slab_cache *cache)
{
	void *start = cache;
	struct slab_magazine *magazine = SLAB_POINTER_(struct slab_magazine,
	    start);
	void **top = magazine->top;
	void *object = *top;

	if (SLAB_UNLIKELY_(top == magazine->base))
		return slab_alloc_slow(cache);
	magazine->top = top - 1;
	SLAB_PREFETCH_(top[-SLAB_AHEAD_]);
	return object;
}

SLAB_HOT_ void slab_free(slab_cache *cache, void *object)
{
	void *start = cache;
	struct slab_magazine *magazine = SLAB_POINTER_(struct slab_magazine,
	    start);
	void **top = magazine->top;

	/* The top round freed again is a double free: the slow path says so. */
	if (SLAB_UNLIKELY_(top == magazine->end || object == *top ||
	    object == NULL)) {
		slab_free_slow(cache, object);
		return;
	}
	top[1] = object;
	magazine->top = top + 1;
}
#else
/** @endcond */
/**
 * Take an object.
 *
 * Its contents are unknown in a cache with neither constructor nor template;
 * else they are as the constructor or template made them when the object is
 * new, and as slab_free() got them when it is not.
 *
 * @param cache  the cache
 * @returns an object, the caller's until slab_free(), slab_reset() or a
 *          successful slab_destroy()
 * @retval NULL with errno
 *         - ENOMEM: the backing has no memory and the out-of-memory handler
 *           did not find any, or the limit is reached
 *         - EINVAL: a user's backing gave a misaligned block
 *         - what the constructor returned, when it returned other than 0
 *
 * After a failure the cache is as it was.
 * @since 1.0
 */
SLAB_API_ void *slab_alloc(slab_cache *cache) SLAB_NOPLT_;
/**
 * Give an object back.  errno is preserved.
 *
 * Misuse is recognised when the object reaches its slab, which may be some
 * frees later: a pointer that is not this cache's, one that points inside an
 * object, an object that is already free.  The library then writes one line to
 * stderr, or to the handler of slab_set_misuse_handler(), and calls abort(),
 * before any bookkeeping changes.  The same object freed twice in a row is
 * recognised in the call.  Not recognised is what is handed out again before it
 * reaches a slab, wrong addresses too; and a second free of an object that has
 * been handed out again meanwhile, which looks like the free of its new owner.
 *
 * @param cache   the cache that handed the object out
 * @param object  the object; NULL: nothing is done
 * @since 1.0
 */
SLAB_API_ void slab_free(slab_cache *cache, void *object) SLAB_NOPLT_;
/** @cond private */
#endif
/** @endcond */

/**
 * Take an object with all bytes zero.
 * @param cache  a cache with neither constructor nor template
 * @returns as slab_alloc()
 * @retval NULL with errno
 *         - EINVAL: the cache has a constructor, a destructor or a template
 *         - ENOMEM, EINVAL: as slab_alloc()
 * @since 1.0
 */
SLAB_API_ void *slab_zalloc(slab_cache *cache);
/**
 * Take many objects.
 * @param cache  the cache
 * @param n      how many
 * @param out    room for @p n addresses, filled from the start
 * @returns how many were taken: @p n, or fewer with errno as slab_alloc() has
 *          it; those taken are the caller's
 * @since 1.0
 */
SLAB_API_ size_t slab_alloc_bulk(slab_cache *cache, size_t n, void **out)
    SLAB_NOPLT_;
/**
 * Give many objects back, as slab_free() does each.  errno is preserved.
 * @param cache    the cache that handed them out
 * @param n        how many
 * @param objects  their addresses; NULL entries are passed over
 * @since 1.0
 */
SLAB_API_ void slab_free_bulk(slab_cache *cache, size_t n,
    void *const *objects) SLAB_NOPLT_;
/**
 * Make the next @p n allocations unable to fail for want of memory.  The
 * promise holds until so many more objects are live, or until slab_reap().  A
 * constructor runs when its object is taken, and may still fail.
 * @param cache  the cache
 * @param n      objects beside those that are live
 * @retval 0   done
 * @retval -1  with errno, and nothing is reserved
 *         - ENOMEM: the backing has no memory and the out-of-memory handler
 *           did not find any, or more than the limit
 *         - EINVAL: a user's backing gave a misaligned block
 * @since 1.0
 */
SLAB_API_ int slab_reserve(slab_cache *cache, size_t n);
/**
 * Give back all idle memory now: free objects of the magazine go to their
 * slabs, empty slabs and whole pages without a live object to the backing.
 * Destructors run first.  Linear in what it touches.  errno is preserved.
 * @param cache  the cache
 * @returns bytes given back
 * @since 1.0
 */
SLAB_API_ size_t slab_reap(slab_cache *cache);
/**
 * Take back every object at once.  Constructed objects stay constructed, so
 * each must be in its constructed state.  Memory stays with the cache, but for
 * a working period of 0, with which empty slabs go back at once.  Addresses
 * that were freed wrongly and have not been recognised yet are forgotten.
 * Linear in the number of slabs.
 * @param cache  the cache
 * @since 1.0
 */
SLAB_API_ void slab_reset(slab_cache *cache);
/**
 * End a cache: destructors run, and all memory goes back.
 * @param cache  the cache; NULL: nothing is done
 * @retval 0   the cache is gone
 * @retval -1  with errno EBUSY: objects are handed out, and nothing has
 *             changed; slab_reset() first, to mean it
 * @since 1.0
 */
SLAB_API_ int slab_destroy(slab_cache *cache);

/** @} */

/* Looking at it ---------------------------------------------------------- */

/**
 * @defgroup looking Looking at it
 * @brief Figures, live objects, and a check of the whole cache.
 * @{
 */

/**
 * Tell whether an address is that of a live object of the cache.  Linear in
 * the objects in the magazine.
 * @param cache    the cache
 * @param address  any address at all; nothing is read there
 * @returns true only for the first byte of an object that is handed out
 * @since 1.0
 */
SLAB_API_ bool slab_owns(const slab_cache *cache, const void *address);
/**
 * Visit every live object, in address order within a slab.
 * @param cache  the cache
 * @param visit  called with each object; may free that object and no other,
 *               and takes none; other than 0 ends the walk.  It returns, and
 *               does not leave by longjmp() or a C++ exception: until the walk
 *               ends nothing is given back, by slab_reap() neither
 * @param arg    handed to @p visit
 * @returns 0, or what @p visit returned to end the walk
 * @since 1.0
 */
SLAB_API_ int slab_foreach(slab_cache *cache,
    int (*visit)(void *object, void *arg), void *arg);
/**
 * Get the figures of a cache.
 * @param cache    the cache
 * @param figures  filled; its struct_size, set by the caller to
 *                 `sizeof(slab_statistics)` before the call, says how much room
 *                 there is, so that a program and a library of different
 *                 versions understand each other: what an older library does
 *                 not know of stays as it was.  The call cannot fail.
 * @since 1.0
 */
SLAB_API_ void slab_stats(const slab_cache *cache, slab_statistics *figures);
/**
 * Print the figures for people.
 * @param cache   the cache; NULL: a table of all caches of the process, at a
 *                moment when no other thread uses any of them.  Without those
 *                in buffers that it has inherited by fork().
 * @param stream  where to; stays the caller's
 * @retval 0   done
 * @retval -1  with errno of the stream's failure
 * @since 1.0
 */
SLAB_API_ int slab_dump(const slab_cache *cache, FILE *stream);
/**
 * Walk the whole cache and verify every invariant.  For tests, and for users
 * in doubt.  Linear in the number of objects.  It follows the cache's own
 * pointers: where these are overwritten it may crash instead of returning.
 * @param cache  the cache
 * @retval 0   all is well
 * @retval -1  with errno EFAULT, and slab_error() says what is broken
 * @since 1.0
 */
SLAB_API_ int slab_check(slab_cache *cache);
/**
 * Print one line for each live object.
 * @param cache   the cache
 * @param stream  where to; stays the caller's, who asks ferror() whether all
 *                has been written
 * @returns how many objects are live
 * @since 1.0
 */
SLAB_API_ size_t slab_report_leaks(slab_cache *cache, FILE *stream);
/**
 * Tell the size of the objects.
 * @param cache  the cache
 * @returns bytes, as given to slab_builder_new()
 * @since 1.0
 */
SLAB_API_ size_t slab_object_size(const slab_cache *cache);
/**
 * Tell the alignment of the objects.
 * @param cache  the cache
 * @returns bytes, a power of two
 * @since 1.0
 */
SLAB_API_ size_t slab_object_align(const slab_cache *cache);
/**
 * Tell the name of the cache.
 * @param cache  the cache
 * @returns a string that lives as long as the cache
 * @since 1.0
 */
SLAB_API_ const char *slab_cache_name(const slab_cache *cache);

/** @} */

/* Errors ------------------------------------------------------------------ */

/**
 * @defgroup errors Errors and version
 * @brief What went wrong, in words; what to do when nothing helps.
 * @{
 */

/**
 * Say what the last failed call of this thread was about.  Any thread may
 * call it at any time.
 * @returns a string of one line, valid until this thread's next failed call;
 *          "" when no call has failed yet
 * @since 1.0
 */
SLAB_API_ const char *slab_error(void);
/**
 * Print the state of a cache to stderr and call abort(): for callers that
 * cannot go on without memory.
 * @param cache  the cache
 * @since 1.0
 */
SLAB_API_ void slab_oom(const slab_cache *cache) SLAB_NORETURN_;
/**
 * Have a function given the line that reports misuse, in place of stderr.
 * When it returns, abort() follows; it may longjmp() away instead, and then
 * the cache is whole and the bad address forgotten.  It may have been found by
 * a later call than the one that brought it, and that call may have been done
 * in part: the entries of slab_free_bulk() behind it have not been freed, and
 * slab_reap(), slab_destroy() and slab_foreach() are to be called again.
 *
 * There is one handler for the process: set it before other threads use
 * caches.
 *
 * @param handler  called with the line, without a newline at its end; NULL:
 *                 the default, which writes to stderr
 * @since 1.0
 */
SLAB_API_ void slab_set_misuse_handler(void (*handler)(const char *line));
/**
 * Tell the version of the library in use; #SLAB_VERSION_STRING is that of the
 * header.  Any thread may call it at any time.
 * @returns a string as "1.0.0"
 * @since 1.0
 */
SLAB_API_ const char *slab_version(void);

/** @} */

/* Types ------------------------------------------------------------------- */

/**
 * @defgroup typed Typed caches
 * @brief Let the compiler tell one kind of object from another.
 * @{
 */

/** @cond private */
/*
 * C makes a wrong pointer argument a constraint violation, older compilers
 * only a warning.  From the first SLAB_DEFINE_TYPED on it is an error.
 */
#if defined(__GNUC__) && !defined(__cplusplus)
#define SLAB_WRONG_POINTERS_ARE_ERRORS_ \
	_Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")
#else
#define SLAB_WRONG_POINTERS_ARE_ERRORS_
#endif
/** @endcond */
/**
 * Define type-safe inline functions over caches of one C type, at file scope:
 *
 * - `slab_builder *NAME_builder(void)` is slab_builder_for(TYPE);
 * - `TYPE *NAME_alloc(slab_cache *)` is slab_alloc();
 * - `TYPE *NAME_zalloc(slab_cache *)` is slab_zalloc();
 * - `void NAME_free(slab_cache *, TYPE *)` is slab_free(), and does not
 *   compile with a pointer to another type.
 *
 * With GCC and Clang, -Wincompatible-pointer-types is an error from the first
 * use of this macro to the end of the file.
 *
 * @param name  with what the names of the functions begin
 * @param type  a complete object type
 * @since 1.0
 */
#define SLAB_DEFINE_TYPED(name, type) \
	SLAB_WRONG_POINTERS_ARE_ERRORS_ \
	static inline SLAB_UNUSED_ slab_builder *name##_builder(void) \
	{ return slab_builder_for(type); } \
	static inline SLAB_UNUSED_ type *name##_alloc(slab_cache *cache) \
	{ return SLAB_POINTER_(type, slab_alloc(cache)); } \
	static inline SLAB_UNUSED_ type *name##_zalloc(slab_cache *cache) \
	{ return SLAB_POINTER_(type, slab_zalloc(cache)); } \
	static inline SLAB_UNUSED_ void name##_free(slab_cache *cache, \
	    type *object) \
	{ slab_free(cache, object); } \
	struct slab_typed_##name##_ /* takes the caller's semicolon */

/** @} */

#ifdef __cplusplus
}
#endif

#endif /* SLAB_H */
