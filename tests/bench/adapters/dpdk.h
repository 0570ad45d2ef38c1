/* SPDX-License-Identifier: MIT */
/*
 * DPDK's mempool: a fixed number of objects, inline, with a cache for the
 * calling core; without huge pages, and told that it has one user.
 */
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <rte_version.h>

#define POOL_HAS_BULK
#define POOL_IS_SINGLE

typedef struct rte_mempool pool;

static const char *pool_version(void)
{
	return rte_version();
}

static void start_eal(size_t mebibytes)
{
	char memory[32], core[32];
	char arg0[] = "bench", arg1[] = "--no-huge", arg2[] = "--no-shconf",
	    arg3[] = "--no-pci", arg4[] = "--log-level=error",
	    arg5[] = "--no-telemetry", arg6[] = "-m", arg7[] = "-l";
	char *argv[] = { arg0, arg1, arg2, arg3, arg4, arg5, arg6, memory,
		arg7, core, NULL };

	snprintf(memory, sizeof memory, "%zu", mebibytes);
	snprintf(core, sizeof core, "%d", sched_getcpu());
	if (rte_eal_init(sizeof argv / sizeof *argv - 1, argv) < 0) {
		fprintf(stderr, "rte_eal_init: %s\n", rte_strerror(rte_errno));
		exit(1);
	}
}

static pool *pool_new(const struct wish *wish)
{
	unsigned count = (unsigned)wish->count + RTE_MEMPOOL_CACHE_MAX_SIZE * 2;
	struct rte_mempool_objsz layout;
	struct rte_mempool *mempool;
	size_t bytes;

	bytes = rte_mempool_calc_obj_size((uint32_t)wish->size, 0, &layout) *
	    (size_t)count;
	start_eal((bytes >> 20) * 33 / 32 + (count >> 15) + 64);
	mempool = rte_mempool_create("bench", count, (unsigned)wish->size,
	    RTE_MEMPOOL_CACHE_MAX_SIZE, 0, NULL, NULL, NULL, NULL,
	    SOCKET_ID_ANY, RTE_MEMPOOL_F_SP_PUT | RTE_MEMPOOL_F_SC_GET |
	    RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	if (mempool == NULL) {
		fprintf(stderr, "rte_mempool_create: %s\n",
		    rte_strerror(rte_errno));
		exit(1);
	}
	return mempool;
}

static inline void *pool_alloc(pool *mempool, size_t size)
{
	void *object;

	(void)size;
	return rte_mempool_get(mempool, &object) == 0 ? object : NULL;
}

static inline void pool_free(pool *mempool, void *object, size_t size)
{
	(void)size;
	rte_mempool_put(mempool, object);
}

static inline void pool_alloc_bulk(pool *mempool, size_t size, size_t count,
    void **object)
{
	(void)size;
	if (rte_mempool_get_bulk(mempool, object, (unsigned)count) != 0)
		die("rte_mempool_get_bulk");
}

static inline void pool_free_bulk(pool *mempool, size_t size, size_t count,
    void **object)
{
	(void)size;
	rte_mempool_put_bulk(mempool, object, (unsigned)count);
}

static void pool_reap(pool *mempool)
{
	(void)mempool;
}
