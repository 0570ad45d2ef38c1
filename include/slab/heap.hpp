/* SPDX-License-Identifier: MIT */
/**
 * @file slab/heap.hpp
 * @brief slab::heap: caches by size, made when they are first needed.
 */
#ifndef SLAB_HEAP_HPP
#define SLAB_HEAP_HPP

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

#include <slab/builder.hpp>
#include <slab/hot.hpp>

namespace slab { inline namespace v1 {

/**
 * Memory of many small sizes: a cache for each multiple of 8 bytes up to 1024,
 * built when it is first needed.  What is larger, or aligned to more than 64
 * bytes, comes from operator new.
 *
 * Neither copied nor moved: it outlives its users, which refer to it.  Blocks
 * from caches that are still in use when it ends stay valid, and with them
 * their caches.
 * @since 1.1
 */
class heap {
public:
	/** A heap without caches. */
	heap() noexcept = default;

	/**
	 * A heap without caches.
	 * @param name  copied; its caches are named after it and their size
	 */
	explicit heap(const char *name)
	    : name_(name)
	{
	}

	heap(const heap &) = delete;
	heap &operator=(const heap &) = delete;

	/** Ends the caches; those with blocks in use stay. */
	~heap()
	{
		for (const auto &each : caches_)
			static_cast<void>(slab_destroy(get(each)));
	}

	/**
	 * Tell whether blocks come from a cache.
	 * @param size   bytes
	 * @param align  a power of two
	 * @returns true: from a cache; false: from operator new
	 */
	static constexpr bool serves(std::size_t size, std::size_t align)
	    noexcept
	{
		return align <= most_aligned && size <= largest &&
		    rounded(size, align) <= largest;
	}

	/**
	 * Take a block.
	 * @param size   bytes; 0 gives a block, too
	 * @param align  a power of two
	 * @returns its address, never nullptr
	 * @throws std::bad_alloc  there is no memory
	 */
	[[nodiscard]] void *allocate(std::size_t size,
	    std::size_t align = alignof(std::max_align_t))
	{
		return take(size, align);
	}

	/**
	 * Free a block.
	 * @param block  from allocate(); nullptr: nothing is done
	 * @param size   as at allocate()
	 * @param align  as at allocate()
	 */
	void deallocate(void *block, std::size_t size,
	    std::size_t align = alignof(std::max_align_t)) noexcept
	{
		if (block != nullptr)
			give(block, size, align);
	}

	/** Return idle memory of all caches. @returns bytes, as slab_reap() */
	std::size_t reap() noexcept
	{
		std::size_t bytes = 0;

		for (const auto &each : caches_)
			if (slab_cache *cache = get(each))
				bytes += slab_reap(cache);
		return bytes;
	}

	/**
	 * End the caches and every block that they have handed out, without a
	 * look at each.  Blocks from operator new stay.  No other thread is in
	 * a call on the heap, a shared one neither.
	 */
	void release() noexcept
	{
		for (auto &each : caches_) {
			slab_cache *cache = each.exchange(nullptr);

			if (cache == nullptr)
				continue;
			slab_reset(cache);
			static_cast<void>(slab_destroy(cache));
		}
	}

protected:
	/** @cond private */
	heap(const char *name, bool shared)
	    : name_(name), shared_(shared)
	{
	}
	/** @endcond */

private:
	template <class T> friend class allocator;
	friend class frame;

	static constexpr std::size_t largest = 1024;
	static constexpr std::size_t most_aligned = 64;
	static constexpr std::size_t step = 8;

	/*
	 * Blocks of `size` lie `size` apart, so they are aligned to what
	 * divides it: rounding up to the alignment is all that it needs.
	 */
	static constexpr std::size_t rounded(std::size_t size,
	    std::size_t align) noexcept
	{
		std::size_t unit = align < step ? step : align;

		return size == 0 ? unit : (size + unit - 1) & ~(unit - 1);
	}

	static slab_cache *get(const std::atomic<slab_cache *> &cache) noexcept
	{
		return cache.load(std::memory_order_acquire);
	}

	/* Constant, as an allocator may be made from a constant heap. */
	void *take(std::size_t size, std::size_t align) const
	{
		if (!serves(size, align))
			return detail::operator_new(size, align);

		std::size_t index = rounded(size, align) / step - 1;
		slab_cache *cache = get(caches_[index]);

		if (SLAB_UNLIKELY_(cache == nullptr))
			return detail::take_slowly(make(index));
		return detail::take(cache, detail::take_slowly);
	}

	void give(void *block, std::size_t size, std::size_t align) const
	    noexcept
	{
		if (!serves(size, align))
			detail::operator_delete(block, align);
		else
			detail::give(get(caches_[rounded(size, align) / step -
			    1]), block);
	}

	/* Build the cache of a size; if two threads do, one comes too late. */
	[[gnu::cold, gnu::noinline]] slab_cache *make(std::size_t index) const
	{
		std::size_t size = (index + 1) * step;
		std::size_t align = size & (~size + 1);
		builder options(size);

		if (shared_)
			options.shared();
		options.align(align < most_aligned ? align : most_aligned);
		if (!name_.empty())
			options.name((name_ + "-" + std::to_string(size))
			    .c_str());

		slab_cache *before = nullptr;
		slab_cache *made = detail::built(
		    slab_builder_build_mmap(options.release()));

		if (caches_[index].compare_exchange_strong(before, made,
		    std::memory_order_acq_rel))
			return made;
		static_cast<void>(slab_destroy(made));
		return before;
	}

	mutable std::atomic<slab_cache *> caches_[largest / step] = {};
	std::string name_;
	bool shared_ = false;
};

} } /* namespace slab::v1 */

#endif /* SLAB_HEAP_HPP */
