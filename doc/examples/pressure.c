/* SPDX-License-Identifier: MIT */
/*
 * A thread waits until the system, or this control group, is short of memory,
 * and asks all caches to return what is idle.  It needs no privilege: the
 * kernel tells any process when others have waited for memory for 0.1 s within
 * 2 s.  Give the name of a memory.pressure file to watch a control group.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <slab.h>
#include <unistd.h>

static const char trigger[] = "some 100000 2000000";

static void *watch(void *arg)
{
	struct pollfd pressure = { .fd = *(int *)arg, .events = POLLPRI };

	while (poll(&pressure, 1, -1) > 0 && !(pressure.revents & POLLERR))
		if (pressure.revents & POLLPRI)
			slab_request_reap();
	return NULL;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "/proc/pressure/memory";
	int file = open(name, O_RDWR | O_NONBLOCK);
	pthread_t watcher;
	slab_cache *cache;

	if (file < 0 || write(file, trigger, sizeof(trigger)) < 0)
		warn("%s: nobody watches", name);
	else if (pthread_create(&watcher, NULL, watch, &file) != 0)
		errx(1, "no thread to watch");

	/* The program, whose caches follow the request at their next visit. */
	cache = slab_builder_build_mmap(slab_builder_new(64));
	if (cache == NULL)
		err(1, "%s", slab_error());
	slab_free(cache, slab_alloc(cache));
	return slab_destroy(cache);
}
