/* SPDX-License-Identifier: MIT */
/**
 * @file slab.h
 * @brief libslab: an object-caching slab allocator.
 *
 * One slab_cache serves one kind of object.  It allocates and frees objects in
 * a few instructions, can keep freed objects initialised for reuse, packs them
 * without headers of their own, returns unused memory to the system, and
 * reports wrong frees before they damage the cache.
 *
 * Sources: J. Bonwick, "The Slab Allocator: An Object-Caching Kernel Memory
 * Allocator", USENIX Summer 1994 (slabs, constructed objects kept, coloring,
 * reaping by working set); J. Bonwick and J. Adams, "Magazines and Vmem",
 * USENIX 2001 (magazines of rounds).
 *
 * Thread rule for every call that takes a cache or a builder: only one thread
 * may use a given cache or builder at a time; different caches and builders may
 * be used by different threads at once.  A call with another rule says so.  No
 * call is safe in a signal handler.
 *
 * Sizes are in bytes and counts in objects unless a comment says otherwise.
 */
#ifdef SLAB_H
#if defined(SLAB_INLINE) && !defined(SLAB_HOT_)
#error "define SLAB_INLINE before <slab.h> is included for the first time"
#endif
#else
#define SLAB_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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
#define SLAB_ADDRESS_(pointer) (reinterpret_cast<uintptr_t>(pointer))
#else
#define SLAB_POINTER_(type, pointer) ((type *)(pointer))
#define SLAB_ADDRESS_(pointer) ((uintptr_t)(pointer))
#endif

