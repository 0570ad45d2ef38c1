/* SPDX-License-Identifier: MIT */
/**
 * @file slab/cache.hpp
 * @brief slab::cache: owns one slab_cache of untyped objects.
 */
#ifndef SLAB_CACHE_HPP
#define SLAB_CACHE_HPP

#include <cstddef>
#include <utility>

#include <slab/builder.hpp>
#include <slab/hot.hpp>

namespace slab { inline namespace v1 {

/**
 * The owner of one slab_cache.
 *
 * Its end is that of the C cache, unless objects are still handed out: then the
 * C cache stays, with its objects valid and listed by slab_dump(), so that
 * static objects may end in any order.
 *
 * Constructors throw std::bad_alloc where the build call fails with ENOMEM,
 * else std::system_error with errno and the words of slab_error().
 *
 * A moved-from cache owns nothing; it may be assigned to, or end.
 * @since 1.1
 */
class cache {
public:
	/** Build on mapped memory. @param options  consumed */
	explicit cache(builder &&options)
	    : cache_(detail::built(slab_builder_build_mmap(options.release())))
	{
	}

	/**
	 * Build inside a region of memory.
	 * @param options  consumed
	 * @param mem      the region, which outlives the cache
	 * @param bytes    its length
	 */
	cache(builder &&options, void *mem, std::size_t bytes)
	    : cache_(detail::built(slab_builder_build_buffer(options.release(),
		mem, bytes)))
	{
	}

	/**
	 * Build on functions of the caller's.
	 * @param options  consumed
	 * @param backing  copied
	 */
	cache(builder &&options, const slab_backing &backing)
	    : cache_(detail::built(slab_builder_build_backing(options.release(),
		&backing)))
	{
	}

	/**
	 * Own what a build call of <slab.h> has just returned.
	 * @param made  the cache; nullptr: that the build failed is reported as
	 *              the other constructors report it
	 */
	explicit cache(slab_cache *made)
	    : cache_(detail::built(made))
	{
	}

	/** Take over another's C cache. @param other  left with none */
	cache(cache &&other) noexcept
	    : cache_(other.release())
	{
	}

	/**
	 * End the own C cache, and take over another's.
	 * @param other  left with none
	 * @returns this cache
	 */
	cache &operator=(cache &&other) noexcept
	{
		cache taken(std::move(other));

		std::swap(cache_, taken.cache_);
		return *this;
	}

	/** End the C cache; with objects handed out it stays. */
	~cache()
	{
		static_cast<void>(slab_destroy(cache_));
	}

	/**
	 * Take an object.
	 * @returns its address, never nullptr
	 * @throws std::bad_alloc  where slab_alloc() would return NULL
	 */
	[[nodiscard]] void *allocate()
	{
		return detail::take(cache_, detail::take_slowly);
	}

	/**
	 * Take an object, if there is one.
	 * @returns its address, or nullptr with errno
	 */
	[[nodiscard]] void *try_allocate() noexcept
	{
		return detail::take(cache_, slab_alloc_slow);
	}

	/** Free an object. @param object  nullptr: nothing is done */
	void deallocate(void *object) noexcept
	{
		detail::give(cache_, object);
	}

	/**
	 * Tell whether an address is that of a live object of this cache.
	 * @param address  any
	 * @returns whether it is
	 */
	bool owns(const void *address) const noexcept
	{
		return slab_owns(cache_, address);
	}

	/** Return idle memory. @returns bytes, as slab_reap() */
	std::size_t reap() noexcept
	{
		return slab_reap(cache_);
	}

	/** Get the figures. @returns them, as slab_stats() */
	slab_statistics statistics() const noexcept
	{
		slab_statistics figures = {};

		figures.struct_size = sizeof(figures);
		slab_stats(cache_, &figures);
		return figures;
	}

	/** Get the C cache. @returns it; it stays this object's */
	slab_cache *get() const noexcept
	{
		return cache_;
	}

	/** Give the C cache away. @returns it, now the caller's */
	[[nodiscard]] slab_cache *release() noexcept
	{
		return std::exchange(cache_, nullptr);
	}

private:
	slab_cache *cache_;
};

} } /* namespace slab::v1 */

#endif /* SLAB_CACHE_HPP */
