/* SPDX-License-Identifier: MIT */
/* slab::pool: objects made, ended, visited; constructors that throw. */
#include <memory>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "test.hpp"

using test::counted;
using test::fault;

static_assert(!std::is_copy_constructible_v<slab::pool<int>>);
static_assert(std::is_nothrow_move_constructible_v<slab::pool<int>>);
static_assert(std::is_nothrow_move_assignable_v<slab::pool<int>>);
static_assert(std::is_same_v<slab::pool<int>::value_type, int>);
static_assert(sizeof(slab::pool<int>::deleter) == sizeof(void *));
static_assert(sizeof(slab::pool<int>::unique_ptr) == 2 * sizeof(void *));
static_assert(noexcept(std::declval<slab::pool<int> &>().destroy(nullptr)));
static_assert(noexcept(std::declval<slab::pool<int> &>().clear()));

struct incomplete;
struct holder {
	slab::pool<incomplete> *later;
	slab::pool<incomplete>::unique_ptr object;
	holder();
	~holder();
};
struct incomplete {
	int value;
};
holder::holder() : later(nullptr) {}
holder::~holder() = default;

struct aggregate {
	int number;
	const char *text;
};

template <std::size_t Align>
struct alignas(Align) over {
	char byte[Align];
};

struct base {
	virtual ~base() = default;
	virtual int kind() const { return 0; }
};
struct derived : counted, base {
	int kind() const override { return 1; }
};

struct pinned { /* neither copied nor moved */
	int value;
	explicit pinned(std::unique_ptr<int> from) : value(*from) {}
	pinned(const pinned &) = delete;
};

static void pool_makes_and_destroys()
{
	slab::pool<counted> pool("made");
	counted *one = pool.emplace(1), *two = pool.emplace();

	CHECK(one->value == 1 && two->value == 0 && counted::alive == 2);
	CHECK(pool.size() == 2);
	CHECK(slab_cache_name(pool.get()) == std::string("made"));
	pool.destroy(one);
	pool.destroy(nullptr);
	CHECK(counted::alive == 1 && pool.size() == 1);
	pool.destroy(two);
	CHECK(counted::alive == 0);
}

static void pool_end_destroys_what_is_live()
{
	{
		slab::pool<counted> pool;
		for (int i = 0; i < 1000; i++) {
			counted *object = pool.emplace(i);
			if (i % 3 == 0)
				pool.destroy(object);
		}
		CHECK(counted::alive == 666);
	}
	CHECK(counted::alive == 0);
}

static void pool_clear_destroys_all_and_goes_on()
{
	slab::pool<counted> pool;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 500; i++)
			static_cast<void>(pool.emplace(i));
		CHECK(pool.size() == 500);
		pool.clear();
		CHECK(counted::alive == 0 && pool.size() == 0);
	}
	CHECK(slab_check(pool.get()) == 0);
	slab::pool<int> trivial;
	for (int i = 0; i < 500; i++)
		static_cast<void>(trivial.emplace(i));
	trivial.clear();
	CHECK(trivial.size() == 0 && trivial.reap() > 0);
}

static void pool_takes_aggregates_and_what_cannot_be_moved()
{
	slab::pool<aggregate> aggregates;
	aggregate *object = aggregates.emplace(7, "seven");

	CHECK(object->number == 7 && object->text == std::string("seven"));
	slab::pool<pinned> pool;
	CHECK(pool.emplace(std::make_unique<int>(9))->value == 9);
}

static void pool_make_frees_by_itself()
{
	slab::pool<counted> pool;
	slab::pool<counted>::unique_ptr none;

	{
		auto one = pool.make(5);
		slab::pool<counted>::unique_ptr two = pool.make(6);
		CHECK(one->value == 5 && pool.size() == 2);
		slab::pool<counted> elsewhere(std::move(pool));
		one.reset(); /* although its pool has moved */
		CHECK(elsewhere.size() == 1);
		pool = std::move(elsewhere);
		none = std::move(two);
	}
	CHECK(pool.size() == 1);
	none.reset();
	CHECK(pool.size() == 0 && counted::alive == 0);
}

static void pool_moved_to_destroys_its_own()
{
	slab::pool<counted> one("assign-one"), two("assign-two");

	static_cast<void>(one.emplace(1));
	counted *kept = two.emplace(2);
	one = std::move(two);
	CHECK(counted::alive == 1 && one.size() == 1 && kept->value == 2);
	CHECK(test::caches("assign-one") == 0);
	CHECK(test::caches("assign-two") == 1);
	slab::pool<counted> &alias = one;
	one = std::move(alias);
	CHECK(one.size() == 1);
}

