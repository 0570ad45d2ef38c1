/* SPDX-License-Identifier: MIT */
/* Reports of misuse: their words and facts, and how they leave the process. */
#include "check_support.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/report.h"
#include "base/report_out.h"
#include "cache/cache.h"

extern char slab_last_misuse[];

static slab_cache *build_named(const char *name)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_magazine(
	    slab_builder_name(slab_builder_new(64), name), 0));

	ck_assert_ptr_nonnull(cache);
	return cache;
}

static void act_double_free(void *arg)
{
	void *object = slab_alloc(arg);

	slab_free(arg, object);
	slab_free(arg, object);
}

static void end(slab_cache *cache)
{
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
}

/* Names ------------------------------------------------------------------ */

START_TEST(test_report_names_are_printable)
{
	static const struct {
		const char *name, *printed;
	} names[] = {
		{ "plain %s%n", "plain %s%n" },
		{ "", "" },
		{ "a\nb\x1b[31m\x7f", "a\\x0ab\\x1b[31m\\x7f" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc2\x85 \xe2\x80\xa8", "\\xc2\\x85 \\xe2\\x80\\xa8" },
		{ "\xff\xc3 \xe2\x82", "\\xff\\xc3 \\xe2\\x82" },
		{ "\xc0\x8a\xed\xa0\x80\xe0\x80\x8a",
		    "\\xc0\\x8a\\xed\\xa0\\x80\\xe0\\x80\\x8a" },
	};
	char out[SLABI_NAME_ROOM];

	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_str_eq(slabi_printable(out, sizeof(out),
		    names[i].name), names[i].printed);
}
END_TEST

START_TEST(test_report_name_is_cut_between_characters)
{
	char name[1001], out[SLABI_NAME_ROOM];

	for (size_t before = 0; before < 4; before++) {
		memset(name, 'n', before);
		for (size_t i = before; i + 3 < sizeof(name); i += 3)
			memcpy(name + i, "\xe2\x82\xac", 4);
		slabi_printable(out, sizeof(out), name);
		ck_assert_uint_eq(strlen(out), before +
		    (256 - before) / 3 * 3);
		ck_assert(strncmp(out, name, strlen(out)) == 0);
	}
}
END_TEST

/* Wherever a name is printed, the line stays one. */
START_TEST(test_report_of_a_name_with_a_newline_is_one_line)
{
	static const char forged[] = "a\nlibslab: cache \"b\": double free";
	slab_cache *cache = build_named(forged);
	char text[2048] = "", *printed;
	const char *report;
	FILE *stream = fmemopen(text, sizeof(text), "w");

	ck_assert_str_eq(slab_cache_name(cache), forged);
	report = report_of(act_double_free, cache);
	ck_assert_ptr_nonnull(report);
	ck_assert_ptr_null(strchr(report, '\n'));
	ck_assert_ptr_nonnull(slab_alloc(cache));
	ck_assert_fails(slab_destroy(cache) == 0, EBUSY);
	ck_assert_ptr_null(strchr(slab_error(), '\n'));
	ck_assert_uint_eq(slab_report_leaks(cache, stream), 1);
	fclose(stream);
	printed = strchr(text, '\n');
	ck_assert_ptr_nonnull(printed);
	ck_assert_str_eq(printed, "\n");
	stream = fmemopen(text, sizeof(text), "w");
	ck_assert_int_eq(slab_dump(cache, stream), 0);
	fclose(stream);
	ck_assert_ptr_null(strstr(text, "\nlibslab"));
	end(cache);
}
END_TEST

/* Facts ------------------------------------------------------------------ */

static struct slab_misuse facts;
static char facts_line[1024];
static jmp_buf landing;

static void keep_facts(const struct slab_misuse *misuse)
{
	facts = *misuse;
	snprintf(facts_line, sizeof(facts_line), "%s", misuse->line);
	longjmp(landing, 1);
}

static bool facts_of_free(slab_cache *cache, void *object)
{
	volatile bool reported = true;

	slab_set_misuse_reporter(keep_facts);
	if (setjmp(landing) == 0) {
		slab_free(cache, object);
		reported = false;
	}
	slab_set_misuse_reporter(NULL);
	return reported;
}

START_TEST(test_report_hands_the_facts_to_the_reporter)
{
	slab_cache *cache = build_named("conn");
	char *object = slab_alloc(cache);

	ck_assert(facts_of_free(cache, object + 8));
	ck_assert_uint_eq(facts.struct_size, sizeof(facts));
	ck_assert_int_eq(facts.kind, SLAB_MISUSE_INSIDE);
	ck_assert_ptr_eq(facts.cache, cache);
	ck_assert_ptr_eq(facts.object, object);
	ck_assert_ptr_eq(facts.address, object + 8);
	ck_assert_uint_eq(facts.offset, 8);
	ck_assert_uint_eq(facts.alloc_depth + facts.free_depth, 0);
	ck_assert_str_eq(facts_line, slab_last_misuse);
	ck_assert(!facts_of_free(cache, object));
	ck_assert(facts_of_free(cache, object));
	ck_assert_int_eq(facts.kind, SLAB_MISUSE_DOUBLE_FREE);
	ck_assert(facts_of_free(cache, object + 64));
	ck_assert_int_eq(facts.kind, SLAB_MISUSE_UNCARVED);
	ck_assert(facts_of_free(cache, &facts));
	ck_assert_int_eq(facts.kind, SLAB_MISUSE_FOREIGN);
	ck_assert_ptr_null(facts.object);
	end(cache);
}
END_TEST

struct freeing {
	slab_cache *cache;
	void *address;
};

static void act_free(void *arg)
{
	const struct freeing *freeing = arg;

	slab_free(freeing->cache, freeing->address);
}

/* What is written when an address is freed. */
static const char *text_of_free(slab_cache *cache, void *address)
{
	static char text[4096];

	ck_assert(support_aborts(act_free, &(struct freeing){ cache, address },
	    text, sizeof(text)));
	return text;
}

#define ck_assert_in(text, words) \
	ck_assert_msg(strstr((text), (words)) != NULL, \
	    "\"%s\" is not in: %s", (words), (text))

START_TEST(test_report_names_the_object_and_the_right_cache)
{
	slab_cache *cache = build_named("conn"), *other = build_named("node\n7");
	char *mine = slab_alloc(cache), *theirs = slab_alloc(other);
	char words[128];
	long local = 0;

	snprintf(words, sizeof(words), "\n  8 bytes into 0x%zx\n",
	    (size_t)(uintptr_t)mine);
	ck_assert_in(text_of_free(cache, mine + 8), words);
	ck_assert_in(text_of_free(cache, theirs),
	    "\n  it is a live object of cache \"node\\x0a7\"\n");
	slab_free(other, theirs);
	ck_assert_in(text_of_free(cache, theirs),
	    "\n  it is a free object of cache \"node\\x0a7\"\n");
	ck_assert_in(text_of_free(cache, theirs + 3), "\n  it is 3 bytes into");
	ck_assert_in(text_of_free(cache, (void *)24), "\n  it is NULL + 24\n");
	ck_assert_in(text_of_free(cache, &local), "on the stack");
	snprintf(words, sizeof(words), "\n  object of 64 bytes, number 0 of "
	    "the slab at 0x%zx; pid %ld, thread ", (size_t)(uintptr_t)
	    ((struct slab_cache *)cache)->layer.lists.newest, (long)getpid());
	ck_assert_in(text_of_free(cache, mine + 8), words);
	end(cache);
	end(other);
}
END_TEST

/* A header that was overwritten is not blamed on the object. */
START_TEST(test_report_of_a_damaged_slab_says_so)
{
	slab_cache *cache = build_named("conn");
	void *object = slab_alloc(cache);
	struct slab *slab = ((struct slab_cache *)cache)->layer.lists.newest;
	struct slab whole = *slab;
	char line[256];

	slab->carved = 0;
	snprintf(line, sizeof(line), "libslab: cache \"conn\": the slab at "
	    "0x%zx is damaged: ", (size_t)(uintptr_t)slab);
	ck_assert(facts_of_free(cache, object));
	ck_assert(strncmp(facts_line, line, strlen(line)) == 0);
	ck_assert_int_eq(facts.kind, SLAB_MISUSE_DAMAGED);
	*slab = whole;
	end(cache);
}
END_TEST

/* Misuse while misuse is reported ---------------------------------------- */

static slab_cache *handlers_cache;
static int handler_calls;

static void err_again(const char *line)
{
	(void)line;
	handler_calls++;
	act_double_free(handlers_cache);
}

static void act_handled_wrongly(void *arg)
{
	slab_set_misuse_handler(err_again);
	act_double_free(arg);
}

START_TEST(test_report_in_a_report_ends_the_program)
{
	char text[4096];

	handlers_cache = build_named("conn");
	ck_assert(support_aborts(act_handled_wrongly, handlers_cache, text,
	    sizeof(text)));
	slab_set_misuse_handler(NULL);
	ck_assert_int_eq(handler_calls, 1);
	end(handlers_cache);
}
END_TEST

static void act_deeper(void *arg)
{
	volatile char room[3000];

	room[0] = 1;
	act_double_free(arg);
	ck_assert_int_eq(room[0], 1);
}

/* A handler that jumped away is no report that goes on. */
START_TEST(test_report_after_a_handler_that_jumps_is_made)
{
	slab_cache *cache = build_named("conn");

	for (int i = 0; i < 20; i++)
		ck_assert_ptr_nonnull(report_of(i % 2 ? act_deeper :
		    act_double_free, cache));
	end(cache);
}
END_TEST

/* The way out ------------------------------------------------------------ */

/* Ends by a double free with `file` as descriptor 2; the signal. */
static int die_with_stderr(slab_cache *cache, int file)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		if (file >= 0)
			dup2(file, STDERR_FILENO);
		act_double_free(cache);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

START_TEST(test_report_to_a_broken_pipe_ends_by_abort)
{
	slab_cache *cache = build_named("conn");
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_eq(die_with_stderr(cache, ends[1]), SIGABRT);
	close(ends[1]);
	end(cache);
}
END_TEST

/* Reads all there is; returns whether a report was at the end. */
static bool ends_with_report(int file)
{
	static char text[1 << 20];
	size_t length = 0;
	ssize_t got;

	while ((got = read(file, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	return strstr(text, "libslab: cache \"conn\": double free") != NULL;
}

START_TEST(test_report_to_a_full_pipe_waits_for_its_reader)
{
	slab_cache *cache = build_named("conn");
	int ends[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], "full", 4) > 0)
		;
	child = fork();
	if (child == 0) {
		close(ends[0]);
		_exit(die_with_stderr(cache, ends[1]));
	}
	close(ends[1]);
	poll(NULL, 0, 100);
	ck_assert(ends_with_report(ends[0]));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == SIGABRT);
	close(ends[0]);
	end(cache);
}
END_TEST

START_TEST(test_report_spares_files_that_have_become_descriptor_2)
{
	slab_cache *cache = build_named("conn");
	FILE *data = tmpfile();
	int ends[2];

	ck_assert_ptr_nonnull(data);
	ck_assert_int_eq(die_with_stderr(cache, fileno(data)), SIGABRT);
	ck_assert(!ends_with_report(fileno(data)));
	ck_assert_int_eq(fcntl(fileno(data), F_SETFL, O_APPEND), 0);
	ck_assert_int_eq(die_with_stderr(cache, fileno(data)), SIGABRT);
	rewind(data);
	ck_assert(ends_with_report(fileno(data)));
	fclose(data);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(die_with_stderr(cache, ends[1]), SIGABRT);
	close(ends[1]);
	ck_assert(!ends_with_report(ends[0]));
	close(ends[0]);
	end(cache);
}
END_TEST

START_TEST(test_report_goes_to_the_log)
{
	slab_cache *cache = build_named("conn");
	static char path[8192] = "check_report.log.XXXXXX";
	int log = mkstemp(path);

	ck_assert_int_ge(log, 0);
	ck_assert(slabi_report_set_log(path));
	ck_assert_int_eq(die_with_stderr(cache, -1), SIGABRT);
	ck_assert(ends_with_report(log));
	unlink(path);
	close(log);
	memset(path, 'p', sizeof(path) - 1);
	ck_assert(!slabi_report_set_log(path));
	ck_assert(slabi_report_set_log(NULL));
	end(cache);
}
END_TEST

/* The parts that other kinds of misuse use ------------------------------- */

static void act_report_all(void *arg)
{
	struct slabi_report report;
	char memory[64];
	const void *frames[] = { (const char *)(uintptr_t)slab_alloc + 1 };

	memset(memory, 0xbb, sizeof(memory));
	memory[40] = 0x31;
	slabi_report_begin(&report, SLAB_MISUSE_OVERRUN, arg, "conn");
	slabi_report_line(&report, "write behind");
	slabi_report_fact(&report, "fact %d", 1);
	slabi_report_stack(&report, "allocated by:", frames, 1);
	slabi_report_stack(&report, "freed by:", NULL, 0);
	slabi_report_bytes(&report, memory, memory + 64, memory + 40, 1);
	slabi_report_send(&report);
	slabi_report_fact(&report, "fact %d", 2);
	slabi_report_end(&report);
}

START_TEST(test_report_has_facts_stacks_and_bytes)
{
	static const char words[] = "libslab: cache \"conn\": write behind\n"
	    "  fact 1\n  allocated by:\n    #0 ";
	char text[4096];

	ck_assert(support_aborts(act_report_all, NULL, text, sizeof(text)));
	ck_assert(strncmp(text, words, strlen(words)) == 0);
	ck_assert_in(text, " bb 31*bb ");
	ck_assert_ptr_null(strstr(text, "freed by"));
	ck_assert_in(text, "\n  fact 2\n");
}
END_TEST

static void act_report_too_much(void *arg)
{
	struct slabi_report report;

	slabi_report_begin(&report, SLAB_MISUSE_STALE, NULL, NULL);
	slabi_report_line(&report, "%02000d", 1);
	for (int i = 0; i < 100; i++)
		slabi_report_fact(&report, "%0100d", 1);
	(void)arg;
	slabi_report_end(&report);
}

START_TEST(test_report_that_is_too_long_is_cut_at_whole_facts)
{
	char text[8192];

	ck_assert(support_aborts(act_report_too_much, NULL, text,
	    sizeof(text)));
	ck_assert(strncmp(text, "libslab: 000", 12) == 0);
	ck_assert_in(text + strlen(text) - 5, "001\n");
	ck_assert_uint_lt(strlen(text), 4096);
}
END_TEST

CHECK_MAIN("report",
    test_report_names_are_printable,
    test_report_name_is_cut_between_characters,
    test_report_of_a_name_with_a_newline_is_one_line,
    test_report_hands_the_facts_to_the_reporter,
    test_report_names_the_object_and_the_right_cache,
    test_report_of_a_damaged_slab_says_so,
    test_report_in_a_report_ends_the_program,
    test_report_after_a_handler_that_jumps_is_made,
    test_report_to_a_broken_pipe_ends_by_abort,
    test_report_to_a_full_pipe_waits_for_its_reader,
    test_report_spares_files_that_have_become_descriptor_2,
    test_report_goes_to_the_log,
    test_report_has_facts_stacks_and_bytes,
    test_report_that_is_too_long_is_cut_at_whole_facts);
