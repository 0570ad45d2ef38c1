/* SPDX-License-Identifier: MIT */
/**
 * @file slab/pool.hpp
 * @brief slab::pool: owns objects of one C++ type.
 */
#ifndef SLAB_POOL_HPP
#define SLAB_POOL_HPP

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <slab/builder.hpp>
#include <slab/cache.hpp>
#include <slab/hot.hpp>

namespace slab { inline namespace v1 {

/** @cond private */
namespace detail {

/* Refuse a cache whose objects have no room for a T. */
template <class T>
cache fitting(cache made)
{
	if (slab_object_size(made.get()) != sizeof(T))
		refuse(EINVAL, "the objects of the cache are not of the "
		    "size of the type");
	if (slab_object_align(made.get()) < alignof(T))
		refuse(EINVAL, "the objects of the cache are less aligned than "
		    "the type");
	return made;
}

/* Construct a T: an aggregate, too. */
template <class T, class... Args>
T *construct(void *memory, Args &&...args)
{
	if constexpr (std::is_constructible_v<T, Args...>)
		return ::new (memory) T(std::forward<Args>(args)...);
	else
		return ::new (memory) T{std::forward<Args>(args)...};
}

/* Frees an object again, unless its construction has succeeded. */
struct unfinished {
	slab_cache *cache;
	void *object;

	unfinished(slab_cache *from, void *memory) noexcept
	    : cache(from), object(memory)
	{
	}
	unfinished(const unfinished &) = delete;
	unfinished &operator=(const unfinished &) = delete;
	~unfinished()
	{
		if (object != nullptr)
			give(cache, object);
	}
};

/* A visit of slab_foreach(), which no exception may leave. */
template <class T, class F>
struct visit {
	F &visitor;
#ifdef __cpp_exceptions
	std::exception_ptr thrown;
#endif

	explicit visit(F &function)
	    : visitor(function)
	{
	}

	void call(T *object)
	{
		if constexpr (std::is_invocable_v<F &, T &>)
			visitor(*object);
		else
			visitor(object);
	}

	static int each(void *object, void *arg) noexcept
	{
		visit *self = static_cast<visit *>(arg);

#ifdef __cpp_exceptions
		try {
			self->call(static_cast<T *>(object));
		} catch (...) {
			self->thrown = std::current_exception();
			return 1;
		}
#else
		self->call(static_cast<T *>(object));
#endif
		return 0;
	}

	void walk(slab_cache *cache)
	{
		static_cast<void>(slab_foreach(cache, each, this));
#ifdef __cpp_exceptions
		if (thrown)
			std::rethrow_exception(std::move(thrown));
#endif
	}
};

} /* namespace detail */
/** @endcond */

/**
 * Owns objects of type T, whose alignment may be up to a page.
 *
 * Objects that are live when the pool ends, or is assigned to, are destroyed;
 * their destructors may use other pools, and destroy no other object of this
 * one.  A moved-from pool has no objects; it may be assigned to, or end.
 *
 * @tparam T  an object type, complete where members are called
 * @since 1.1
 */
template <class T>
class pool {
public:
	/** The type of the objects. */
	using value_type = T;

	/**
	 * Destroys an object of a pool, and frees it; as large as a pointer.
	 * It does not matter whether the pool has been moved meanwhile.
	 */
	class deleter {
	public:
		/** For a unique_ptr that is empty. */
		deleter() noexcept = default;
		/** For objects of a cache. @param from  where they are from */
		explicit deleter(slab_cache *from) noexcept
		    : cache_(from)
		{
		}
		/** Destroy an object and free it. @param object  not nullptr */
		void operator()(T *object) const noexcept
		{
			object->~T();
			detail::give(cache_, object);
		}

	private:
		slab_cache *cache_ = nullptr;
	};

	/** What make() returns. */
	using unique_ptr = std::unique_ptr<T, deleter>;

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

	/**
	 * An empty pool with options.
	 * @param options  consumed; best from builder::of<T>(), without a
	 *                 constructor
	 * @throws std::system_error  EINVAL: another size, or less alignment,
	 *                            than T's
	 */
	explicit pool(builder &&options)
	    : cache_(detail::fitting<T>(cache(std::move(options))))
	{
	}

	/** Take over another's objects. @param other  left without any */
	pool(pool &&other) noexcept = default;

	/**
	 * Destroy the own objects, and take over another's.
	 * @param other  left without any
	 * @returns this pool
	 */
	pool &operator=(pool &&other) noexcept
	{
		pool taken(std::move(other));

		std::swap(cache_, taken.cache_);
		return *this;
	}

	/** Destroys all objects. */
	~pool()
	{
		if (cache_.get() != nullptr)
			clear();
	}

	/**
	 * Make an object.
	 * @param args  its constructor's, or what an aggregate begins with
	 * @returns the object; never nullptr
	 * @throws std::bad_alloc  no memory; and what the constructor throws:
	 *                         then the memory is free again
	 */
	template <class... Args>
	[[nodiscard]] T *emplace(Args &&...args)
	{
		detail::unfinished made(cache_.get(), cache_.allocate());
		T *object = detail::construct<T>(made.object,
		    std::forward<Args>(args)...);

		made.object = nullptr;
		return object;
	}

	/**
	 * Make an object for a smart pointer.
	 * @param args  as emplace()
	 * @returns the object; it ends before the pool does
	 * @throws std::bad_alloc  as emplace()
	 */
	template <class... Args>
	[[nodiscard]] unique_ptr make(Args &&...args)
	{
		return unique_ptr(emplace(std::forward<Args>(args)...),
		    deleter(cache_.get()));
	}

	/** End an object. @param object  nullptr: nothing is done */
	void destroy(T *object) noexcept
	{
		if (object != nullptr)
			deleter(cache_.get())(object);
	}

	/** Destroy all objects. */
	void clear() noexcept
	{
		if constexpr (!std::is_trivially_destructible_v<T>)
			static_cast<void>(slab_foreach(cache_.get(), end_one,
			    nullptr));
		slab_reset(cache_.get());
	}

	/**
	 * Visit every object, in no particular order.
	 * @param visitor  called with a T &, or where it does not take one with
	 *                 a T *; it may destroy that object, and no other, and
	 *                 makes none.  An exception ends the walk and is passed
	 *                 on.
	 */
	template <class F>
	void for_each(F &&visitor)
	{
		detail::visit<T, std::remove_reference_t<F>>(visitor)
		    .walk(cache_.get());
	}

	/** Count the objects. @returns how many are live */
	std::size_t size() const noexcept
	{
		return cache_.statistics().live;
	}

	/** Return idle memory. @returns bytes, as slab_reap() */
	std::size_t reap() noexcept
	{
		return cache_.reap();
	}

	/** Get the C cache. @returns it; it stays the pool's */
	slab_cache *get() const noexcept
	{
		return cache_.get();
	}

private:
	static int end_one(void *object, void *) noexcept
	{
		static_cast<T *>(object)->~T();
		return 0;
	}

	cache cache_;
};

} } /* namespace slab::v1 */

#endif /* SLAB_POOL_HPP */
