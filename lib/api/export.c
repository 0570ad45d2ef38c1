/* SPDX-License-Identifier: MIT */
/* Owns the formats for programs: JSON and OpenMetrics 1.0. */
#include "api/export.h"

#include <inttypes.h>

#include "api/figures.h"
#include "base/os_look.h"
#include "cache/cache.h"

static void
format_json(const slab_cache *cache, struct slabi_export *export)
{
	slab_statistics figures = slabi_figures_of(cache);
	struct slabi_text *text = &export->text;
	const slab_field *field;
	size_t n;

	slabi_text_add(text, "%s{\"name\":\"", export->written ? "," : "");
	slabi_text_add_name(text, slab_cache_name(cache), SLABI_NAME_LONG,
	    SLABI_TEXT_JSON);
	slabi_text_add(text, "\",\"id\":%" PRIu64, cache->entry.id);
	for (n = 0; (field = slab_statistics_field(n)); n++)
		slabi_text_add(text, ",\"%s\":%" PRIu64, field->name,
		    slabi_figure(&figures, field));
	slabi_text_add(text, "}");
}

int
slabi_export_json(struct slabi_export *export)
{
	export->format = format_json;
	slabi_text_add(&export->text, "{\"version\":1,\"library\":\"%s\","
	    "\"pid\":%ld,\"caches\":[", slab_version(), slabi_os_process());
	slabi_export_write(export);
	slabi_export_caches(export);
	slabi_text_add(&export->text, "]}\n");
	slabi_export_write(export);
	return 0;
}

/* One figure of one cache. */
static void
format_sample(const slab_cache *cache, struct slabi_export *export)
{
	slab_statistics figures = slabi_figures_of(cache);
	const slab_field *field = export->field;
	struct slabi_text *text = &export->text;

	slabi_text_add(text, "slab_%s%s{cache=\"", field->name,
	    field->kind == SLAB_COUNTER ? "_total" : "");
	slabi_text_add_name(text, slab_cache_name(cache), SLABI_NAME_LONG,
	    SLABI_TEXT_LABEL);
	slabi_text_add(text, "\",id=\"%" PRIu64 "\"} %" PRIu64 "\n",
	    cache->entry.id, slabi_figure(&figures, field));
}

int
slabi_export_openmetrics(struct slabi_export *export)
{
	size_t n;

	export->format = format_sample;
	for (n = 0; (export->field = slab_statistics_field(n)); n++) {
		const slab_field *field = export->field;

		slabi_text_add(&export->text, "# TYPE slab_%s %s\n"
		    "# HELP slab_%s %s\n", field->name,
		    field->kind == SLAB_COUNTER ? "counter" : "gauge",
		    field->name, field->help);
		slabi_export_write(export);
		slabi_export_caches(export);
	}
	slabi_text_add(&export->text, "# EOF\n");
	slabi_export_write(export);
	return 0;
}
