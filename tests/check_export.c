/* SPDX-License-Identifier: MIT */
/* The table of figures, and what other programs read: JSON, OpenMetrics. */
#include "check_support.h"

#include <unistd.h>

#define SIZE 40

static slab_builder *named(const char *name)
{
	return slab_builder_name(slab_builder_new(SIZE), name);
}

/* What was written of a cache, or of all, as a string to be freed. */
static char *written(const slab_cache *cache, slab_format format)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	ck_assert_int_eq(slab_dump_as(cache, stream, format), 0);
	fclose(stream);
	ck_assert_uint_eq(strlen(text), length);
	return text;
}

static bool says(const slab_cache *cache, slab_format format, const char *what)
{
	char *text = written(cache, format);
	bool found = strstr(text, what) != NULL;

	if (!found)
		printf("\"%s\" is not in %s", what, text);
	free(text);
	return found;
}

/* The table --------------------------------------------------------------- */

START_TEST(test_fields_cover_the_structure_in_its_order)
{
	size_t next = offsetof(slab_statistics, object_size), n;
	const slab_field *field;

	for (n = 0; (field = slab_statistics_field(n)) != NULL; n++) {
		ck_assert_uint_ge(field->offset, next);
		ck_assert_uint_lt(field->offset - next, sizeof(uint64_t));
		ck_assert(field->size == sizeof(size_t) ||
		    field->size == sizeof(uint64_t));
		ck_assert_uint_gt(strlen(field->help), 10);
		next = field->offset + field->size;
	}
	ck_assert_uint_le(sizeof(slab_statistics) - next, 4);
	ck_assert_uint_eq(n, 31);
	ck_assert_ptr_null(slab_statistics_field(n + 1));
	ck_assert_ptr_null(slab_statistics_field(SIZE_MAX));
}
END_TEST

START_TEST(test_fields_tell_counters_from_gauges)
{
	static const char *const counters = " constructed destructed refills "
	    "flushes slabs_created slabs_released failures oom_calls "
	    "limit_hits purges depot_visits ";
	const slab_field *field;

	for (size_t n = 0; (field = slab_statistics_field(n)) != NULL; n++) {
		char word[64];
		bool counter;

		snprintf(word, sizeof(word), " %s ", field->name);
		counter = strstr(counters, word) != NULL;
		ck_assert_int_eq(field->kind, counter ? SLAB_COUNTER :
		    SLAB_GAUGE);
		ck_assert(!counter || field->size == sizeof(uint64_t));
	}
}
END_TEST

/* New figures ------------------------------------------------------------- */

START_TEST(test_peak_stays_where_most_objects_were_out)
{
	void *objects[1000];
	slab_cache *cache = slab_builder_build_mmap(named("peak"));
	size_t peak;

	ck_assert_uint_eq(stats_of(cache).peak, 0);
	slab_alloc_bulk(cache, 1000, objects);
	peak = stats_of(cache).peak;
	ck_assert_uint_ge(peak, 1000);
	slab_free_bulk(cache, 1000, objects);
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).peak, peak);
	slab_alloc_bulk(cache, 10, objects);
	ck_assert_uint_eq(stats_of(cache).peak, peak);
	slab_free_bulk(cache, 10, objects);
	slab_destroy(cache);
}
END_TEST

static bool give_up(slab_cache *cache, void *arg)
{
	(void)cache;
	++*(int *)arg;
	return false;
}

START_TEST(test_failures_and_their_reasons_are_counted)
{
	void *objects[12];
	int calls = 0;
	slab_cache *cache = slab_builder_build(slab_builder_oom(
	    slab_builder_limit(named("limited"), 10), give_up, &calls));
	slab_statistics s;

	ck_assert_uint_eq(stats_of(cache).limit, 10);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 12, objects), 10);
	ck_assert_fails(slab_alloc(cache), ENOMEM);
	s = stats_of(cache);
	ck_assert_uint_eq(s.failures, 2);
	ck_assert_uint_ge(s.limit_hits, 2);
	ck_assert_uint_eq(s.oom_calls, (size_t)calls);
	slab_free_bulk(cache, 10, objects);
	slab_destroy(cache);
	cache = slab_builder_build(named("unlimited"));
	ck_assert_uint_eq(stats_of(cache).limit, SIZE_MAX);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_oom_calls_are_counted)
{
	static char buffer[4096];
	int calls = 0;
	slab_cache *cache = slab_builder_build_buffer(slab_builder_oom(
	    named("small"), give_up, &calls), buffer, sizeof(buffer));

	while (slab_alloc(cache) != NULL)
		;
	ck_assert_int_eq(calls, 1);
	ck_assert_uint_eq(stats_of(cache).oom_calls, 1);
	ck_assert_uint_eq(stats_of(cache).failures, 1);
	slab_reset(cache);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_rounds_are_those_of_the_magazine)
{
	void *objects[20];
	slab_cache *cache = slab_builder_build(slab_builder_magazine(
	    named("rounds"), 100));
	slab_statistics s;

	slab_alloc_bulk(cache, 20, objects);
	slab_free_bulk(cache, 20, objects);
	s = stats_of(cache);
	ck_assert_uint_ge(s.rounds, 20);
	ck_assert_uint_eq(s.rounds_most, 100);
	slab_reap(cache);
	ck_assert_uint_eq(stats_of(cache).rounds, 0);
	slab_destroy(cache);
}
END_TEST

