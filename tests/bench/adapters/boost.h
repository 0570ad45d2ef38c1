/* SPDX-License-Identifier: MIT */
/* boost::pool: all inline, a free list through the objects. */
#include <boost/pool/pool.hpp>
#include <boost/version.hpp>

typedef boost::pool<> pool;

static const char *pool_version(void)
{
	return "Boost " BOOST_LIB_VERSION;
}

static pool *pool_new(const struct wish *wish)
{
	return new pool(wish->size);
}

static inline void *pool_alloc(pool *objects, size_t size)
{
	(void)size;
	return objects->malloc();
}

static inline void pool_free(pool *objects, void *object, size_t size)
{
	(void)size;
	objects->free(object);
}

/*
 * release_memory() needs the free list in order, which only the far slower
 * ordered_free() keeps: a pool that is used as here never gives memory back.
 */
static void pool_reap(pool *objects)
{
	(void)objects;
}
