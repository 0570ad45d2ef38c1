# SPDX-License-Identifier: MIT
# The tests of <slab.hpp>: they see what a user sees.  A program is made from
# the C++ file of its name, where there is a compiler of C++17.

cpp_tests = \
	tests/cpp/bare \
	tests/cpp/cache \
	tests/cpp/containers \
	tests/cpp/coroutine \
	tests/cpp/faults \
	tests/cpp/findable \
	tests/cpp/heap \
	tests/cpp/pool \
	tests/cpp/recycler \
	tests/cpp/shared \
	tests/cpp/threads

cpp_sources = \
	tests/cpp/bare.cc \
	tests/cpp/cache.cc \
	tests/cpp/containers.cc \
	tests/cpp/coroutine.cc \
	tests/cpp/faults.cc \
	tests/cpp/findable.cc \
	tests/cpp/heap.cc \
	tests/cpp/pool.cc \
	tests/cpp/recycler.cc \
	tests/cpp/shared.cc \
	tests/cpp/threads.cc
EXTRA_DIST += $(cpp_sources) tests/cpp/test.hpp

tests_cpp_bare_SOURCES = tests/cpp/bare.cc
tests_cpp_bare_CXXFLAGS = $(AM_CXXFLAGS) -fno-exceptions -fno-rtti
tests_cpp_bare_LDADD = lib/libslab.la
tests_cpp_cache_SOURCES = tests/cpp/cache.cc
tests_cpp_cache_LDADD = lib/libslab.la
tests_cpp_containers_SOURCES = tests/cpp/containers.cc
tests_cpp_containers_LDADD = lib/libslab.la
tests_cpp_coroutine_SOURCES = tests/cpp/coroutine.cc
tests_cpp_coroutine_CXXFLAGS = $(AM_CXXFLAGS) $(CXX20_FLAGS)
tests_cpp_coroutine_LDADD = lib/libslab.la
tests_cpp_faults_SOURCES = tests/cpp/faults.cc
tests_cpp_faults_LDADD = lib/libslab.la
tests_cpp_findable_SOURCES = tests/cpp/findable.cc
tests_cpp_findable_LDADD = lib/libslab.la
tests_cpp_heap_SOURCES = tests/cpp/heap.cc
tests_cpp_heap_LDADD = lib/libslab.la
tests_cpp_pool_SOURCES = tests/cpp/pool.cc
tests_cpp_pool_LDADD = lib/libslab.la
tests_cpp_recycler_SOURCES = tests/cpp/recycler.cc
tests_cpp_recycler_LDADD = lib/libslab.la
tests_cpp_shared_SOURCES = tests/cpp/shared.cc
tests_cpp_shared_LDADD = lib/libslab.la
tests_cpp_shared_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_cpp_threads_SOURCES = tests/cpp/threads.cc
tests_cpp_threads_LDADD = lib/libslab.la
tests_cpp_threads_LDFLAGS = $(AM_LDFLAGS) -pthread

if HAVE_CXX17
suite += $(cpp_tests)
endif
