/* SPDX-License-Identifier: MIT */
/*
 * What the C++ tests share: a check that says where it failed, figures of
 * caches, objects that count themselves, constructors that throw when asked,
 * and an operator new that fails when asked.
 */
#ifndef SLAB_TESTS_CPP_TEST_HPP
#define SLAB_TESTS_CPP_TEST_HPP

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <slab.hpp>

#define SKIPPED 77 /* exit status of a test that cannot run here */

#define CHECK(condition) \
	((condition) ? static_cast<void>(0) : \
	    test::failed(__FILE__, __LINE__, #condition))

/* The action throws what is named, and nothing else. */
#define CHECK_THROWS(type, action) \
	do { \
		bool thrown_ = false; \
		try { \
			static_cast<void>(action); \
		} catch (const type &) { \
			thrown_ = true; \
		} \
		if (!thrown_) \
			test::failed(__FILE__, __LINE__, \
			    #action " throws " #type); \
	} while (0)

namespace test {

[[noreturn]] inline void failed(const char *file, int line, const char *what)
{
	std::fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
	std::exit(1);
}

inline std::size_t live(slab_cache *cache)
{
	slab_statistics figures = {};

	figures.struct_size = sizeof(figures);
	slab_stats(cache, &figures);
	return figures.live;
}

inline bool aligned(const void *address, std::size_t align)
{
	return reinterpret_cast<std::uintptr_t>(address) % align == 0;
}

/* The table of all caches, as slab_dump(NULL) prints it. */
inline std::string dump()
{
	std::FILE *file = std::tmpfile();
	std::string text;

	CHECK(file != nullptr && slab_dump(nullptr, file) == 0);
	std::rewind(file);
	for (int c = std::getc(file); c != EOF; c = std::getc(file))
		text += static_cast<char>(c);
	std::fclose(file);
	return text;
}

/* How many caches there are whose names begin so. */
inline int caches(const std::string &name)
{
	std::string text = "\n" + dump();
	int count = 0;

	for (std::size_t at = text.find("\n" + name);
	    at != std::string::npos; at = text.find("\n" + name, at + 1))
		count++;
	return count;
}

/* Throws in every n-th construction; 0: never. */
struct fault {
	struct exception {
		int number;
	};
	static inline int every = 0;
	static inline int constructions = 0;

	static void maybe()
	{
#ifdef __cpp_exceptions
		if (every > 0 && ++constructions % every == 0)
			throw exception{constructions};
#endif
	}
};

/* Knows how many of its kind there are. */
struct counted {
	static inline int alive = 0;
	int value;

	counted(int number = 0)
	    : value(number)
	{
		fault::maybe();
		alive++;
	}
	counted(const counted &other)
	    : value(other.value)
	{
		fault::maybe();
		alive++;
	}
	counted &operator=(const counted &) = default;
	~counted()
	{
		alive--;
		value = -1;
	}
	friend bool operator==(const counted &a, const counted &b)
	{
		return a.value == b.value;
	}
	friend bool operator<(const counted &a, const counted &b)
	{
		return a.value < b.value;
	}
};

} /* namespace test */

#endif
