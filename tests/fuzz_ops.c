/* SPDX-License-Identifier: MIT */
/*
 * Bytes are operations on a cache beside its model.  For libFuzzer
 * (compiled with -DFUZZER -fsanitize=fuzzer), or, with files as arguments,
 * replayed; without arguments the files of tests/corpus are.
 *
 * The first four bytes draw the wishes; then two bytes are one operation.
 */
#include "model.h"

#include <dirent.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t random = 0;
	struct wishes wishes;
	struct model *model;

	if (size < 4)
		return 0;
	for (size_t i = 0; i < 4; i++)
		random = random << 8 | data[i];
	wishes = wishes_draw(&random);
	model = model_new(&wishes, random);
	if (model == NULL)
		return 0;
	for (size_t i = 4; i + 1 < size; i += 2)
		model_do(model, data[i] % OPERATIONS, data[i + 1]);
	model_end(model);
	return 0;
}

#ifndef FUZZER

static void replay(const char *path)
{
	static uint8_t data[65536];
	FILE *file = fopen(path, "rb");
	size_t size;

	REQUIRE(file != NULL);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	printf("%s: %zu bytes\n", path, size);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
}

static int replay_corpus(void)
{
	const char *srcdir = getenv("srcdir");
	char folder[1024], path[2048];
	struct dirent *entry;
	int n = 0;
	DIR *corpus;

	snprintf(folder, sizeof(folder), "%s/tests/corpus",
	    srcdir == NULL ? "." : srcdir);
	corpus = opendir(folder);
	if (corpus == NULL)
		return SKIPPED;
	while ((entry = readdir(corpus)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		replay(path);
		n++;
	}
	closedir(corpus);
	return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	support_start();
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	return argc > 1 ? EXIT_SUCCESS : replay_corpus();
}

#endif
