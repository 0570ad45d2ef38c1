/* SPDX-License-Identifier: MIT */
/*
 * Owns SLAB_DEBUG.
 *
 *   variable = block { ";" block }
 *   block    = option { "," option } [ ":" pattern { "," pattern } ]
 *   option   = [ "no-" ] word [ "=" value ]
 *
 * The variable is read at the first build, and its text is kept.  The last
 * block of which a pattern matches a cache's name is applied to that cache; a
 * block without patterns matches all.  The words help, leaks and log are for
 * the whole process, wherever they stand.
 */
#include "api/environment.h"

#include <fnmatch.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "api/registry.h"
#include "api/settings.h"
#include "base/lock.h"
#include "base/os.h"
#include "base/report_out.h"

#define MAX_PATTERN 256 /* bytes of a pattern, with a 0 at its end */
#define MAX_NOTED 64    /* patterns of which it is noted whether they match */

static atomic_bool is_read;
static struct slabi_text variable; /* a copy; at NULL: there is none */
static struct slabi_process process;
static _Atomic(uint64_t) matched;  /* bit i: pattern i has matched a cache */

/* MALLOC_CONF has names and values with a colon between them. */
static void
complain_of_pattern(struct slabi_text words, struct slabi_text pattern)
{
	static const char *const values[] = { "true", "false", "yes", "no",
		"on", "off", "0", "1" };
	struct slabi_text word, next;
	size_t i;

	while (slabi_text_next(&words, ',', &next))
		word = next;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (pattern.size == strlen(values[i]) &&
		    memcmp(pattern.at, values[i], pattern.size) == 0)
			slabi_settings_say("what follows \":\" are names of "
			    "caches; did you mean \"", word, "=...\"?");
}

static void
read_block(struct slabi_text block)
{
	struct slabi_text patterns = slabi_text_cut(&block, ':');
	struct slabi_text pattern;

	slabi_settings_complain(block);
	slabi_settings_apply(block, NULL, &process);
	while (slabi_text_next(&patterns, ',', &pattern))
		complain_of_pattern(block, pattern);
}

static void
set_log(struct slabi_text file)
{
	char path[4096];

	if (file.size < sizeof(path)) {
		memcpy(path, file.at, file.size);
		path[file.size] = '\0';
		if (slabi_report_set_log(path))
			return;
	}
	slabi_settings_say("the name of the log is too long: \"", file, "\"");
}

static void
read_variable(void)
{
	const char *value = secure_getenv("SLAB_DEBUG");
	size_t size = value ? strlen(value) : 0;
	char *copy = size > 0 ? slabi_os.reserve(size, slabi_os.page_size) :
	    NULL;
	struct slabi_text rest, block;

	if (!copy || !slabi_os.ready(copy, size))
		return;
	memcpy(copy, value, size);
	variable = rest = (struct slabi_text){ copy, size };
	while (slabi_text_next(&rest, ';', &block))
		read_block(block);
	if (process.help)
		slabi_settings_help();
	if (process.log.at)
		set_log(process.log);
}

static bool
matches(struct slabi_text pattern, const char *name)
{
	char copy[MAX_PATTERN];

	if (pattern.size >= sizeof(copy))
		return false;
	memcpy(copy, pattern.at, pattern.size);
	copy[pattern.size] = '\0';
	return fnmatch(copy, name, 0) == 0;
}

/* Does one of the patterns match?  They count on from `*number`. */
static bool
any_matches(struct slabi_text patterns, const char *name, unsigned *number)
{
	struct slabi_text pattern;
	bool any = !patterns.at;

	for (; slabi_text_next(&patterns, ',', &pattern); ++*number) {
		if (!matches(pattern, name))
			continue;
		any = true;
		if (*number < MAX_NOTED)
			atomic_fetch_or(&matched, UINT64_C(1) << *number);
	}
	return any;
}

/* Not by pthread_once(), which makes a system call; a buffer makes none. */
static void
read_once(void)
{
	if (atomic_load_explicit(&is_read, memory_order_acquire))
		return;
	slabi_lock(SLABI_LOCK_ENVIRONMENT);
	if (!atomic_load_explicit(&is_read, memory_order_relaxed))
		read_variable();
	atomic_store_explicit(&is_read, true, memory_order_release);
	slabi_unlock(SLABI_LOCK_ENVIRONMENT);
}

void
slabi_environment_add(const char *name, struct slabi_options *options)
{
	struct slabi_options before = *options;
	struct slabi_text rest, block;
	unsigned number = 0;

	read_once();
	rest = variable;
	while (slabi_text_next(&rest, ';', &block)) {
		struct slabi_text patterns = slabi_text_cut(&block, ':');

		if (!any_matches(patterns, name, &number) ||
		    !slabi_settings_for_caches(block))
			continue;
		*options = before;
		options->flags = 0;
		slabi_settings_apply(block, options, NULL);
		options->flags |= before.flags;
	}
}

/* Print the patterns that no cache's name has matched, if they matter. */
static void
report_unused(void)
{
	struct slabi_text rest = variable, block, pattern;
	unsigned number = 0;

	if (!process.leaks && !process.help)
		return;
	while (slabi_text_next(&rest, ';', &block)) {
		struct slabi_text patterns = slabi_text_cut(&block, ':');

		for (; slabi_text_next(&patterns, ',', &pattern); number++)
			if (number < MAX_NOTED && !(atomic_load(&matched) >>
			    number & 1))
				slabi_settings_say("no cache is called \"",
				    pattern, "\"");
	}
}

static void
look_at_nothing(const slab_cache *cache, void *arg)
{
	(void)cache;
	(void)arg;
}

/* The program ends, or the library is unloaded; the exit status stays. */
__attribute__((destructor)) static void
report_leaks(void)
{
	struct slabi_walk walk = { 0 };
	slab_cache *cache;

	if (process.leaks)
		while ((cache = slabi_registry_next(&walk, look_at_nothing,
		    NULL)))
			slab_report_leaks(cache, stderr);
	report_unused();
}
