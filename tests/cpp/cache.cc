/* SPDX-License-Identifier: MIT */
/* slab::builder and slab::cache: options, errors, ownership. */
#include <type_traits>
#include <utility>

#include "test.hpp"

static_assert(!std::is_copy_constructible_v<slab::builder>);
static_assert(std::is_nothrow_move_constructible_v<slab::builder>);
static_assert(std::is_nothrow_move_assignable_v<slab::builder>);
static_assert(!std::is_copy_constructible_v<slab::cache>);
static_assert(!std::is_copy_assignable_v<slab::cache>);
static_assert(std::is_nothrow_move_constructible_v<slab::cache>);
static_assert(std::is_nothrow_move_assignable_v<slab::cache>);
static_assert(sizeof(slab::cache) == sizeof(void *));
static_assert(std::is_same_v<slab::cache, slab::v1::cache>);
static_assert(std::is_same_v<decltype(std::declval<slab::builder &>()
    .align(8)), slab::builder &>);
static_assert(noexcept(std::declval<slab::cache &>().try_allocate()));
static_assert(noexcept(std::declval<slab::cache &>().deallocate(nullptr)));

struct alignas(32) wide {
	char byte[32];
};

static int constructed, destructed;

static int make(void *object, void *arg)
{
	std::memcpy(object, arg, 8);
	constructed++;
	return 0;
}

static void unmake(void *, void *)
{
	destructed++;
}

static bool give_up(slab_cache *, void *arg)
{
	++*static_cast<int *>(arg);
	return false;
}

static void builder_options_reach_the_cache()
{
	char mark[8] = "mark";
	slab::builder options(40);
	slab::builder &same = options.align(8).name("options")
	    .working_period(SLAB_PERIOD_NEVER).magazine(7).slab_size(1 << 16)
	    .coloring(false).system(SLAB_SYSTEM_AUTO)
	    .huge_pages(SLAB_HUGE_PAGES_NEVER).debug(0)
	    .ctor(make, unmake, mark).oom(nullptr, nullptr).limit(3);

	CHECK(&same == &options);
	{
		slab::cache cache(std::move(options));
		void *object[3];

		CHECK(slab_object_align(cache.get()) == 8);
		CHECK(slab_cache_name(cache.get()) == std::string("options"));
		for (void *&each : object) {
			each = cache.allocate();
			CHECK(std::strcmp(static_cast<char *>(each), "mark") ==
			    0);
		}
		CHECK(cache.try_allocate() == nullptr); /* the limit */
		for (void *each : object)
			cache.deallocate(each);
	}
	CHECK(constructed == 3 && destructed == 3);
}

static void builder_of_a_type_has_its_size_and_alignment()
{
	slab::cache cache(slab::builder::of<wide>());
	slab_statistics figures = cache.statistics();

	CHECK(figures.struct_size == sizeof(figures));
	CHECK(figures.object_size == sizeof(wide));
	CHECK(figures.align == alignof(wide));
}

static void builder_template_object_is_what_objects_begin_as()
{
	long start = 42;
	slab::cache cache(std::move(slab::builder::of<long>()
	    .template_object(&start)));
	void *object = cache.allocate();

	CHECK(*static_cast<long *>(object) == 42);
	cache.deallocate(object);
}

static void builder_is_consumed_moved_and_dropped()
{
	slab::builder first(16), second(24);

	first = std::move(second);
	slab::builder third(std::move(first));
	slab_builder *raw = third.release();
	CHECK(raw != nullptr && third.release() == nullptr);
	slab::cache cache(slab_builder_build(raw));
	CHECK(slab_object_size(cache.get()) == 24);
	/* One that has been released builds nothing. */
	CHECK_THROWS(std::bad_alloc, slab::cache(std::move(third)));
}

static void cache_refused_throws_with_the_words_of_slab_error()
{
	try {
		slab::cache cache(std::move(slab::builder(8).align(24)));
		CHECK(!"built");
	} catch (const std::system_error &error) {
		CHECK(error.code() == std::errc::invalid_argument);
		CHECK(std::strstr(error.what(), "24") != nullptr);
		CHECK(std::strstr(error.what(), slab_error()) != nullptr);
	}
	CHECK_THROWS(std::system_error, slab::cache(slab::builder(0)));
	CHECK_THROWS(std::bad_alloc, slab::cache(slab::builder(SIZE_MAX / 2)));
	CHECK_THROWS(std::system_error, slab::cache(slab_builder_build(
	    slab_builder_align(slab_builder_new(8), 3))));
}

