/* SPDX-License-Identifier: MIT */
/* Owns the words of SLAB_DEBUG: their names, their values, what they do. */
#include "api/settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum value {
	VALUE_NONE,
	VALUE_NUMBER,
	VALUE_ONE_IN, /* a number, or 1/ and a number */
	VALUE_COPY,
	VALUE_FILE
};

struct word {
	const char *name;
	const char *usage;
	unsigned flags;
	enum value value;
	size_t place;         /* of the number in struct slabi_options */
	size_t least, most;
};

#define ALL (SLAB_DEBUG_CHECK | SLAB_DEBUG_REDZONE | SLAB_DEBUG_POISON | \
	SLAB_DEBUG_AUDIT | SLAB_DEBUG_QUARANTINE)
#define PLACE(member) offsetof(struct slabi_options, member)

static const struct word words[] = {
	{ "check", "check every free in the call",
	    SLAB_DEBUG_CHECK, VALUE_NONE, 0, 0, 0 },
	{ "redzone", "[=BYTES] guard bytes around objects (16)",
	    SLAB_DEBUG_REDZONE, VALUE_NUMBER, PLACE(redzone), 1, 4096 },
	{ "poison", "[=copy] find writes to free objects",
	    SLAB_DEBUG_POISON, VALUE_COPY, 0, 0, 0 },
	{ "audit", "[=FRAMES] call stacks of alloc and free (16)",
	    SLAB_DEBUG_AUDIT, VALUE_NUMBER, PLACE(frames), 1, 64 },
	{ "quarantine", "[=BYTES] hold freed objects back (1M)",
	    SLAB_DEBUG_QUARANTINE, VALUE_NUMBER, PLACE(quarantine), 1,
	    SIZE_MAX / 64 },
	{ "malloc", "a malloc block for every object",
	    SLAB_DEBUG_MALLOC, VALUE_NONE, 0, 0, 0 },
	{ "guard", "a page for every object",
	    SLAB_DEBUG_GUARD, VALUE_NONE, 0, 0, 0 },
	{ "sample", "[=N] guard one object in N (20000)",
	    SLAB_DEBUG_SAMPLE, VALUE_ONE_IN, PLACE(sample), 1,
	    SIZE_MAX / 64 },
	{ "fail", "[=N] let one allocation in N fail (100)",
	    SLAB_DEBUG_FAIL, VALUE_ONE_IN, PLACE(fail), 1, SIZE_MAX / 64 },
	{ "all", "check,redzone,poison,audit,quarantine",
	    ALL, VALUE_NONE, 0, 0, 0 },
	{ "none", "nothing of what stands before it",
	    0, VALUE_NONE, 0, 0, 0 },
	{ "leaks", "print live objects when the program ends",
	    0, VALUE_NONE, 0, 0, 0 },
	{ "help", "print this", 0, VALUE_NONE, 0, 0, 0 },
	{ "log", "=FILE append reports to a file",
	    0, VALUE_FILE, 0, 0, 0 },
};

#define WORDS (sizeof(words) / sizeof(words[0]))

bool
slabi_text_next(struct slabi_text *rest, char separator,
    struct slabi_text *part)
{
	if (!rest->at)
		return false;
	*part = *rest;
	*rest = slabi_text_cut(part, separator);
	return true;
}

struct slabi_text
slabi_text_cut(struct slabi_text *text, char separator)
{
	const char *at = text->size > 0 ?
	    memchr(text->at, separator, text->size) : NULL;
	struct slabi_text behind = { NULL, 0 };

	if (at) {
		behind.at = at + 1;
		behind.size = text->size - (size_t)(behind.at - text->at);
		text->size = (size_t)(at - text->at);
	}
	return behind;
}

static bool
is(struct slabi_text text, const char *string)
{
	return text.size == strlen(string) &&
	    memcmp(text.at, string, text.size) == 0;
}

static const struct word *
find_word(struct slabi_text name)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (is(name, words[i].name))
			return &words[i];
	return NULL;
}

/* An option, taken apart. */
struct option {
	const struct word *word; /* NULL: unknown */
	struct slabi_text value; /* at NULL: none is given */
	bool no;
};

static struct option
parse(struct slabi_text text)
{
	struct option option = { .value = slabi_text_cut(&text, '=') };

	if (text.size > 3 && memcmp(text.at, "no-", 3) == 0) {
		option.no = true;
		text.at += 3;
		text.size -= 3;
	}
	option.word = find_word(text);
	return option;
}

