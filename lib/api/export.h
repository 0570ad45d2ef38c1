/* SPDX-License-Identifier: MIT */
/* Figures written to streams: what the formats share. */
#ifndef SLABI_EXPORT_H
#define SLABI_EXPORT_H

#include <slab.h>

#include "base/text.h"

/*
 * What is written of one cache.  It is formatted in memory while the cache
 * cannot go, and written when no lock is held: a stream may run code of the
 * program's, or wait.
 */
struct slabi_export {
	FILE *stream;
	const slab_cache *only; /* NULL: all caches */
	void (*format)(const slab_cache *cache, struct slabi_export *export);
	const slab_field *field; /* of formats that go figure by figure */
	size_t written;         /* caches so far */
	struct slabi_text text;
};

/* Writes the text so far; what the stream refuses is noticed at the end. */
void slabi_export_write(struct slabi_export *export);
/* Formats and writes each cache that is asked for. */
void slabi_export_caches(struct slabi_export *export);
/* These return 0, or -1 with errno if the format is not in this library. */
int slabi_export_json(struct slabi_export *export);
int slabi_export_openmetrics(struct slabi_export *export);

#endif
