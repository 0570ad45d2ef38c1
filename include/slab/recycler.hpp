/* SPDX-License-Identifier: MIT */
/**
 * @file slab/recycler.hpp
 * @brief slab::recycler: objects that stay constructed while nobody uses them.
 */
#ifndef SLAB_RECYCLER_HPP
#define SLAB_RECYCLER_HPP

#include <cerrno>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <slab/builder.hpp>
#include <slab/cache.hpp>
#include <slab/hot.hpp>
#include <slab/pool.hpp>

namespace slab { inline namespace v1 {

/** @cond private */
namespace detail {

template <class T, class = void>
struct has_recycle : std::false_type {
};

template <class T>
struct has_recycle<T, std::void_t<decltype(std::declval<T &>().recycle())>>
    : std::true_type {
};

/* What a constructor threw while a C function had called it. */
struct thrown {
#ifdef __cpp_exceptions
	std::exception_ptr exception;
#endif
};

} /* namespace detail */
/** @endcond */

/**
 * Keeps objects constructed while they are not in use: T() runs once for an
 * object that is new, ~T() before its memory is returned, and neither in
 * between (J. Bonwick, "The Slab Allocator", USENIX Summer 1994).
 *
 * What take() returns is new, or as its last user left it.  Where T has a
 * member function recycle(), that is called when an object comes back; it puts
 * the object into the state that the next user expects, and must not throw.
 *
 * Objects end before the recycler does; those that do not stay valid, and with
 * them their memory.
 *
 * @tparam T  an object type, default-constructible; complete where members are
 *            called
 * @since 1.1
 */
template <class T>
class recycler {
public:
	/** The type of the objects. */
	using value_type = T;

	/** Parks an object, constructed; as large as a pointer. */
	class deleter {
	public:
		/** For a unique_ptr that is empty. */
		deleter() noexcept = default;
		/** For objects of a cache. @param from  where they are from */
		explicit deleter(slab_cache *from) noexcept
		    : cache_(from)
		{
		}
		/** Park an object. @param object  not nullptr */
		void operator()(T *object) const noexcept
		{
			if constexpr (detail::has_recycle<T>::value)
				object->recycle();
			detail::give(cache_, object);
		}

	private:
		slab_cache *cache_ = nullptr;
	};

	/** What take() returns. */
	using unique_ptr = std::unique_ptr<T, deleter>;

	/** A recycler without objects. */
	recycler()
	    : recycler(builder::of<T>())
	{
	}

	/**
	 * A recycler with options.
	 * @param options  consumed; best from builder::of<T>().  Their
	 *                 constructor and destructor are T's.
	 * @throws std::system_error  EINVAL: another size, or less alignment,
	 *                            than T's
	 */
	explicit recycler(builder &&options)
	    : thrown_(std::make_unique<detail::thrown>()),
	      cache_(detail::fitting<T>(cache(std::move(
		options.ctor(make, unmake, thrown_.get())))))
	{
	}

	/**
	 * Take an object.
	 * @returns it, constructed
	 * @throws std::bad_alloc  no memory; and what T() throws: then nothing
	 *                         is lost, and the next call tries again
	 */
	[[nodiscard]] unique_ptr take()
	{
		void *object = detail::take(cache_.get(),
		    [this](slab_cache *) { return take_slowly(); });

		return unique_ptr(static_cast<T *>(object),
		    deleter(cache_.get()));
	}

	/** Destroy parked objects. @returns bytes, as slab_reap() */
	std::size_t reap() noexcept
	{
		return cache_.reap();
	}

	/** Get the C cache. @returns it; it stays the recycler's */
	slab_cache *get() const noexcept
	{
		return cache_.get();
	}

private:
	static int make(void *memory, void *arg) noexcept
	{
#ifdef __cpp_exceptions
		try {
			::new (memory) T();
		} catch (...) {
			static_cast<detail::thrown *>(arg)->exception =
			    std::current_exception();
			return ECANCELED;
		}
#else
		static_cast<void>(arg);
		::new (memory) T();
#endif
		return 0;
	}

	static void unmake(void *object, void *) noexcept
	{
		static_cast<T *>(object)->~T();
	}

	/* Objects are made here, some more than one: those are parked. */
	[[gnu::noinline]] void *take_slowly()
	{
		void *object = slab_alloc_slow(cache_.get());

#ifdef __cpp_exceptions
		std::exception_ptr exception = std::exchange(
		    thrown_->exception, nullptr);

		if (object == nullptr && exception)
			std::rethrow_exception(std::move(exception));
#endif
		if (object == nullptr)
			detail::no_memory();
		return object;
	}

	std::unique_ptr<detail::thrown> thrown_;
	cache cache_;
};

} } /* namespace slab::v1 */

#endif /* SLAB_RECYCLER_HPP */
