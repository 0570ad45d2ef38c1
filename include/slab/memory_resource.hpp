/* SPDX-License-Identifier: MIT */
/**
 * @file slab/memory_resource.hpp
 * @brief slab::memory_resource: caches behind std::pmr, where that is.
 */
#ifndef SLAB_MEMORY_RESOURCE_HPP
#define SLAB_MEMORY_RESOURCE_HPP

#if __has_include(<memory_resource>)

#include <cstddef>
#include <memory_resource>

#include <slab/heap.hpp>

namespace slab { inline namespace v1 {

/**
 * A resource of the polymorphic allocators: blocks of up to 1024 bytes, aligned
 * to at most 64, come from caches, the rest from another resource.  Sizes are
 * rounded up: to a multiple of 8 up to 128 bytes, above to one of 8 sizes
 * between a power of two and the next, so there are few caches.
 *
 * Equal only to itself.  Its end is a release(), as that of the standard's
 * pool resources is.
 * @since 1.1
 */
class memory_resource : public std::pmr::memory_resource {
public:
	/** With std::pmr::get_default_resource() for large blocks. */
	memory_resource() noexcept
	    : memory_resource(std::pmr::get_default_resource())
	{
	}

	/**
	 * With another resource for large blocks.
	 * @param upstream  outlives this
	 */
	explicit memory_resource(std::pmr::memory_resource *upstream) noexcept
	    : upstream_(upstream)
	{
	}

	memory_resource(const memory_resource &) = delete;
	memory_resource &operator=(const memory_resource &) = delete;

	/** Ends all blocks that came from caches. */
	~memory_resource() override
	{
		release();
	}

	/** Get the resource of large blocks. @returns it */
	std::pmr::memory_resource *upstream_resource() const noexcept
	{
		return upstream_;
	}

	/** Return idle memory of all caches. @returns bytes, as slab_reap() */
	std::size_t reap() noexcept
	{
		return heap_.reap();
	}

	/**
	 * End the caches and every block that they have handed out.  Blocks
	 * from the resource of large blocks stay.
	 */
	void release() noexcept
	{
		heap_.release();
	}

protected:
	/** @cond private */
	void *do_allocate(std::size_t bytes, std::size_t align) override
	{
		if (!heap::serves(bytes, align))
			return upstream_->allocate(bytes, align);
		return heap_.allocate(size_class(bytes), align);
	}

	void do_deallocate(void *block, std::size_t bytes, std::size_t align)
	    override
	{
		if (!heap::serves(bytes, align))
			upstream_->deallocate(block, bytes, align);
		else
			heap_.deallocate(block, size_class(bytes), align);
	}

	bool do_is_equal(const std::pmr::memory_resource &other) const noexcept
	    override
	{
		return this == &other;
	}
	/** @endcond */

private:
	/* The heap rounds up to multiples of 8, and to the alignment. */
	static constexpr std::size_t size_class(std::size_t bytes) noexcept
	{
		std::size_t step = 8;

		for (std::size_t most = 128; most < bytes; most *= 2)
			step *= 2;
		return (bytes + step - 1) & ~(step - 1);
	}

	heap heap_;
	std::pmr::memory_resource *upstream_;
};

} } /* namespace slab::v1 */

#endif

#endif /* SLAB_MEMORY_RESOURCE_HPP */
