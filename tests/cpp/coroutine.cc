/* SPDX-License-Identifier: MIT */
/*
 * slab::frame: coroutine frames from a heap.  Needs C++20.  Coroutines are not
 * inlined here, as clang then needs no memory for their frames.
 */
#include "test.hpp"

#if defined(__cpp_impl_coroutine) && __has_include(<coroutine>)
#include <coroutine>
#include <memory>
#include <utility>

/* A generator of numbers whose frames may come from a heap. */
struct numbers {
	struct promise_type : slab::frame {
		int value = 0;

		numbers get_return_object()
		{
			return numbers(std::coroutine_handle<promise_type>::
			    from_promise(*this));
		}
		std::suspend_always initial_suspend() { return {}; }
		std::suspend_always final_suspend() noexcept { return {}; }
		std::suspend_always yield_value(int next)
		{
			value = next;
			return {};
		}
		void return_void() {}
		void unhandled_exception() { throw; }
	};

	explicit numbers(std::coroutine_handle<promise_type> handle)
	    : coroutine(handle)
	{
	}
	numbers(numbers &&other) noexcept
	    : coroutine(std::exchange(other.coroutine, nullptr))
	{
	}
	~numbers()
	{
		if (coroutine)
			coroutine.destroy();
	}
	int next()
	{
		coroutine.resume();
		return coroutine.promise().value;
	}

	std::coroutine_handle<promise_type> coroutine;
};

[[gnu::noinline]] static numbers from_heap(std::allocator_arg_t, slab::heap &,
    int start)
{
	for (;;)
		co_yield start++;
}

[[gnu::noinline]] static numbers from_new(int start)
{
	for (;;)
		co_yield start++;
}

[[gnu::noinline]] static numbers large(std::allocator_arg_t, slab::heap &)
{
	volatile char room[4000];

	for (int i = 0;; i++) {
		room[i] = static_cast<char>(i);
		co_yield room[i];
	}
}

struct object {
	int step = 3;

	[[gnu::noinline]] numbers steps(std::allocator_arg_t, slab::heap &,
	    int start)
	{
		for (;; start += step)
			co_yield start;
	}
};

struct bad_start {
	bad_start() = default;
	bad_start(const bad_start &) { throw 1; }
};

[[gnu::noinline]] static numbers never(std::allocator_arg_t, slab::heap &,
    bad_start)
{
	co_yield 1;
}

static void frames_come_from_the_heap_that_is_named()
{
	slab::heap heap("frames");
	{
		numbers a = from_heap(std::allocator_arg, heap, 5);
		numbers b = from_new(7);
		CHECK(test::caches("frames") == 1);
		for (int i = 0; i < 10; i++)
			CHECK(a.next() == 5 + i && b.next() == 7 + i);
		for (int i = 0; i < 1000; i++)
			CHECK(from_heap(std::allocator_arg, heap, i).next() ==
			    i);
	}
	CHECK(heap.reap() > 0 && heap.reap() == 0);
}

static void frames_of_member_coroutines_do_too()
{
	slab::heap heap("members");
	object steps;
	numbers a = steps.steps(std::allocator_arg, heap, 1);

	CHECK(test::caches("members") == 1);
	CHECK(a.next() == 1 && a.next() == 4);
}

static void large_frames_come_from_operator_new()
{
	slab::heap heap("large");
	numbers a = large(std::allocator_arg, heap);

	CHECK(a.next() == 0 && a.next() == 1);
	CHECK(test::caches("large") == 0);
}

static void frames_of_coroutines_that_never_begin_are_freed()
{
	{
		slab::heap heap("never");
		CHECK_THROWS(int, never(std::allocator_arg, heap, {}));
	}
	CHECK(test::caches("never") == 0);
}

int main()
{
	frames_come_from_the_heap_that_is_named();
	frames_of_member_coroutines_do_too();
	large_frames_come_from_operator_new();
	frames_of_coroutines_that_never_begin_are_freed();
	return 0;
}

#else

int main()
{
	return SKIPPED;
}

#endif
