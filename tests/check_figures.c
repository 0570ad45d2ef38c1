/* SPDX-License-Identifier: MIT */
/* The contract of a cache's figures: stats, dump, leaks. */
#include "check_support.h"

#define SIZE 40
#define MANY 3000

static char *objects[MANY];

static slab_cache *build_filled(struct memory *memory, slab_builder *builder)
{
	slab_cache *cache = memory_build(memory, builder);

	ck_assert_ptr_nonnull(cache);
	ck_assert_uint_eq(slab_alloc_bulk(cache, MANY, (void **)objects),
	    MANY);
	return cache;
}

static void end(slab_cache *cache, struct memory *memory)
{
	ck_assert_intact(cache);
	slab_reset(cache);
	ck_assert_int_eq(slab_destroy(cache), 0);
	ck_assert(memory_end(memory));
}

/* What a stream of the C library got, as a string. */
struct page {
	FILE *stream;
	char *text;
	size_t length;
};

static void page_open(struct page *page)
{
	page->stream = open_memstream(&page->text, &page->length);
	ck_assert_ptr_nonnull(page->stream);
}

static const char *page_text(struct page *page)
{
	fflush(page->stream);
	return page->text;
}

static void page_close(struct page *page)
{
	fclose(page->stream);
	free(page->text);
}

/* stats ------------------------------------------------------------------ */

static void consistent(slab_cache *cache, const struct memory *memory)
{
	slab_statistics s = stats_of(cache);

	ck_assert_uint_eq(s.slabs, s.slabs_full + s.slabs_partial +
	    s.slabs_empty);
	ck_assert_uint_eq(s.slabs, s.slabs_created - s.slabs_released);
	ck_assert_uint_eq(s.capacity, s.slabs * s.objects_per_slab);
	ck_assert_uint_le(s.live + s.cached, s.capacity);
	ck_assert_uint_ge(s.stride, s.object_size);
	ck_assert_uint_ge(s.slab_size, s.stride * s.objects_per_slab);
	ck_assert_uint_ge(s.bytes_reserved, s.slabs * s.slab_size);
	ck_assert_uint_le(s.bytes_purged, s.bytes_reserved);
	ck_assert_uint_ge(s.constructed, s.destructed);
	if (memory->kind >= MEMORY_USER_ALIGNED)
		ck_assert_uint_eq(s.bytes_reserved, memory->counting.bytes);
}

START_TEST(test_stats_add_up)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++) {
		struct memory memory = { .kind = kind };
		slab_cache *cache = build_filled(&memory,
		    slab_builder_magazine(slab_builder_new(SIZE), 10));

		consistent(cache, &memory);
		ck_assert_uint_eq(stats_of(cache).live, MANY);
		slab_free(cache, objects[0]);
		objects[0] = slab_alloc(cache);
		slab_free_bulk(cache, MANY, (void **)objects);
		consistent(cache, &memory);
		ck_assert_uint_eq(stats_of(cache).live, 0);
		ck_assert_uint_ge(stats_of(cache).cached, MANY);
		ck_assert_uint_gt(stats_of(cache).flushes, 0);
		slab_reap(cache);
		consistent(cache, &memory);
		ck_assert_uint_eq(stats_of(cache).cached, 0);
		end(cache, &memory);
	}
}
END_TEST

static int pass_by(void *object, void *arg)
{
	(void)object;
	(void)arg;
	return 0;
}

START_TEST(test_stats_count_refills_and_flushes)
{
	slab_cache *cache = slab_builder_build(slab_builder_magazine(
	    slab_builder_new(SIZE), 10));
	uint64_t refills, flushes;

	/* Objects that have been used, all in their slab. */
	ck_assert_uint_eq(slab_alloc_bulk(cache, 40, (void **)objects), 40);
	slab_free_bulk(cache, 40, (void **)objects);
	ck_assert_int_eq(slab_foreach(cache, pass_by, NULL), 0);
	refills = stats_of(cache).refills;
	flushes = stats_of(cache).flushes;
	for (size_t i = 0; i < 10; i++)
		objects[i] = slab_alloc(cache);
	ck_assert_uint_eq(stats_of(cache).refills - refills, 2);
	for (size_t i = 0; i < 10; i++)
		slab_free(cache, objects[i]);
	ck_assert_uint_eq(stats_of(cache).flushes, flushes);
	for (size_t i = 0; i < 20; i++)
		objects[i] = slab_alloc(cache);
	for (size_t i = 0; i < 20; i++)
		slab_free(cache, objects[i]);
	ck_assert_uint_eq(stats_of(cache).refills - refills, 4);
	ck_assert_uint_eq(stats_of(cache).flushes - flushes, 2);
	slab_destroy(cache);
}
END_TEST

