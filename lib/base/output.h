/*
 * Where a program's result goes: standard output, or what the option -o names.
 *
 * There is one rule for all programs.  A regular file appears under its name
 * only when it is complete; until then it is NAME.part, so a good file is never
 * replaced by a bad one.  What is no regular file is opened and written as it
 * stands.  A result never takes the place of what the program reads, nor,
 * unless that is wanted (--force), of a file of another kind.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/inputs.h"
#include "base/part.h"
#include "base/text.h"

/* What a result looks like, to tell it from other files. */
struct output_kind {
	const char *name; /* "an SVG picture" */
	/* Do the first n bytes (OUTPUT_HEAD, or all of fewer) begin one? */
	bool (*is)(const unsigned char *head, size_t n);
	/*
	 * Do they begin one of a program that takes long (OUTPUT_LONG)?  What
	 * such a one left unfinished gives way to no quick one.  May be NULL.
	 */
	bool (*took_long)(const unsigned char *head, size_t n);
};
enum { OUTPUT_HEAD = 64 << 10 };

/* For it: do the n bytes begin with text, or have it anywhere? */
bool output_begins(const unsigned char *head, size_t n, const char *text);
bool output_has(const unsigned char *head, size_t n, const char *text);

enum output_manner {
	OUTPUT_NONE,  /* the program has no -o */
	OUTPUT_QUICK, /* an unfinished result is removed */
	OUTPUT_LONG,  /* it stays, and the same command continues it */
};

/* What is wanted: by the program, and on its command line. */
struct output_order {
	enum output_manner manner;
	const struct output_kind *kind; /* NULL: not known yet */
	const char *path;      /* of -o; NULL or "-": standard output */
	int force;             /* flag --force */
	int descriptor;        /* what path names if it is open, or -1 */
	struct inputs *inputs; /* borrowed: what the program reads */
};

struct output {
	int fd;
	const char *name; /* for messages: the path, or "standard output" */
	char *path;       /* the result; NULL: it is written as it stands */
	const char *part; /* PATH.part (borrowed) */
	struct part_file file;            /* what grows */
	const struct output_order *order; /* borrowed */
	/*
	 * What tells a reader that there is no whole result: written when the
	 * output is abandoned after a part of it has left, as it stands.  A
	 * format sets it (borrowed).
	 */
	const void *torn;
	size_t torn_bytes;
	bool has_left;
};

/*
 * Looks where order leads, before any work and before anything is opened: a
 * folder is an error, a place where no file can be made, what the program
 * reads, and if the kind is known a file of another kind.  A descriptor that
 * it names is copied into the order, so that no other file can be taken for it.
 */
int output_check(struct output_order *order, struct error *err);

/*
 * Opens it, after output_check, whose questions are asked again: more inputs
 * and the kind may be known by now.  OUTPUT_LONG: where a PATH.part lies
 * already, the result grows in PATH.part.new until output_settle.  Returns 0 or
 * -1.
 */
int output_open(
    struct output *out, const struct output_order *order, struct error *err);

/* Standard output, for what is no result. */
void output_open_standard(struct output *out);

/*
 * What an earlier PATH.part held is written again: the new file takes its place
 * and its name.  Does nothing the second time, and where there is no PATH.part.
 */
int output_settle(struct output *out, struct error *err);

/* Is there an earlier PATH.part that has not given way yet? */
bool output_is_held(const struct output *out);

/*
 * A nameless temporary file (in $TMPDIR, or /tmp) for what must be read again:
 * the caller reads from out->fd.  output_commit or output_abandon closes it.
 */
int output_open_temporary(struct output *out, struct error *err);

/* Writes all n bytes, for as long as it takes. */
int output_write(
    struct output *out, const void *bytes, size_t n, struct error *err);

/*
 * Sends what a text for people, spreadsheets or browsers has collected, and
 * empties it, once it is at_least bytes (0: in any case).  Each format escapes
 * what comes from outside in its own way; of what is left, nothing leaves that
 * cannot be shown (base/character.h) but newlines and tabs: it becomes '?'.
 * text holds whole characters.  -1 also when an append to it had failed.
 */
int output_text(
    struct output *out, struct text *text, size_t at_least, struct error *err);
enum { OUTPUT_COLLECT = 64 << 10 }; /* a good at_least */

/*
 * The result is complete: closes it and renames PATH.part to PATH, if that is
 * still allowed; else PATH.part stays, and the error says so.  A late write
 * error shows here.  out holds nothing afterwards.
 */
int output_commit(struct output *out, struct error *err);

/*
 * The result is not complete: closes it.  PATH.part is removed, but of
 * OUTPUT_LONG only when it is empty; what is written as it stands is torn.
 */
void output_abandon(struct output *out);

/* One of both: status is 0, or what failed has said so; returns what comes. */
int output_close(struct output *out, int status, struct error *err);

/*
 * Is path the file that standard output goes to?  Then the shell has emptied
 * it before anybody could read it.
 */
int output_is_stdout(const char *path);

#endif
