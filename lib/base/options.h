/*
 * One table per program drives the parsing of its command line, --help, the
 * usage line, shell completion and the test that compares it with the man page.
 *
 * A table lives in the program's main, so that targets may be local variables:
 *
 *	const struct option_row options[] = {
 *		OPTION_U64('s', "seed", "SEED", &seed, "seed of the draws"),
 *		OPTION_CHOICE('k', "kind", kinds, &kind, "what to add"),
 *		OPTION_END,
 *	};
 *
 * The same letter means the same thing in every program: -s seed, -j threads,
 * -d data, -n images, -o output, -q quiet, -v more, -h help.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/inputs.h"
#include "base/text.h"

enum option_type {
	OPTION_TYPE_FLAG,   /* int *: set to 1 */
	OPTION_TYPE_COUNT,  /* int *: incremented each time */
	OPTION_TYPE_INT,    /* int64_t *: min <= value <= max */
	OPTION_TYPE_U64,    /* uint64_t * */
	OPTION_TYPE_REAL,   /* double *: finite */
	OPTION_TYPE_TEXT,   /* const char **: borrowed from argv */
	OPTION_TYPE_CHOICE, /* int *: index into choices */
	OPTION_TYPE_CALL,   /* call(target, value, err) */
};

struct option_row {
	int letter;           /* short form, or 0 */
	const char *name;     /* long form, never NULL but in the last row */
	const char *argument; /* what --help calls the value; NULL: none */
	const char *help;     /* one line, lower case, no full stop */
	enum option_type type;
	void *target;
	int64_t min, max;           /* of OPTION_TYPE_INT */
	const char *const *choices; /* of OPTION_TYPE_CHOICE, NULL-terminated */
	int (*call)(void *target, const char *value, struct error *err);
	bool reads; /* the value names a file that is read, as PATH or NAME=PATH
		     */
};

#define OPTION_FLAG(l, n, t, h)                                              \
	{                                                                    \
		.letter = l, .name = n, .help = h, .type = OPTION_TYPE_FLAG, \
		.target = t                                                  \
	}
#define OPTION_COUNT(l, n, t, h)                                              \
	{                                                                     \
		.letter = l, .name = n, .help = h, .type = OPTION_TYPE_COUNT, \
		.target = t                                                   \
	}
#define OPTION_INT(l, n, a, t, lo, hi, h)                                  \
	{                                                                  \
		.letter = l, .name = n, .argument = a, .help = h,          \
		.type = OPTION_TYPE_INT, .target = t, .min = lo, .max = hi \
	}
#define OPTION_U64(l, n, a, t, h)                                 \
	{                                                         \
		.letter = l, .name = n, .argument = a, .help = h, \
		.type = OPTION_TYPE_U64, .target = t              \
	}
#define OPTION_REAL(l, n, a, t, h)                                \
	{                                                         \
		.letter = l, .name = n, .argument = a, .help = h, \
		.type = OPTION_TYPE_REAL, .target = t             \
	}
#define OPTION_TEXT(l, n, a, t, h)                                \
	{                                                         \
		.letter = l, .name = n, .argument = a, .help = h, \
		.type = OPTION_TYPE_TEXT, .target = t             \
	}
#define OPTION_CHOICE(l, n, c, t, h)                                   \
	{                                                              \
		.letter = l, .name = n, .argument = "WORD", .help = h, \
		.type = OPTION_TYPE_CHOICE, .target = t, .choices = c  \
	}
#define OPTION_CALL(l, n, a, t, f, h)                             \
	{                                                         \
		.letter = l, .name = n, .argument = a, .help = h, \
		.type = OPTION_TYPE_CALL, .target = t, .call = f  \
	}
/* The last two, of a file that the program reads. */
#define OPTION_INPUT(l, n, a, t, h)                                  \
	{                                                            \
		.letter = l, .name = n, .argument = a, .help = h,    \
		.type = OPTION_TYPE_TEXT, .target = t, .reads = true \
	}
#define OPTION_INPUT_CALL(l, n, a, t, f, h)                       \
	{                                                         \
		.letter = l, .name = n, .argument = a, .help = h, \
		.type = OPTION_TYPE_CALL, .target = t, .call = f, \
		.reads = true                                     \
	}
#define OPTION_END           \
	{                    \
		.name = NULL \
	}

enum { OPTIONS_MAX = 64 };

/*
 * Rows from several places, for a program whose options others have too: starts
 * as {0}, which is a table without rows.  What is too many is left out.
 */
struct option_table {
	struct option_row row[OPTIONS_MAX];
	int n;
};
void options_add(struct option_table *table, const struct option_row *rows);

/*
 * Reads the options of argv into their targets, in any order with operands
 * (GNU getopt_long permutes them; "--" ends the options).  Returns the index of
 * the first operand in argv, or -1 with an error that names the option.  Files
 * that options read are added to inputs (NULL: to nothing); given[i] (NULL: not
 * asked for) becomes true when row i was there.
 */
int options_parse(const struct option_row *table, int argc, char **argv,
    struct inputs *inputs, bool *given, struct error *err);

/* Appends one line per option, as --help shows them. */
void options_help(const struct option_row *table, struct text *out);

/*
 * Appends one completion line per option, of fields with tabs between:
 * "--name", or "--name=" before a value; "-n" or a space; the words that the
 * value may be, with spaces between; what --help calls the value; the help.
 */
void options_completion(const struct option_row *table, struct text *out);

#endif