#define MANY 20000

/* Within 5 % and 16 KiB of what is resident, where each object is written. */
START_TEST(test_touched_is_about_what_is_resident)
{
	static void *objects[MANY];
	static const size_t sizes[] = { 16, 64, 200, 1000, 4000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		slab_cache *cache = slab_builder_build_mmap(
		    slab_builder_working_period(slab_builder_huge_pages(
		    slab_builder_new(sizes[i]), SLAB_HUGE_PAGES_NEVER), 0));
		size_t n = i < 3 ? MANY : MANY / 10, resident, touched;

		slab_alloc_bulk(cache, n, objects);
		for (size_t k = 0; k < n; k++)
			memset(objects[k], 1, sizes[i]);
		resident = slab_bytes_resident(cache);
		if (resident == 0)
			continue; /* nobody says */
		touched = stats_of(cache).bytes_touched;
		ck_assert_uint_le(touched, resident + resident / 20 + 16384);
		if (support_page() == 4096)
			ck_assert_uint_le(resident,
			    touched + touched / 20 + 65536);
		slab_free_bulk(cache, n, objects);
		slab_reap(cache);
		ck_assert_uint_le(slab_bytes_resident(cache), resident / 2);
		slab_destroy(cache);
	}
}
END_TEST

/* JSON, OpenMetrics ------------------------------------------------------- */

START_TEST(test_json_has_every_figure_on_one_line)
{
	slab_cache *cache = slab_builder_build(named("js"));
	char *text, start[100];
	const slab_field *field;

	slab_free(cache, slab_alloc(cache));
	text = written(cache, SLAB_FORMAT_JSON);
	snprintf(start, sizeof(start), "{\"version\":1,\"library\":\"%s\","
	    "\"pid\":%ld,\"caches\":[{\"name\":\"js\",", slab_version(),
	    (long)getpid());
	ck_assert(strncmp(text, start, strlen(start)) == 0);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	for (size_t n = 0; (field = slab_statistics_field(n)) != NULL; n++) {
		char key[64];

		snprintf(key, sizeof(key), "\"%s\":", field->name);
		ck_assert_ptr_nonnull(strstr(text, key));
	}
	ck_assert_ptr_nonnull(strstr(text, "\"object_size\":40,"));
	ck_assert_ptr_nonnull(strstr(text, "\"live\":0,"));
	free(text);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_json_of_all_caches_separates_them)
{
	slab_cache *one = slab_builder_build(named("one"));
	slab_cache *two = slab_builder_build(named("two"));

	ck_assert(says(NULL, SLAB_FORMAT_JSON, "},{\"name\":\"one\""));
	ck_assert(says(NULL, SLAB_FORMAT_JSON, "\"caches\":[{\"name\":\"two\""));
	slab_destroy(one);
	slab_destroy(two);
	ck_assert(says(NULL, SLAB_FORMAT_JSON, "\"caches\":[]}"));
}
END_TEST

