/* SPDX-License-Identifier: MIT */
/* Memory really ends, under RLIMIT_AS; and there is some again. */
#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LEAVE ((rlim_t)48 << 20) /* address space that is left */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Objects that are out form a list, so that the test needs no memory. */
struct item {
	struct item *next;
	char room[240];
};

static bool limit_address_space(void)
{
	unsigned long pages;
	FILE *file = fopen("/proc/self/statm", "r");
	bool got = file != NULL && fscanf(file, "%lu", &pages) == 1;
	rlim_t most;

	if (file != NULL)
		fclose(file);
	if (!got)
		return false;
	most = (rlim_t)pages * 4096 + LEAVE;
	return setrlimit(RLIMIT_AS, &(struct rlimit){ most, most }) == 0;
}

/* Takes objects until there is no memory; 0 when it does not end. */
static size_t exhaust(slab_cache *cache, struct item **list)
{
	struct item *item;
	size_t n = 0;

	errno = 0;
	while ((item = slab_alloc(cache)) != NULL) {
		item->next = *list;
		item->room[0] = 1;
		*list = item;
		if (++n * sizeof(*item) > 2 * LEAVE)
			return 0;
	}
	REQUIRE(errno == ENOMEM);
	REQUIRE(slab_check(cache) == 0);
	return n;
}

static void release(slab_cache *cache, struct item **list, size_t n)
{
	while (n-- > 0 && *list != NULL) {
		struct item *item = *list;

		*list = item->next;
		slab_free(cache, item);
	}
}

static int exhaust_and_recover(slab_cache *(*build)(slab_builder *))
{
	struct item *list = NULL, *others = NULL;
	slab_cache *cache = build(slab_builder_for(struct item));
	slab_cache *other = build(slab_builder_for(struct item));
	size_t n;

	REQUIRE(cache != NULL && other != NULL);
	n = exhaust(cache, &list);
	if (n == 0)
		return SKIPPED; /* the limit is not kept here */
	REQUIRE(slab_reserve(cache, 1000000) == -1 && errno == ENOMEM);
	release(cache, &list, n / 2);
	REQUIRE(exhaust(cache, &list) >= n / 2);
	release(cache, &list, SIZE_MAX);
	REQUIRE(slab_reap(cache) > 0);
	REQUIRE(exhaust(other, &others) > n / 2);
	release(other, &others, SIZE_MAX);
	REQUIRE(slab_destroy(other) == 0);
	REQUIRE(slab_destroy(cache) == 0);
	return EXIT_SUCCESS;
}

int main(void)
{
	int status;

	support_start();
	if (SANITIZED || support_under_valgrind() || !limit_address_space())
		return SKIPPED;
	status = exhaust_and_recover(slab_builder_build_mmap);
	if (status == EXIT_SUCCESS)
		status = exhaust_and_recover(slab_builder_build);
	return status;
}
