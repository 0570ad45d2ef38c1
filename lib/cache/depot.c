/* SPDX-License-Identifier: MIT */
/* Owns the free objects that lie between the threads of a shared cache. */
#include "cache/depot.h"

#include <assert.h>
#include <string.h>

void
slabi_depot_begin(struct slabi_depot *depot, void **words, size_t capacity)
{
	*depot = (struct slabi_depot){ .objects = words, .capacity = capacity };
	pthread_mutex_init(&depot->lock, NULL);
}

void
slabi_depot_end(struct slabi_depot *depot)
{
	assert(depot->count == 0);
	pthread_mutex_destroy(&depot->lock);
}

bool
slabi_depot_put(struct slabi_depot *depot, size_t n, void *const *objects)
{
	bool fits;

	pthread_mutex_lock(&depot->lock);
	fits = n <= depot->capacity - depot->count;
	if (fits) {
		memcpy(depot->objects + depot->count, objects,
		    n * sizeof(*objects));
		depot->count += n;
	}
	depot->visits++;
	assert(depot->low <= depot->count &&
	    depot->count <= depot->capacity); /* I14 */
	pthread_mutex_unlock(&depot->lock);
	return fits;
}

size_t
slabi_depot_take(struct slabi_depot *depot, size_t n, void **objects)
{
	pthread_mutex_lock(&depot->lock);
	if (n > depot->count)
		n = depot->count;
	depot->count -= n;
	memcpy(objects, depot->objects + depot->count, n * sizeof(*objects));
	if (depot->low > depot->count)
		depot->low = depot->count;
	depot->visits++;
	pthread_mutex_unlock(&depot->lock);
	return n;
}

size_t
slabi_depot_count(struct slabi_depot *depot)
{
	size_t count;

	pthread_mutex_lock(&depot->lock);
	count = depot->count;
	pthread_mutex_unlock(&depot->lock);
	return count;
}

uint64_t
slabi_depot_visits(struct slabi_depot *depot)
{
	uint64_t visits;

	pthread_mutex_lock(&depot->lock);
	visits = depot->visits;
	pthread_mutex_unlock(&depot->lock);
	return visits;
}

size_t
slabi_depot_start_period(struct slabi_depot *depot)
{
	size_t low;

	pthread_mutex_lock(&depot->lock);
	low = depot->low;
	depot->low = depot->count;
	pthread_mutex_unlock(&depot->lock);
	return low;
}
