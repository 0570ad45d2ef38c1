/* SPDX-License-Identifier: MIT */
/* slab::heap and slab::memory_resource: caches by size. */
#include <memory_resource>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "test.hpp"

static_assert(!std::is_copy_constructible_v<slab::heap>);
static_assert(!std::is_move_constructible_v<slab::heap>);
static_assert(slab::heap::serves(0, 1) && slab::heap::serves(1, 1));
static_assert(slab::heap::serves(24, 16) && slab::heap::serves(1024, 64));
static_assert(!slab::heap::serves(1025, 1) && !slab::heap::serves(8, 128));
static_assert(!slab::heap::serves(SIZE_MAX, 1));
static_assert(noexcept(std::declval<slab::heap &>().deallocate(nullptr, 8)));

/* Counts what comes from operator new beside what it passes on. */
struct upstream : std::pmr::memory_resource {
	std::size_t blocks = 0;

	void *do_allocate(std::size_t size, std::size_t align) override
	{
		blocks++;
		return std::pmr::new_delete_resource()->allocate(size, align);
	}
	void do_deallocate(void *block, std::size_t size, std::size_t align)
	    override
	{
		blocks--;
		std::pmr::new_delete_resource()->deallocate(block, size, align);
	}
	bool do_is_equal(const memory_resource &other) const noexcept override
	{
		return this == &other;
	}
};

struct block {
	void *memory;
	std::size_t size, align;
};

/* Each size with each alignment, filled to its last byte. */
template <class Allocate>
static std::vector<block> blocks_of_all_kinds(Allocate allocate)
{
	std::vector<block> blocks;

	for (std::size_t size = 0; size <= 2100; size += size < 130 ? 1 : 61)
		for (std::size_t align = 1; align <= 256; align *= 2) {
			void *memory = allocate(size, align);
			CHECK(test::aligned(memory, align));
			std::memset(memory, static_cast<int>(size % 256), size);
			blocks.push_back({memory, size, align});
		}
	return blocks;
}

static void check_contents(const std::vector<block> &blocks)
{
	std::set<void *> different;

	for (const block &each : blocks) {
		const unsigned char *byte =
		    static_cast<unsigned char *>(each.memory);
		for (std::size_t i = 0; i < each.size; i++)
			CHECK(byte[i] == each.size % 256);
		CHECK(different.insert(each.memory).second);
	}
}

static void heap_serves_every_size_and_alignment()
{
	slab::heap heap("kinds");
	std::vector<block> blocks = blocks_of_all_kinds(
	    [&](std::size_t size, std::size_t align) {
		return heap.allocate(size, align);
	});

	check_contents(blocks);
	for (const block &each : blocks)
		heap.deallocate(each.memory, each.size, each.align);
	slab::heap().deallocate(nullptr, 24);
	slab::heap().deallocate(nullptr, 4000);
	CHECK(heap.reap() > 0 && heap.reap() == 0);
}

static void heap_caches_come_when_needed_and_are_named()
{
	{
		slab::heap heap("lazy");

		CHECK(test::caches("lazy") == 0);
		void *one = heap.allocate(24), *two = heap.allocate(20, 4);
		void *large = heap.allocate(5000);
		CHECK(test::caches("lazy") == 2);
		CHECK(test::caches("lazy-32") == 1); /* 24 aligned to 16 */
		CHECK(test::caches("lazy-24") == 1);
		heap.deallocate(one, 24);
		heap.deallocate(two, 20, 4);
		heap.deallocate(large, 5000);
	}
	CHECK(test::caches("lazy") == 0);
}

static void heap_release_ends_every_block()
{
	slab::heap heap("release");

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++)
			static_cast<void>(heap.allocate(
			    static_cast<std::size_t>(i % 100)));
		CHECK(test::caches("release") > 3);
		heap.release();
		CHECK(test::caches("release") == 0);
	}
}

