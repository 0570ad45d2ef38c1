/* SPDX-License-Identifier: MIT */
/**
 * @file slab/unique_ptr.hpp
 * @brief slab::unique_ptr: owns an object of any findable cache.
 */
#ifndef SLAB_UNIQUE_PTR_HPP
#define SLAB_UNIQUE_PTR_HPP

#include <memory>
#include <type_traits>

#include <slab/hot.hpp>

namespace slab { inline namespace v1 {

/**
 * Destroys an object and frees it by slab_free_any(), which finds its cache:
 * it was built with builder::findable().  It has no size of its own.
 *
 * A pointer to a base may own an object of a derived type, if the destructor of
 * the base is virtual.
 * @since 1.1
 */
struct any_deleter {
	/** Destroy an object and free it. @param object  not nullptr */
	template <class T>
	void operator()(T *object) const noexcept
	{
		std::remove_cv_t<T> *plain =
		    const_cast<std::remove_cv_t<T> *>(object);
		void *whole = plain;

		if constexpr (std::is_polymorphic_v<T>)
			whole = dynamic_cast<void *>(plain);
		plain->~T();
		slab_free_any(whole);
	}
};

/**
 * As large as a pointer; made from what slab::pool::emplace() returns.
 * @since 1.1
 */
template <class T>
using unique_ptr = std::unique_ptr<T, any_deleter>;

} } /* namespace slab::v1 */

#endif /* SLAB_UNIQUE_PTR_HPP */