template <class T>
static void aligned_to()
{
	slab::pool<T> pool;
	std::vector<T *> objects;

	for (int i = 0; i < 50; i++) {
		objects.push_back(pool.emplace());
		CHECK(test::aligned(objects.back(), alignof(T)));
	}
}

static void pool_honours_alignment_up_to_a_page()
{
	aligned_to<over<1>>();
	aligned_to<over<32>>();
	aligned_to<over<64>>();
	aligned_to<over<512>>();
	aligned_to<over<4096>>();
	aligned_to<double>();
}

static int other_error(slab::builder options)
{
	try {
		slab::pool<double> pool(std::move(options));
	} catch (const std::system_error &error) {
		return error.code().value();
	}
	return 0;
}

static void pool_refuses_another_size_or_less_alignment()
{
	CHECK(other_error(slab::builder::of<double>()) == 0);
	CHECK(other_error(slab::builder(16)) == EINVAL);
	CHECK(other_error(slab::builder(4)) == EINVAL);
	CHECK(other_error(std::move(slab::builder(8).align(12))) == EINVAL);
	CHECK_THROWS(std::system_error,
	    slab::pool<over<128>>(slab::builder(128)));
	CHECK(test::caches("size-16") == 0);
}

static void pool_limit_is_bad_alloc()
{
	slab::pool<counted> pool(std::move(
	    slab::builder::of<counted>().limit(2)));

	static_cast<void>(pool.emplace());
	static_cast<void>(pool.emplace());
	CHECK_THROWS(std::bad_alloc, pool.emplace());
	CHECK(counted::alive == 2);
}

static void pool_constructor_that_throws_leaves_nothing()
{
	slab::pool<counted> pool;

	for (int every = 1; every <= 7; every++) {
		int made = 0, thrown = 0;

		fault::every = every;
		fault::constructions = 0;
		for (int i = 0; i < 1000; i++) {
			try {
				static_cast<void>(pool.emplace(i));
				made++;
			} catch (const fault::exception &) {
				thrown++;
			}
		}
		fault::every = 0;
		CHECK(thrown == 1000 / every && made == 1000 - thrown);
		CHECK(pool.size() == static_cast<std::size_t>(made));
		CHECK(counted::alive == made);
		pool.clear();
	}
	CHECK(slab_check(pool.get()) == 0);
}

static void pool_for_each_visits_each_once()
{
	slab::pool<counted> pool;
	std::set<int> seen;

	for (int i = 0; i < 300; i++)
		static_cast<void>(pool.emplace(i));
	pool.for_each([&](counted &object) {
		CHECK(seen.insert(object.value).second);
		if (object.value % 2 == 0)
			pool.destroy(&object);
	});
	CHECK(seen.size() == 300 && pool.size() == 150);
	auto by_address = [&](counted *object) { seen.erase(object->value); };
	pool.for_each(by_address);
	CHECK(seen.size() == 150);
}

static void pool_for_each_passes_an_exception_on()
{
	slab::pool<counted> pool;
	int visited = 0;

	for (int i = 0; i < 10; i++)
		static_cast<void>(pool.emplace(i));
	CHECK_THROWS(fault::exception, pool.for_each([&](counted &) {
		if (++visited == 4)
			throw fault::exception{4};
	}));
	CHECK(visited == 4 && pool.size() == 10);
	CHECK(pool.reap() == 0 || pool.size() == 10);
	CHECK(slab_check(pool.get()) == 0);
}

static void pool_of_a_derived_type_ends_it_whole()
{
	slab::pool<derived> pool;
	base *object = pool.emplace();

	CHECK(object->kind() == 1 && counted::alive == 1);
	pool.destroy(static_cast<derived *>(object));
	CHECK(counted::alive == 0 && pool.size() == 0);
}

int main()
{
	holder empty;

	pool_makes_and_destroys();
	pool_end_destroys_what_is_live();
	pool_clear_destroys_all_and_goes_on();
	pool_takes_aggregates_and_what_cannot_be_moved();
	pool_make_frees_by_itself();
	pool_moved_to_destroys_its_own();
	pool_honours_alignment_up_to_a_page();
	pool_refuses_another_size_or_less_alignment();
	pool_limit_is_bad_alloc();
	pool_constructor_that_throws_leaves_nothing();
	pool_for_each_visits_each_once();
	pool_for_each_passes_an_exception_on();
	pool_of_a_derived_type_ends_it_whole();
	return 0;
}