static void cache_without_memory_throws_bad_alloc()
{
	alignas(64) static char memory[16384];
	int asked = 0;
	slab::cache cache(std::move(slab::builder(64).oom(give_up, &asked)),
	    memory, sizeof(memory));
	std::size_t taken = 0;

	CHECK_THROWS(std::bad_alloc, [&] {
		for (;; taken++)
			static_cast<void>(cache.allocate());
	}());
	CHECK(taken > 100 && asked == 1);
	CHECK(cache.try_allocate() == nullptr && errno == ENOMEM);
	CHECK(cache.statistics().live == taken);
	CHECK(slab_check(cache.get()) == 0);
	slab_reset(cache.get());
}


static void cache_constructor_error_is_bad_alloc_and_nothing_is_lost()
{
	slab::cache cache(std::move(slab::builder(8).ctor(
	    [](void *, void *arg) { return *static_cast<int *>(arg); },
	    nullptr, &constructed)));

	constructed = EPERM;
	CHECK_THROWS(std::bad_alloc, cache.allocate());
	CHECK(cache.statistics().live == 0);
	constructed = 0;
	cache.deallocate(cache.allocate());
}

static bool backing_released;

static void cache_on_a_backing_uses_it()
{
	slab_backing backing = {};

	backing.struct_size = sizeof(backing);
	backing.alloc = [](void *, std::size_t size, std::size_t align) {
		return ::operator new(size, std::align_val_t(align),
		    std::nothrow);
	};
	backing.free = [](void *, void *block, std::size_t) {
		::operator delete(block, std::align_val_t(4096));
	};
	backing.release = [](void *) { backing_released = true; };
	{
		slab::cache cache(slab::builder(100), backing);
		void *object = cache.allocate();

		CHECK(cache.owns(object) && !cache.owns(&backing));
		cache.deallocate(object);
		CHECK(!cache.owns(object));
		CHECK(cache.reap() > 0);
	}
	CHECK(backing_released);
	backing.alloc = nullptr;
	CHECK_THROWS(std::system_error,
	    slab::cache(slab::builder(100), backing));
}

static void cache_moved_keeps_its_objects()
{
	slab::cache one(std::move(slab::builder(16).name("move-one")));
	slab::cache two(std::move(slab::builder(16).name("move-two")));
	void *object = one.allocate();

	two = std::move(one); /* ends two's own */
	CHECK(test::caches("move-one") == 1 && test::caches("move-two") == 0);
	CHECK(one.get() == nullptr && two.owns(object));
	slab::cache &alias = two;
	two = std::move(alias);
	CHECK(two.owns(object));
	two.deallocate(object);
	two.deallocate(nullptr);
	slab::cache three(std::move(two));
	CHECK(three.statistics().live == 0);
	CHECK(slab_destroy(three.release()) == 0);
	CHECK(test::caches("move-") == 0);
}

static void cache_ended_with_live_objects_stays()
{
	slab_cache *raw;
	char *object;

	{
		slab::cache cache(std::move(slab::builder(32).name("stays")));
		raw = cache.get();
		object = static_cast<char *>(cache.allocate());
	}
	CHECK(test::caches("stays") == 1);
	CHECK(slab_owns(raw, object));
	std::memset(object, 1, 32);
	slab_free(raw, object);
	CHECK(slab_destroy(raw) == 0);
}

static void cache_pair_crosses_the_window_both_ways()
{
	slab::cache cache(slab::builder(8));
	static void *object[5000];

	for (int round = 0; round < 3; round++) {
		for (void *&each : object)
			each = cache.allocate();
		CHECK(cache.statistics().live == 5000);
		for (void *each : object)
			cache.deallocate(each);
		CHECK(cache.statistics().live == 0);
	}
	CHECK(slab_check(cache.get()) == 0);
}

int main()
{
	builder_options_reach_the_cache();
	builder_of_a_type_has_its_size_and_alignment();
	builder_template_object_is_what_objects_begin_as();
	builder_is_consumed_moved_and_dropped();
	cache_refused_throws_with_the_words_of_slab_error();
	cache_without_memory_throws_bad_alloc();
	cache_constructor_error_is_bad_alloc_and_nothing_is_lost();
	cache_on_a_backing_uses_it();
	cache_moved_keeps_its_objects();
	cache_ended_with_live_objects_stays();
	cache_pair_crosses_the_window_both_ways();
	return 0;
}
