/* SPDX-License-Identifier: MIT */
/*
 * wordtree: how much of a text is said more than once?
 *
 * Reads text files, puts every passage of some words (-n, default 8) into one
 * tree of millions of equal nodes, looks every passage up again, and prints
 * which part of the text is repeated, and what is repeated most.  The tree is
 * built and torn down with malloc and with libslab in turn, each time in a
 * process of its own, and the table compares the medians.  Both allocators are
 * called; compile with -DSLAB_INLINE to have libslab inlined.
 *
 * usage: wordtree [-n WORDS] [-r ROUNDS] [-m WORDS-READ-AT-MOST] [FILE...]
 */
#define _POSIX_C_SOURCE 200809L
#include <slab.h>
#include <string.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LENGTH_MAX 32
#define ROUNDS_MAX 25
#define TOP 5
#define NOISE_MS 10 /* below, a difference says nothing */

/* What is read when no file is named: text that every Debian has. */
static const char *const usual_files[] = {
	"/usr/share/common-licenses/*",
	"/usr/share/perl/5*/*.pm",
	"/usr/share/perl/5*/*/*.pm",
	"/usr/share/perl/5*/*/*/*.pm",
	"/usr/lib/*/perl-base/*.pm",
	"/usr/lib/*/perl-base/*/*.pm",
	"/usr/share/doc/*/copyright",
	"/var/lib/dpkg/status",
};

/*
 * The text ------------------------------------------------------------------
 *
 * Every different word gets a number; the text is an array of numbers.  0 is
 * no word: it stands between files, so that no passage spans two.
 */

struct text {
	uint32_t *tokens;
	size_t count, room, words, most;
	char *letters;      /* all different words, each ended by a NUL */
	size_t letters_used, letters_room;
	size_t *start;      /* where a word's letters begin, by its number */
	uint32_t different; /* how many words there are */
	uint32_t start_room;
	uint32_t *table;    /* hash table of numbers */
	uint32_t table_size;
	ino_t *seen;        /* the same file is read once */
	size_t files, seen_room;
};

/* Room for what is needed, doubled each time. */
static void *grow(void *array, size_t need, size_t *room, size_t size)
{
	if (need <= *room)
		return array;
	*room = need * 2 < 1 << 18 ? 1 << 18 : need * 2;
	array = realloc(array, *room * size);
	if (array == NULL)
		err(1, "memory for the text");
	return array;
}

static uint32_t hash(const char *word, size_t length)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)word[i]) * 16777619u;
	return h ^ h >> 15;
}

static void table_insert(struct text *text, uint32_t number)
{
	const char *word = text->letters + text->start[number];
	uint32_t mask = text->table_size - 1;
	uint32_t at = hash(word, strlen(word)) & mask;

	while (text->table[at] != 0)
		at = (at + 1) & mask;
	text->table[at] = number;
}

static void table_double(struct text *text)
{
	text->table_size *= 2;
	free(text->table);
	text->table = calloc(text->table_size, sizeof(*text->table));
	if (text->table == NULL)
		err(1, "memory for the words");
	for (uint32_t i = 1; i <= text->different; i++)
		table_insert(text, i);
}

static uint32_t number_of(struct text *text, const char *word, size_t length)
{
	uint32_t mask = text->table_size - 1;
	uint32_t at = hash(word, length) & mask;
	size_t room;

	for (uint32_t number; (number = text->table[at]) != 0;
	    at = (at + 1) & mask) {
		const char *known = text->letters + text->start[number];

		if (memcmp(known, word, length) == 0 && known[length] == '\0')
			return number;
	}
	text->different++;
	text->letters = grow(text->letters,
	    text->letters_used + length + 256, &text->letters_room, 1);
	room = text->start_room;
	text->start = grow(text->start, text->different + 1, &room,
	    sizeof(*text->start));
	text->start_room = (uint32_t)room;
	text->start[text->different] = text->letters_used;
	memcpy(text->letters + text->letters_used, word, length);
	text->letters[text->letters_used + length] = '\0';
	text->letters_used += length + 1;
	text->table[at] = text->different;
	if (text->different > text->table_size / 2)
		table_double(text);
	return text->different;
}

