/* SPDX-License-Identifier: MIT */
/*
 * Which misuse is found in which debugging mode, and when: each is done in a
 * process of its own, and the table is printed.  tests/test_debug.sh compares
 * it with the one in libslab(7).
 *
 *	call   in the wrong call, or at the wrong access
 *	later  when the object is used again, or the cache is looked at
 *	-      not
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define SIZE 64

struct scene {
	slab_cache *cache, *other;
	char *a, *b;
};

/* What goes wrong ---------------------------------------------------------- */

static void free_twice(struct scene *s)
{
	slab_free(s->cache, s->a);
	slab_free(s->cache, s->a);
}

static void free_a_b_a(struct scene *s)
{
	slab_free(s->cache, s->a);
	slab_free(s->cache, s->b);
	slab_free(s->cache, s->a);
}

static void free_inside(struct scene *s)
{
	slab_free(s->cache, s->a + 8);
}

static void free_foreign(struct scene *s)
{
	slab_free(s->cache, slab_alloc(s->other));
}

static void free_local(struct scene *s)
{
	long local[16];

	slab_free(s->cache, local + 4);
}

static void free_near_null(struct scene *s)
{
	slab_free(s->cache, (void *)24);
}

static void write_behind(struct scene *s)
{
	((volatile char *)s->a)[SIZE] = 1;
}

static void write_before(struct scene *s)
{
	((volatile char *)s->b)[-1] = 1;
}

static void write_free(struct scene *s)
{
	slab_free(s->cache, s->a);
	((volatile char *)s->a)[20] = 1;
}

static void read_free(struct scene *s)
{
	slab_free(s->cache, s->a);
	(void)((volatile char *)s->a)[20];
}

static const struct misuse {
	const char *name;
	void (*act)(struct scene *s);
} misuses[] = {
	{ "double free", free_twice },
	{ "double free after another", free_a_b_a },
	{ "free inside an object", free_inside },
	{ "free of another's object", free_foreign },
	{ "free of a local variable", free_local },
	{ "free of NULL + 24", free_near_null },
	{ "write behind", write_behind },
	{ "write before", write_before },
	{ "write to a free object", write_free },
	{ "read of a free object", read_free },
};

static const struct mode {
	const char *name;
	unsigned flags;
} modes[] = {
	{ "none", 0 },
	{ "check", SLAB_DEBUG_CHECK },
	{ "redzone", SLAB_DEBUG_REDZONE },
	{ "poison", SLAB_DEBUG_POISON },
	{ "malloc", SLAB_DEBUG_MALLOC },
	{ "guard", SLAB_DEBUG_GUARD },
};

/* The child: is wrong, tells that it is still there, and goes on. ---------- */

static slab_cache *build(unsigned flags)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_debug(
	    slab_builder_new(SIZE), flags));

	REQUIRE(cache != NULL);
	return cache;
}

static void go_on(struct scene *s)
{
	void *objects[300];
	size_t i;

	for (i = 0; i < COUNT(objects); i++)
		REQUIRE((objects[i] = slab_alloc(s->cache)) != NULL);
	for (i = 0; i < COUNT(objects); i++)
		slab_free(s->cache, objects[i]);
	REQUIRE(slab_check(s->cache) == 0);
	slab_reap(s->cache);
}

static void child(const struct misuse *misuse, const struct mode *mode, int out)
{
	const struct rlimit no_core = { 0, 0 };
	struct scene s = { .cache = build(mode->flags), .other = build(0) };

	setrlimit(RLIMIT_CORE, &no_core);
	REQUIRE(freopen("/dev/null", "w", stderr) != NULL);
	s.a = slab_alloc(s.cache);
	s.b = slab_alloc(s.cache);
	misuse->act(&s);
	REQUIRE(write(out, "x", 1) == 1);
	go_on(&s);
	_exit(0);
}

static const char *found(const struct misuse *misuse, const struct mode *mode)
{
	int ends[2], status;
	pid_t pid;
	char byte;
	bool later;

	REQUIRE(pipe(ends) == 0);
	pid = fork();
	REQUIRE(pid >= 0);
	if (pid == 0)
		child(misuse, mode, ends[1]);
	close(ends[1]);
	later = read(ends[0], &byte, 1) == 1;
	close(ends[0]);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	if (!WIFSIGNALED(status))
		return "-";
	return later ? "later" : "call";
}

/* The table ---------------------------------------------------------------- */

static void print_table(FILE *out)
{
	fprintf(out, "%-36s", "");
	for (size_t m = 0; m < COUNT(modes); m++)
		fprintf(out, " %s", modes[m].name);
	fprintf(out, "\n");
	for (size_t i = 0; i < COUNT(misuses); i++) {
		fprintf(out, "%-36s", misuses[i].name);
		for (size_t m = 0; m < COUNT(modes); m++)
			fprintf(out, " %s", found(&misuses[i], &modes[m]));
		fprintf(out, "\n");
	}
}

int main(void)
{
	support_start();
	print_table(stdout);
	return 0;
}
