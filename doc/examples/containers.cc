/* SPDX-License-Identifier: MIT */
/*
 * Standard containers whose nodes come from caches: each with caches of its
 * own, or several with those of one heap.
 */
#include <cstdio>
#include <functional>
#include <list>
#include <map>
#include <slab.hpp>
#include <string>
#include <utility>

struct order {
	int price;
	int amount;
};

/* Its nodes lie close together, and leave nothing behind at its end. */
using order_list = std::list<order, slab::allocator<order>>;

using by_name = std::map<std::string, order_list, std::less<>,
    slab::allocator<std::pair<const std::string, order_list>>>;

static int total(const order_list &orders)
{
	int sum = 0;

	for (const order &each : orders)
		sum += each.price * each.amount;
	return sum;
}

int main()
{
	/* Caches of its own; they end with the container. */
	order_list orders;

	for (int i = 1; i <= 100; i++)
		orders.push_back({ i, 2 });
	std::printf("total: %d\n", total(orders));

	/* The copy has caches of its own, so it may go to another thread. */
	order_list copy(orders);
	std::printf("equal allocators: %s\n",
	    copy.get_allocator() == orders.get_allocator() ? "yes" : "no");

	/* Several containers, one heap, which must outlive them. */
	slab::heap heap("orders");
	by_name customers(heap);
	customers.try_emplace("Ann", heap).first->second.push_back({ 5, 3 });
	customers.try_emplace("Bob", heap).first->second.push_back({ 7, 1 });
	for (const auto &[name, list] : customers)
		std::printf("%s: %d\n", name.c_str(), total(list));

	/* Half of the orders are gone: return what is idle to the system. */
	orders.remove_if([](const order &each) { return each.price > 50; });
	orders.get_allocator().reap();
	std::printf("total: %d\n", total(orders));
	return total(orders) != 2550;
}
