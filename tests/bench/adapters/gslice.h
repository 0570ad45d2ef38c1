/* SPDX-License-Identifier: MIT */
/* GLib's slices.  From GLib 2.76 on they are malloc and free. */
#include <glib.h>

typedef struct { char unused; } pool;

static const char *pool_version(void)
{
	static char version[32];

	snprintf(version, sizeof version, "GLib %u.%u.%u", glib_major_version,
	    glib_minor_version, glib_micro_version);
	return version;
}

static pool *pool_new(const struct wish *wish)
{
	static pool slices;

	(void)wish;
	return &slices;
}

static inline void *pool_alloc(pool *slices, size_t size)
{
	(void)slices;
	return g_slice_alloc(size);
}

static inline void pool_free(pool *slices, void *object, size_t size)
{
	(void)slices;
	g_slice_free1(size, object);
}

static void pool_reap(pool *slices)
{
	(void)slices; /* there is no call for it */
}
