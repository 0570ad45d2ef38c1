/* SPDX-License-Identifier: MIT */
/* slab::recycler: objects that stay constructed. */
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "test.hpp"

using test::counted;
using test::fault;

static_assert(std::is_nothrow_move_constructible_v<slab::recycler<int>>);
static_assert(!std::is_copy_constructible_v<slab::recycler<int>>);
static_assert(sizeof(slab::recycler<int>::unique_ptr) == 2 * sizeof(void *));

struct parser {
	static inline int made = 0, ended = 0, recycled = 0;
	std::vector<int> tokens;

	parser()
	{
		fault::maybe();
		made++;
		tokens.reserve(100);
	}
	~parser()
	{
		ended++;
	}
	void recycle() noexcept
	{
		recycled++;
		tokens.clear();
	}
	static void forget()
	{
		made = ended = recycled = 0;
	}
};

struct alignas(128) wide {
	char byte[128];
};

static void recycler_keeps_objects_constructed()
{
	parser::forget();
	{
		slab::recycler<parser> parsers;
		for (int i = 0; i < 1000; i++) {
			auto one = parsers.take(), two = parsers.take();
			CHECK(one->tokens.empty() &&
			    one->tokens.capacity() >= 100);
			one->tokens.push_back(i);
			two->tokens.push_back(i);
		}
		CHECK(parser::made < 200 && parser::ended == 0);
		CHECK(parser::recycled == 2000);
		CHECK(test::live(parsers.get()) == 0);
	}
	CHECK(parser::made == parser::ended);
}

static void recycler_without_recycle_leaves_objects_as_they_are()
{
	slab::recycler<std::vector<int>> vectors;

	vectors.take()->push_back(1);
	CHECK(vectors.take()->size() == 1); /* the last one comes first */
}

static void recycler_reap_ends_parked_objects()
{
	slab::recycler<parser> parsers;

	parser::forget();
	auto kept = parsers.take();
	{
		std::vector<slab::recycler<parser>::unique_ptr> many;
		for (int i = 0; i < 3000; i++)
			many.push_back(parsers.take());
	}
	CHECK(parser::ended == 0);
	CHECK(parsers.reap() > 0);
	CHECK(parser::ended > 2000 && parser::ended < parser::made);
	kept->tokens.push_back(1);
}

/* A refill constructs several objects, and may get some of them. */
static void recycler_constructor_that_throws_loses_nothing()
{
	for (int every = 1; every <= 9; every++) {
		parser::forget();
		{
			slab::recycler<parser> parsers;
			std::vector<slab::recycler<parser>::unique_ptr> taken;
			int thrown = 0;

			fault::every = every;
			fault::constructions = 0;
			for (int i = 0; i < 1000; i++) {
				try {
					taken.push_back(parsers.take());
				} catch (const fault::exception &caught) {
					CHECK(caught.number ==
					    fault::constructions);
					thrown++;
				}
			}
			fault::every = 0;
			CHECK(thrown + taken.size() == 1000);
			CHECK(every > 1 || thrown == 1000);
			CHECK(test::live(parsers.get()) == taken.size());
			CHECK(static_cast<std::size_t>(parser::made) >=
			    taken.size());
			CHECK(slab_check(parsers.get()) == 0);
		}
		CHECK(parser::made == parser::ended);
	}
}

/* What a constructor threw is not kept for a later failure. */
static void recycler_failures_are_told_apart()
{
	slab::recycler<parser> parsers(std::move(
	    slab::builder::of<parser>().limit(1)));

	fault::every = 1;
	CHECK_THROWS(fault::exception, parsers.take());
	fault::every = 0;
	auto only = parsers.take();
	CHECK_THROWS(std::bad_alloc, parsers.take());
}

static void recycler_moved_goes_on()
{
	slab::recycler<parser> one;
	auto object = one.take();
	slab::recycler<parser> two(std::move(one));

	fault::every = 1;
	CHECK_THROWS(fault::exception, [&] {
		std::vector<slab::recycler<parser>::unique_ptr> all;
		for (;;)
			all.push_back(two.take());
	}());
	fault::every = 0;
	object.reset();
	CHECK(test::live(two.get()) == 0);
	one = std::move(two);
	CHECK(one.take()->tokens.empty());
}

static void recycler_honours_options_and_alignment()
{
	slab::recycler<wide> wides(std::move(
	    slab::builder::of<wide>().name("wides")));

	CHECK(test::caches("wides") == 1);
	auto one = wides.take(), two = wides.take();
	CHECK(test::aligned(one.get(), 128) && test::aligned(two.get(), 128));
	CHECK_THROWS(std::system_error,
	    slab::recycler<wide>(slab::builder(64)));
}

int main()
{
	recycler_keeps_objects_constructed();
	recycler_without_recycle_leaves_objects_as_they_are();
	recycler_reap_ends_parked_objects();
	recycler_constructor_that_throws_loses_nothing();
	recycler_failures_are_told_apart();
	recycler_moved_goes_on();
	recycler_honours_options_and_alignment();
	return 0;
}
