/* SPDX-License-Identifier: MIT */
/* slab::unique_ptr: objects of findable caches. */
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "test.hpp"

using test::counted;

static_assert(sizeof(slab::unique_ptr<int>) == sizeof(void *));
static_assert(std::is_empty_v<slab::any_deleter>);

struct first {
	long number = 1;
	virtual ~first() = default;
};
struct second {
	virtual ~second() = default;
	virtual int kind() const { return 0; }
};
struct both : first, second {
	counted inside{5};
	int kind() const override { return 2; }
};

template <class T>
static slab::builder findable()
{
	return std::move(slab::builder::of<T>().findable(true));
}

static void pointer_ends_its_object()
{
	slab::pool<counted> pool(findable<counted>());
	std::vector<slab::unique_ptr<counted>> all;

	for (int i = 0; i < 1000; i++)
		all.emplace_back(pool.emplace(i));
	CHECK(pool.size() == 1000 && all[999]->value == 999);
	CHECK(slab_cache_of(all[0].get()) == pool.get());
	all.resize(10);
	CHECK(pool.size() == 10 && counted::alive == 10);
	slab::unique_ptr<const counted> constant(std::move(all[0]));
	constant.reset();
	CHECK(pool.size() == 9);
	all.clear();
	CHECK(pool.size() == 0 && counted::alive == 0);
}

static void pointer_to_a_base_ends_the_whole_object()
{
	slab::pool<both> pool(findable<both>());
	slab::unique_ptr<both> object(pool.emplace());
	slab::unique_ptr<second> base(std::move(object));

	CHECK(static_cast<void *>(base.get()) !=
	    dynamic_cast<void *>(base.get())); /* it points inside */
	CHECK(base->kind() == 2 && counted::alive == 1);
	base.reset();
	CHECK(pool.size() == 0 && counted::alive == 0);
}

int main()
{
	pointer_ends_its_object();
	pointer_to_a_base_ends_the_whole_object();
	return 0;
}
