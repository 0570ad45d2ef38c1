/* SPDX-License-Identifier: MIT */
/* std::pmr containers whose small blocks come from caches. */
#include <cstdio>
#include <memory_resource>
#include <slab.hpp>
#include <string>
#include <unordered_map>

int main()
{
	/* Large blocks come from the resource that is named here. */
	slab::memory_resource resource(std::pmr::new_delete_resource());
	std::pmr::unordered_map<int, std::pmr::string> pages(&resource);

	for (int i = 0; i < 10000; i++)
		pages.emplace(i, "a string too long to be kept inside");
	for (int i = 0; i < 10000; i++)
		if (i % 100 != 0)
			pages.erase(i);
	std::printf("%zu pages left\n", pages.size());
	std::printf("%s\n", resource.reap() > 0 ? "returned the rest" :
	    "nothing was idle");
	return pages.size() != 100;
}