#ifdef __cplusplus
extern "C" {
#endif
/** @endcond */

/**
 * @defgroup types Types
 * @brief The handles, the enumerations, and the structures that users fill.
 * @{
 */

/**
 * A cache of objects of one size.  Created by one of the slab_builder_build()
 * calls, owned by the caller, destroyed by slab_destroy().
 * @since 1.0
 */
typedef struct slab_cache slab_cache;

/**
 * The options of a cache that is going to be built.  Created by
 * slab_builder_new(), consumed by the build call, whether that succeeds or not.
 * @since 1.0
 */
typedef struct slab_builder slab_builder;

/**
 * How the library finds the slab of an object from the object's address.
 * @since 1.0
 */
typedef enum slab_system {
	SLAB_SYSTEM_AUTO,    /**< chosen by size and backing; the default */
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
 * Working period that never ends: only slab_reap() returns idle memory.
 * @since 1.0
 */
#define SLAB_PERIOD_NEVER UINT_MAX

/**
 * @name Debugging flags
 * For slab_builder_debug().  Version 1.0 declared the first six and refused
 * them with ENOTSUP.
 * @since 1.0
 * @{
 */
#define SLAB_DEBUG_CHECK      0x01u /**< every free is checked in the call */
#define SLAB_DEBUG_REDZONE    0x02u /**< guard bytes around objects */
#define SLAB_DEBUG_POISON     0x04u /**< free memory filled with patterns */
#define SLAB_DEBUG_AUDIT      0x08u /**< call stacks of last alloc and free */
#define SLAB_DEBUG_QUARANTINE 0x10u /**< freed objects are held back */
#define SLAB_DEBUG_MALLOC     0x20u /**< every object a malloc block */
#define SLAB_DEBUG_SAMPLE     0x40u /**< few objects guarded; since 1.1 */
#define SLAB_DEBUG_GUARD      0x80u /**< every object on a page; since 1.1 */
#define SLAB_DEBUG_FAIL       0x100u /**< some allocations fail; since 1.1 */
/** @} */

/**
 * Constructs an object.
 * @param object  memory of the size and alignment of the cache's objects, with
 *                the template's bytes in it if there is a template, else of
 *                unknown contents
 * @param arg     what slab_builder_ctor() was given
 * @returns 0; or a positive error number, with which slab_alloc() then fails
 *
 * It may use other caches, but not the one that it is called for.
 * @since 1.0
 */
typedef int slab_ctor(void *object, void *arg);
/**
 * Destructs an object that a constructor has made.
 * @param object  a free object in its constructed state
 * @param arg     what slab_builder_ctor() was given
 *
 * It runs in whichever call on the cache returns memory, slab_alloc() and
 * slab_free() included, so it must not need a lock that the caller may hold.
 * It may use other caches, but not the one that it is called for.
 * @since 1.0
 */
typedef void slab_dtor(void *object, void *arg);
/**
 * Called when the backing has no memory.
 * @param cache  the cache that needs memory
 * @param arg    what slab_builder_oom() was given
 * @returns true: try again; false: let the call fail with ENOMEM
 *
 * It may use other caches (to slab_reap() them, for example), not @p cache.
 * @since 1.0
 */
typedef bool slab_oom_handler(slab_cache *cache, void *arg);

/**
 * Where a cache's memory comes from, for slab_builder_build_backing().
 *
 * alloc and free are required, the rest may be NULL.  Every block that the
 * cache asks for consists of whole pages; the cache's own structure and tables
 * come from here too.  The functions are called by the thread that uses the
 * cache, and must not use that cache themselves.
 * @since 1.0
 */
typedef struct slab_backing {
	/** Set by the caller to sizeof(slab_backing). */
	size_t struct_size;
	/** Passed to every function. */
	void *arg;
	/**
	 * Optional: can alloc() return @p size bytes aligned to @p size?
	 * NULL: never.
	 */
	bool (*can_align)(void *arg, size_t size);
	/**
	 * Returns @p size bytes of uninitialised memory, aligned to @p align,
	 * a power of two; or NULL.
	 */
	void *(*alloc)(void *arg, size_t size, size_t align);
	/** Takes back a whole block, exactly as it was allocated. */
	void (*free)(void *arg, void *block, size_t size);
	/**
	 * Optional: called when the contents of these whole pages are no
	 * longer needed.  The pages stay part of their block, and the cache
	 * may use them again at any time.
	 */
	void (*purge)(void *arg, void *pages, size_t size);
	/** Optional: called once, after the last free() of all. */
	void (*release)(void *arg);
} slab_backing;

/**
 * Figures of one cache, from slab_stats().
 * @since 1.0
 */
typedef struct slab_statistics {
	size_t struct_size;      /**< set by the caller before the call */
	size_t object_size;      /**< requested object size, bytes */
	size_t align;            /**< alignment of every object, bytes */
	size_t stride;           /**< bytes from one object to the next */
	size_t slab_size;        /**< bytes of one slab */
	size_t objects_per_slab; /**< objects that one slab can hold */
	size_t live;             /**< objects allocated and not yet freed */
	size_t cached;           /**< free objects that are ready for use */
	size_t capacity;         /**< objects that the present slabs can hold */
	size_t slabs;            /**< slabs at present */
	size_t slabs_full;       /**< with all objects in use */
	size_t slabs_partial;    /**< with some */
	size_t slabs_empty;      /**< with none */
	size_t bytes_reserved;   /**< taken from the backing, in all */
	size_t bytes_purged;     /**< of these, returned page by page */
	uint64_t constructed;    /**< objects constructed since the build */
	uint64_t destructed;     /**< objects destructed since the build */
	uint64_t refills;        /**< times the magazine was filled */
	uint64_t flushes;        /**< times half the magazine was emptied */
	uint64_t slabs_created;  /**< slabs created since the build */
	uint64_t slabs_released; /**< slabs returned since the build */
	size_t rounds;           /**< free objects in magazines; since 1.1 */
	size_t rounds_most;      /**< that magazines may hold; since 1.1 */
	size_t limit;            /**< most objects; SIZE_MAX: none; since 1.1 */
	size_t peak;             /**< most objects ever out of slabs at once,
	                              magazines included; since 1.1 */
	size_t bytes_touched;    /**< that may be resident, with bookkeeping;
	                              since 1.1 */
	size_t idle;             /**< bytes that the end of the working period
	                              will return; since 1.1 */
	uint64_t failures;       /**< calls that returned no object, or fewer
	                              than asked for; since 1.1 */
	uint64_t oom_calls;      /**< calls of the out-of-memory handler; since
	                              1.1 */
	uint64_t limit_hits;     /**< allocations beyond the limit; since 1.1 */
	uint64_t purges;         /**< calls that returned pages of slabs to the
	                              system; since 1.1 */
	uint64_t depot_visits;   /**< exchanges of magazines with the depot of a
	                              shared cache; since 1.1 */
} slab_statistics;

/**
 * Whether a figure goes up and down or only up.
 * @since 1.1
 */
typedef enum slab_field_kind {
	SLAB_GAUGE,  /**< a state: it goes up and down */
	SLAB_COUNTER /**< counted since the build */
} slab_field_kind;

/**
 * What a figure counts.
 * @since 1.1
 */
typedef enum slab_field_unit {
	SLAB_OBJECTS, /**< objects */
	SLAB_BYTES,   /**< bytes */
	SLAB_TIMES,   /**< events */
	SLAB_SLABS    /**< slabs */
} slab_field_unit;

/**
 * One figure of slab_statistics: for programs that show all of them, those of
 * later versions too.  See slab_statistics_field().
 * @since 1.1
 */
typedef struct slab_field {
	const char *name;     /**< as in slab_statistics */
	const char *help;     /**< one sentence */
	size_t offset;        /**< in slab_statistics */
	size_t size;          /**< bytes there: a size_t or a uint64_t */
	slab_field_kind kind; /**< gauge or counter */
	slab_field_unit unit; /**< what it counts */
} slab_field;

/**
 * A budget of memory that caches share.  Made by slab_quota_new(), ended by
 * slab_quota_free().
 * @since 1.1
 */
typedef struct slab_quota slab_quota;

/**
 * What to do when a budget is nearly used up, or is.
 *
 * Called by the thread whose call has crossed the soft limit upwards, once a
 * crossing; and before a call fails for the hard limit, which then tries again
 * once.  May slab_reap() other caches that this thread may use, but not use the
 * cache that asks.
 * @param quota   the budget
 * @param wanted  bytes that are needed
 * @param arg     what slab_quota_on_pressure() was given
 * @since 1.1
 */
typedef void slab_pressure(slab_quota *quota, size_t wanted, void *arg);

/**
 * How slab_dump_as() writes figures.
 * @since 1.1
 */
typedef enum slab_format {
	SLAB_FORMAT_TEXT,       /**< for people, as slab_dump() */
	SLAB_FORMAT_JSON,       /**< one object on one line */
	SLAB_FORMAT_OPENMETRICS /**< text of OpenMetrics 1.0 */
} slab_format;

/**
 * What a program has done wrong.
 * @since 1.1
 */
typedef enum slab_misuse_kind {
	SLAB_MISUSE_DOUBLE_FREE, /**< an object is freed that is free already */
	SLAB_MISUSE_FOREIGN,     /**< an address that is not from the cache */
	SLAB_MISUSE_INSIDE,      /**< an address inside an object */
	SLAB_MISUSE_UNCARVED,    /**< an object that was never allocated */
	SLAB_MISUSE_OVERRUN,     /**< bytes beside an object were written */
	SLAB_MISUSE_WRITE_AFTER_FREE, /**< a free object was written to */
	SLAB_MISUSE_DAMAGED,     /**< the library's own data was overwritten */
	SLAB_MISUSE_REENTRANT,   /**< a callback used the cache it works for */
	SLAB_MISUSE_STALE        /**< use of a cache or builder that is gone */
} slab_misuse_kind;

/**
 * The facts of one misuse, for slab_set_misuse_reporter().
 * @since 1.1
 */
struct slab_misuse {
	size_t struct_size;      /**< how much of the structure there is */
	slab_misuse_kind kind;
	const slab_cache *cache; /**< NULL: there is none */
	const void *object;      /**< the object concerned, or NULL */
	const void *address;     /**< what the call was given, or the place that
	                              was written */
	size_t offset;           /**< of the address in the object, bytes */
	unsigned char expected;  /**< of the first byte that was overwritten: */
	unsigned char found;     /**< what it should be, and what it is */
	const char *line;        /**< the line of the report, without newline */
	const void *const *alloc_stack; /**< return addresses of the last
	                              allocation, innermost first; or NULL */
	size_t alloc_depth;      /**< how many there are */
	const void *const *free_stack; /**< the same of the last free */
	size_t free_depth;
};

/** @} */

/* Building a cache ------------------------------------------------------ */

/**
 * @defgroup building Building a cache
 * @brief Set options on a builder, then build: one error check at the end.
 *
 * Every setter returns its builder, so that calls can be nested or written one
 * after the other.  The builder remembers the first bad value that a setter was
 * given; a NULL builder is passed on.  The build call then returns NULL with
 * errno set, and slab_error() describes what was wrong.  The build call
 * consumes the builder whether it succeeds or not.
 * @{
 */

/**
 * Begin to configure a cache of objects of @p size uninitialised bytes.
 *
 * Their alignment is the largest power of two that divides @p size, up to
 * `alignof(max_align_t)`, unless slab_builder_align() asks for more.
 *
 * @param size  1 or more.  0 is an error: EINVAL.  A size too large for any
 *              slab makes the build fail with ENOMEM.
 * @returns a builder, to be consumed by a build call or slab_builder_free();
 *          or NULL when there is no memory for one, which the build call then
 *          reports as ENOMEM
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_new(size_t size) SLAB_NODISCARD_;
/**
 * Begin to configure a cache of objects with the size and alignment of a C
 * type.
 * @param type  a complete object type
 * @returns as slab_builder_new()
 * @since 1.0
 */
#define slab_builder_for(type) \
	slab_builder_align(slab_builder_new(sizeof(type)), SLAB_ALIGNOF_(type))
/** @cond private */
/* Bytes of a structure with a flexible array; SIZE_MAX: more than there are. */
static inline SLAB_UNUSED_ size_t slab_flex_size_(size_t structure,
    size_t offset, size_t element, size_t count)
{
	size_t size;

	if (count > (SIZE_MAX - offset) / element)
		return SIZE_MAX;
	size = offset + count * element;
	return size > structure ? size : structure;
}
/** @endcond */
/**
 * Begin to configure a cache of objects with the size and alignment of a
 * structure that ends in a flexible array.  `slab_builder_new(sizeof(type) +
 * n)` would only give them the alignment of that sum, which may be 1.
 * @param type    a complete structure type
 * @param member  its last member, an array without a size
 * @param count   how many elements the array of each object has; a size that
 *                overflows makes the build fail with ENOMEM
 * @returns as slab_builder_new(); objects have at least `sizeof(type)` bytes
 * @since 1.1
 */
#define slab_builder_for_flex(type, member, count) \
	slab_builder_align(slab_builder_new(slab_flex_size_(sizeof(type), \
	    offsetof(type, member), sizeof(((type *)0)->member[0]), \
	    (count))), SLAB_ALIGNOF_(type))
/**
 * Align every object.  If called more than once, the largest value is used; the
 * default alignment is the least.  The distance between objects becomes the
 * size rounded up to the alignment; slab_builder_coloring() describes an
 * exception.
 * @param builder  the builder, or NULL
 * @param align    a power of two, at most the page size; else EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_align(slab_builder *builder, size_t align);
/**
 * Name the cache, for messages and statistics.
 * @param builder  the builder, or NULL
 * @param name     a string, copied, of any length; NULL is an error: EINVAL.
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
 * @p ctor runs when an object is allocated for the first time, not before, and
 * not again while it stays cached.  @p dtor runs before the object's memory is
 * returned.  Between slab_free() and the next slab_alloc() nothing is written
 * to the object; the program frees it in its constructed state.
 *
 * @param builder  the builder, or NULL
 * @param ctor     called with each new object; NULL: none
 * @param dtor     called before a constructed object's memory is
 *                 returned; NULL: none
 * @param arg      passed to both
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_ctor(slab_builder *builder,
    slab_ctor *ctor, slab_dtor *dtor, void *arg);
/**
 * Let new objects start as a copy of @p object.  The copy is made once per
 * object, not once per allocation, and before the constructor runs; see
 * slab_builder_ctor().
 * @param builder  the builder, or NULL
 * @param object   the bytes of one object, copied in this call; NULL: new
 *                 objects start as zero bytes
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_template(slab_builder *builder,
    const void *object);
/**
 * Limit the number of objects that can be live at the same time.  At the limit
 * slab_alloc() fails with ENOMEM, the out-of-memory handler is not called, and
 * slab_error() says that it was the limit.  After a free it succeeds again.
 * @param builder  the builder, or NULL
 * @param objects  the most objects; SIZE_MAX: no limit, the default; 0 is an
 *                 error: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_limit(slab_builder *builder,
    size_t objects);
/**
 * Set the length of the working period: slabs, and pages of partial slabs,
 * that were idle for a whole period are returned to the backing.
 *
 * There is no background thread; some of the calls look at the clock.  A cache
 * that is idle, or whose number of live objects varies by at most 255, may keep
 * its memory until slab_reap() is called.
 *
 * @param builder  the builder, or NULL
 * @param seconds  default 15.  0: a slab is returned as soon as it is empty,
 *                 and all its destructors run in that call; objects in the
 *                 magazine keep their slab from being empty.
 *                 #SLAB_PERIOD_NEVER: only slab_reap() returns memory.  A
 *                 cache in a buffer never asks for the time, so that every
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
 * If a program frees and allocates tens of thousands of objects at a time and
 * their placement does not matter, a magazine of that capacity is faster.  The
 * objects are then reused in the order of their frees, not of their addresses;
 * their slabs do not become empty; and a wrong free is found when the object
 * leaves the magazine, which may be late.  Each round costs one pointer of
 * memory once it has been used; in a buffer, from the start.
 *
 * @param builder  the builder, or NULL
 * @param rounds   how many free objects it holds; 0: no magazine, every call
 *                 goes to the slabs.  The default depends on the object's
 *                 size: 1024 up to 8 KiB, then fewer; in a buffer, at most one
 *                 for every 512 bytes.  More than SIZE_MAX / 64 is an error:
 *                 EINVAL.
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_magazine(slab_builder *builder,
    size_t rounds);
/**
 * Set the preferred size of a slab.  It is rounded to what is possible;
 * slab_stats() reports the size that is used.
 * @param builder  the builder, or NULL
 * @param bytes    default: chosen from the object's size; 0, and more than
 *                 an eighth of the address space, are errors: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_slab_size(slab_builder *builder,
    size_t bytes);
/**
 * Let any number of threads use the cache at once.  Objects may be freed by
 * other threads than those that allocated them.
 *
 * Each thread has a magazine of its own, so that most calls take no lock.
 * Before an allocation fails, free objects are taken from the magazines of all
 * threads, even of sleeping ones.  Some shared caches have no magazines and
 * take a lock in each call: those in a buffer, those with a limit below 1024
 * objects or a magazine of 0 rounds, and those beyond the first 4095 that exist
 * at the same time.
 *
 * Any thread may call slab_alloc(), slab_zalloc(), slab_free(), the bulk calls,
 * slab_reserve(), slab_reap(), slab_owns(), slab_stats() and slab_dump() at any
 * time between the build and the destroy.  No other thread may be in a call on
 * the cache during slab_reset(), slab_destroy(), slab_foreach(),
 * slab_report_leaks() and slab_check().
 *
 * Constructors, destructors and handlers run under no lock of the library, and
 * several threads may be in them at once.  A user's backing serves one thread
 * at a time for each cache, and runs under the lock of that cache; it may use
 * shared caches that are older.
 *
 * @param builder  the builder, or NULL
 * @returns @p builder
 * @since 1.1
 */
SLAB_API_ slab_builder *slab_builder_shared(slab_builder *builder);
/**
 * Choose whether the objects of different slabs start at different offsets, so
 * that they do not compete for the same lines of the processor's caches
 * (Bonwick 1994, section 4).  For the same reason, objects of 1024 bytes or
 * more whose size is a multiple of 512 and whose alignment is at most 16 are
 * placed 16 bytes further apart; ask for a larger alignment to avoid that.
 * @param builder  the builder, or NULL
 * @param on       default true
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_coloring(slab_builder *builder, bool on);
/**
 * Choose how the library finds the slab of an object.  A build that cannot
 * follow the choice fails with ENOTSUP.
 * @param builder  the builder, or NULL
 * @param system   one of #slab_system; any other value is an error: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_system(slab_builder *builder,
    slab_system system);
/**
 * Choose whether to ask the system for transparent huge pages.  Only caches of
 * slab_builder_build() and slab_builder_build_mmap() ask, and the system may
 * decline.
 * @param builder  the builder, or NULL
 * @param mode     one of #slab_huge_pages; any other value is an error: EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_huge_pages(slab_builder *builder,
    slab_huge_pages mode);
/**
 * Set a function to be called when the backing has no memory for slab_alloc(),
 * slab_zalloc(), slab_alloc_bulk() or slab_reserve().
 * @param builder  the builder, or NULL
 * @param handler  called before the call fails, and again as long as it returns
 *                 true and there is still no memory; NULL: none
 * @param arg      passed to it
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_oom(slab_builder *builder,
    slab_oom_handler *handler, void *arg);
/**
 * Charge the cache's memory to a budget.  The build fails with ENOTSUP for a
 * buffer, and with ENOMEM if the budget does not allow the cache itself.
 * @param builder  the builder, or NULL
 * @param quota    a budget, which cannot be freed before the builder and the
 *                 cache; NULL: none, the default
 * @returns @p builder
 * @since 1.1
 */
SLAB_API_ slab_builder *slab_builder_quota(slab_builder *builder,
    slab_quota *quota);
/**
 * Let slab_cache_of() and slab_free_any() find this cache by the addresses of
 * its objects.  Its slabs are then multiples of 64 KiB, aligned to 64 KiB, and
 * each 64 KiB of a slab costs an entry in a table of the process when the slab
 * is created or released; objects cost nothing more.  The build fails with
 * ENOTSUP for a buffer, and for a backing that cannot align to 64 KiB.
 * @param builder  the builder, or NULL
 * @param on       default false
 * @returns @p builder
 * @since 1.1
 */
SLAB_API_ slab_builder *slab_builder_findable(slab_builder *builder, bool on);
/**
 * Name the mappings of the cache's slabs `libslab:NAME`, as /proc/PID/maps
 * shows it.  Only slabs of at least 64 KiB from mmap have one, where the kernel
 * can do it (Linux 5.17, CONFIG_ANON_VMA_NAME).  Characters that
 * the kernel does not accept become `_`, and the text is cut at 79 bytes.
 * @param builder  the builder, or NULL
 * @param on       default true
 * @returns @p builder
 * @since 1.1
 */
SLAB_API_ slab_builder *slab_builder_mapping_name(slab_builder *builder,
    bool on);
/**
 * Leave the whole pages of the cache's slabs out of core dumps, where the
 * system can do that (madvise(), MADV_DONTDUMP).  The build fails with ENOTSUP
 * for a buffer, which makes no system call.
 * @param builder  the builder, or NULL
 * @param on       default false
 * @returns @p builder
 * @since 1.1
 */
SLAB_API_ slab_builder *slab_builder_no_dump(slab_builder *builder, bool on);
/**
 * Ask for debugging.  Version 1.0 declares the flags and offers none of them:
 * any flag makes the build fail with ENOTSUP.  slab_free() describes
 * what is found without any flag.
 * @param builder  the builder, or NULL
 * @param flags    SLAB_DEBUG_* or'ed; 0: none; an unknown bit is a fault:
 *                 EINVAL
 * @returns @p builder
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_debug(slab_builder *builder,
    unsigned flags);
/**
 * Make a second builder with the same options and the same error, if any.
 * @param builder  the builder, which stays as it is; or NULL
 * @returns a new builder; NULL when @p builder is NULL or there is no
 *          memory for another
 * @since 1.0
 */
SLAB_API_ slab_builder *slab_builder_clone(const slab_builder *builder)
    SLAB_NODISCARD_;
/**
 * Free a builder that is not going to be built.
 * @param builder  the builder; NULL: nothing is done
 * @since 1.0
 */
SLAB_API_ void slab_builder_free(slab_builder *builder);

/**
 * Build a cache on memory from the heap (posix_memalign()).
 * @param builder  the options, consumed
 * @returns the cache, owned by the caller, destroyed by slab_destroy()
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
 * @param builder  the options, consumed
 * @returns the cache, owned by the caller, destroyed by slab_destroy()
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
 * @param builder  the options, consumed
 * @param mem      the region, of any alignment; it stays the caller's, who
 *                 must not use it otherwise until slab_destroy()
 * @param bytes    its length
 * @returns the cache, to be destroyed by slab_destroy() before the region ends
 * @retval NULL with errno
 *         - EINVAL: a setter was given a bad value, or @p mem is NULL
 *         - ENOTSUP: a debugging flag, or #SLAB_SYSTEM_ALIGNED and the region
 *           cannot hold an aligned slab
 *         - ENOMEM: the region cannot hold one object, or a NULL builder
 *
 * A cache of 64-byte objects needs some 2 KiB beside them.  In memory that is
 * shared between processes, only processes related by fork() can use it; they
 * must take turns, and only the process that built it may destroy it.
 * @since 1.0
 */
SLAB_API_ slab_cache *slab_builder_build_buffer(slab_builder *builder,
    void *mem, size_t bytes) SLAB_NODISCARD_;
/**
 * Get the size of the buffer that slab_builder_build_buffer() needs for a
 * number of objects, whatever the buffer's alignment.
 * @param builder  the options; not consumed
 * @param objects  how many objects there must be room for; 0 counts as 1
 * @returns bytes, a little more than the least that would be enough
 * @retval 0 with errno
 *         - EINVAL, ENOTSUP, ENOMEM: the error of a setter
 *         - ENOMEM: no buffer can hold that many, they exceed the limit of
 *           slab_builder_limit(), or @p builder is NULL
 *
 * The time it takes grows with the alignment, up to some milliseconds.
 * @since 1.1
 */
SLAB_API_ size_t slab_buffer_size(const slab_builder *builder, size_t objects);
/**
 * Build a cache on the caller's own functions.
 *
 * can_align is asked for the ideal slab size, then for halves of it down to
 * one page; the first yes gives aligned slabs of that size.  Without a yes
 * slabs are looked up in a table, and blocks need only the alignment of a
 * page.  It is not asked if #SLAB_SYSTEM_LARGE is set, or if objects are larger
 * than a sixteenth of a slab.
 *
 * @param builder  the options, consumed
 * @param backing  copied; its struct_size says which members it has
 * @returns the cache, owned by the caller, destroyed by slab_destroy()
 * @retval NULL with errno
 *         - EINVAL: a setter was given a bad value,
 *           @p backing is NULL, has no alloc or no free, has a struct_size
 *           that does not reach them, or returned a misaligned block
 *         - ENOTSUP: a debugging flag, or a slab system that this backing
 *           cannot serve
 *         - ENOMEM: no memory, a size too large, or a NULL builder
 *
 * When the build fails, every block has been freed, and release has not been
 * called.
 * @since 1.0
 */
SLAB_API_ slab_cache *slab_builder_build_backing(slab_builder *builder,
    const slab_backing *backing) SLAB_NODISCARD_;

/** @} */

/* Using it --------------------------------------------------------------- */

/**
 * @defgroup using Using it
 * @brief Allocate objects, free them, destroy the cache.
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

/*
 * Addresses below this one are no objects, but NULL, NULL and an offset, or
 * small integers; slab_free_slow() tells them apart.
 */
#if defined(__linux__) && UINTPTR_MAX > 0xffffffff
#define SLAB_LOW_ 0x400000u
#else
#define SLAB_LOW_ 1u
#endif

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
	    SLAB_ADDRESS_(object) < SLAB_LOW_)) {
		slab_free_slow(cache, object);
		return;
	}
	top[1] = object;
	magazine->top = top + 1;
}
#else
/** @endcond */
/**
 * Allocate an object.
 *
 * In a cache with neither constructor nor template its contents are unknown.
 * Otherwise a new object is as the constructor and the template made it, and an
 * object that was used before is as it was when it was freed.
 *
 * @param cache  the cache
 * @returns an object, the caller's until slab_free(), slab_reset() or a
 *          successful slab_destroy()
 * @retval NULL with errno
 *         - ENOMEM: the backing has no memory and the out-of-memory handler
 *           did not find any, or the limit is reached
 *         - EINVAL: a user's backing returned a misaligned block
 *         - what the constructor returned, when it returned other than 0
 *
 * After a failure the cache is as it was.
 * @since 1.0
 */
