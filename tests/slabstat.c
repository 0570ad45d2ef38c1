/* SPDX-License-Identifier: MIT */
/*
 * slabstat looks into a child of this program: it sees what is there, and ends
 * with a sentence where the child, or a core of it, has been damaged.
 */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/registry.h"
#include "cache/cache.h"

#define TOOL "tools/slabstat/slabstat"

static struct slab_cache *first, *second, *third;
static char *objects[500];
static char said[1 << 18]; /* stdout and stderr of the last run */

static void build(void)
{
	static char buffer[65536];

	first = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_new(64), "conn"));
	second = slab_builder_build(slab_builder_name(slab_builder_new(200),
	    "odd\x1b[2J\n\xff\xc3\xa4"));
	third = slab_builder_build_buffer(slab_builder_name(
	    slab_builder_new(24), "buffer"), buffer, sizeof(buffer));
	REQUIRE(first && second && third);
	REQUIRE(slab_alloc_bulk(first, COUNT(objects), (void **)objects) ==
	    COUNT(objects));
	for (size_t i = 0; i < 100; i++)
		slab_free(first, objects[i]);
	REQUIRE(slab_alloc(third) != NULL);
}

/* Runs slabstat; returns its exit status. */
__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
	char command[600];
	size_t length = 0, got;
	va_list arguments;
	FILE *pipe;
	int status;

	length = (size_t)snprintf(command, sizeof(command), "%s ", TOOL);
	va_start(arguments, format);
	vsnprintf(command + length, sizeof(command) - length, format,
	    arguments);
	va_end(arguments);
	strncat(command, " 2>&1", sizeof(command) - strlen(command) - 1);
	pipe = popen(command, "r");
	REQUIRE(pipe != NULL);
	length = 0;
	while ((got = fread(said + length, 1, sizeof(said) - 1 - length,
	    pipe)) > 0)
		length += got;
	said[length] = '\0';
	status = pclose(pipe);
	REQUIRE(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A child that has been damaged in one way, or in none, and waits. */
static pid_t child_with(void (*damage)(void))
{
	int ready[2];
	char byte;
	pid_t child;

	REQUIRE(pipe(ready) == 0);
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		if (damage)
			damage();
		REQUIRE(write(ready[1], "", 1) == 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	REQUIRE(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static size_t lines(void)
{
	size_t n = 0;

	for (const char *at = said; *at != '\0'; at++)
		n += *at == '\n';
	return n;
}

/* Sound children ---------------------------------------------------------- */

static void see_tables(pid_t child)
{
	REQUIRE(run("%d", (int)child) == 0);
	REQUIRE(strstr(said, "conn ") && strstr(said, "TOUCHED"));
	REQUIRE(strstr(said, "odd?[2J????") && !strchr(said, 0x1b));
	for (const char *at = said; *at != '\0'; at++)
		REQUIRE(*at == '\n' || (*at >= ' ' && *at <= '~'));
	REQUIRE(run("--resident --sort name %d", (int)child) == 0);
	REQUIRE(strstr(said, "RESIDENT"));
	REQUIRE(strstr(said, "conn ") < strstr(said, "odd?"));
	REQUIRE(run("--cache 'c*' --stop %d", (int)child) == 0);
	REQUIRE(lines() == 2);
	REQUIRE(run("--every 0.01 --count 3 %d", (int)child) == 0);
	REQUIRE(lines() == 12 && strstr(said, "BYTES/s"));
	REQUIRE(run("--all") == 0);
	REQUIRE(strstr(said, "slabstat"));
}

static void see_formats(pid_t child)
{
	char *text, *json;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	REQUIRE(run("--json %d", (int)child) == 0);
	REQUIRE(lines() == 1);
	REQUIRE(strstr(said, "\"live\":400,"));
	REQUIRE(strstr(said, "\"name\":\"odd\\u001b[2J\\n\xEF\xBF\xBD\xC3\xA4\""));
	/* What the library says of a cache, slabstat says, too. */
	slab_dump_as(first, stream, SLAB_FORMAT_JSON);
	fclose(stream);
	json = strstr(text, "{\"name\"");
	/* But for the last figure, which lies in a part of shared caches. */
	*strstr(json, ",\"depot_visits\"") = '\0';
	if (!strstr(said, json)) {
		fprintf(stderr, "slabstat: %slibrary:  %s\n", said, json);
	}
	REQUIRE(strstr(said, json));
	free(text);
	REQUIRE(run("--json --resident %d", (int)child) == 0);
	REQUIRE(strstr(said, "\"bytes_resident\":"));
	REQUIRE(run("--openmetrics %d", (int)child) == 0);
	REQUIRE(strstr(said, "slab_live{cache=\"conn\",id=\""));
	REQUIRE(strcmp(said + strlen(said) - 6, "# EOF\n") == 0);
}

static void see_objects(pid_t child)
{
	char line[200];

	REQUIRE(run("--live conn %d", (int)child) == 0);
	REQUIRE(lines() == 400);
	for (size_t i = 0; i < COUNT(objects); i += 40) {
		snprintf(line, sizeof(line), "0x%zx\n",
		    (size_t)(uintptr_t)objects[i]);
		REQUIRE((strstr(said, line) != NULL) == (i >= 100));
	}
	REQUIRE(run("--whatis 0x%zx %d", (size_t)(uintptr_t)objects[200] + 3,
	    (int)child) == 0);
	snprintf(line, sizeof(line), " at 0x%zx, +3, live\n",
	    (size_t)(uintptr_t)objects[200]);
	REQUIRE(strncmp(said, "conn: object ", 13) == 0 && strstr(said, line));
	REQUIRE(run("--whatis 0x%zx %d", (size_t)(uintptr_t)objects[7],
	    (int)child) == 0);
	REQUIRE(strstr(said, "+0, free"));
	REQUIRE(run("--whatis %zu %d", (size_t)(uintptr_t)objects[499] + 6400,
	    (int)child) == 0);
	REQUIRE(strstr(said, "never handed out") || strstr(said, "free"));
	REQUIRE(run("--whatis 0x10 %d", (int)child) == 0);
	REQUIRE(strcmp(said, "0x10 is in no slab\n") == 0);
	REQUIRE(run("--live none %d", (int)child) == 1);
	/* It runs on. */
	REQUIRE(kill(child, 0) == 0);
}

static void refuse_what_makes_no_sense(void)
{
	REQUIRE(run("--help") == 0 && strstr(said, "usage:"));
	REQUIRE(run("--version") == 0 && strstr(said, slab_version()));
	REQUIRE(run("--every") == 2);
	REQUIRE(run("--every nothing 1") == 2);
	REQUIRE(run("--count 0 1") == 2);
	REQUIRE(run("--sort nonsense 1") == 2);
	REQUIRE(run("--whatis x 1") == 2);
	REQUIRE(run("--json --openmetrics 1") == 2);
	REQUIRE(run("--nonsense") == 2);
	REQUIRE(run("%s", "") == 2);
	REQUIRE(run("1 2") == 2);
	REQUIRE(run("999999999") == 1 && strstr(said, "there is no process"));
	REQUIRE(run("/nowhere") == 1);
	REQUIRE(run("%s", TOOL) == 1 && strstr(said, "no core"));
	REQUIRE(run("/dev/null") == 1);
	REQUIRE(run("-- sleep 0") == 3 && strstr(said, "no libslab"));
}

/* Damaged children -------------------------------------------------------- */

static void damage_magic(void)
{
	slabi_registry.magic[3] = 'x';
}

static void damage_version(void)
{
	slabi_registry.version = 2;
}

static void damage_order(void)
{
	slabi_registry.order = 0x04030201;
}

static void damage_word(void)
{
	slabi_registry.word = 3;
}

static void damage_rows(void)
{
	slabi_registry.rows = UINT32_MAX;
}

static void damage_row_size(void)
{
	slabi_registry.row_size = 1;
}

static void damage_size(void)
{
	slabi_registry.cache_size = UINT32_MAX;
}

static void damage_small_size(void)
{
	slabi_registry.cache_size = 8;
}

static void damage_table(void)
{
	slabi_registry.table.at = (void *)16;
}

static void damage_row(void)
{
	struct slabi_row *row = (struct slabi_row *)(uintptr_t)
	    slabi_registry.table.at;

	row[2].offset = UINT32_MAX - 3;
}

static void damage_row_name(void)
{
	struct slabi_row *row = (struct slabi_row *)(uintptr_t)
	    slabi_registry.table.at;

	memset(row[1].name, 'n', sizeof(row[1].name));
}

static void damage_newest(void)
{
	slabi_registry.newest.at = (void *)8;
}

static void damage_cycle(void)
{
	first->entry.next = second;
}

static void damage_self(void)
{
	first->entry.next = first;
}

static void damage_id(void)
{
	first->entry.id = 0;
}

static const struct {
	void (*damage)(void);
	const char *words;
} damages[] = {
	{ damage_magic, "damaged" },
	{ damage_version, "version 2" },
	{ damage_order, "byte order" },
	{ damage_word, "damaged" },
	{ damage_rows, "damaged" },
	{ damage_row_size, "damaged" },
	{ damage_size, "damaged" },
	{ damage_small_size, "damaged" },
	{ damage_table, "cannot be read" },
	{ damage_row, "damaged" },
	{ damage_row_name, "damaged" },
	{ damage_newest, "cannot be read" },
	{ damage_cycle, "damaged" },
	{ damage_self, "damaged" },
	{ damage_id, "damaged" },
};

/* Caches whose fields are nonsense: any answer will do, but one. */
static void damage_slabs(void)
{
	first->layer.lists.newest->older = first->layer.lists.newest;
}

static void damage_slab_list(void)
{
	first->layer.lists.newest = (void *)24;
}

static void damage_geometry(void)
{
	first->layer.system.geometry.stride = 0;
}

static void damage_objects(void)
{
	first->layer.system.geometry.objects = UINT32_MAX;
	first->layer.lists.newest->carved = UINT32_MAX;
}

static void damage_top(void)
{
	first->exchange.magazine.hot.top += (size_t)1 << 40;
	first->layer.lists.in_use = SIZE_MAX;
}

static void damage_floor(void)
{
	first->exchange.magazine.floor = NULL;
}

static void damage_name(void)
{
	first->name = (char *)1;
}

static void (*const nonsense[])(void) = { damage_slabs, damage_slab_list,
	damage_geometry, damage_objects, damage_top, damage_floor,
	damage_name };

static void see_damage(void)
{
	for (size_t i = 0; i < COUNT(damages); i++) {
		pid_t child = child_with(damages[i].damage);
		int status = run("%d", (int)child);

		if (status != 1 || !strstr(said, damages[i].words))
			printf("damage %zu: %d, %s\n", i, status, said);
		REQUIRE(status == 1 && strstr(said, damages[i].words));
		end(child);
	}
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		pid_t child = child_with(nonsense[i]);

		REQUIRE(run("%d", (int)child) <= 1);
		REQUIRE(run("--json --resident %d", (int)child) <= 1);
		REQUIRE(run("--live conn %d", (int)child) <= 1);
		REQUIRE(run("--whatis 0x%zx %d", (size_t)(uintptr_t)objects[9],
		    (int)child) <= 1);
		end(child);
	}
}

/* Cores ------------------------------------------------------------------- */

static void see_cores(pid_t child)
{
	char core[100], command[300];
	struct stat file;

	snprintf(core, sizeof(core), "slabstat-core.%d", (int)child);
	snprintf(command, sizeof(command), "gcore -o slabstat-core %d "
	    ">/dev/null 2>&1", (int)child);
	if (system(command) != 0 || stat(core, &file) != 0)
		return; /* no gdb */
	REQUIRE(run("%s", core) == 0 && strstr(said, "conn "));
	REQUIRE(run("--json %s", core) == 0 && strstr(said, "\"pid\":null"));
	REQUIRE(run("--live conn %s", core) == 0 && lines() == 400);
	REQUIRE(run("--resident %s", core) == 0);
	for (off_t size = file.st_size; size > 0; size /= 3) {
		REQUIRE(truncate(core, size - 1) == 0);
		REQUIRE(run("%s", core) <= 3);
		REQUIRE(run("--live conn %s", core) <= 3);
	}
	unlink(core);
}

int main(void)
{
	pid_t child;
	int status;

	support_start();
	if (access(TOOL, X_OK) != 0 || support_under_valgrind())
		return SKIPPED;
	build();
	child = child_with(NULL);
	status = run("%d", (int)child);
	if (status == 1 && strstr(said, "may not")) {
		end(child);
		return SKIPPED;
	}
	see_tables(child);
	see_formats(child);
	see_objects(child);
	see_cores(child);
	end(child);
	refuse_what_makes_no_sense();
	see_damage();
	return EXIT_SUCCESS;
}
