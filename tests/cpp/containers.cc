/* SPDX-License-Identifier: MIT */
/*
 * slab::allocator under the containers of the standard: moves, swaps, copies
 * and comparisons with equal and unequal allocators.
 */
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "test.hpp"

using test::counted;

/* What the standard asks of an allocator, at compile time. */
typedef slab::allocator<int> ints;
typedef std::allocator_traits<ints> traits;
static_assert(sizeof(ints) == sizeof(void *));
static_assert(std::is_same_v<traits::value_type, int>);
static_assert(std::is_same_v<traits::pointer, int *>);
static_assert(std::is_same_v<traits::rebind_alloc<long>,
    slab::allocator<long>>);
static_assert(traits::propagate_on_container_move_assignment::value);
static_assert(traits::propagate_on_container_swap::value);
static_assert(!traits::propagate_on_container_copy_assignment::value);
static_assert(!traits::is_always_equal::value);
static_assert(std::is_nothrow_copy_constructible_v<ints>);
static_assert(std::is_nothrow_move_constructible_v<ints>);
static_assert(std::is_nothrow_copy_assignable_v<ints>);
static_assert(std::is_nothrow_swappable_v<ints>);
static_assert(std::is_nothrow_constructible_v<ints, slab::allocator<long>>);
static_assert(std::is_nothrow_constructible_v<ints, const slab::heap &>);
static_assert(std::is_convertible_v<const slab::heap &, ints>);
static_assert(!std::is_convertible_v<const char *, ints>);
static_assert(noexcept(std::declval<ints &>() ==
    std::declval<slab::allocator<long> &>()));

/* A node of a type that is not complete yet. */
struct tree {
	std::list<tree, slab::allocator<tree>> children;
	std::map<int, tree, std::less<int>,
	    slab::allocator<std::pair<const int, tree>>> named;
	int value = 0;
};

struct hash {
	std::size_t operator()(const counted &object) const
	{
		return static_cast<std::size_t>(object.value);
	}
};

template <class T> using alloc = slab::allocator<T>;
typedef std::pair<const int, counted> pair;

template <class C>
static void add(C &container, int value)
{
	container.insert(container.end(), counted(value));
}
template <class... A>
static void add(std::forward_list<A...> &list, int value)
{
	list.push_front(counted(value));
}
template <class... A>
static void add(std::map<A...> &map, int value)
{
	map.emplace(value, value);
}
template <class... A>
static void add(std::multimap<A...> &map, int value)
{
	map.emplace(value, value);
}
template <class... A>
static void add(std::unordered_map<A...> &map, int value)
{
	map.emplace(value, value);
}
template <class... A>
static void add(std::unordered_multimap<A...> &map, int value)
{
	map.emplace(value, value);
}
static void add(std::basic_string<char, std::char_traits<char>, alloc<char>>
    &string, int value)
{
	string.push_back(static_cast<char>('a' + value % 26));
}

template <class C>
static C filled(const typename C::allocator_type &from, int n)
{
	C container(from);

	for (int i = 0; i < n; i++)
		add(container, i);
	return container;
}

template <class C>
static void copies_have_caches_of_their_own()
{
	C one = filled<C>({}, 100);
	C copy(one);
	C other(one, one.get_allocator());
	C assigned;
	auto kept = assigned.get_allocator();

	CHECK(copy == one && copy.get_allocator() != one.get_allocator());
	CHECK(other == one && other.get_allocator() == one.get_allocator());
	assigned = one;
	CHECK(assigned == one && assigned.get_allocator() == kept);
	assigned = other; /* over what is there */
	CHECK(assigned == one && assigned.get_allocator() == kept);
	add(copy, 1000);
	CHECK(!(copy == one));
}

template <class C>
static void moves_take_the_caches_along()
{
	C one = filled<C>({}, 100);
	const C same(one);
	auto caches = one.get_allocator();
	C moved(std::move(one));

	CHECK(moved == same && moved.get_allocator() == caches);
	one = C();
	CHECK(!(one.get_allocator() == caches));
	one = filled<C>({}, 3);
	one = std::move(moved); /* the allocator comes, too */
	CHECK(one == same && one.get_allocator() == caches);
	moved = C(same);
	CHECK(moved == same);
	/* With an allocator that is another: element by element. */
	slab::heap heap;
	C there(std::move(one), typename C::allocator_type(heap));
	CHECK(there == same && there.get_allocator() != caches);
}

template <class C>
static void swaps_exchange_the_caches()
{
	slab::heap heap;
	C one = filled<C>(heap, 10), two = filled<C>({}, 20);
	const C small(one), large(two);
	auto from_heap = one.get_allocator(), own = two.get_allocator();

	swap(one, two);
	CHECK(one == large && two == small);
	CHECK(one.get_allocator() == own && two.get_allocator() == from_heap);
	add(one, 77);
	add(two, 77);
	one.swap(two);
	C three = filled<C>(heap, 5); /* equal allocators */
	swap(one, three);
	CHECK(three.get_allocator() == one.get_allocator());
}

template <class C>
static void heap_is_shared_by_copies()
{
	slab::heap heap("suite");
	{
		C one = filled<C>(heap, 200);
		C copy(one);

		CHECK(copy == one);
		CHECK(copy.get_allocator() == one.get_allocator());
		one = std::move(copy);
		one.clear();
	}
	heap.release();
	CHECK(test::caches("suite") == 0);
}

