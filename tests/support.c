/* SPDX-License-Identifier: MIT */
/* Owns what all test programs share; see support.h. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/tools.h"

/* Pages and the clock ---------------------------------------------------- */

static uint64_t simulated_now = 1000000;

static bool stopped_clock(uint64_t *milliseconds)
{
	*milliseconds = simulated_now;
	return true;
}

void support_start(void)
{
	const char *wish = getenv("SLAB_TEST_PAGE_SIZE");

	slabi_tools_wanted = false;
	if (wish == NULL || *wish == '\0')
		return;
	slabi_os.page_size = slabi_os.granule = strtoul(wish, NULL, 0);
	REQUIRE(slabi_os.page_size >= (size_t)sysconf(_SC_PAGESIZE) &&
	    (slabi_os.page_size & (slabi_os.page_size - 1)) == 0);
}

size_t support_page(void)
{
	return slabi_os.page_size;
}

bool support_under_valgrind(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

void support_clock_stop(void)
{
	slabi_os.now = stopped_clock;
}

void support_clock_forward(uint64_t seconds)
{
	simulated_now += seconds * 1000;
}

/* Numbers ---------------------------------------------------------------- */

uint64_t support_seed(int argc, char **argv, uint64_t otherwise)
{
	const char *wish = argc > 1 ? argv[1] : getenv("SLAB_TEST_SEED");

	return wish == NULL ? otherwise : strtoull(wish, NULL, 0);
}

uint64_t support_mix(uint64_t number)
{
	number += UINT64_C(0x9E3779B97F4A7C15);
	number = (number ^ number >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	number = (number ^ number >> 27) * UINT64_C(0x94D049BB133111EB);
	return number ^ number >> 31;
}

uint64_t support_random(uint64_t *state)
{
	return support_mix((*state)++);
}

/* Memory ----------------------------------------------------------------- */

/* AddressSanitizer asks: a refused block is no error of the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

bool support_all_bytes(const void *memory, int byte, size_t size)
{
	const unsigned char *bytes = memory;

	return size == 0 || (bytes[0] == byte &&
	    memcmp(bytes, bytes + 1, size - 1) == 0);
}

bool support_aligned(const void *address, size_t align)
{
	return ((uintptr_t)address & (align - 1)) == 0;
}

void support_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s (errno %d, \"%s\")\n", file, line,
	    what, errno, slab_error());
	abort();
}

/* Reports of misuse ------------------------------------------------------ */

static jmp_buf landing;
static char last_report[1024];

static void catch_report(const char *line)
{
	snprintf(last_report, sizeof(last_report), "%s", line);
	longjmp(landing, 1);
}

const char *report_of(void (*act)(void *arg), void *arg)
{
	volatile bool reported = true;

	slab_set_misuse_handler(catch_report);
	if (setjmp(landing) == 0) {
		act(arg);
		reported = false;
	}
	slab_set_misuse_handler(NULL);
	return reported ? last_report : NULL;
}

struct bad_free {
	slab_cache *cache;
	size_t n;
	void *const *objects;
};

static void act_free(void *arg)
{
	struct bad_free *bad = arg;

	slab_free(bad->cache, bad->objects[0]);
}

static void act_free_bulk(void *arg)
{
	struct bad_free *bad = arg;

	slab_free_bulk(bad->cache, bad->n, bad->objects);
}

static void act_reap(void *arg)
{
	slab_reap(arg);
}

const char *report_of_free(slab_cache *cache, void *object)
{
	return report_of(act_free, &(struct bad_free){ cache, 1, &object });
}

const char *report_of_free_bulk(slab_cache *cache, size_t n,
    void *const *objects)
{
	return report_of(act_free_bulk,
	    &(struct bad_free){ cache, n, objects });
}

const char *report_of_reap(slab_cache *cache)
{
	return report_of(act_reap, cache);
}

/* Deaths ----------------------------------------------------------------- */

static sigjmp_buf abort_landing;

static void catch_abort(int signal_number)
{
	(void)signal_number;
	siglongjmp(abort_landing, 1);
}

bool support_aborts(void (*act)(void *arg), void *arg, char *text,
    size_t room)
{
	FILE *output = tmpfile();
	int real_stderr = dup(STDERR_FILENO);
	volatile bool aborted = true;

	REQUIRE(output != NULL && real_stderr >= 0);
	/* As a log is: a report might do harm to any other kind of file. */
	REQUIRE(fcntl(fileno(output), F_SETFL, O_APPEND) == 0);
	fflush(stderr);
	dup2(fileno(output), STDERR_FILENO);
	signal(SIGABRT, catch_abort);
	if (sigsetjmp(abort_landing, 1) == 0) {
		act(arg);
		aborted = false;
	}
	signal(SIGABRT, SIG_DFL);
	fflush(stderr);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	rewind(output);
	text[fread(text, 1, room - 1, output)] = '\0';
	fclose(output);
	return aborted;
}

/* A simulated program that is ended by a signal is seen off by qemu. */
#define SIMULATOR_SAYS "qemu: uncaught target signal"

SLAB_NORETURN_ static void die_by(void (*act)(void *arg), void *arg, int out)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	dup2(out, STDERR_FILENO);
	act(arg);
	_exit(0);
}

int support_death(void (*act)(void *arg), void *arg, char *text, size_t room)
{
	int ends[2], status;
	size_t length = 0;
	ssize_t got;
	pid_t child;

	REQUIRE(pipe(ends) == 0);
	fflush(NULL);
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0)
		die_by(act, arg, ends[1]);
	close(ends[1]);
	while ((got = read(ends[0], text + length, room - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	if (strstr(text, SIMULATOR_SAYS) != NULL)
		*strstr(text, SIMULATOR_SAYS) = '\0';
	close(ends[0]);
	REQUIRE(waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