START_TEST(test_names_of_any_bytes_are_valid_in_every_format)
{
	static const struct {
		const char *name, *json, *label, *text;
	} cases[] = {
		{ "a\"b\\c", "a\\\"b\\\\c", "a\\\"b\\\\c", "a\\\"b\\\\c" },
		{ "a\nb", "a\\nb", "a\\nb", "a\\x0ab" },
		{ "a\x1b[2J", "a\\u001b[2J", "a\x1b[2J", "a\\x1b[2J" },
		{ "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80.",
		    "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80.",
		    "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80.",
		    "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80." },
		{ "a\xFF" "b", "a\xEF\xBF\xBD" "b", "a\xEF\xBF\xBD" "b",
		    "a\\xffb" },
		{ "a\xC0\x80" "b", "a\xEF\xBF\xBD\xEF\xBF\xBD" "b",
		    "a\xEF\xBF\xBD\xEF\xBF\xBD" "b", "a\\xc0\\x80b" },
		{ "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
		    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
		    "\\xed\\xa0\\x80" },
		{ "a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD",
		    "a\xEF\xBF\xBD\xEF\xBF\xBD", "a\\xe2\\x82" },
		{ "a\xC2\x9B" "b", "a\xC2\x9B" "b", "a\xC2\x9B" "b",
		    "a\\xc2\\x9bb" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		slab_cache *cache = slab_builder_build(named(cases[i].name));
		char line[200];

		snprintf(line, sizeof(line), "{\"name\":\"%s\",",
		    cases[i].json);
		ck_assert(says(cache, SLAB_FORMAT_JSON, line));
		snprintf(line, sizeof(line), "\nslab_live{cache=\"%s\",id=\"",
		    cases[i].label);
		ck_assert(says(cache, SLAB_FORMAT_OPENMETRICS, line));
		snprintf(line, sizeof(line), "cache \"%s\"\n", cases[i].text);
		ck_assert(says(cache, SLAB_FORMAT_TEXT, line));
		snprintf(line, sizeof(line), "\n%s ", cases[i].text);
		ck_assert(says(NULL, SLAB_FORMAT_TEXT, line));
		slab_destroy(cache);
	}
}
END_TEST

START_TEST(test_long_names_are_cut_between_characters)
{
	static char name[3001];
	slab_cache *cache;
	char *text;

	for (size_t i = 0; i < 1000; i++)
		memcpy(name + 3 * i, "\xE2\x82\xAC", 3);
	cache = slab_builder_build(named(name));
	ck_assert_str_eq(slab_cache_name(cache), name);
	text = written(cache, SLAB_FORMAT_JSON);
	ck_assert_ptr_null(strstr(text, "\xEF\xBF\xBD"));
	ck_assert_ptr_nonnull(strstr(text, "\xE2\x82\xAC\",\"id\":"));
	free(text);
	text = written(cache, SLAB_FORMAT_TEXT);
	ck_assert_ptr_nonnull(strstr(text, "\xE2\x82\xAC\"\n"));
	free(text);
	slab_destroy(cache);
	/* The longest text that a name may become. */
	memset(name, 1, sizeof(name) - 1);
	cache = slab_builder_build(named(name));
	ck_assert(says(cache, SLAB_FORMAT_JSON, "}]}\n"));
	slab_destroy(cache);
}
END_TEST

START_TEST(test_openmetrics_has_a_family_for_every_figure)
{
	slab_cache *twins[] = { slab_builder_build(named("twin")),
	    slab_builder_build(named("twin")) };
	char *text = written(NULL, SLAB_FORMAT_OPENMETRICS);
	const slab_field *field;
	size_t lines = 0, fields = 0;

	for (; (field = slab_statistics_field(fields)) != NULL; fields++) {
		char line[100];

		snprintf(line, sizeof(line), "# TYPE slab_%s %s\n",
		    field->name, field->kind == SLAB_COUNTER ? "counter" :
		    "gauge");
		ck_assert_ptr_nonnull(strstr(text, line));
		snprintf(line, sizeof(line), "\nslab_%s%s{cache=\"twin\",id=\"",
		    field->name, field->kind == SLAB_COUNTER ? "_total" : "");
		ck_assert_ptr_nonnull(strstr(text, line));
	}
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	ck_assert_uint_eq(lines, 4 * fields + 1);
	ck_assert_str_eq(text + strlen(text) - 6, "# EOF\n");
	free(text);
	slab_destroy(twins[0]);
	slab_destroy(twins[1]);
}
END_TEST

START_TEST(test_formats_that_are_none_are_refused)
{
	FILE *stream = tmpfile();

	ck_assert_fails(slab_dump_as(NULL, stream, (slab_format)3) == 0,
	    EINVAL);
	ck_assert_words("format 3");
	ck_assert_int_eq(ftell(stream), 0);
	fclose(stream);
}
END_TEST

START_TEST(test_streams_that_fail_are_noticed_in_every_format)
{
	for (int format = 0; format < 3; format++) {
		FILE *full = fopen("/dev/full", "w");
		FILE *read_only = fopen("/dev/null", "r");

		if (full != NULL) {
			ck_assert_fails(slab_dump_as(NULL, full,
			    (slab_format)format) == 0, ENOSPC);
			fclose(full);
		}
		ck_assert_fails(slab_dump_as(NULL, read_only,
		    (slab_format)format) == 0, EBADF);
		fclose(read_only);
	}
}
END_TEST

/* No lock while foreign code runs ----------------------------------------- */

static ssize_t build_and_destroy(void *cookie, const char *bytes, size_t size)
{
	slab_cache *cache = slab_builder_build_mmap(slab_builder_new(64));

	(void)cookie;
	(void)bytes;
	ck_assert_ptr_nonnull(cache);
	slab_destroy(cache);
	return (ssize_t)size;
}

START_TEST(test_writers_of_streams_may_build_caches)
{
	slab_cache *one = slab_builder_build(named("one"));
	slab_cache *two = slab_builder_build(named("two"));

	for (int format = 0; format < 3; format++) {
		FILE *stream = fopencookie(NULL, "w",
		    (cookie_io_functions_t){ .write = build_and_destroy });

		setvbuf(stream, NULL, _IONBF, 0);
		ck_assert_int_eq(slab_dump_as(NULL, stream,
		    (slab_format)format), 0);
		ck_assert_int_eq(slab_dump_as(one, stream,
		    (slab_format)format), 0);
		fclose(stream);
	}
	slab_destroy(one);
	slab_destroy(two);
}
END_TEST

/* Walks ------------------------------------------------------------------- */

#define CACHES 50

struct tour {
	slab_cache *caches[CACHES];
	size_t seen;
	size_t step; /* which of them a visit destroys after itself */
};

static size_t place(const struct tour *tour, const slab_cache *cache)
{
	size_t i = 0;

	while (i < CACHES && tour->caches[i] != cache)
		i++;
	return i;
}

/* Destroys this cache, or the next one, or one far away; builds another. */
static int destroy_some(const slab_cache *cache, void *arg)
{
	struct tour *tour = arg;
	size_t at = place(tour, cache);
	size_t victim = at >= tour->step ? at - tour->step : CACHES;

	ck_assert_msg(at < CACHES, "a cache that has gone, or is new");
	tour->seen++;
	if (victim < CACHES && tour->caches[victim] != NULL) {
		slab_destroy(tour->caches[victim]);
		tour->caches[victim] = NULL;
	}
	slab_destroy(slab_builder_build(named("passing")));
	return 0;
}

START_TEST(test_visits_may_destroy_any_cache)
{
	static char buffers[CACHES][8192];

	for (size_t step = 0; step < 4; step++) {
		struct tour tour = { .step = step };

		for (size_t i = 0; i < CACHES; i++)
			tour.caches[i] = i % 2 == 0 ?
			    slab_builder_build(named("toured")) :
			    slab_builder_build_buffer(named("toured"),
			    buffers[i], sizeof(buffers[i]));
		ck_assert_int_eq(slab_each_cache(destroy_some, &tour), 0);
		ck_assert_uint_ge(tour.seen, CACHES / 3);
		ck_assert(step > 0 || tour.seen == CACHES);
		for (size_t i = 0; i < CACHES; i++)
			slab_destroy(tour.caches[i]);
	}
}
END_TEST

static int walk_inside(const slab_cache *cache, void *arg)
{
	struct tour *tour = arg;

	(void)cache;
	if (tour->step < 12) {
		tour->step++;
		slab_each_cache(walk_inside, tour);
		tour->step--;
	}
	tour->seen++;
	return tour->step == 12 ? 7 : 0;
}

START_TEST(test_more_walks_at_a_time_than_there_are_hints)
{
	struct tour tour = { .seen = 0 };
	slab_cache *one = slab_builder_build(named("one"));
	slab_cache *two = slab_builder_build(named("two"));

	ck_assert_int_eq(slab_each_cache(walk_inside, &tour), 0);
	/* Two visits at each of 12 levels, and one each at the last. */
	ck_assert_uint_eq(tour.seen, (2 << 11) * 2 + (2 << 11) - 2);
	slab_destroy(one);
	slab_destroy(two);
}
END_TEST

static int stop_at_once(const slab_cache *cache, void *arg)
{
	*(const slab_cache **)arg = cache;
	return -3;
}

START_TEST(test_visits_end_the_walk_by_their_result)
{
	slab_cache *one = slab_builder_build(named("one"));
	slab_cache *two = slab_builder_build(named("two"));
	const slab_cache *seen = NULL;

	ck_assert_int_eq(slab_each_cache(stop_at_once, &seen), -3);
	ck_assert_ptr_eq(seen, two);
	slab_destroy(two);
	slab_destroy(one);
	ck_assert_int_eq(slab_each_cache(stop_at_once, &seen), 0);
}
END_TEST

CHECK_MAIN("export",
    test_fields_cover_the_structure_in_its_order,
    test_fields_tell_counters_from_gauges,
    test_peak_stays_where_most_objects_were_out,
    test_failures_and_their_reasons_are_counted,
    test_oom_calls_are_counted,
    test_rounds_are_those_of_the_magazine,
    test_touched_is_about_what_is_resident,
    test_json_has_every_figure_on_one_line,
    test_json_of_all_caches_separates_them,
    test_names_of_any_bytes_are_valid_in_every_format,
    test_long_names_are_cut_between_characters,
    test_openmetrics_has_a_family_for_every_figure,
    test_formats_that_are_none_are_refused,
    test_streams_that_fail_are_noticed_in_every_format,
    test_writers_of_streams_may_build_caches,
    test_visits_may_destroy_any_cache,
    test_more_walks_at_a_time_than_there_are_hints,
    test_visits_end_the_walk_by_their_result);
