/* SPDX-License-Identifier: MIT */
/*
 * Containers whose elements' constructors throw, and an operator new and a
 * system that have no memory: whenever it happens, nothing is lost.
 */
#include <list>
#include <map>
#include <memory>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "test.hpp"

using test::counted;
using test::fault;

/* operator new counts its blocks, and fails when the n-th is asked for. */
static long blocks, calls, failing_call;

[[gnu::noinline]] void *operator new(std::size_t size)
{
	void *memory = ++calls == failing_call ? nullptr : std::malloc(size);

	if (memory == nullptr)
		throw std::bad_alloc();
	blocks++;
	return memory;
}
[[gnu::noinline]] void operator delete(void *memory) noexcept
{
	blocks -= memory != nullptr;
	std::free(memory);
}
void operator delete(void *memory, std::size_t) noexcept
{
	operator delete(memory);
}

template <class C>
static void insert_each(C &container, int n)
{
	for (int i = 0; i < n; i++) {
		try {
			container.emplace(container.end(), i);
		} catch (const fault::exception &) {
		}
	}
}
template <class... A>
static void insert_each(std::map<int, counted, A...> &map, int n)
{
	for (int i = 0; i < n; i++) {
		try {
			map.emplace(i, i);
		} catch (const fault::exception &) {
		}
	}
}
template <class... A>
static void insert_each(std::unordered_map<int, counted, A...> &map, int n)
{
	for (int i = 0; i < n; i++) {
		try {
			map.emplace(i, i);
		} catch (const fault::exception &) {
		}
	}
}

/* The blocks in use in the caches named so are as many as the elements. */
template <class C>
static void throws_in_every_nth_construction()
{
	slab::heap heap;

	for (int every = 1; every <= 11; every++) {
		long before = blocks;
		{
			C container(heap);
			fault::constructions = 0;
			fault::every = every;
			insert_each(container, 200);
			CHECK(static_cast<std::size_t>(counted::alive) ==
			    container.size());
			try { /* a copy that is given up in the middle */
				C copy(container);
				CHECK(copy.size() == container.size());
			} catch (const fault::exception &) {
			}
			CHECK(static_cast<std::size_t>(counted::alive) ==
			    container.size());
			fault::every = 0;
		}
		CHECK(counted::alive == 0);
		CHECK(blocks == before);
	}
	heap.release();
}

/* Nothing is live in any cache. */
template <class C>
static void gives_every_node_back()
{
	C *container = new C(typename C::allocator_type("given-back"));

	fault::constructions = 0;
	fault::every = 3;
	insert_each(*container, 500);
	fault::every = 0;
	container->clear();
	CHECK(test::caches("given-back") == 1);
	delete container; /* caches with live objects would stay */
	CHECK(test::caches("given-back") == 0);
}

/* The n-th call of operator new fails, for every n until none does. */
template <class Action>
static void without_memory(Action action)
{
	for (long n = 1;; n++) {
		long before = blocks;
		bool thrown = false;

		calls = 0;
		failing_call = n;
		try {
			action();
		} catch (const std::bad_alloc &) {
			thrown = true;
		}
		bool reached = calls >= n;
		failing_call = 0;
		CHECK(blocks == before && counted::alive == 0);
		CHECK(thrown || !reached);
		if (!reached)
			return;
	}
}

static void every_operator_new_may_fail()
{
	without_memory([] {
		std::unordered_map<int, counted, std::hash<int>,
		    std::equal_to<int>, slab::allocator<std::pair<const int,
		    counted>>> map;
		for (int i = 0; i < 50; i++)
			map.emplace(i, i);
		auto copy = map;
	});
	without_memory([] {
		slab::allocator<counted> from(
		    "a name that is longer than a small string");
		auto copy = std::allocate_shared<counted>(from, 3);
		std::vector<counted, slab::allocator<counted>> vector(from);
		vector.emplace_back(1);
		vector.emplace_back(2);
	});
	without_memory([] {
		slab::recycler<counted> counts;
		auto one = counts.take();
	});
	CHECK(test::caches("a name") == 0);
}

/* A heap whose cache cannot be built stays usable. */
static void a_limit_of_a_pool_is_bad_alloc_again_and_again()
{
	slab::pool<counted> pool(std::move(
	    slab::builder::of<counted>().limit(5)));
	std::vector<counted *> all;

	for (int i = 0; i < 20; i++) {
		try {
			all.push_back(pool.emplace(i));
		} catch (const std::bad_alloc &) {
			CHECK(all.size() == 5);
			pool.destroy(all.front());
			all.erase(all.begin());
		}
	}
	CHECK(pool.size() == static_cast<std::size_t>(counted::alive));
}

template <class T> using alloc = slab::allocator<T>;
typedef std::list<counted, alloc<counted>> list;
typedef std::map<int, counted, std::less<int>,
    alloc<std::pair<const int, counted>>> map;
typedef std::unordered_map<int, counted, std::hash<int>, std::equal_to<int>,
    alloc<std::pair<const int, counted>>> umap;

int main()
{
	throws_in_every_nth_construction<list>();
	throws_in_every_nth_construction<map>();
	throws_in_every_nth_construction<umap>();
	throws_in_every_nth_construction<std::vector<counted,
	    alloc<counted>>>();
	gives_every_node_back<list>();
	gives_every_node_back<map>();
	gives_every_node_back<umap>();
	every_operator_new_may_fail();
	a_limit_of_a_pool_is_bad_alloc_again_and_again();
	return 0;
}
