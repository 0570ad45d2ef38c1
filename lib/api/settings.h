/* SPDX-License-Identifier: MIT */
/* The words of SLAB_DEBUG and what they mean, whatever caches they are for. */
#ifndef SLABI_SETTINGS_H
#define SLABI_SETTINGS_H

#include "cache/options.h"

/* A piece of the variable, which does not end with a 0. */
struct slabi_text {
	const char *at; /* NULL: there is none */
	size_t size;
};

/* What words ask for that are for the whole process. */
struct slabi_process {
	bool leaks;
	bool help;
	struct slabi_text log; /* a file's name; at NULL: none */
};

/*
 * Take the next part off a text, up to a separator or its end.  Returns false
 * when nothing is left.
 */
bool slabi_text_next(struct slabi_text *rest, char separator,
    struct slabi_text *part);
/* Cut a text at a separator.  Returns what is behind it; at NULL: no such. */
struct slabi_text slabi_text_cut(struct slabi_text *text, char separator);

/* Returns whether a word of these options is about caches. */
bool slabi_settings_for_caches(struct slabi_text options);
/* Change `options` and `process` as the words say; either may be NULL. */
void slabi_settings_apply(struct slabi_text words,
    struct slabi_options *options, struct slabi_process *process);
/* Print a line for each word that is unknown, or whose value is wrong. */
void slabi_settings_complain(struct slabi_text words);
/* Print all words. */
void slabi_settings_help(void);

/* Print a line about SLAB_DEBUG, in which `text` is quoted, to stderr. */
void slabi_settings_say(const char *before, struct slabi_text text,
    const char *after);

#endif