static void add_token(struct text *text, uint32_t number)
{
	text->tokens = grow(text->tokens, text->count + 1, &text->room,
	    sizeof(*text->tokens));
	text->tokens[text->count++] = number;
	text->words += number != 0;
}

/*
 * A word is two or more letters, in ASCII or bytes above it; case does not
 * matter.
 */
static void read_words(struct text *text, FILE *file)
{
	char word[64];
	size_t length = 0;
	int c;

	do {
		c = getc_unlocked(file);
		if (c != EOF && (isalpha(c) || c >= 128)) {
			if (length < sizeof(word))
				word[length++] = (char)tolower(c);
		} else {
			if (length >= 2)
				add_token(text, number_of(text, word, length));
			length = 0;
		}
	} while (c != EOF && text->words < text->most);
	add_token(text, 0);
}

static bool seen_before(struct text *text, const struct stat *status)
{
	for (size_t i = 0; i < text->files; i++)
		if (text->seen[i] == status->st_ino)
			return true;
	text->seen = grow(text->seen, text->files + 1, &text->seen_room,
	    sizeof(*text->seen));
	text->seen[text->files++] = status->st_ino;
	return false;
}

static void read_file(struct text *text, const char *name, bool must_exist)
{
	static char buffer[1 << 16];
	struct stat status;
	FILE *file;

	if (text->words >= text->most)
		return;
	file = fopen(name, "r");
	if (file == NULL || fstat(fileno(file), &status) != 0) {
		if (must_exist)
			err(1, "%s", name);
		return;
	}
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	if (S_ISREG(status.st_mode) && !seen_before(text, &status))
		read_words(text, file);
	fclose(file);
}

static void read_usual_files(struct text *text)
{
	size_t patterns = sizeof(usual_files) / sizeof(usual_files[0]);

	for (size_t i = 0; i < patterns; i++) {
		glob_t found;

		if (glob(usual_files[i], 0, NULL, &found) != 0)
			continue;
		for (size_t j = 0; j < found.gl_pathc; j++)
			read_file(text, found.gl_pathv[j], false);
		globfree(&found);
	}
}

/*
 * Numbers are given in order of appearance; in that order the binary trees
 * below would be lists.  So shuffle them, always in the same way.
 */
static void shuffle_numbers(struct text *text)
{
	uint32_t *new_number = calloc(text->different + 1,
	    sizeof(*new_number));
	size_t *start = calloc(text->different + 1, sizeof(*start));
	uint64_t random = 88172645463325252u;

	if (new_number == NULL || start == NULL)
		err(1, "memory for the words");
	for (uint32_t i = 1; i <= text->different; i++) {
		uint32_t j;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		j = 1 + (uint32_t)(random % i);
		new_number[i] = new_number[j];
		new_number[j] = i;
	}
	for (uint32_t i = 1; i <= text->different; i++)
		start[new_number[i]] = text->start[i];
	for (size_t i = 0; i < text->count; i++)
		text->tokens[i] = new_number[text->tokens[i]];
	text->start = start;
}

/*
 * The tree ------------------------------------------------------------------
 *
 * One node a passage: "the", "the rights", "the rights of" are a node each,
 * every one below the one before.  The nodes that continue one passage form a
 * binary tree by the number of their last word.
 */

struct node {
	struct node *left, *right; /* other last words of this passage */
	struct node *longer;       /* passages with one word more */
	uint32_t word;             /* the last word of this passage */
	uint32_t count;            /* how often the passage occurs */
};

struct tree {
	struct node **roots;  /* passages of one word, by its number */
	slab_cache *cache;    /* NULL: malloc */
	size_t nodes;
};

static struct node *make_node(struct tree *tree, uint32_t word)
{
	struct node *node = tree->cache != NULL ?
	    slab_alloc(tree->cache) : malloc(sizeof(*node));

	if (node == NULL)
		err(1, "memory for node %zu", tree->nodes);
	*node = (struct node){ .word = word, .count = 0 };
	tree->nodes++;
	return node;
}

static void add_passage(struct tree *tree, const uint32_t *tokens, int length)
{
	struct node **link = &tree->roots[tokens[0]];

	for (int i = 0; i < length && tokens[i] != 0; i++) {
		uint32_t word = tokens[i];
		struct node *node = *link;

		while (node != NULL && node->word != word) {
			link = word < node->word ? &node->left : &node->right;
			node = *link;
		}
		if (node == NULL)
			*link = node = make_node(tree, word);
		node->count++;
		link = &node->longer;
	}
}