SLAB_API_ void *slab_alloc(slab_cache *cache) SLAB_NOPLT_;
/**
 * Free an object.  errno is preserved.
 *
 * A wrong free is a pointer that is not from this cache, one that points inside
 * an object, or an object that is already free.  An object that is freed twice
 * in a row is found in the call; other wrong frees are found when the address
 * leaves the magazine for its slab, which may be some frees later.  The library
 * then writes one line to stderr, or passes it to the handler of
 * slab_set_misuse_handler(), and calls abort(), before any bookkeeping changes.
 *
 * Two errors go unnoticed: an address that slab_alloc() hands out again before
 * it reaches a slab, even one that never belonged to the cache; and a second
 * free after the object has been allocated again, which looks like a free by
 * its new owner.
 *
 * @param cache   the cache that the object was allocated from
 * @param object  the object; NULL: nothing is done
 * @since 1.0
 */
SLAB_API_ void slab_free(slab_cache *cache, void *object) SLAB_NOPLT_;
/** @cond private */
#endif
/** @endcond */

/**
 * Allocate an object with all bytes zero.
 * @param cache  a cache with neither constructor nor template
 * @returns as slab_alloc()
 * @retval NULL with errno
 *         - EINVAL: the cache has a constructor, a destructor or a template
 *         - ENOMEM, EINVAL: as slab_alloc()
 * @since 1.0
 */