/* Bytes of "1", "16", "64K", "1M", "1G".  Returns false for anything else. */
static bool
parse_number(struct slabi_text text, size_t *number)
{
	static const char units[] = "KMG";
	const char *unit = text.size > 0 && text.at[text.size - 1] > '9' ?
	    memchr(units, text.at[text.size - 1], sizeof(units) - 1) : NULL;
	unsigned shift = unit ? (unsigned)(unit - units + 1) * 10 : 0;
	size_t n = 0;

	if (unit)
		text.size--;
	if (text.size == 0)
		return false;
	for (; text.size > 0; text.at++, text.size--) {
		if (*text.at < '0' || *text.at > '9' || n > SIZE_MAX / 16)
			return false;
		n = n * 10 + (size_t)(*text.at - '0');
	}
	*number = n << shift;
	return n <= SIZE_MAX >> shift;
}

/* Returns whether a value suits its word; a number is stored. */
static bool
parse_value(const struct option *option, size_t *number)
{
	const struct word *word = option->word;
	struct slabi_text value = option->value;

	if (option->no || !value.at)
		return !value.at && (option->no || word->value != VALUE_FILE);
	if (word->value == VALUE_COPY)
		return is(value, "copy");
	if (word->value == VALUE_FILE)
		return value.size > 0;
	if (word->value == VALUE_ONE_IN && value.size > 2 &&
	    memcmp(value.at, "1/", 2) == 0) {
		value.at += 2;
		value.size -= 2;
	}
	return word->value != VALUE_NONE && parse_number(value, number) &&
	    *number >= word->least && *number <= word->most;
}

static void
apply_to_process(const struct option *option, struct slabi_process *process)
{
	const char *name = option->word->name;

	if (strcmp(name, "leaks") == 0)
		process->leaks = !option->no;
	else if (strcmp(name, "help") == 0)
		process->help = !option->no;
	else
		process->log = option->value;
}

static void
apply_to_caches(const struct option *option, size_t number,
    struct slabi_options *options)
{
	const struct word *word = option->word;

	if (option->no)
		options->flags &= ~word->flags;
	else if (word->flags == 0)
		options->flags = 0;
	else
		options->flags |= word->flags;
	if (word->value == VALUE_COPY)
		options->copy = option->value.at != NULL;
	else if (option->value.at)
		memcpy((char *)options + word->place, &number, sizeof(number));
}

/* help, leaks and log. */
static bool
is_for_process(const struct word *word)
{
	return word->flags == 0 && strcmp(word->name, "none") != 0;
}

bool
slabi_settings_for_caches(struct slabi_text rest)
{
	struct slabi_text text;

	while (slabi_text_next(&rest, ',', &text)) {
		const struct word *word = parse(text).word;

		if (word && !is_for_process(word))
			return true;
	}
	return false;
}

void
slabi_settings_apply(struct slabi_text rest, struct slabi_options *options,
    struct slabi_process *process)
{
	struct slabi_text text;

	while (slabi_text_next(&rest, ',', &text)) {
		struct option option = parse(text);
		size_t number = 0;

		if (!option.word || !parse_value(&option, &number))
			continue;
		if (!is_for_process(option.word)) {
			if (options)
				apply_to_caches(&option, number, options);
		} else if (process) {
			apply_to_process(&option, process);
		}
	}
}

void
slabi_settings_complain(struct slabi_text rest)
{
	struct slabi_text text;

	while (slabi_text_next(&rest, ',', &text)) {
		struct option option = parse(text);
		size_t number;

		if (!option.word && text.size > 0)
			slabi_settings_say("unknown word \"", text, "\"");
		else if (option.word && !parse_value(&option, &number))
			slabi_settings_say("wrong value in \"", text, "\"");
	}
}

void
slabi_settings_help(void)
{
	char line[128];
	size_t i;

	for (i = 0; i < WORDS; i++) {
		struct slabi_text usage = { line, 0 };
		bool has_value = words[i].value != VALUE_NONE;

		snprintf(line, sizeof(line), "%s%s%s", words[i].name,
		    has_value ? "" : " ", words[i].usage);
		usage.size = strlen(line);
		slabi_settings_say("", usage, "");
	}
}

/* What a terminal or a reader of lines would misunderstand becomes '?'. */
static size_t
append(char *line, size_t used, size_t room, const char *text, size_t size)
{
	for (; size > 0 && used < room; text++, size--) {
		unsigned char byte = (unsigned char)*text;

		line[used++] = byte < ' ' || byte == 0x7f ? '?' : *text;
	}
	return used;
}

void
slabi_settings_say(const char *before, struct slabi_text text,
    const char *after)
{
	static const char start[] = "libslab: SLAB_DEBUG: ";
	char line[256];
	size_t used = append(line, 0, 100, start, sizeof(start) - 1);

	used = append(line, used, 100, before, strlen(before));
	used = append(line, used, 160, text.at, text.size);
	used = append(line, used, sizeof(line) - 1, after, strlen(after));
	line[used++] = '\n';
	while (write(STDERR_FILENO, line, used) < 0 && errno == EINTR)
		;
}