static void build(struct tree *tree, const struct text *text, int length)
{
	for (size_t i = 0; i < text->count; i++)
		if (text->tokens[i] != 0)
			add_passage(tree, text->tokens + i, length);
}

/* How often does the text have these words? */
static uint32_t look_up(const struct tree *tree, const uint32_t *tokens,
    int length)
{
	const struct node *node = tree->roots[tokens[0]];

	for (int i = 0;; node = node->longer) {
		while (node != NULL && node->word != tokens[i])
			node = tokens[i] < node->word ? node->left :
			    node->right;
		if (node == NULL)
			return 0;
		if (++i == length)
			return node->count;
	}
}

static void free_nodes(struct tree *tree, struct node *node)
{
	while (node != NULL) {
		struct node *right = node->right;

		free_nodes(tree, node->left);
		free_nodes(tree, node->longer);
		if (tree->cache != NULL)
			slab_free(tree->cache, node);
		else
			free(node);
		node = right;
	}
}

static void tear_down(struct tree *tree, const struct text *text)
{
	for (uint32_t i = 1; i <= text->different; i++) {
		free_nodes(tree, tree->roots[i]);
		tree->roots[i] = NULL;
	}
	tree->nodes = 0;
}

/*
 * What is asked -------------------------------------------------------------
 */

struct passage {
	size_t at;
	uint32_t count;
};

struct answer {
	size_t repeated;            /* words in passages that occur again */
	struct passage top[TOP];    /* what is repeated most */
};

/* Do two passages share a run of words?  Half their length is enough. */
static bool alike(const struct text *text, size_t a, size_t b, int length)
{
	int half = (length + 1) / 2;

	for (int shift = -(length - half); shift <= length - half; shift++) {
		int run = 0;

		for (int i = 0; i < length && run < half; i++) {
			bool same = i + shift >= 0 && i + shift < length &&
			    text->tokens[a + (size_t)i] ==
			    text->tokens[b + (size_t)(i + shift)];

			run = same ? run + 1 : 0;
		}
		if (run >= half)
			return true;
	}
	return false;
}

/* Keep the most frequent passages, of those that are alike the first. */
static void keep_top(struct answer *answer, const struct text *text,
    struct passage found, int length)
{
	struct passage *top = answer->top;
	int place;

	if (found.count <= top[TOP - 1].count)
		return;
	for (place = 0; place < TOP - 1 && top[place].count > 0; place++)
		if (alike(text, found.at, top[place].at, length))
			break;
	if (top[place].count >= found.count)
		return;
	while (place > 0 && top[place - 1].count < found.count) {
		top[place] = top[place - 1];
		place--;
	}
	top[place] = found;
}

static void ask(const struct tree *tree, const struct text *text, int length,
    struct answer *answer)
{
	size_t covered = 0;

	memset(answer, 0, sizeof(*answer));
	for (size_t i = 0; i + (size_t)length < text->count; i++) {
		struct passage found = { i, 0 };

		if (text->tokens[i] == 0)
			continue;
		found.count = look_up(tree, text->tokens + i, length);
		if (found.count < 2)
			continue;
		if (covered < i)
			covered = i;
		answer->repeated += i + (size_t)length - covered;
		covered = i + (size_t)length;
		keep_top(answer, text, found, length);
	}
}

/*
 * One round -----------------------------------------------------------------
 */

enum row { BUILD, ASK, TEAR_DOWN, REBUILD, TEAR_AGAIN, PHASES,
	ALL = PHASES, A_NODE, RESIDENT, LEFT, ROWS };

struct round {
	double value[ROWS];     /* milliseconds; then bytes, MiB, MiB */
	size_t nodes;
	struct answer answer;
	slab_statistics figures;
};

/* The processor's time, so that other programs do not count. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Bytes of this process in memory; 0 where the system does not tell. */
static double resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* Have malloc return what it can, as slab_destroy() does. */
static void trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static void open_cache(struct tree *tree)
{
	tree->cache = slab_builder_build_mmap(slab_builder_name(
	    slab_builder_for(struct node), "node"));
	if (tree->cache == NULL)
		err(1, "%s", slab_error());
}