SLAB_API_ void *slab_zalloc(slab_cache *cache);
/**
 * Allocate many objects.
 * @param cache  the cache
 * @param n      how many
 * @param out    room for @p n addresses, filled from the start
 * @returns how many were allocated: @p n, or fewer with errno as for
 *          slab_alloc(); those that were allocated are the caller's
 * @since 1.0
 */
SLAB_API_ size_t slab_alloc_bulk(slab_cache *cache, size_t n, void **out)
    SLAB_NOPLT_;
/**
 * Free many objects, each as slab_free() does.  errno is preserved.
 * @param cache    the cache that they were allocated from
 * @param n        how many
 * @param objects  their addresses; NULL entries are skipped
 * @since 1.0
 */
SLAB_API_ void slab_free_bulk(slab_cache *cache, size_t n,
    void *const *objects) SLAB_NOPLT_;
/**
 * Make sure that the next @p n allocations cannot fail for lack of memory.  The
 * promise holds until @p n more objects are live, or until slab_reap().
 * Constructors run when the objects are allocated, and may still fail.
 * @param cache  the cache
 * @param n      objects in addition to those that are live
 * @retval 0   done
 * @retval -1  with errno, and nothing is reserved
 *         - ENOMEM: the backing has no memory and the out-of-memory handler
 *           did not find any, or more than the limit
 *         - EINVAL: a user's backing returned a misaligned block
 * @since 1.0
 */