template <class C>
static void named_caches_end_with_the_last_copy()
{
	{
		typename C::allocator_type from("counted");
		C one = filled<C>(from, 50);
		C copy(one);
		C moved(std::move(one));

		one = C(from);
		from = typename C::allocator_type();
		CHECK(moved == copy);
	}
	CHECK(test::caches("counted") == 0);
}

template <class C>
static void grows_and_shrinks()
{
	C container;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2000; i++)
			add(container, i);
		container.clear();
	}
	CHECK(container.empty());
	static_cast<void>(container.get_allocator().reap());
}

template <class C>
static void suite()
{
	copies_have_caches_of_their_own<C>();
	moves_take_the_caches_along<C>();
	swaps_exchange_the_caches<C>();
	heap_is_shared_by_copies<C>();
	named_caches_end_with_the_last_copy<C>();
	grows_and_shrinks<C>();
	CHECK(counted::alive == 0);
}

static void nodes_come_from_caches_and_arrays_do_not()
{
	{
		std::list<counted, alloc<counted>> list(alloc<counted>("node"));
		list.emplace_back(1);
		CHECK(test::caches("node") == 1);
		std::vector<int, ints> vector(ints("node-array"));
		vector.resize(100);
		CHECK(test::caches("node-array") == 0);
		/* A copy has the name, too. */
		std::list<counted, alloc<counted>> copy(list);
		CHECK(test::caches("node") == 2);
	}
	CHECK(test::caches("node") == 0);
}

static void splice_and_node_handles_move_nodes()
{
	slab::heap heap;
	std::list<counted, alloc<counted>> one(heap), two(heap);
	std::set<counted, std::less<counted>, alloc<counted>> from(heap),
	    to(heap);

	for (int i = 0; i < 10; i++) {
		one.emplace_back(i);
		from.emplace(i);
	}
	two.splice(two.begin(), one);
	CHECK(one.empty() && two.size() == 10);
	auto handle = from.extract(from.begin());
	CHECK(handle.get_allocator() == to.get_allocator());
	to.insert(std::move(handle));
	to.merge(from);
	CHECK(from.empty() && to.size() == 10);
}

static void allocate_shared_keeps_its_caches()
{
	std::weak_ptr<counted> weak;
	std::shared_ptr<counted> kept;

	{
		slab::allocator<counted> from("shared-ptr");
		kept = std::allocate_shared<counted>(from, 7);
		for (int i = 0; i < 100; i++)
			CHECK(std::allocate_shared<counted>(from, i)->value ==
			    i);
		weak = kept;
	}
	CHECK(kept->value == 7 && test::caches("shared-ptr") == 1);
	kept.reset();
	CHECK(weak.expired() && counted::alive == 0);
	CHECK(test::caches("shared-ptr") == 1); /* the control block's */
	weak.reset();
	CHECK(test::caches("shared-ptr") == 0);
}

static void allocator_takes_single_objects_and_arrays()
{
	struct alignas(128) wide { char byte[128]; };
	struct large { char byte[3000]; };
	slab::allocator<wide> wides;
	slab::allocator<large> larges(wides);
	slab::allocator<void> nothing(wides);
	wide *one = wides.allocate(1), *many = wides.allocate(10);
	large *big = larges.allocate(1);
	int *none = ints(wides).allocate(0);

	CHECK(test::aligned(one, 128) && test::aligned(many, 128));
	CHECK(larges == wides && !(larges != wides) && nothing == larges);
	std::memset(static_cast<void *>(many), 1, 10 * sizeof(wide));
	std::memset(big, 1, sizeof(large));
	wides.deallocate(one, 1);
	wides.deallocate(many, 10);
	larges.deallocate(big, 1);
	ints(wides).deallocate(none, 0);
	CHECK_THROWS(std::bad_alloc, wides.allocate(SIZE_MAX / 128 + 2));
}

static void incomplete_types_make_trees()
{
	tree root;

	for (int i = 0; i < 10; i++) {
		root.children.emplace_back();
		root.children.back().named[i].value = i;
	}
	tree copy(root);
	CHECK(copy.children.back().named.at(9).value == 9);
}

template <class T> using less = std::less<T>;

int main()
{
	suite<std::vector<counted, alloc<counted>>>();
	suite<std::deque<counted, alloc<counted>>>();
	suite<std::list<counted, alloc<counted>>>();
	suite<std::forward_list<counted, alloc<counted>>>();
	suite<std::set<counted, less<counted>, alloc<counted>>>();
	suite<std::multiset<counted, less<counted>, alloc<counted>>>();
	suite<std::map<int, counted, less<int>, alloc<pair>>>();
	suite<std::multimap<int, counted, less<int>, alloc<pair>>>();
	suite<std::unordered_set<counted, hash, std::equal_to<counted>,
	    alloc<counted>>>();
	suite<std::unordered_multiset<counted, hash, std::equal_to<counted>,
	    alloc<counted>>>();
	suite<std::unordered_map<int, counted, std::hash<int>,
	    std::equal_to<int>, alloc<pair>>>();
	suite<std::unordered_multimap<int, counted, std::hash<int>,
	    std::equal_to<int>, alloc<pair>>>();
	suite<std::basic_string<char, std::char_traits<char>, alloc<char>>>();
	nodes_come_from_caches_and_arrays_do_not();
	splice_and_node_handles_move_nodes();
	allocate_shared_keeps_its_caches();
	allocator_takes_single_objects_and_arrays();
	incomplete_types_make_trees();
	return 0;
}
