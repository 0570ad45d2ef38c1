/* SPDX-License-Identifier: MIT */
/* slab::shared: caches, pools and heaps that several threads use at once. */
#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "test.hpp"

template <class T> using alloc = slab::allocator<T>;
typedef std::list<int, alloc<int>> list;

static_assert(!std::is_copy_constructible_v<slab::shared::cache>);
static_assert(std::is_nothrow_move_constructible_v<slab::shared::cache>);
static_assert(std::is_nothrow_move_assignable_v<slab::shared::pool<int>>);
static_assert(!std::is_move_constructible_v<slab::shared::heap>);
static_assert(std::is_nothrow_constructible_v<alloc<int>,
    const slab::shared::heap &>);

static const int threads = 4;

template <class Action>
static void in_threads(Action action)
{
	std::vector<std::thread> all;

	for (int i = 0; i < threads; i++)
		all.emplace_back(action, i);
	for (std::thread &each : all)
		each.join();
}

/* The window of a shared cache's magazine is closed, so no thread uses it. */
static bool is_shared(slab_cache *cache)
{
	const slab_magazine *magazine =
	    reinterpret_cast<const slab_magazine *>(cache);

	return magazine->base == magazine->end;
}

/* Where one thread leaves what another takes. */
template <class T>
class exchange {
public:
	T swap(T mine)
	{
		std::lock_guard<std::mutex> lock(mutex_);
		std::swap(mine, kept_);
		return mine;
	}

private:
	std::mutex mutex_;
	T kept_{};
};

static void cache_objects_go_from_thread_to_thread()
{
	slab::shared::cache cache(std::move(slab::builder(64).name("cross")));
	exchange<void *> place;

	CHECK(is_shared(cache.get()));
	in_threads([&](int number) {
		for (int i = 0; i < 20000; i++) {
			void *object = cache.allocate();
			std::memset(object, number, 64);
			cache.deallocate(place.swap(object));
		}
	});
	CHECK(cache.statistics().live == 1);
	cache.deallocate(place.swap(nullptr));
	CHECK(cache.statistics().live == 0);
	CHECK(cache.reap() > 0);
	CHECK(slab_check(cache.get()) == 0);
}

static void cache_can_be_built_in_a_buffer_and_from_c()
{
	alignas(64) static char memory[1 << 16];
	slab::shared::cache inside(slab::builder(32), memory, sizeof(memory));
	slab::shared::cache taken(slab_builder_build_mmap(
	    slab_builder_shared(slab_builder_new(32))));

	CHECK(is_shared(inside.get()) && is_shared(taken.get()));
	CHECK(!is_shared(slab::cache(slab::builder(32)).get()));
	in_threads([&](int) {
		for (int i = 0; i < 1000; i++) {
			inside.deallocate(inside.allocate());
			taken.deallocate(taken.allocate());
		}
	});
	CHECK(inside.statistics().live == 0 && taken.statistics().live == 0);
}

struct shared_count {
	static inline std::atomic<int> alive{0};
	int value;

	explicit shared_count(int number) : value(number)
	{
		if (number < 0)
			throw number;
		alive++;
	}
	~shared_count() { alive--; }
};

static void pool_objects_are_made_and_ended_by_any_thread()
{
	slab::shared::pool<shared_count> pool("counts");
	exchange<shared_count *> place;

	CHECK(is_shared(pool.get()));
	in_threads([&](int number) {
		for (int i = 0; i < 5000; i++) {
			pool.destroy(place.swap(pool.emplace(number)));
			CHECK(pool.make(i)->value == i);
			if (i % 10 == 0)
				CHECK_THROWS(int, pool.emplace(-1));
		}
	});
	CHECK(shared_count::alive == 1 && pool.size() == 1);
	int visited = 0;
	pool.for_each([&](shared_count &) { visited++; });
	CHECK(visited == 1);
	pool.clear();
	CHECK(shared_count::alive == 0 && pool.size() == 0);
}

/* All threads want each cache first at the same time. */
static void heap_caches_are_made_once()
{
	for (int round = 0; round < 10; round++) {
		slab::shared::heap heap("race");
		std::atomic<int> ready{0};

		in_threads([&](int) {
			ready++;
			while (ready < threads)
				std::this_thread::yield();
			for (std::size_t size = 8; size <= 80; size += 8)
				heap.deallocate(heap.allocate(size, 8), size,
				    8);
		});
		CHECK(test::caches("race") == 10);
		CHECK(heap.reap() > 0);
		heap.release();
		CHECK(test::caches("race") == 0);
	}
}

static void containers_travel_between_threads()
{
	slab::shared::heap heap("travel");
	{
		exchange<std::unique_ptr<list>> place;

		in_threads([&](int number) {
			for (int round = 0; round < 100; round++) {
				auto mine = std::make_unique<list>(heap);
				for (int i = 0; i < 100; i++)
					mine->push_back(number);
				auto other = place.swap(std::move(mine));
				if (!other)
					continue;
				CHECK(other->size() == 100);
				list copy(*other);
				CHECK(copy.get_allocator() ==
				    other->get_allocator());
				other->clear();
				other->splice(other->end(), copy);
			}
		});
	}
	CHECK(test::caches("travel") == 1);
	CHECK(heap.reap() > 0);
}

static void frames_and_resources_take_a_shared_heap_for_a_heap()
{
	slab::shared::heap heap;
	slab::heap &plain = heap;

	plain.deallocate(plain.allocate(24), 24);
	CHECK(alloc<int>(heap) == alloc<long>(plain));
}

int main()
{
	cache_objects_go_from_thread_to_thread();
	cache_can_be_built_in_a_buffer_and_from_c();
	pool_objects_are_made_and_ended_by_any_thread();
	heap_caches_are_made_once();
	containers_travel_between_threads();
	frames_and_resources_take_a_shared_heap_for_a_heap();
	return 0;
}