SLAB_API_ int slab_reserve(slab_cache *cache, size_t n);
/**
 * Return all idle memory now: the free objects of the magazine go to their
 * slabs; empty slabs, and whole pages without a live object, are returned to
 * the backing.  Destructors run first.  Linear in what it touches.  errno is
 * preserved.
 * @param cache  the cache
 * @returns the number of bytes returned
 * @since 1.0
 */
SLAB_API_ size_t slab_reap(slab_cache *cache);
/**
 * Return idle memory as slab_reap() does, but keep room with memory for objects
 * that will soon be allocated: a floor for pools that must not start cold.
 * Reservations end.  Linear in what it touches.  errno is preserved.
 * @param cache    the cache
 * @param objects  free objects whose memory stays, as far as there are so many
 * @returns the number of bytes returned
 * @since 1.1
 */
SLAB_API_ size_t slab_reap_to(slab_cache *cache, size_t objects);
/**
 * Call slab_reap() for all caches of the process.  No other thread may use any
 * cache that is not shared, or destroy any cache, meanwhile.  No lock is held
 * while destructors run.  errno is preserved.
 * @returns the number of bytes returned
 * @since 1.1
 */
SLAB_API_ size_t slab_reap_all(void);
/**
 * Look at the clock, and do a bounded step of what is due: end the working
 * period, return empty slabs, purge idle pages.  For event loops, timers and
 * idle handlers: called now and then, it returns what an idle program holds,
 * period after period.  If nothing is due it costs no more than reading the
 * clock.  It does nothing for a cache in a buffer, which has no clock.  errno
 * is preserved.
 * @param cache  the cache; NULL: all caches of the process, and then no other
 *               thread may use any cache that is not shared, or destroy any
 *               cache, meanwhile.  No lock is held while destructors run.
 * @returns the number of bytes returned
 * @since 1.1
 */
