/* SPDX-License-Identifier: MIT */
/* Promise 7: misuse is reported before any bookkeeping changes. */
#include "check_support.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void);

#define SIZE 48
#define NAME "conn"

static slab_cache *build_conn(struct memory *memory, size_t rounds)
{
	slab_cache *cache = memory_build(memory, slab_builder_name(
	    slab_builder_magazine(slab_builder_new(SIZE), rounds), NAME));

	ck_assert_ptr_nonnull(cache);
	return cache;
}

static void end(slab_cache *cache, struct memory *memory)
{
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(memory));
}

/* Reads as "libslab: cache "conn": WHAT OF 0x... AND MORE". */
static void is_report(const char *report, const char *what,
    const void *object, const char *more)
{
	char line[256];

	snprintf(line, sizeof(line), "libslab: cache \"" NAME "\": %s 0x%zx%s",
	    what, (size_t)(uintptr_t)object, more);
	ck_assert_msg(report != NULL, "no report, but: %s", line);
	ck_assert_str_eq(report, line);
}

#define DOUBLE_FREE "double free of", ""
#define NOT_OURS "free of", ", which is not from this cache"
#define INSIDE "free of", ", which is inside an object"
#define NEVER_OUT "free of", ", which was never handed out"

struct kind_of_misuse {
	const char *what, *more;
};

/*
 * The report when `bad` is freed, at once without a magazine and when the
 * magazine is emptied with one; afterwards all is as it was before.
 */
static void misuse_is_reported(slab_cache *cache, void *bad,
    struct kind_of_misuse kind)
{
	size_t live = stats_of(cache).live;
	const char *report = report_of_free(cache, bad);

	if (report == NULL)
		report = report_of_reap(cache);
	is_report(report, kind.what, bad, kind.more);
	ck_assert_intact(cache);
	ck_assert_uint_eq(stats_of(cache).live, live);
	ck_assert_ptr_null(report_of_reap(cache));
}

/* Foreign addresses ------------------------------------------------------ */

static void *unmapped_page(void)
{
	void *page = mmap(NULL, support_page(), PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert(page != MAP_FAILED);
	munmap(page, support_page());
	return page;
}

static void foreign_addresses_are_reported(slab_cache *cache,
    slab_cache *other)
{
	const struct kind_of_misuse not_ours = { NOT_OURS };
	long local[8];
	void *block = malloc(SIZE), *theirs = slab_alloc(other);
	void *const bad[] = {
		local, block, theirs, unmapped_page(), cache, (void *)8,
		(void *)1, (void *)((uintptr_t)0 - 8), (void *)1000,
		(void *)4096, (void *)65536, (void *)1000000,
		(void *)(uintptr_t)main, (char *)unmapped_page() + 64,
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		misuse_is_reported(cache, bad[i], not_ours);
	ck_assert(slab_owns(other, theirs));
	slab_free(other, theirs);
	free(block);
}

START_TEST(test_misuse_foreign_address_is_reported)
{
	static const size_t rounds[] = { 0, 1, 30 };

	for (size_t i = 0; i < COUNT(rounds) * MEMORY_KINDS; i++) {
		struct memory memory = { .kind =
		    (enum memory_kind)(i % MEMORY_KINDS) };
		struct memory others = { .kind =
		    (enum memory_kind)(i % MEMORY_KINDS) };
		slab_cache *cache = build_conn(&memory,
		    rounds[i / MEMORY_KINDS]);
		slab_cache *other = build_conn(&others, 0);
		char *mine = slab_alloc(cache);

		memset(mine, 7, SIZE);
		foreign_addresses_are_reported(cache, other);
		ck_assert(support_all_bytes(mine, 7, SIZE));
		ck_assert(slab_owns(cache, mine));
		end(cache, &memory);
		end(other, &others);
	}
}
END_TEST

START_TEST(test_misuse_of_a_cache_without_slabs_is_reported)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind };
		slab_cache *cache = build_conn(&memory, 0);
		long local;

		misuse_is_reported(cache, &local,
		    (struct kind_of_misuse){ NOT_OURS });
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_misuse_object_of_a_slab_gone_back_is_reported)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_conn(&memory, 0);
	void *object = slab_alloc(cache);

	slab_free(cache, object);
	slab_reap(cache);
	misuse_is_reported(cache, object, (struct kind_of_misuse){ NOT_OURS });
	end(cache, &memory);
}
END_TEST

