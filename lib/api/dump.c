/* SPDX-License-Identifier: MIT */
/* Owns how figures are written to a stream, and their format for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "api/export.h"
#include "api/figures.h"
#include "api/registry.h"
#include "base/error.h"
#include "cache/cache.h"

void
slabi_export_write(struct slabi_export *export)
{
	fwrite(export->text.bytes, 1, export->text.length, export->stream);
	export->text.length = 0;
}

static void
format_locked(const slab_cache *cache, void *arg)
{
	struct slabi_export *export = arg;

	export->format(cache, export);
}

void
slabi_export_caches(struct slabi_export *export)
{
	struct slabi_walk walk = { 0, false, 0 };

	export->written = 0;
	if (export->only) {
		export->format(export->only, export);
		slabi_export_write(export);
		return;
	}
	while (slabi_registry_next(&walk, format_locked, export)) {
		export->written++;
		slabi_export_write(export);
	}
}

static void
format_one(const slab_cache *cache, struct slabi_export *export)
{
	slab_statistics s = slabi_figures_of(cache);
	bool aligned = cache->layer.system.calls->kind == SLAB_SYSTEM_ALIGNED;
	struct slabi_text *text = &export->text;

	slabi_text_add(text, "cache \"");
	slabi_text_add_name(text, slab_cache_name(cache), SLABI_NAME_SHORT,
	    SLABI_TEXT_PLAIN);
	slabi_text_add(text, "\"\n"
	    "  objects  %zu bytes, aligned to %zu, %zu apart\n"
	    "           %zu live, %zu cached, room for %zu, at most %zu ever\n"
	    "  slabs    %s, %zu bytes, %zu objects each\n"
	    "           %zu: %zu full, %zu partial, %zu empty\n"
	    "           %" PRIu64 " created, %" PRIu64 " released\n"
	    "  memory   %zu bytes touched, %zu idle\n"
	    "           %zu reserved, %zu purged in %" PRIu64 " calls\n",
	    s.object_size, s.align, s.stride, s.live, s.cached, s.capacity,
	    s.peak, aligned ? "aligned" : "large", s.slab_size,
	    s.objects_per_slab, s.slabs, s.slabs_full, s.slabs_partial,
	    s.slabs_empty, s.slabs_created, s.slabs_released, s.bytes_touched,
	    s.idle, s.bytes_reserved, s.bytes_purged, s.purges);
	slabi_text_add(text,
	    "  magazine %zu of %zu rounds, %" PRIu64 " refills, %" PRIu64
	    " flushes\n"
	    "  life     %" PRIu64 " constructed, %" PRIu64 " destructed\n"
	    "  refused  %" PRIu64 " calls, %" PRIu64 " by the limit, %" PRIu64
	    " calls of the handler\n",
	    s.rounds, s.rounds_most, s.refills, s.flushes, s.constructed,
	    s.destructed, s.failures, s.limit_hits, s.oom_calls);
}

static void
format_row(const slab_cache *cache, struct slabi_export *export)
{
	slab_statistics s = slabi_figures_of(cache);
	struct slabi_text *text = &export->text;
	size_t width;

	slabi_text_add_name(text, slab_cache_name(cache), SLABI_NAME_SHORT,
	    SLABI_TEXT_PLAIN);
	width = text->length < 24 ? 24 - text->length : 0;
	slabi_text_add(text, "%*s %10zu %10zu %10zu %8zu %12zu %12zu\n",
	    (int)width, "", s.object_size, s.live, s.cached, s.slabs,
	    s.bytes_touched, s.bytes_reserved);
}

static void
export_text(struct slabi_export *export)
{
	export->format = export->only ? format_one : format_row;
	if (!export->only)
		slabi_text_add(&export->text,
		    "%-24s %10s %10s %10s %8s %12s %12s\n", "cache", "size",
		    "live", "cached", "slabs", "touched", "reserved");
	slabi_export_write(export);
	slabi_export_caches(export);
}

int
slab_dump_as(const slab_cache *cache, FILE *stream, slab_format format)
{
	struct slabi_export export = { .stream = stream, .only = cache };
	int error = errno;

	errno = 0;
	switch (format) {
	case SLAB_FORMAT_TEXT:
		export_text(&export);
		break;
	case SLAB_FORMAT_JSON:
		if (slabi_export_json(&export) != 0)
			return -1;
		break;
	case SLAB_FORMAT_OPENMETRICS:
		if (slabi_export_openmetrics(&export) != 0)
			return -1;
		break;
	default:
		slabi_fail(EINVAL, "there is no format %d", (int)format);
		return -1;
	}
	if (fflush(stream) != 0 || ferror(stream)) {
		slabi_fail(errno != 0 ? errno : EIO,
		    "the figures could not be written");
		return -1;
	}
	errno = error;
	return 0;
}

int
slab_dump(const slab_cache *cache, FILE *stream)
{
	return slab_dump_as(cache, stream, SLAB_FORMAT_TEXT);
}

void
slab_oom(const slab_cache *cache)
{
	struct slabi_text name = { .length = 0 };

	slabi_text_add_name(&name, slab_cache_name(cache), SLABI_NAME_SHORT,
	    SLABI_TEXT_PLAIN);
	fprintf(stderr, "libslab: cache \"%s\": out of memory\n", name.bytes);
	slab_dump(cache, stderr);
	abort();
}