SLAB_API_ size_t slab_tend(slab_cache *cache);
/**
 * Change the limit of slab_builder_limit() while the cache is in use.  If more
 * objects than that are live, allocations fail with ENOMEM until enough have
 * been freed.
 * @param cache    the cache
 * @param objects  the number of objects that may exist, at least 1; SIZE_MAX:
 *                 no limit
 * @retval 0   done
 * @retval -1  with errno, and nothing has changed
 *         - EINVAL: @p objects is 0
 * @since 1.1
 */
SLAB_API_ int slab_set_limit(slab_cache *cache, size_t objects);
/**
 * Change the working period of slab_builder_working_period() while the cache is
 * in use; a new period starts now.  With 0, empty slabs are returned in this
 * call.
 * @param cache    the cache
 * @param seconds  the length of the period, 0, or #SLAB_PERIOD_NEVER; in a
 *                 buffer any other value is the same as #SLAB_PERIOD_NEVER
 * @returns 0
 * @since 1.1
 */
SLAB_API_ int slab_set_working_period(slab_cache *cache, unsigned seconds);
/**
 * Free all objects at once.  Constructed objects stay constructed, so each must
 * be in its constructed state.  The memory stays with the cache, unless the
 * working period is 0: then empty slabs are returned at once.  Wrong frees that
 * have not been found yet are forgotten.  Linear in the number of slabs.
 * @param cache  the cache
 * @since 1.0
 */