/*
 * The default one begins small; what is never freed does not make it grow.
 * Memory of a user is not faulted in block by block, so that 128 are to be had.
 */
START_TEST(test_magazine_that_may_grow_is_filled_whole)
{
	struct memory memory = { .kind = MEMORY_USER_ALIGNED };
	slab_cache *cache = memory_build(&memory, slab_builder_new(SIZE));

	for (size_t i = 0; i < 256; i++)
		objects[i] = slab_alloc(cache);
	ck_assert_uint_eq(stats_of(cache).refills, 2);
	slab_free_bulk(cache, 256, (void **)objects);
	end(cache, &memory);
}
END_TEST

START_TEST(test_stats_count_full_partial_and_empty_slabs)
{
	slab_cache *cache = slab_builder_build(slab_builder_working_period(
	    slab_builder_magazine(slab_builder_slab_size(slab_builder_new(
	    support_page() / 40), 1), 0), SLAB_PERIOD_NEVER));
	size_t n = stats_of(cache).objects_per_slab;

	ck_assert_uint_lt(2 * n, MANY);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 2 * n, (void **)objects),
	    2 * n);
	ck_assert_uint_eq(stats_of(cache).slabs_full, 2);
	slab_free(cache, objects[0]);
	ck_assert_uint_eq(stats_of(cache).slabs_full, 1);
	ck_assert_uint_eq(stats_of(cache).slabs_partial, 1);
	for (size_t i = 1; i < 2 * n; i++)
		slab_free(cache, objects[i]);
	ck_assert_uint_eq(stats_of(cache).slabs_empty, 2);
	ck_assert_uint_eq(stats_of(cache).slabs_partial, 0);
	ck_assert_uint_eq(stats_of(cache).cached, 2 * n);
	ck_assert_uint_eq(slab_alloc_bulk(cache, 3, (void **)objects), 3);
	ck_assert_uint_eq(stats_of(cache).cached, 2 * n - 3);
	slab_free_bulk(cache, 3, (void **)objects);
	slab_destroy(cache);
}
END_TEST

START_TEST(test_stats_write_only_what_the_caller_knows)
{
	struct {
		slab_statistics figures;
		size_t after[4];
	} room;
	slab_cache *cache = slab_builder_build(slab_builder_new(SIZE));

	for (size_t size = sizeof(size_t); size <= sizeof(room);
	    size += sizeof(size_t)) {
		const char *end = (const char *)&room + size;

		memset(&room, 0xA5, sizeof(room));
		room.figures.struct_size = size;
		slab_stats(cache, &room.figures);
		ck_assert(support_all_bytes(end, 0xA5, sizeof(room) - size));
		ck_assert_uint_eq(room.figures.struct_size, size);
		if (size >= offsetof(slab_statistics, align))
			ck_assert_uint_eq(room.figures.object_size, SIZE);
	}
	ck_assert_uint_eq(room.figures.slabs_released, 0);
	slab_destroy(cache);
}
END_TEST

/* dump, leaks ------------------------------------------------------------ */

START_TEST(test_dump_names_the_cache)
{
	struct page page;
	slab_cache *cache = slab_builder_build(slab_builder_name(
	    slab_builder_new(SIZE), "peculiar"));

	page_open(&page);
	ck_assert_int_eq(slab_dump(cache, page.stream), 0);
	ck_assert_ptr_nonnull(strstr(page_text(&page), "peculiar"));
	page_close(&page);
	slab_destroy(cache);
}
END_TEST

static slab_builder *peculiar(const char *name)
{
	return slab_builder_name(slab_builder_new(SIZE), name);
}

