/* SPDX-License-Identifier: MIT */
/**
 * @file slab/frame.hpp
 * @brief slab::frame: coroutine frames from a heap.
 */
#ifndef SLAB_FRAME_HPP
#define SLAB_FRAME_HPP

#include <cstddef>
#include <cstring>
#include <memory>

#include <slab/heap.hpp>

namespace slab { inline namespace v1 {

/**
 * A base for promise types.  The frame of a coroutine whose parameters begin
 * with `std::allocator_arg_t, slab::heap &` comes from that heap; a member
 * coroutine's, too.  Other frames come from operator new.  The heap outlives
 * the frame.
 * @since 1.1
 */
class frame {
public:
	/** A frame from operator new. @param size  bytes @returns it */
	static void *operator new(std::size_t size)
	{
		return mark(detail::operator_new(whole(size), alignment), size,
		    nullptr);
	}

	/**
	 * The frame of a free coroutine.
	 * @param size  bytes
	 * @param from  where it is from
	 * @returns the frame
	 */
	template <class... Args>
	static void *operator new(std::size_t size, std::allocator_arg_t,
	    heap &from, const Args &...)
	{
		return mark(from.allocate(whole(size), alignment), size, &from);
	}

	/**
	 * The frame of a member coroutine.
	 * @param size  bytes
	 * @param from  where it is from
	 * @returns the frame
	 */
	template <class Self, class... Args>
	static void *operator new(std::size_t size, const Self &,
	    std::allocator_arg_t, heap &from, const Args &...)
	{
		return mark(from.allocate(whole(size), alignment), size, &from);
	}

	/**
	 * Free a frame.
	 * @param memory  where it is
	 * @param size    bytes
	 */
	static void operator delete(void *memory, std::size_t size) noexcept
	{
		heap *from;

		std::memcpy(&from, static_cast<char *>(memory) + size,
		    sizeof(from));
		if (from == nullptr)
			detail::operator_delete(memory, alignment);
		else
			from->deallocate(memory, whole(size), alignment);
	}

private:
	static constexpr std::size_t alignment =
	    __STDCPP_DEFAULT_NEW_ALIGNMENT__;

	/* The heap's address follows the frame. */
	static constexpr std::size_t whole(std::size_t size) noexcept
	{
		return size + sizeof(heap *);
	}

	static void *mark(void *memory, std::size_t size, heap *from) noexcept
	{
		std::memcpy(static_cast<char *>(memory) + size, &from,
		    sizeof(from));
		return memory;
	}
};

} } /* namespace slab::v1 */

#endif /* SLAB_FRAME_HPP */