/* NULL and an offset, and small integers: never an object, so in the call. */
START_TEST(test_misuse_low_address_is_seen_in_the_call)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind };
		slab_cache *cache = build_conn(&memory, 30);
		uintptr_t low = 1;

		for (; low < SLAB_LOW_; low = low * 3 + 5) {
			void *address = (void *)low;

			is_report(report_of_free(cache, address), "free of",
			    address, ", which is not from this cache");
			is_report(report_of_free_bulk(cache, 1, &address),
			    "free of", address,
			    ", which is not from this cache");
		}
		slab_free(cache, NULL);
		end(cache, &memory);
	}
}
END_TEST

/* Inside the cache ------------------------------------------------------- */

START_TEST(test_misuse_interior_address_is_reported)
{
	for (unsigned i = 0; i < 2 * MEMORY_KINDS; i++) {
		struct memory memory = { .kind = (enum memory_kind)(i / 2) };
		slab_cache *cache = build_conn(&memory, i % 2 * 30);
		char *objects[100];

		ck_assert_uint_eq(slab_alloc_bulk(cache, 100,
		    (void **)objects), 100);
		for (size_t n = 1; n < SIZE; n++)
			misuse_is_reported(cache, objects[n] + n,
			    (struct kind_of_misuse){ INSIDE });
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_misuse_object_never_handed_out_is_reported)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind };
		slab_cache *cache = build_conn(&memory, 0);
		char *first = slab_alloc(cache);

		for (size_t n = 1; n < 10; n++)
			misuse_is_reported(cache, first + n * SIZE,
			    (struct kind_of_misuse){ NEVER_OUT });
		ck_assert_ptr_eq(slab_alloc(cache), first + SIZE);
		end(cache, &memory);
	}
}
END_TEST

/* The first bytes of a slab: not an object, wherever the objects begin. */
START_TEST(test_misuse_address_before_the_objects_is_reported)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_conn(&memory, 0);
	char *first = slab_alloc(cache);
	const char *report = report_of_free(cache, first - SIZE);

	ck_assert_ptr_nonnull(report);
	ck_assert(strncmp(report, "libslab: cache \"" NAME "\": free of 0x",
	    31) == 0);
	end(cache, &memory);
}
END_TEST

START_TEST(test_misuse_address_behind_the_objects_is_reported)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = build_conn(&memory, 0);
	char *first = slab_alloc(cache);
	size_t n = stats_of(cache).objects_per_slab;

	ck_assert_ptr_nonnull(report_of_free(cache, first + n * SIZE));
	ck_assert_ptr_nonnull(report_of_free(cache, first + (n + 1) * SIZE));
	end(cache, &memory);
}
END_TEST

/* Double frees ----------------------------------------------------------- */