static void heap_ended_with_blocks_in_use_keeps_them()
{
	char *block;

	{
		slab::heap heap("outlived");
		block = static_cast<char *>(heap.allocate(64));
		heap.deallocate(heap.allocate(8, 8), 8, 8);
	}
	std::memset(block, 1, 64);
	CHECK(test::caches("outlived") == 1);
}

/* The way that slab.hpp(3) shows to delete by a pointer to a base. */
struct shape {
	static slab::heap heap;
	static inline int alive = 0;

	shape() { alive++; }
	virtual ~shape() { alive--; }
	static void *operator new(std::size_t size)
	{
		return heap.allocate(size);
	}
	static void operator delete(void *memory, std::size_t size)
	{
		heap.deallocate(memory, size);
	}
};
slab::heap shape::heap("shape");
struct circle : shape {
	double radius[5] = {};
};

static void heap_behind_class_operators_serves_polymorphic_types()
{
	shape *one = new shape, *two = new circle;

	CHECK(test::caches("shape") == 2 && shape::alive == 2);
	delete one;
	delete two;
	CHECK(shape::alive == 0);
	shape::heap.release();
}

static void resource_serves_every_size_and_alignment()
{
	upstream large;
	slab::memory_resource resource(&large);
	std::vector<block> blocks = blocks_of_all_kinds(
	    [&](std::size_t size, std::size_t align) {
		return resource.allocate(size, align);
	});

	CHECK(resource.upstream_resource() == &large && large.blocks > 0);
	check_contents(blocks);
	for (const block &each : blocks)
		resource.deallocate(each.memory, each.size, each.align);
	CHECK(large.blocks == 0);
	CHECK(resource.reap() > 0);
}

static void resource_passes_only_large_blocks_on()
{
	upstream large;
	slab::memory_resource resource(&large);
	void *small = resource.allocate(1024, 64);

	CHECK(large.blocks == 0);
	void *big = resource.allocate(1025, 1);
	void *wide = resource.allocate(8, 128);
	CHECK(large.blocks == 2);
	resource.deallocate(small, 1024, 64);
	resource.deallocate(big, 1025, 1);
	resource.deallocate(wide, 8, 128);
	CHECK(large.blocks == 0);
}

static void resource_has_few_classes()
{
	int before = test::caches("size-");
	{
		slab::memory_resource resource;

		for (std::size_t size = 1; size <= 1024; size++)
			static_cast<void>(resource.allocate(size, 1));
		CHECK(test::caches("size-") - before == 16 + 3 * 8);
		resource.release();
		CHECK(test::caches("size-") == before);
		CHECK(resource.allocate(10, 1) != nullptr); /* it goes on */
	}
	CHECK(test::caches("size-") == before); /* its end releases, too */
}

static void resource_is_equal_to_itself_only()
{
	slab::memory_resource one, two;

	CHECK(one == one && one != two);
	CHECK(one.upstream_resource() == std::pmr::get_default_resource());
}

static void resource_carries_pmr_containers()
{
	slab::memory_resource resource;
	std::pmr::unordered_map<int, std::pmr::string> names(&resource);

	for (int i = 0; i < 5000; i++)
		names.emplace(i, std::string(static_cast<std::size_t>(i % 50),
		    'x'));
	for (int i = 0; i < 5000; i += 2)
		names.erase(i);
	std::pmr::unordered_map<int, std::pmr::string> copy(names, &resource);
	CHECK(copy == names && copy.at(49).size() == 49);
}

int main()
{
	heap_serves_every_size_and_alignment();
	heap_caches_come_when_needed_and_are_named();
	heap_release_ends_every_block();
	heap_ended_with_blocks_in_use_keeps_them();
	heap_behind_class_operators_serves_polymorphic_types();
	resource_serves_every_size_and_alignment();
	resource_passes_only_large_blocks_on();
	resource_has_few_classes();
	resource_is_equal_to_itself_only();
	resource_carries_pmr_containers();
	return 0;
}
