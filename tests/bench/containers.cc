/* SPDX-License-Identifier: MIT */
/*
 * Standard containers over one allocator, which the macro KIND chooses.
 * usage: containers list|map|umap BYTES ELEMENTS, or containers version
 */
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <unordered_map>
#include <utility>

#include <malloc.h>

#include "support.h"

#define KIND_std 0
#define KIND_slab 1
#define KIND_slab_heap 2
#define KIND_slab_pmr 3
#define KIND_pmr_pool 4
#define KIND_pmr_mono 5
#define KIND_boost_fast 6
#define KIND_boost_fast_nomutex 7
#define CHOICE_(kind) KIND_##kind
#define CHOICE(kind) CHOICE_(kind)
#define IS(kind) (CHOICE(KIND) == KIND_##kind)

#if IS(slab) || IS(slab_heap) || IS(slab_pmr)
#include <slab.hpp>
#endif
#if IS(boost_fast) || IS(boost_fast_nomutex)
#include <boost/pool/pool_alloc.hpp>
#endif

/* allocator<T>, and the resource that lives longer than the container. */
#if IS(slab)
template <class T> using allocator = slab::allocator<T>;
static allocator<int> source() { return {}; }
#elif IS(slab_heap)
template <class T> using allocator = slab::allocator<T>;
static slab::heap resource;
static allocator<int> source() { return resource; }
#elif IS(slab_pmr) || IS(pmr_pool) || IS(pmr_mono)
template <class T> using allocator = std::pmr::polymorphic_allocator<T>;
#if IS(slab_pmr)
static slab::memory_resource resource;
#elif IS(pmr_pool)
static std::pmr::unsynchronized_pool_resource resource;
#else
static std::pmr::monotonic_buffer_resource resource;
#endif
static allocator<int> source() { return &resource; }
#elif IS(boost_fast)
template <class T> using allocator = boost::fast_pool_allocator<T>;
static allocator<int> source() { return {}; }
#elif IS(boost_fast_nomutex)
template <class T> using allocator = boost::fast_pool_allocator<T,
    boost::default_user_allocator_new_delete,
    boost::details::pool::null_mutex>;
static allocator<int> source() { return {}; }
#else
template <class T> using allocator = std::allocator<T>;
static allocator<int> source() { return {}; }
#endif

typedef std::pair<uint64_t, uint64_t> element;
typedef std::pair<const uint64_t, uint64_t> entry;

/* Different for different numbers, in no order. */
static uint64_t key_of(uint64_t number)
{
	uint64_t z = number * 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

struct a_list {
	typedef std::list<element, allocator<element>> type;

	type *elements = nullptr;
	type::iterator *at;
	size_t count;

	explicit a_list(size_t n)
	    : at(new (array_new(n, sizeof *at)) type::iterator[n]), count(n)
	{
	}
	~a_list()
	{
		array_free(at, count, sizeof *at);
	}
	void add(uint64_t number)
	{
		at[number % count] = elements->emplace(elements->end(),
		    key_of(number), number);
	}
	void remove(uint64_t number)
	{
		elements->erase(at[number % count]);
	}
};

template <class Type>
struct a_table {
	typedef Type type;

	type *elements = nullptr;

	explicit a_table(size_t)
	{
	}
	void add(uint64_t number)
	{
		elements->emplace(key_of(number), number);
	}
	void remove(uint64_t number)
	{
		elements->erase(key_of(number));
	}
};

typedef a_table<std::map<uint64_t, uint64_t, std::less<uint64_t>,
    allocator<entry>>> a_map;
typedef a_table<std::unordered_map<uint64_t, uint64_t, std::hash<uint64_t>,
    std::equal_to<uint64_t>, allocator<entry>>> an_umap;

static void emit_of(const char *container, const char *metric, double value)
{
	printf("%s_%s\t%.6g\n", container, metric, value);
}

static void trim()
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

/*
 * Every element leaves once, in no order, and another comes for it: a tenth of
 * them at a time, as programs rarely replace one by one.
 */
template <class Container>
static void churn(Container &container, const uint32_t *order, size_t n)
{
	const size_t parts = 10;

	for (size_t start = 0, end; start < n; start = end) {
		end = start + n / parts < n ? start + n / parts + 1 : n;
		for (size_t i = start; i < end; i++)
			container.remove(order[i]);
		for (size_t i = start; i < end; i++)
			container.add(order[i] + n);
	}
}

template <class Container>
static void run(const char *name, size_t n)
{
	typedef typename Container::type type;
	alignas(type) static unsigned char room[sizeof(type)];
	uint32_t *order = static_cast<uint32_t *>(array_new(n, sizeof *order));
	uint64_t sum = 0, seed = 1;

	for (size_t i = 0; i < n; i++)
		order[i] = static_cast<uint32_t>(i);
	for (size_t i = n - 1; i > 0; i--)
		std::swap(order[i], order[key_of(seed++) % (i + 1)]);
	warm_machine(n * 100);
	trim();
	bench_clock = CLOCK_PROCESS_CPUTIME_ID;

	Container container(n);
	double number = static_cast<double>(n);
	double before = static_cast<double>(resident());
	double start = now();
	container.elements = ::new (static_cast<void *>(room)) type(
	    typename type::allocator_type(source()));
	for (size_t i = 0; i < n; i++)
		container.add(i);
	double inserted = now();
	double bytes = static_cast<double>(resident()) - before;
	double begun = now();
	churn(container, order, n);
	double churned = now();
	for (const auto &each : *container.elements)
		sum += each.second;
	keep(&sum);
	double walked = now();
	container.elements->~type();
	double destroyed = now();
	trim();
	double left = static_cast<double>(resident()) - before;

	emit_of(name, "insert", (inserted - start) / number);
	emit_of(name, "churn", (churned - begun) / number);
	emit_of(name, "walk", (walked - churned) / number);
	emit_of(name, "destroy", (destroyed - walked) / number);
	emit_of(name, "bytes", bytes / number);
	emit_of(name, "left", left / number);
}

int main(int argc, char **argv)
{
	size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

	if (n == 0) {
#ifdef _GLIBCXX_RELEASE
		printf("libstdc++ %d\n", _GLIBCXX_RELEASE);
#endif
		return 0;
	}
	if (strcmp(argv[1], "list") == 0)
		run<a_list>(argv[1], n);
	else if (strcmp(argv[1], "map") == 0)
		run<a_map>(argv[1], n);
	else if (strcmp(argv[1], "umap") == 0)
		run<an_umap>(argv[1], n);
	else
		return 2;
	return 0;
}