static void play(struct round *round, const struct text *text, int length,
    bool slab)
{
	struct tree tree = { .roots = calloc(text->different + 1,
	    sizeof(*tree.roots)) };
	double time[PHASES + 1], before;

	if (tree.roots == NULL)
		err(1, "memory for the roots");
	memset(tree.roots, 0, (text->different + 1) * sizeof(*tree.roots));
	before = resident();

	time[BUILD] = now();
	if (slab)
		open_cache(&tree);
	build(&tree, text, length);
	time[ASK] = now();
	round->nodes = tree.nodes;
	round->value[RESIDENT] = resident() - before;
	ask(&tree, text, length, &round->answer);
	round->figures.struct_size = sizeof(round->figures);
	if (slab)
		slab_stats(tree.cache, &round->figures);

	time[TEAR_DOWN] = now();
	tear_down(&tree, text);
	time[REBUILD] = now();
	build(&tree, text, length);
	time[TEAR_AGAIN] = now();
	tear_down(&tree, text);
	if (slab_destroy(tree.cache) != 0)
		errx(1, "%s", slab_error());
	time[PHASES] = now();

	trim();
	round->value[LEFT] = (resident() - before) / 1048576;
	round->value[A_NODE] = round->value[RESIDENT] / (double)round->nodes;
	round->value[RESIDENT] /= 1048576;
	round->value[ALL] = (time[PHASES] - time[0]) * 1e3;
	for (int i = 0; i < PHASES; i++)
		round->value[i] = (time[i + 1] - time[i]) * 1e3;
}

/* In a child, so that no round meets the memory that another left behind. */
static void play_in_child(struct round *round, const struct text *text,
    int length, bool slab)
{
	int ends[2], status;
	pid_t child;

	fflush(stdout);
	if (pipe(ends) != 0 || (child = fork()) < 0)
		err(1, "a process for the round");
	if (child == 0) {
		memset(round, 0, sizeof(*round));
		play(round, text, length, slab);
		_exit(write(ends[1], round, sizeof(*round)) !=
		    (ssize_t)sizeof(*round));
	}
	close(ends[1]);
	if (read(ends[0], round, sizeof(*round)) != (ssize_t)sizeof(*round))
		errx(1, "the round did not end well");
	close(ends[0]);
	if (waitpid(child, &status, 0) != child || status != 0)
		errx(1, "the round did not end well");
}