SLAB_API_ void slab_reset(slab_cache *cache);
/**
 * Destroy a cache: destructors run, and all memory is returned.
 * @param cache  the cache; NULL: nothing is done
 * @retval 0   the cache is gone
 * @retval -1  with errno EBUSY: objects are still live, and nothing has
 *             changed; call slab_reset() first to destroy it nevertheless
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
 * Check whether an address is that of a live object of the cache.  Linear in
 * the number of objects in the magazine.
 * @param cache    the cache
 * @param address  any address at all; nothing is read there
 * @returns true only for the first byte of a live object
 * @since 1.0
 */
SLAB_API_ bool slab_owns(const slab_cache *cache, const void *address);
/**
 * Find the cache of an object.  Any thread may ask at any time, signal handlers
 * too; any address may be asked about, and nothing is read there.  Constant
 * time: two loads.
 *
 * The answer is true of the moment of the call.  The caller must know that the
 * cache still exists, for example because it holds one of its objects.
 * @param address  any address, or NULL
 * @returns the findable cache that has a slab around this address; NULL: there
 *          is none.  See slab_builder_findable().
 * @since 1.1
 */
SLAB_API_ slab_cache *slab_cache_of(const void *address);
/**
 * Free an object of any findable cache: slab_free() with the cache that
 * slab_cache_of() finds, under the same thread rule.  Misuse is reported as
 * there, addresses that are not from any findable cache included.
 * @param object  an object, or NULL: nothing is done
 * @since 1.1
 */
SLAB_API_ void slab_free_any(void *object);
/**
 * Visit every live object, in address order within a slab.
 * @param cache  the cache
 * @param visit  called with each object.  It may free that object, but must not
 *               free any other object of this cache, nor allocate from it.  A
 *               result other than 0 ends the walk.  It must return, and not
 *               leave by longjmp() or a C++ exception: no memory is returned
 *               until the walk ends, not even by slab_reap()
 * @param arg    passed to @p visit
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
 *                 there is, so that programs and libraries of different
 *                 versions work together: members unknown to an older library
 *                 are left unchanged.  The call cannot fail.
 * @since 1.0
 */
SLAB_API_ void slab_stats(const slab_cache *cache, slab_statistics *figures);
/**
 * Print the figures as readable text.
 * @param cache   the cache; NULL: a table of all caches of the process, for
 *                which no other thread may be using any of them.  Caches in
 *                buffers that were inherited by fork() are not listed.
 * @param stream  where to print; it stays the caller's
 * @retval 0   done
 * @retval -1  with errno of the stream's failure
 * @since 1.0
 */
SLAB_API_ int slab_dump(const slab_cache *cache, FILE *stream);
/**
 * Write the figures as readable text, or in a format for programs.
 *
 * JSON: one object on one line, `{"version":1,"library":"1.1.0","pid":…,
 * "caches":[{"name":…,"id":…,…}]}`, with each figure under its name in
 * slab_statistics, all of them integers.  OpenMetrics: a family `slab_NAME` for
 * each figure, with the labels `cache` and `id`; it ends with `# EOF`.  Both
 * are UTF-8 whatever bytes a name has: those that are not UTF-8 become U+FFFD,
 * and names are cut at 1024 bytes.  `id` is the number of the cache's build in
 * this process, from 1.
 *
 * The library holds no lock while it writes to the stream.
 * @param cache   the cache; NULL: all caches of the process, under the same
 *                condition as slab_dump()
 * @param stream  where to write; it stays the caller's
 * @param format  which format
 * @retval 0   done
 * @retval -1  with errno of the stream's failure; or EINVAL: there is no such
 *             format, and nothing was written
 * @since 1.1
 */
SLAB_API_ int slab_dump_as(const slab_cache *cache, FILE *stream,
    slab_format format);
/**
 * Describe a figure of slab_statistics.  Any thread may call it at any time.
 * @param n  its number, from 0, in the order of the structure
 * @returns the figure, a constant; NULL: there are no more than @p n
 * @since 1.1
 */
SLAB_API_ const slab_field *slab_statistics_field(size_t n);
/**
 * Visit all caches of the process, except those in buffers that were inherited
 * by fork().  Meanwhile no other thread may use an unshared cache, or destroy
 * any.  No lock is held while @p visit runs.
 * @param visit  called with each cache that existed at the beginning, the
 *               newest first.  It may build caches, which are not visited,
 *               and destroy any.  A result other than 0 ends the walk
 * @param arg    passed to @p visit
 * @returns 0, or what @p visit returned to end the walk
 * @since 1.1
 */
SLAB_API_ int slab_each_cache(int (*visit)(const slab_cache *cache, void *arg),
    void *arg);
