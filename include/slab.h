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
 * Thread rule for every call that takes a cache: one cache is for one thread
 * at a time; different caches may be used by different threads at once.
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

#if defined(__cplusplus)
#define SLAB_ALIGNOF_(type) alignof(type)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SLAB_ALIGNOF_(type) _Alignof(type)
#else
#define SLAB_ALIGNOF_(type) offsetof(struct { char before; type it; }, it)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** A cache of equal objects. */
typedef struct slab_cache slab_cache;

/** The wishes from which one cache is built. */
typedef struct slab_builder slab_builder;

/** How an object's address leads to its slab. */
typedef enum slab_system {
	SLAB_SYSTEM_AUTO,    /**< what suits size and backing; the default */
	SLAB_SYSTEM_ALIGNED, /**< slabs aligned to their size: a mask */
	SLAB_SYSTEM_LARGE    /**< slabs anywhere: a hash table */
} slab_system;

/** Whether to ask the system for transparent huge pages. */
typedef enum slab_huge_pages {
	SLAB_HUGE_PAGES_AUTO,  /**< for the slabs of a cache that has grown */
	SLAB_HUGE_PAGES_NEVER, /**< for no slab */
	SLAB_HUGE_PAGES_ALWAYS /**< for every slab */
} slab_huge_pages;

/** Working period that never ends: idle memory goes back on slab_reap() only. */
#define SLAB_PERIOD_NEVER UINT_MAX

#define SLAB_DEBUG_CHECK      0x01u /**< every free is checked in the call */
#define SLAB_DEBUG_REDZONE    0x02u /**< guard bytes around objects */
#define SLAB_DEBUG_POISON     0x04u /**< free memory filled with patterns */
#define SLAB_DEBUG_AUDIT      0x08u /**< call stacks of last alloc and free */
#define SLAB_DEBUG_QUARANTINE 0x10u /**< freed objects are held back */
#define SLAB_DEBUG_MALLOC     0x20u /**< every object a malloc block */

/** Makes an object: 0, or an errno with which slab_alloc() then fails. */
typedef int slab_ctor(void *object, void *arg);
/** Unmakes an object. */
typedef void slab_dtor(void *object, void *arg);
/** Called when memory cannot be had; true: try again. */
typedef bool slab_oom_handler(slab_cache *cache, void *arg);

/** Where slabs' memory comes from, for slab_builder_build_backing(). */
typedef struct slab_backing {
	/** sizeof(slab_backing): room to grow. */
	size_t struct_size;
	/** Passed to every function. */
	void *arg;
	/** Could alloc() give @p size bytes aligned to @p size?  NULL: never. */
	bool (*can_align)(void *arg, size_t size);
	/** Uninitialised memory, or NULL. */
	void *(*alloc)(void *arg, size_t size, size_t align);
	/** A whole block, exactly as allocated. */
	void (*free)(void *arg, void *block, size_t size);
	/** Optional: the contents of these pages are no longer needed. */
	void (*purge)(void *arg, void *pages, size_t size);
	/** Optional: the cache is gone. */
	void (*release)(void *arg);
} slab_backing;

/** Figures of one cache, from slab_stats(). */
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

/* Building a cache ------------------------------------------------------ */

SLAB_API_ slab_builder *slab_builder_new(size_t size) SLAB_NODISCARD_;
#define slab_builder_for(type) \
	slab_builder_align(slab_builder_new(sizeof(type)), SLAB_ALIGNOF_(type))
SLAB_API_ slab_builder *slab_builder_align(slab_builder *builder, size_t align);
SLAB_API_ slab_builder *slab_builder_name(slab_builder *builder,
    const char *name);
SLAB_API_ slab_builder *slab_builder_ctor(slab_builder *builder,
    slab_ctor *ctor, slab_dtor *dtor, void *arg);
SLAB_API_ slab_builder *slab_builder_template(slab_builder *builder,
    const void *object);
SLAB_API_ slab_builder *slab_builder_limit(slab_builder *builder,
    size_t objects);
SLAB_API_ slab_builder *slab_builder_working_period(slab_builder *builder,
    unsigned seconds);
SLAB_API_ slab_builder *slab_builder_magazine(slab_builder *builder,
    size_t rounds);
SLAB_API_ slab_builder *slab_builder_slab_size(slab_builder *builder,
    size_t bytes);
SLAB_API_ slab_builder *slab_builder_coloring(slab_builder *builder, bool on);
SLAB_API_ slab_builder *slab_builder_system(slab_builder *builder,
    slab_system system);
SLAB_API_ slab_builder *slab_builder_huge_pages(slab_builder *builder,
    slab_huge_pages mode);
SLAB_API_ slab_builder *slab_builder_oom(slab_builder *builder,
    slab_oom_handler *handler, void *arg);
