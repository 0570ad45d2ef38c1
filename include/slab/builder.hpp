/* SPDX-License-Identifier: MIT */
/**
 * @file slab/builder.hpp
 * @brief slab::builder: the options with which one cache is built.
 */
#ifndef SLAB_BUILDER_HPP
#define SLAB_BUILDER_HPP

#include <cstddef>
#include <utility>

#include <slab.h>

namespace slab { inline namespace v1 {

/**
 * The options of one cache.  Each setter does what the C call of its name does
 * (slab_builder_align() and so on), and returns the builder.  A bad value is
 * reported by the build.
 *
 * Moved-from, or released, it has no options and builds nothing.
 * @since 1.1
 */
class builder {
public:
	/** Begin a cache of objects. @param size  bytes of one object */
	explicit builder(std::size_t size) noexcept
	    : builder_(slab_builder_new(size))
	{
	}

	/**
	 * Begin a cache of objects of a type.
	 * @tparam T  a complete type
	 * @returns a builder with the size and the alignment of T
	 */
	template <class T>
	static builder of() noexcept
	{
		builder made(sizeof(T));

		made.align(alignof(T));
		return made;
	}

	/** Take over another's options. @param other  left without any */
	builder(builder &&other) noexcept
	    : builder_(other.release())
	{
	}

	/**
	 * Take over another's options.
	 * @param other  left without any
	 * @returns this builder
	 */
	builder &operator=(builder &&other) noexcept
	{
		builder taken(std::move(other));

		std::swap(builder_, taken.builder_);
		return *this;
	}

	/** Drop options that nothing has been built with. */
	~builder()
	{
		slab_builder_free(builder_);
	}

	/** Align every object. @param bytes  a power of two @returns this */
	builder &align(std::size_t bytes) noexcept
	{
		return set(slab_builder_align(builder_, bytes));
	}

	/** Name the cache. @param text  copied @returns this */
	builder &name(const char *text) noexcept
	{
		return set(slab_builder_name(builder_, text));
	}

	/** Limit the objects. @param objects  the most @returns this */
	builder &limit(std::size_t objects) noexcept
	{
		return set(slab_builder_limit(builder_, objects));
	}

	/**
	 * Set the length of the working period.
	 * @param seconds  0, or #SLAB_PERIOD_NEVER, too
	 * @returns this
	 */
	builder &working_period(unsigned seconds) noexcept
	{
		return set(slab_builder_working_period(builder_, seconds));
	}

	/** Set the magazine's capacity. @param rounds  objects @returns this */
	builder &magazine(std::size_t rounds) noexcept
	{
		return set(slab_builder_magazine(builder_, rounds));
	}

	/** Choose the size of the slabs. @param bytes  about @returns this */
	builder &slab_size(std::size_t bytes) noexcept
	{
		return set(slab_builder_slab_size(builder_, bytes));
	}

	/** Color slabs, or not. @param on  default true @returns this */
	builder &coloring(bool on) noexcept
	{
		return set(slab_builder_coloring(builder_, on));
	}

	/** Choose how slabs are found. @param choice  how @returns this */
	builder &system(slab_system choice) noexcept
	{
		return set(slab_builder_system(builder_, choice));
	}

	/** Ask for huge pages, or not. @param mode  when @returns this */
	builder &huge_pages(slab_huge_pages mode) noexcept
	{
		return set(slab_builder_huge_pages(builder_, mode));
	}

	/**
	 * Construct objects once and keep them constructed.
	 * @param make    the constructor, or nullptr
	 * @param unmake  the destructor, or nullptr
	 * @param arg     handed to both
	 * @returns this
	 */
	builder &ctor(slab_ctor *make, slab_dtor *unmake, void *arg) noexcept
	{
		return set(slab_builder_ctor(builder_, make, unmake, arg));
	}

	/** Debug the program. @param flags  SLAB_DEBUG_* @returns this */
	builder &debug(unsigned flags) noexcept
	{
		return set(slab_builder_debug(builder_, flags));
	}

	/**
	 * Start every new object as a copy of one.
	 * @param object  copied now; nullptr: objects start as zero bytes
	 * @returns this
	 */
	builder &template_object(const void *object) noexcept
	{
		return set(slab_builder_template(builder_, object));
	}

	/**
	 * Have a function called when there is no memory.
	 * @param handler  returns true to have it tried again
	 * @param arg      handed to it
	 * @returns this
	 */
	builder &oom(slab_oom_handler *handler, void *arg) noexcept
	{
		return set(slab_builder_oom(builder_, handler, arg));
	}

	/** Let slab_cache_of() find it. @param on  whether @returns this */
	builder &findable(bool on) noexcept
	{
		return set(slab_builder_findable(builder_, on));
	}

	/** Name mappings, or not. @param on  default true @returns this */
	builder &mapping_name(bool on) noexcept
	{
		return set(slab_builder_mapping_name(builder_, on));
	}

	/** Leave slabs out of core dumps. @param on  whether @returns this */
	builder &no_dump(bool on) noexcept
	{
		return set(slab_builder_no_dump(builder_, on));
	}

	/** Let any number of threads use the cache at once. @returns this */
	builder &shared() noexcept
	{
		return set(slab_builder_shared(builder_));
	}

	/** Share a budget. @param budget  outlives the cache @returns this */
	builder &quota(slab_quota *budget) noexcept
	{
		return set(slab_builder_quota(builder_, budget));
	}

	/**
	 * Hand the C builder over.
	 * @returns it, for a build call of <slab.h> to consume; or nullptr
	 */
	slab_builder *release() noexcept
	{
		return std::exchange(builder_, nullptr);
	}

private:
	/* The C setters return the builder that they were given. */
	builder &set(slab_builder *) noexcept
	{
		return *this;
	}

	slab_builder *builder_;
};

} } /* namespace slab::v1 */

#endif /* SLAB_BUILDER_HPP */