/*
 * The report ----------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const struct round *rounds, int count, enum row row)
{
	double values[ROUNDS_MAX];

	for (int i = 0; i < count; i++)
		values[i] = rounds[i].value[row];
	qsort(values, (size_t)count, sizeof(values[0]), by_value);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void print_table(const struct round *with_malloc,
    const struct round *with_slab, int rounds)
{
	static const struct {
		const char *what, *unit;
		int digits;
	} rows[ROWS] = {
		[BUILD] = { "build the tree", "ms", 0 },
		[ASK] = { "look up every passage", "ms", 0 },
		[TEAR_DOWN] = { "tear it down, node by node", "ms", 0 },
		[REBUILD] = { "build it again", "ms", 0 },
		[TEAR_AGAIN] = { "tear it down again", "ms", 0 },
		[ALL] = { "all of it", "ms", 0 },
		[A_NODE] = { "memory a node", "bytes", 1 },
		[RESIDENT] = { "memory of the tree", "MiB", 1 },
		[LEFT] = { "memory left when it is gone", "MiB", 1 },
	};

	printf("\n  %-28s %9s %9s\n", "", "malloc", "libslab");
	for (enum row row = BUILD; row < ROWS; row++) {
		double one = median(with_malloc, rounds, row);
		double two = median(with_slab, rounds, row);

		printf("  %-28s %9.*f %9.*f %s", rows[row].what,
		    rows[row].digits, one, rows[row].digits, two,
		    rows[row].unit);
		if (row != LEFT && (row > ALL || one >= NOISE_MS))
			printf("%*s%+5.0f %%", 6 - (int)strlen(rows[row].unit),
			    "", (two / one - 1) * 100);
		putchar('\n');
	}
}

static void print_figures(const slab_statistics *figures)
{
	printf("\nThe cache, when the tree stood: %zu objects live of %zu that "
	    "fit,\n%zu slabs of %zu KiB (%zu full, %zu partial), %zu objects "
	    "of %zu bytes in each;\n%.1f MiB reserved, %" PRIu64 " refills of "
	    "the magazine: one in %.0f allocations.\n", figures->live,
	    figures->capacity, figures->slabs, figures->slab_size / 1024,
	    figures->slabs_full, figures->slabs_partial,
	    figures->objects_per_slab, figures->stride,
	    (double)figures->bytes_reserved / 1048576, figures->refills,
	    (double)figures->live / (double)(figures->refills + 1));
}

static void print_answer(const struct text *text, const struct answer *answer,
    int length)
{
	printf("%.0f %% of the words stand in a passage of %d words that "
	    "occurs more than once.\n",
	    (double)answer->repeated * 100 / (double)text->words, length);
	if (answer->top[0].count > 0)
		printf("Repeated most:\n");
	for (int i = 0; i < TOP && answer->top[i].count > 0; i++) {
		printf("  %6" PRIu32 " x ", answer->top[i].count);
		for (int j = 0; j < length; j++)
			printf(" %s", text->letters + text->start[
			    text->tokens[answer->top[i].at + (size_t)j]]);
		putchar('\n');
	}
}

static int number_option(const char *option, int least, int most)
{
	char *end;
	long value = strtol(option, &end, 10);

	if (*end != '\0' || value < least || value > most)
		errx(2, "%s is not a number from %d to %d", option, least,
		    most);
	return (int)value;
}

int main(int argc, char *argv[])
{
	struct round with_malloc[ROUNDS_MAX], with_slab[ROUNDS_MAX];
	struct text text = { .most = 500000, .table_size = 1 << 20,
	    .table = calloc(1 << 20, sizeof(uint32_t)) };
	int length = 8, rounds = 3, option;

	while ((option = getopt(argc, argv, "n:r:m:")) != -1) {
		if (option == 'n')
			length = number_option(optarg, 1, LENGTH_MAX);
		else if (option == 'r')
			rounds = number_option(optarg, 1, ROUNDS_MAX);
		else if (option == 'm')
			text.most = (size_t)number_option(optarg, 1, INT_MAX);
		else
			errx(2, "usage: wordtree [-n words] [-r rounds] "
			    "[-m words read at most] [file...]");
	}
	for (int i = optind; i < argc; i++)
		read_file(&text, argv[i], true);
	if (optind == argc)
		read_usual_files(&text);
	if (text.words == 0)
		errx(1, "no words to read");
	shuffle_numbers(&text);
	printf("Read %zu words, %" PRIu32 " different ones, in %zu file%s.\n",
	    text.words, text.different, text.files,
	    text.files == 1 ? "" : "s");

	for (int i = 0; i < rounds; i++) {
		bool first = i % 2 != 0;

		play_in_child(first ? &with_slab[i] : &with_malloc[i], &text,
		    length, first);
		play_in_child(first ? &with_malloc[i] : &with_slab[i], &text,
		    length, !first);
		if (with_malloc[i].nodes != with_slab[i].nodes ||
		    with_malloc[i].answer.repeated !=
		    with_slab[i].answer.repeated)
			errx(1, "malloc and libslab give different answers");
	}
	print_answer(&text, &with_slab[0].answer, length);
	printf("\nEvery passage of up to %d words is in the tree: %zu nodes of "
	    "%zu bytes.\n", length, with_slab[0].nodes, sizeof(struct node));
	print_table(with_malloc, with_slab, rounds);
	print_figures(&with_slab[0].figures);
	printf("\nTimes are CPU time, medians of %d round%s, each in a process "
	    "of its own.  Reading\nthe text, the same for both, is not counted.  "
	    "slab_alloc() and slab_free() are\n%s.  The last row is after "
	    "slab_destroy() and after malloc_trim().\n", rounds,
	    rounds == 1 ? "" : "s",
#ifdef SLAB_INLINE
	    "inlined, malloc is called"
#else
	    "called, as malloc is"
#endif
	    );
	return 0;
}