START_TEST(test_dump_of_null_is_a_table_of_all_caches)
{
	static char buffer[2][16384];
	slab_cache *cache[] = {
		slab_builder_build(peculiar("peculiar-0")),
		slab_builder_build_mmap(peculiar("peculiar-1")),
		slab_builder_build_buffer(peculiar("peculiar-2"), buffer[0],
		    sizeof(buffer[0])),
		slab_builder_build_buffer(peculiar("peculiar-3"), buffer[1],
		    sizeof(buffer[1])),
	};

	for (size_t gone = 0; gone <= COUNT(cache); gone++) {
		struct page page;

		page_open(&page);
		ck_assert_int_eq(slab_dump(NULL, page.stream), 0);
		for (size_t i = 0; i < COUNT(cache); i++) {
			char name[] = "peculiar-0";

			name[sizeof(name) - 2] += (char)i;
			ck_assert(!strstr(page_text(&page), name) == (i < gone));
		}
		page_close(&page);
		if (gone < COUNT(cache))
			ck_assert_int_eq(slab_destroy(cache[gone]), 0);
	}
}
END_TEST

START_TEST(test_dump_to_a_stream_that_fails_tells_it)
{
	FILE *full = fopen("/dev/full", "w");
	slab_cache *cache = slab_builder_build(slab_builder_new(SIZE));

	if (full != NULL) {
		setvbuf(full, NULL, _IONBF, 0);
		ck_assert_fails(slab_dump(cache, full) == 0, ENOSPC);
		ck_assert_fails(slab_dump(NULL, full) == 0, ENOSPC);
		fclose(full);
	}
	slab_destroy(cache);
}
END_TEST

START_TEST(test_leaks_are_reported_line_by_line)
{
	struct page page;
	struct memory memory = { .kind = MEMORY_HEAP };
	slab_cache *cache = build_filled(&memory, slab_builder_new(SIZE));
	size_t lines = 0;
	char address[32];

	slab_free_bulk(cache, MANY - 10, (void **)objects);
	page_open(&page);
	ck_assert_uint_eq(slab_report_leaks(cache, page.stream), 10);
	for (const char *at = page_text(&page); *at != '\0'; at++)
		lines += *at == '\n';
	ck_assert_uint_eq(lines, 10);
	for (size_t i = MANY - 10; i < MANY; i++) {
		snprintf(address, sizeof(address), "0x%zx",
		    (size_t)(uintptr_t)objects[i]);
		ck_assert_ptr_nonnull(strstr(page.text, address));
	}
	page_close(&page);
	end(cache, &memory);
}
END_TEST

START_TEST(test_leaks_of_a_clean_cache_are_none)
{
	struct page page;
	slab_cache *cache = slab_builder_build(slab_builder_new(SIZE));

	page_open(&page);
	slab_free(cache, slab_alloc(cache));
	ck_assert_uint_eq(slab_report_leaks(cache, page.stream), 0);
	ck_assert_str_eq(page_text(&page), "");
	page_close(&page);
	slab_destroy(cache);
}
END_TEST

static void act_oom(void *arg)
{
	slab_oom(arg);
}

START_TEST(test_oom_prints_the_cache_and_aborts)
{
	char text[4096];
	slab_cache *cache = slab_builder_build(slab_builder_name(
	    slab_builder_new(SIZE), "peculiar"));

	ck_assert(support_aborts(act_oom, cache, text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text,
	    "cache \"peculiar\": out of memory\n"));
	ck_assert_ptr_nonnull(strstr(text, "0 live"));
	slab_destroy(cache);
}
END_TEST

CHECK_MAIN("figures",
    test_stats_add_up,
    test_stats_count_refills_and_flushes,
    test_magazine_that_may_grow_is_filled_whole,
    test_stats_count_full_partial_and_empty_slabs,
    test_stats_write_only_what_the_caller_knows,
    test_dump_names_the_cache,
    test_dump_of_null_is_a_table_of_all_caches,
    test_dump_to_a_stream_that_fails_tells_it,
    test_leaks_are_reported_line_by_line,
    test_leaks_of_a_clean_cache_are_none,
    test_oom_prints_the_cache_and_aborts);