START_TEST(test_misuse_double_free_in_a_row_is_seen_in_the_call)
{
	static const size_t rounds[] = { 0, 1, 2, 30 };

	for (size_t i = 0; i < COUNT(rounds) * MEMORY_KINDS; i++) {
		struct memory memory = { .kind =
		    (enum memory_kind)(i % MEMORY_KINDS) };
		slab_cache *cache = build_conn(&memory,
		    rounds[i / MEMORY_KINDS]);
		void *objects[50];

		ck_assert_uint_eq(slab_alloc_bulk(cache, 50, objects), 50);
		for (size_t n = 0; n < 50; n++) {
			slab_free(cache, objects[n]);
			is_report(report_of_free(cache, objects[n]),
			    "double free of", objects[n], "");
			ck_assert_uint_eq(stats_of(cache).live, 49 - n);
		}
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_misuse_double_free_later_is_seen_by_the_slab_layer)
{
	for (unsigned i = 0; i < 2 * MEMORY_KINDS; i++) {
		struct memory memory = { .kind = (enum memory_kind)(i / 2) };
		slab_cache *cache = build_conn(&memory, i % 2 * 30);
		void *a = slab_alloc(cache), *b = slab_alloc(cache);
		const char *report;

		slab_free(cache, a);
		slab_free(cache, b);
		report = report_of_free(cache, a);
		if (report == NULL)
			report = report_of_reap(cache);
		is_report(report, "double free of", a, "");
		ck_assert_intact(cache);
		ck_assert_uint_eq(stats_of(cache).live, 0);
		end(cache, &memory);
	}
}
END_TEST

START_TEST(test_misuse_free_after_reset_is_a_double_free)
{
	struct memory memory = { .kind = MEMORY_HEAP };
	slab_cache *cache = build_conn(&memory, 0);
	void *object = slab_alloc(cache);

	slab_reset(cache);
	misuse_is_reported(cache, object,
	    (struct kind_of_misuse){ DOUBLE_FREE });
	end(cache, &memory);
}
END_TEST

START_TEST(test_misuse_in_a_bulk_is_reported)
{
	static const size_t rounds[] = { 0, 3, 30 };

	for (size_t i = 0; i < COUNT(rounds); i++) {
		struct memory memory = { .kind = MEMORY_MMAP };
		slab_cache *cache = build_conn(&memory, rounds[i]);
		void *objects[100];
		const char *report;

		ck_assert_uint_eq(slab_alloc_bulk(cache, 100, objects), 100);
		objects[50] = objects[10];
		report = report_of_free_bulk(cache, 100, objects);
		if (report == NULL)
			report = report_of_reap(cache);
		is_report(report, "double free of", objects[10], "");
		ck_assert_intact(cache);
		end(cache, &memory);
	}
}
END_TEST

/* Also at the borders of the magazine, and of what was freed before. */
START_TEST(test_misuse_in_a_row_in_a_bulk_is_seen_in_the_call)
{
	static const size_t rounds[] = { 0, 1, 2, 30, 100 };

	for (size_t i = 0; i < COUNT(rounds) * 50; i++) {
		struct memory memory = { .kind = MEMORY_HEAP };
		slab_cache *cache = build_conn(&memory, rounds[i / 50]);
		size_t twice = i % 50;
		void *objects[51];

		ck_assert_uint_eq(slab_alloc_bulk(cache, 50, objects), 50);
		memmove(objects + twice + 1, objects + twice,
		    (50 - twice) * sizeof(*objects));
		is_report(report_of_free_bulk(cache, 51, objects),
		    "double free of", objects[twice], "");
		slab_reset(cache);
		ck_assert_uint_eq(slab_alloc_bulk(cache, 50, objects), 50);
		slab_free_bulk(cache, twice + 1, objects);
		is_report(report_of_free_bulk(cache, 1, objects + twice),
		    "double free of", objects[twice], "");
		ck_assert_uint_eq(stats_of(cache).live, 49 - twice);
		end(cache, &memory);
	}
}
END_TEST

/* Objects that are taken while time goes by. */
struct taking {
	slab_cache *cache;
	size_t taken;
};

static void act_take(void *arg)
{
	struct taking *taking = arg;

	for (; taking->taken < 29000; taking->taken++) {
		support_clock_forward(1);
		ck_assert_ptr_nonnull(slab_alloc(taking->cache));
	}
}

/* What was freed twice goes back with idle rounds, while others are taken. */
START_TEST(test_misuse_seen_by_an_allocation_costs_no_object)
{
	struct memory memory = { .kind = MEMORY_HEAP };
	struct taking taking = { .taken = 0 };
	static void *objects[30000];

	support_clock_stop();
	taking.cache = build_conn(&memory, COUNT(objects) + 1);
	ck_assert_uint_eq(slab_alloc_bulk(taking.cache, COUNT(objects),
	    objects), COUNT(objects));
	slab_free_bulk(taking.cache, 2, objects);
	slab_free(taking.cache, objects[0]);
	slab_free_bulk(taking.cache, COUNT(objects) - 2, objects + 2);
	is_report(report_of(act_take, &taking), "double free of", objects[0],
	    "");
	ck_assert_intact(taking.cache);
	ck_assert_uint_eq(stats_of(taking.cache).live, taking.taken);
	end(taking.cache, &memory);
}
END_TEST

/* Reporting -------------------------------------------------------------- */

static void act_double_free(void *arg)
{
	void *object = slab_alloc(arg);

	slab_free(arg, object);
	slab_free(arg, object);
}

static void act_nothing(void *arg)
{
	(void)arg;
}

static void note(const char *line)
{
	const char text[] = "noted\n";

	ck_assert_ptr_null(strchr(line, '\n'));
	ck_assert_int_gt(write(STDERR_FILENO, text, sizeof(text) - 1), 0);
}

static void act_noted(void *arg)
{
	slab_set_misuse_handler(note);
	act_double_free(arg);
}

static void act_noted_no_more(void *arg)
{
	slab_set_misuse_handler(note);
	slab_set_misuse_handler(NULL);
	act_double_free(arg);
}

/* The first line is this one. */
#define ck_assert_first_line(text, line) \
	ck_assert_msg(strncmp((text), (line), strlen(line)) == 0, \
	    "\"%s\" does not begin with \"%s\"", (text), (line))

START_TEST(test_misuse_ends_the_program_with_one_line)
{
	char text[512], line[512];
	struct memory memory = { .kind = MEMORY_MMAP };
	slab_cache *cache = build_conn(&memory, 10);
	void *next = slab_alloc(cache);

	slab_free(cache, next);
	snprintf(line, sizeof(line), "libslab: cache \"" NAME
	    "\": double free of 0x%zx\n", (size_t)(uintptr_t)next);
	ck_assert_int_eq(support_death(act_nothing, cache, text,
	    sizeof(text)), 0);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(support_death(act_double_free, cache, text,
	    sizeof(text)), SIGABRT);
	ck_assert_first_line(text, line);
	ck_assert(support_aborts(act_double_free, cache, text, sizeof(text)));
	ck_assert_first_line(text, line);
	ck_assert(!support_aborts(act_nothing, cache, text, sizeof(text)));
	ck_assert(support_aborts(act_noted_no_more, cache, text,
	    sizeof(text)));
	ck_assert_first_line(text, line);
	end(cache, &memory);
}
END_TEST

static void act_double_free_in_silence(void *arg)
{
	close(STDERR_FILENO);
	act_double_free(arg);
}

START_TEST(test_misuse_ends_the_program_without_stderr_too)
{
	char text[512];
	slab_cache *cache = slab_builder_build(slab_builder_new(8));

	ck_assert(support_aborts(act_double_free_in_silence, cache, text,
	    sizeof(text)));
	ck_assert_str_eq(text, "");
	slab_destroy(cache);
}
END_TEST

START_TEST(test_misuse_handler_that_returns_is_followed_by_abort)
{
	char text[512];
	struct memory memory = { .kind = MEMORY_MMAP };
	slab_cache *cache = build_conn(&memory, 10);

	ck_assert(support_aborts(act_noted, cache, text, sizeof(text)));
	slab_set_misuse_handler(NULL);
	ck_assert_str_eq(text, "noted\n");
	end(cache, &memory);
}
END_TEST

START_TEST(test_misuse_of_a_cache_with_a_long_name_is_reported)
{
	static char name[9000];
	char text[512];
	slab_cache *cache;

	memset(name, 'n', sizeof(name) - 1);
	cache = slab_builder_build(slab_builder_name(slab_builder_new(8),
	    name));
	ck_assert(support_aborts(act_double_free, cache, text, sizeof(text)));
	ck_assert(strncmp(text, "libslab: cache \"nnnnnnnnn", 25) == 0);
	slab_destroy(cache);
}
END_TEST

CHECK_MAIN("misuse",
    test_misuse_low_address_is_seen_in_the_call,
    test_misuse_foreign_address_is_reported,
    test_misuse_of_a_cache_without_slabs_is_reported,
    test_misuse_object_of_a_slab_gone_back_is_reported,
    test_misuse_interior_address_is_reported,
    test_misuse_object_never_handed_out_is_reported,
    test_misuse_address_before_the_objects_is_reported,
    test_misuse_address_behind_the_objects_is_reported,
    test_misuse_double_free_in_a_row_is_seen_in_the_call,
    test_misuse_double_free_later_is_seen_by_the_slab_layer,
    test_misuse_free_after_reset_is_a_double_free,
    test_misuse_in_a_row_in_a_bulk_is_seen_in_the_call,
    test_misuse_seen_by_an_allocation_costs_no_object,
    test_misuse_in_a_bulk_is_reported,
    test_misuse_ends_the_program_with_one_line,
    test_misuse_ends_the_program_without_stderr_too,
    test_misuse_handler_that_returns_is_followed_by_abort,
    test_misuse_of_a_cache_with_a_long_name_is_reported);
