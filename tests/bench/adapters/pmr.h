/* SPDX-License-Identifier: MIT */
/* C++17's pool for one thread, asked for blocks of one size. */
#include <memory_resource>

typedef std::pmr::unsynchronized_pool_resource pool;

static const char *pool_version(void)
{
	return "C++ library of GCC " __VERSION__;
}

static pool *pool_new(const struct wish *wish)
{
	return new pool(std::pmr::pool_options{ 0, wish->size });
}

static inline void *pool_alloc(pool *resource, size_t size)
{
	return resource->allocate(size, natural_align(size));
}

static inline void pool_free(pool *resource, void *object, size_t size)
{
	resource->deallocate(object, size, natural_align(size));
}

static void pool_reap(pool *resource)
{
	(void)resource; /* release() takes live objects with it */
}
