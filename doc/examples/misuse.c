/* SPDX-License-Identifier: MIT */
/*
 * What a double free looks like.  The handler stands in for a program's own
 * log; when it returns, the library calls abort().  This one leaves by longjmp,
 * which keeps the cache as it was before the bad call.
 */
#include <err.h>
#include <setjmp.h>
#include <slab.h>

static jmp_buf back;
static char report[256];

static void keep_report(const char *line)
{
	snprintf(report, sizeof(report), "%s", line);
	longjmp(back, 1);
}

/* Tries a wrong free, and prints the report. */
static void bad_free(slab_cache *cache, void *object)
{
	if (setjmp(back) == 0)
		slab_free(cache, object);
	else
		puts(report);
}

int main(void)
{
	slab_cache *cache = slab_builder_build(slab_builder_name(
	    slab_builder_magazine(slab_builder_new(64), 0), "conn"));
	int *object;

	if (cache == NULL || (object = slab_alloc(cache)) == NULL)
		err(1, "%s", slab_error());
	slab_set_misuse_handler(keep_report);

	slab_free(cache, object);
	bad_free(cache, object);
	bad_free(cache, &cache);

	if (slab_check(cache) != 0)
		errx(1, "%s", slab_error());
	return slab_destroy(cache);
}
