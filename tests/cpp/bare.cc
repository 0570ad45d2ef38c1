/* SPDX-License-Identifier: MIT */
/* All classes without exceptions and without RTTI. */
#include <list>
#include <memory>
#include <utility>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "test.hpp"

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this program is compiled with -fno-exceptions -fno-rtti"
#endif

using test::counted;

static void every_class_works()
{
	slab::cache cache(std::move(slab::builder(48).name("bare").align(16)));
	slab::pool<counted> pool;
	slab::recycler<counted> recycler;
	slab::heap heap;
	std::list<counted, slab::allocator<counted>> list(heap), own;
	int sum = 0;

	cache.deallocate(cache.allocate());
	for (int i = 0; i < 1000; i++) {
		static_cast<void>(pool.emplace(i));
		list.emplace_back(i);
		own.emplace_back(i);
		CHECK(recycler.take()->value == 0);
	}
	pool.for_each([&](counted &each) { sum += each.value; });
	CHECK(sum == 1000 * 999 / 2);
	CHECK(list == own);
	heap.deallocate(heap.allocate(100), 100);
#if __has_include(<memory_resource>)
	slab::memory_resource resource;
	resource.deallocate(resource.allocate(8), 8);
#endif
}

/* How a child process ends that does this, and what it writes. */
template <class Action>
static int end_of(Action action, std::string &text)
{
	int ends[2], status;
	char buffer[256];
	ssize_t length;

	CHECK(pipe(ends) == 0);
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		dup2(ends[1], 2);
		action();
		_exit(0);
	}
	close(ends[1]);
	while ((length = read(ends[0], buffer, sizeof(buffer))) > 0)
		text.append(buffer, static_cast<std::size_t>(length));
	close(ends[0]);
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

static void failure_is_a_line_and_an_abort()
{
	std::string text;
	int status = end_of([] {
		slab::cache cache(std::move(slab::builder(8).align(24)));
	}, text);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(text.find("libslab: ") == 0 && text.find("24") < text.size());
	text.clear();
	status = end_of([] {
		slab::cache cache(std::move(slab::builder(8).limit(1)));
		static_cast<void>(cache.allocate());
		CHECK(cache.try_allocate() == nullptr);
		static_cast<void>(cache.allocate());
	}, text);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(text.find("libslab: out of memory") == 0);
}

int main()
{
	every_class_works();
	failure_is_a_line_and_an_abort();
	return 0;
}
