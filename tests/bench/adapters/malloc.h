/* SPDX-License-Identifier: MIT */
/* The C library's malloc, or the one that LD_PRELOAD puts before it. */
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <malloc.h>

typedef struct { char unused; } pool;

static pool *pool_new(const struct wish *wish)
{
	static pool heap;

	(void)wish;
	return &heap;
}

static inline void *pool_alloc(pool *heap, size_t size)
{
	(void)heap;
	return malloc(size);
}

static inline void pool_free(pool *heap, void *object, size_t size)
{
	(void)heap;
	(void)size;
	free(object);
}

/* What only one of the mallocs has: found at run time, absent elsewhere. */
typedef int mallctl_call(const char *, void *, size_t *, void *, size_t);

static mallctl_call *jemalloc_control(void)
{
	return (mallctl_call *)dlsym(RTLD_DEFAULT, "mallctl");
}

static const char *pool_version(void)
{
	static char version[96];
	const char *name = NULL;
	size_t length = sizeof name;
	void *mimalloc = dlsym(RTLD_DEFAULT, "mi_version");
	void *tcmalloc = dlsym(RTLD_DEFAULT, "tc_version");

	if (jemalloc_control() != NULL) {
		jemalloc_control()("version", &name, &length, NULL, 0);
		snprintf(version, sizeof version, "jemalloc %.*s",
		    (int)strcspn(name, "-"), name);
	} else if (mimalloc != NULL) {
		snprintf(version, sizeof version, "mimalloc %d",
		    ((int (*)(void))mimalloc)());
	} else if (tcmalloc != NULL) {
		snprintf(version, sizeof version, "tcmalloc %s",
		    ((const char *(*)(int *, int *, const char **))tcmalloc)(
		    NULL, NULL, NULL));
	} else {
		snprintf(version, sizeof version, "glibc %s",
		    gnu_get_libc_version());
	}
	return version;
}

/** Give idle memory back by whatever call the malloc in use has for it. */
static void pool_reap(pool *heap)
{
	void *mimalloc = dlsym(RTLD_DEFAULT, "mi_collect");
	void *tcmalloc = dlsym(RTLD_DEFAULT,
	    "MallocExtension_ReleaseFreeMemory");

	(void)heap;
	if (jemalloc_control() != NULL) {
		jemalloc_control()("thread.tcache.flush", NULL, NULL, NULL, 0);
		jemalloc_control()("arena.0.purge", NULL, NULL, NULL, 0);
	} else if (mimalloc != NULL) {
		((void (*)(bool))mimalloc)(true);
	} else if (tcmalloc != NULL) {
		((void (*)(void))tcmalloc)();
	} else {
		malloc_trim(0);
	}
}
