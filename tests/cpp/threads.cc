/* SPDX-License-Identifier: MIT */
/* What different threads may do with containers and their caches. */
#include <list>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "test.hpp"

template <class T> using alloc = slab::allocator<T>;
typedef std::list<int, alloc<int>> list;
typedef std::map<int, int, std::less<int>, alloc<std::pair<const int, int>>>
    map;

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

static void containers_of_their_own_need_no_lock()
{
	in_threads([](int number) {
		for (int round = 0; round < 20; round++) {
			map numbers;
			for (int i = 0; i < 500; i++)
				numbers[i * number] = i;
			list copy;
			for (const auto &each : numbers)
				copy.push_back(each.second);
		}
	});
}

static void copies_go_to_other_threads()
{
	list numbers(alloc<int>("travels"));

	for (int i = 0; i < 1000; i++)
		numbers.push_back(i);
	std::vector<list> copies;
	for (int i = 0; i < threads; i++)
		copies.push_back(numbers);
	in_threads([&](int number) {
		list &mine = copies[static_cast<std::size_t>(number)];
		for (int i = 0; i < 1000; i++) {
			mine.push_back(i);
			mine.pop_front();
		}
		mine.clear();
		mine = list();
	});
	CHECK(numbers.size() == 1000);
}

/* Moved-from and moved-to share caches; their ends may meet. */
static void ends_of_what_shares_caches_may_meet()
{
	for (int round = 0; round < 50; round++) {
		list *from = new list(alloc<int>("meet"));
		from->push_back(round);
		list *to = new list(std::move(*from));
		alloc<int> *third = new alloc<int>(to->get_allocator());
		to->clear();
		in_threads([&](int number) {
			if (number == 0)
				delete from;
			else if (number == 1)
				delete to;
			else if (number == 2)
				delete third;
		});
		CHECK(test::caches("meet") == 0);
	}
}

int main()
{
	containers_of_their_own_need_no_lock();
	copies_go_to_other_threads();
	ends_of_what_shares_caches_may_meet();
	return 0;
}
