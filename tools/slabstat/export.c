/* SPDX-License-Identifier: MIT */
/* Owns the formats for programs, which are those of slab_dump_as(). */
#include "output.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

static void
print_name(const char *name, enum slabi_text_style style)
{
	struct slabi_text text = { .length = 0 };

	slabi_text_add_name(&text, name, SLABI_NAME_LONG, style);
	printf("%s", text.bytes);
}

static int
figures_of(const struct output *output)
{
	return output->resident ? ALL_FIGURES : FIGURES;
}

static void
print_cache(const struct output *output, const struct seen *seen)
{
	int i;

	printf("{\"name\":\"");
	print_name(seen->name, SLABI_TEXT_JSON);
	printf("\",\"id\":%" PRIu64, seen->raw.id);
	for (i = 0; i < figures_of(output); i++) {
		printf(",\"%s\":", figure_info[i].name);
		if (seen->known[i])
			printf("%" PRIu64, seen->figures[i]);
		else
			printf("null");
	}
	printf("}");
}

void
output_json(const struct output *output, const struct target *target,
    const struct snapshot *snapshot)
{
	size_t i;

	printf("{\"version\":1,\"library\":\"");
	print_name(snapshot->registries[0].library, SLABI_TEXT_JSON);
	printf("\",\"pid\":");
	if (target->process != 0)
		printf("%ld", (long)target->process);
	else
		printf("null");
	printf(",\"caches\":[");
	for (i = 0; i < snapshot->count; i++) {
		if (i > 0)
			printf(",");
		print_cache(output, &snapshot->caches[i]);
	}
	printf("]}\n");
}

void
output_openmetrics(const struct output *output,
    const struct snapshot *snapshot)
{
	size_t n;
	int i;

	for (i = 0; i < figures_of(output); i++) {
		const struct figure_info *info = &figure_info[i];

		printf("# TYPE slab_%s %s\n# HELP slab_%s %s\n", info->name,
		    info->counter ? "counter" : "gauge", info->name,
		    info->help);
		for (n = 0; n < snapshot->count; n++) {
			const struct seen *seen = &snapshot->caches[n];

			if (!seen->known[i])
				continue;
			printf("slab_%s%s{cache=\"", info->name,
			    info->counter ? "_total" : "");
			print_name(seen->name, SLABI_TEXT_LABEL);
			printf("\",id=\"%" PRIu64 "\"} %" PRIu64 "\n",
			    seen->raw.id, seen->figures[i]);
		}
	}
	printf("# EOF\n");
}
