/*
 * Where a program's result goes: standard output, or a file that appears under
 * its name only when it is complete.  Until then it is NAME.part, so a good
 * file is never replaced by a bad one.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

struct output {
	int fd;
	const char *name; /* for messages: the path, or "standard output" */
	char *path;       /* NULL for standard output */
	char *part;       /* the file that grows */
};

/*
 * Opens path (borrowed; NULL or "-" means standard output).  resume: the result
 * grows in PATH.part.new, so that an earlier PATH.part stays until
 * output_settle; otherwise in PATH.part.  Returns 0 or -1.
 */
int output_open(
    struct output *out, const char *path, int resume, struct error *err);

/*
 * What an earlier PATH.part held is written again: the new file takes its place
 * and its name.  Does nothing the second time, and for standard output.
 */
int output_settle(struct output *out, struct error *err);

/*
 * A nameless temporary file (in $TMPDIR, or /tmp) for what must be read again:
 * the caller reads from out->fd.  output_commit or output_abandon closes it.
 */
int output_open_temporary(struct output *out, struct error *err);

/* Writes all n bytes, for as long as it takes. */
int output_write(
    struct output *out, const void *bytes, size_t n, struct error *err);

/*
 * Sends what a text has collected, and empties it, once it is at_least bytes
 * (0: in any case).  -1 also when an append to it had failed.
 */
int output_text(
    struct output *out, struct text *text, size_t at_least, struct error *err);
enum { OUTPUT_COLLECT = 64 << 10 }; /* a good at_least */

/*
 * The result is complete: closes it and renames NAME.part to NAME.  A late
 * write error shows here.  out holds nothing afterwards.
 */
int output_commit(struct output *out, struct error *err);

/* The result is not complete: closes it; removes NAME.part unless keep. */
void output_abandon(struct output *out, int keep);

/*
 * Is path the file that standard output goes to?  Then the shell has emptied
 * it before anybody could read it.
 */
int output_is_stdout(const char *path);

#endif