SLAB_API_ slab_builder *slab_builder_debug(slab_builder *builder,
    unsigned flags);
SLAB_API_ slab_builder *slab_builder_clone(const slab_builder *builder)
    SLAB_NODISCARD_;
SLAB_API_ void slab_builder_free(slab_builder *builder);

SLAB_API_ slab_cache *slab_builder_build(slab_builder *builder)
    SLAB_NODISCARD_;
SLAB_API_ slab_cache *slab_builder_build_mmap(slab_builder *builder)
    SLAB_NODISCARD_;
SLAB_API_ slab_cache *slab_builder_build_buffer(slab_builder *builder,
    void *mem, size_t bytes) SLAB_NODISCARD_;
SLAB_API_ slab_cache *slab_builder_build_backing(slab_builder *builder,
    const slab_backing *backing) SLAB_NODISCARD_;

/* Using it --------------------------------------------------------------- */

/* The slow paths behind slab_alloc() and slab_free(); not to be called. */
SLAB_API_ void *slab_alloc_slow(slab_cache *cache);
SLAB_API_ void slab_free_slow(slab_cache *cache, void *object);

/*
 * The magazine: the first three words of every cache, and part of the ABI.
 * `base` points at a word below the first round, `top` at the top round, so an
 * empty magazine has top == base and a full one top == end.  The words below
 * `base`, SLAB_AHEAD_ - 1 of them, hold addresses that may be prefetched.
 */
struct slab_magazine {
	void **top;
	void **end;
	void **base;
};

#define SLAB_AHEAD_ 4 /* rounds between the one popped and the one prefetched */

/* SLAB_HOT_: how the two hot functions are defined, if they are at all. */
#if defined(SLAB_INLINE) && !defined(SLAB_HOT_)
#define SLAB_HOT_ static inline SLAB_UNUSED_
#endif

#ifdef SLAB_HOT_
SLAB_HOT_ void *slab_alloc(slab_cache *cache)
{
	struct slab_magazine *magazine = (struct slab_magazine *)(void *)cache;
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
	struct slab_magazine *magazine = (struct slab_magazine *)(void *)cache;
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
SLAB_API_ void *slab_alloc(slab_cache *cache);
SLAB_API_ void slab_free(slab_cache *cache, void *object);
#endif

SLAB_API_ void *slab_zalloc(slab_cache *cache);
SLAB_API_ size_t slab_alloc_bulk(slab_cache *cache, size_t n, void **out);
SLAB_API_ void slab_free_bulk(slab_cache *cache, size_t n,
    void *const *objects);
SLAB_API_ int slab_reserve(slab_cache *cache, size_t n);
SLAB_API_ size_t slab_reap(slab_cache *cache);
SLAB_API_ void slab_reset(slab_cache *cache);
SLAB_API_ int slab_destroy(slab_cache *cache);

/* Looking at it ---------------------------------------------------------- */

SLAB_API_ bool slab_owns(const slab_cache *cache, const void *address);
SLAB_API_ int slab_foreach(slab_cache *cache,
    int (*visit)(void *object, void *arg), void *arg);
SLAB_API_ void slab_stats(const slab_cache *cache, slab_statistics *figures);
SLAB_API_ int slab_dump(const slab_cache *cache, FILE *stream);
SLAB_API_ int slab_check(slab_cache *cache);
SLAB_API_ size_t slab_report_leaks(slab_cache *cache, FILE *stream);
SLAB_API_ size_t slab_object_size(const slab_cache *cache);
SLAB_API_ size_t slab_object_align(const slab_cache *cache);
SLAB_API_ const char *slab_cache_name(const slab_cache *cache);

/* Errors ------------------------------------------------------------------ */

SLAB_API_ const char *slab_error(void);
SLAB_API_ void slab_oom(const slab_cache *cache) SLAB_NORETURN_;
SLAB_API_ void slab_set_misuse_handler(void (*handler)(const char *line));
SLAB_API_ const char *slab_version(void);

/* Types ------------------------------------------------------------------- */

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

#define SLAB_DEFINE_TYPED(name, type) \
	SLAB_WRONG_POINTERS_ARE_ERRORS_ \
	static inline SLAB_UNUSED_ slab_builder *name##_builder(void) \
	{ return slab_builder_for(type); } \
	static inline SLAB_UNUSED_ type *name##_alloc(slab_cache *cache) \
	{ return (type *)slab_alloc(cache); } \
	static inline SLAB_UNUSED_ type *name##_zalloc(slab_cache *cache) \
	{ return (type *)slab_zalloc(cache); } \
	static inline SLAB_UNUSED_ void name##_free(slab_cache *cache, \
	    type *object) \
	{ slab_free(cache, object); } \
	struct slab_typed_##name##_ /* takes the caller's semicolon */

#ifdef __cplusplus
}
#endif

#endif /* SLAB_H */
