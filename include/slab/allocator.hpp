/* SPDX-License-Identifier: MIT */
/**
 * @file slab/allocator.hpp
 * @brief slab::allocator: the nodes of standard containers from caches.
 */
#ifndef SLAB_ALLOCATOR_HPP
#define SLAB_ALLOCATOR_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <type_traits>

#include <slab/heap.hpp>
#include <slab/hot.hpp>

namespace slab { inline namespace v1 {

/** @cond private */
namespace detail {

/* The caches of a container and of what has been moved or rebound from it. */
struct counted_heap : heap {
	std::atomic<std::size_t> users{1};
	const bool named;

	counted_heap()
	    : named(false)
	{
	}
	explicit counted_heap(const char *name)
	    : heap(name), named(true)
	{
	}
};

} /* namespace detail */
/** @endcond */

/**
 * An allocator of the standard's: single objects come from caches, arrays from
 * operator new.  As large as a pointer.
 *
 * Made from a heap it refers to it.  Made from nothing it has caches of its
 * own, which end with the last copy of it.  A container's copy then gets caches
 * of its own, so that it may go to another thread; a container that has been
 * moved from shares caches with the one that was moved to, as the standard
 * wants their allocators to be equal, and both are for one thread at a time.
 * They may end in different threads.
 *
 * @tparam T  the type of the objects; may be incomplete
 * @since 1.1
 */
template <class T>
class allocator {
public:
	/** The type of the objects. */
	using value_type = T;
	/** A container that is assigned to by a move takes the allocator. */
	using propagate_on_container_move_assignment = std::true_type;
	/** Containers that are swapped swap allocators. */
	using propagate_on_container_swap = std::true_type;
	/** A container that is assigned a copy keeps its allocator. */
	using propagate_on_container_copy_assignment = std::false_type;
	/** Two allocators are equal when they use the same caches. */
	using is_always_equal = std::false_type;

	/** With caches of its own. */
	allocator()
	    : word_(word(*new detail::counted_heap) | own)
	{
	}

	/**
	 * With caches of its own.
	 * @param name  copied; the caches are named after it and their size
	 */
	explicit allocator(const char *name)
	    : word_(word(*new detail::counted_heap(name)) | own)
	{
	}

	/**
	 * With the caches of a heap.
	 * @param from  outlives all copies of this allocator and their users
	 */
	allocator(const heap &from) noexcept
	    : word_(word(from))
	{
	}

	/** With the same caches. @param other  stays as it is */
	allocator(const allocator &other) noexcept
	    : word_(other.word_)
	{
		hold();
	}

	/** With the same caches. @param other  for another type */
	template <class U>
	allocator(const allocator<U> &other) noexcept
	    : word_(other.word_)
	{
		hold();
	}

	/**
	 * Change to the caches of another.
	 * @param other  stays as it is
	 * @returns this allocator
	 */
	allocator &operator=(const allocator &other) noexcept
	{
		allocator copy(other);
		std::uintptr_t old = word_;

		word_ = copy.word_;
		copy.word_ = old;
		return *this;
	}

	/** Ends its own caches if it is the last that has them. */
	~allocator()
	{
		if ((word_ & own) != 0 &&
		    counted()->users.fetch_sub(1, std::memory_order_acq_rel) ==
		    1)
			delete counted();
	}

	/**
	 * Take memory.
	 * @param n  objects that it has room for; 1: from a cache
	 * @returns its address
	 * @throws std::bad_alloc  there is no memory
	 */
	[[nodiscard]] T *allocate(std::size_t n)
	{
		if (n == 1)
			return static_cast<T *>(from().take(sizeof(T),
			    alignof(T)));
		if (n > std::numeric_limits<std::size_t>::max() / sizeof(T))
			detail::no_memory();
		return static_cast<T *>(detail::operator_new(n * sizeof(T),
		    alignof(T)));
	}

	/**
	 * Free memory.
	 * @param memory  from allocate() of an equal allocator
	 * @param n       as at allocate()
	 */
	void deallocate(T *memory, std::size_t n) noexcept
	{
		if (n == 1)
			from().give(memory, sizeof(T), alignof(T));
		else
			detail::operator_delete(memory, alignof(T));
	}

	/**
	 * What the copy of a container uses.
	 * @returns an allocator with caches of its own, of the same name; from
	 *          a heap: with those of the heap
	 */
	allocator select_on_container_copy_construction() const
	{
		if ((word_ & own) == 0)
			return *this;
		if (counted()->named)
			return allocator(from().name_.c_str());
		return allocator();
	}

	/** Return idle memory of all caches. @returns bytes, as slab_reap() */
	std::size_t reap() noexcept
	{
		return from().reap();
	}

	/**
	 * Tell whether two allocators use the same caches.
	 * @param a  an allocator
	 * @param b  an allocator, perhaps for another type
	 * @returns whether what one has allocated the other may deallocate
	 */
	template <class U>
	friend bool operator==(const allocator &a, const allocator<U> &b)
	    noexcept
	{
		return a.same(b);
	}

	/**
	 * Tell whether two allocators use different caches.
	 * @param a  an allocator
	 * @param b  an allocator, perhaps for another type
	 * @returns whether they do
	 */
	template <class U>
	friend bool operator!=(const allocator &a, const allocator<U> &b)
	    noexcept
	{
		return !a.same(b);
	}

private:
	template <class U> friend class allocator;

	static constexpr std::uintptr_t own = 1; /* bit: a counted_heap */

	static std::uintptr_t word(const heap &from) noexcept
	{
		return reinterpret_cast<std::uintptr_t>(&from);
	}

	heap &from() const noexcept
	{
		return *reinterpret_cast<heap *>(word_ & ~own);
	}

	detail::counted_heap *counted() const noexcept
	{
		return static_cast<detail::counted_heap *>(&from());
	}

	void hold() const noexcept
	{
		if ((word_ & own) != 0)
			counted()->users.fetch_add(1,
			    std::memory_order_relaxed);
	}

	template <class U>
	bool same(const allocator<U> &other) const noexcept
	{
		return word_ == other.word_;
	}

	std::uintptr_t word_;
};

} } /* namespace slab::v1 */

#endif /* SLAB_ALLOCATOR_HPP */