/**
 * Make a budget of memory for caches.  Counted is what slab_statistics calls
 * bytes_touched, and what slab_reserve() has promised: not address space.  All
 * calls on a quota may be made by any thread.
 * @param soft  bytes from which on the handler of pressure is called
 * @param hard  bytes beyond which calls fail with ENOMEM; SIZE_MAX: none.
 *              0 < @p soft <= @p hard
 * @returns a budget; NULL with errno EINVAL or ENOMEM
 * @since 1.1
 */
SLAB_API_ slab_quota *slab_quota_new(size_t soft, size_t hard) SLAB_NODISCARD_;
/**
 * Change a budget.  Below what is used, calls fail until enough has been
 * returned.
 * @param quota  the budget
 * @param soft   as in slab_quota_new()
 * @param hard   as in slab_quota_new()
 * @retval 0   done
 * @retval -1  with errno EINVAL, and nothing has changed
 * @since 1.1
 */
SLAB_API_ int slab_quota_set(slab_quota *quota, size_t soft, size_t hard);
/**
 * Get how much of a budget is used.
 * @param quota  the budget
 * @returns bytes
 * @since 1.1
 */
SLAB_API_ size_t slab_quota_used(const slab_quota *quota);
/**
 * Set the handler of pressure.  While it runs no lock is held.
 * @param quota    the budget
 * @param handler  the handler; NULL: none
 * @param arg      handed to @p handler
 * @since 1.1
 */
SLAB_API_ void slab_quota_on_pressure(slab_quota *quota,
    slab_pressure *handler, void *arg);
/**
 * End a budget.
 * @param quota  the budget, or NULL: nothing is done
 * @retval 0   done
 * @retval -1  with errno EBUSY: caches or builders use it
 * @since 1.1
 */
SLAB_API_ int slab_quota_free(slab_quota *quota);
/**
 * Ask every cache of the process to return its idle memory at its next visit of
 * the slow paths; a shared one, at that of any thread.  A cache that is not
 * used stays as it is, and what is reserved stays.  Any thread may call it, and
 * signal handlers.
 * @since 1.1
 */
SLAB_API_ void slab_request_reap(void);
/**
 * Ask the system how much of a cache's memory is in RAM now, bookkeeping
 * included.  Linear in the number of its pages.
 * @param cache  the cache
 * @returns bytes; 0 with errno ENOTSUP where the system cannot be asked
 * @since 1.1
 */
SLAB_API_ size_t slab_bytes_resident(const slab_cache *cache);
/**
 * Verify the whole cache: that slabs, bits, lists and counts agree.  It is
 * meant for tests and for finding out who damaged a cache.  Linear in the
 * number of objects.  It follows the cache's own pointers: if these have been
 * overwritten it may crash instead of returning.
 * @param cache  the cache
 * @retval 0   all is well
 * @retval -1  with errno EFAULT, and slab_error() describes the damage
 * @since 1.0
 */
SLAB_API_ int slab_check(slab_cache *cache);
/**
 * Print one line for each live object.
 * @param cache   the cache
 * @param stream  where to print; it stays the caller's, and ferror() tells
 *                whether everything was written
 * @returns how many objects are live
 * @since 1.0
 */
SLAB_API_ size_t slab_report_leaks(slab_cache *cache, FILE *stream);
/**
 * Get the size of the objects.
 * @param cache  the cache
 * @returns bytes, as given to slab_builder_new()
 * @since 1.0
 */
SLAB_API_ size_t slab_object_size(const slab_cache *cache);
/**
 * Get the alignment of the objects.
 * @param cache  the cache
 * @returns bytes, a power of two
 * @since 1.0
 */
SLAB_API_ size_t slab_object_align(const slab_cache *cache);
/**
 * Get the name of the cache.
 * @param cache  the cache
 * @returns a string that lives as long as the cache
 * @since 1.0
 */
SLAB_API_ const char *slab_cache_name(const slab_cache *cache);

/** @} */

/* Errors ------------------------------------------------------------------ */

/**
 * @defgroup errors Errors and version
 * @brief Error messages, reports of misuse, and the version.
 * @{
 */

/**
 * Describe this thread's most recent failure in more detail than errno.  Any
 * thread may call it at any time.
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
 * Set a function that receives the line that reports misuse, which otherwise
 * goes to stderr.  When it returns, the library calls abort().  It may leave by
 * longjmp() instead; the cache is then intact, and the bad address forgotten.
 *
 * The call that finds the bad address may be a later one than the call that
 * passed it, and may be only partly done: the entries of slab_free_bulk() that
 * follow it have not been freed, and slab_reap(), slab_destroy() and
 * slab_foreach() have to be called again.
 *
 * There is one handler in a process: set it before other threads use caches.
 *
 * @param handler  called with the line, without a newline at its end; NULL:
 *                 the default, which writes to stderr
 * @since 1.0
 */
SLAB_API_ void slab_set_misuse_handler(void (*handler)(const char *line));
/**
 * Set a function that receives the facts of a misuse, before its line is
 * written or passed to the handler of slab_set_misuse_handler().
 *
 * When it returns, the report goes on; it may leave by longjmp() instead, as a
 * handler may.  A misuse inside it ends the program at once.  There is one
 * reporter in a process: set it before other threads use caches.
 *
 * @param reporter  called with the facts, which are valid until it returns;
 *                  NULL: none, the default
 * @since 1.1
 */
SLAB_API_ void slab_set_misuse_reporter(
    void (*reporter)(const struct slab_misuse *misuse));
/**
 * Get the version of the library in use; #SLAB_VERSION_STRING is that of the
 * header.  Any thread may call it at any time.
 * @returns a string such as "1.0.0"
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
 * @param name  the first part of the functions' names
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
