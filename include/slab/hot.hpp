/* SPDX-License-Identifier: MIT */
/*
 * The hot paths of <slab.h> as C++ functions, and what happens when memory or
 * a cache cannot be had.  Nothing here is for users.
 */
#ifndef SLAB_HOT_HPP
#define SLAB_HOT_HPP

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <system_error>

#include <slab.h>

/** @cond private */
namespace slab { inline namespace v1 {

namespace detail {

inline slab_magazine *magazine_of(slab_cache *cache) noexcept
{
	return reinterpret_cast<slab_magazine *>(cache);
}

/*
 * Take the top round, or what `slow` returns where the slow path has to be
 * taken.  Not noexcept: a constructor of the user's may throw.
 */
template <class Slow>
void *take(slab_cache *cache, Slow slow)
{
	slab_magazine *magazine = magazine_of(cache);
	void **top = magazine->top;
	void *object = *top;

	if (SLAB_UNLIKELY_(top == magazine->base))
		return slow(cache);
	magazine->top = top - 1;
	SLAB_PREFETCH_(top[-SLAB_AHEAD_]);
	return object;
}

/* As slab_free(). */
inline void give(slab_cache *cache, void *object) noexcept
{
	slab_magazine *magazine = magazine_of(cache);
	void **top = magazine->top;

	if (SLAB_UNLIKELY_(top == magazine->end || object == *top ||
	    reinterpret_cast<std::uintptr_t>(object) < SLAB_LOW_)) {
		slab_free_slow(cache, object);
		return;
	}
	top[1] = object;
	magazine->top = top + 1;
}

/* An allocation has failed. */
[[noreturn, gnu::cold, gnu::noinline]] inline void no_memory()
{
#ifdef __cpp_exceptions
	throw std::bad_alloc();
#else
	std::fprintf(stderr, "libslab: out of memory\n");
	std::abort();
#endif
}

/* Something was refused, for the reason that `words` give. */
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse(int error,
    const char *words)
{
#ifdef __cpp_exceptions
	throw std::system_error(error, std::generic_category(), words);
#else
	std::fprintf(stderr, "libslab: %s (errno %d)\n", words, error);
	std::abort();
#endif
}

/* Pass on what a build call has returned, unless that is NULL. */
inline slab_cache *built(slab_cache *cache)
{
	if (cache != nullptr)
		return cache;
#ifdef __cpp_exceptions
	if (errno == ENOMEM)
		no_memory();
#endif
	refuse(errno, slab_error());
}

/* As slab_alloc_slow(), but throws std::bad_alloc where that returns NULL. */
[[gnu::noinline]] inline void *take_slowly(slab_cache *cache)
{
	void *object = slab_alloc_slow(cache);

	if (object == nullptr)
		no_memory();
	return object;
}

/* Memory from operator new, aligned as asked. */
inline void *operator_new(std::size_t size, std::size_t align)
{
	if (align > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
		return ::operator new(size, std::align_val_t(align));
	return ::operator new(size);
}

inline void operator_delete(void *memory, std::size_t align) noexcept
{
	if (align > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
		::operator delete(memory, std::align_val_t(align));
	else
		::operator delete(memory);
}

} /* namespace detail */

} } /* namespace slab::v1 */
/** @endcond */

#endif /* SLAB_HOT_HPP */
