/* SPDX-License-Identifier: MIT */
/**
 * @file slab/shared.hpp
 * @brief slab::shared: caches, pools and heaps that any thread may use.
 */
#ifndef SLAB_SHARED_HPP
#define SLAB_SHARED_HPP

#include <cstddef>
#include <utility>

#include <slab/builder.hpp>
#include <slab/cache.hpp>
#include <slab/heap.hpp>
#include <slab/pool.hpp>

namespace slab { inline namespace v1 {

/**
 * The same classes for any number of threads at once.  What one thread has
 * taken another may give back.
 *
 * As in C, some calls want that no other thread is in a call on the same
 * cache: the end, a move, pool::clear(), pool::for_each(), heap::release().
 * @since 1.1
 */
namespace shared {

/**
 * A slab::cache that any thread may use.
 * @since 1.1
 */
class cache : public slab::cache {
public:
	/** Build on mapped memory. @param options  consumed */
	explicit cache(builder &&options)
	    : slab::cache(std::move(options.shared()))
	{
	}

	/**
	 * Build inside a region of memory.
	 * @param options  consumed
	 * @param mem      the region, which outlives the cache
	 * @param bytes    its length
	 */
	cache(builder &&options, void *mem, std::size_t bytes)
	    : slab::cache(std::move(options.shared()), mem, bytes)
	{
	}

	/**
	 * Build on functions of the caller's.
	 * @param options  consumed
	 * @param backing  copied
	 */
	cache(builder &&options, const slab_backing &backing)
	    : slab::cache(std::move(options.shared()), backing)
	{
	}

	/**
	 * Own what a build call of <slab.h> has just returned.
	 * @param built  a shared cache; nullptr: as slab::cache
	 */
	explicit cache(slab_cache *built)
	    : slab::cache(built)
	{
	}
};

/**
 * A slab::pool that any thread may use.
 * @tparam T  an object type
 * @since 1.1
 */
template <class T>
class pool : public slab::pool<T> {
public:
	/** An empty pool. */
	pool()
	    : pool(builder::of<T>())
	{
	}

	/** An empty pool with a name. @param name  in statistics; copied */
	explicit pool(const char *name)
	    : pool(std::move(builder::of<T>().name(name)))
	{
	}

	/** An empty pool with options. @param options  consumed */
	explicit pool(builder &&options)
	    : slab::pool<T>(std::move(options.shared()))
	{
	}
};

/**
 * A slab::heap that any thread may use.  With it slab::allocator serves
 * containers that go from thread to thread: a container is for one thread at a
 * time, but those that share the heap are for as many as there are.
 * @since 1.1
 */
class heap : public slab::heap {
public:
	/** A heap without caches. */
	heap()
	    : slab::heap("", true)
	{
	}

	/**
	 * A heap without caches.
	 * @param name  copied; its caches are named after it and their size
	 */
	explicit heap(const char *name)
	    : slab::heap(name, true)
	{
	}
};

} /* namespace shared */

} } /* namespace slab::v1 */

#endif /* SLAB_SHARED_HPP */
