/*
 * The frame around every program: its command line, its messages and its exit
 * status.  This is the only code of the suite that prints messages or exits.
 *
 * Exit status: 0 done, 1 failed (bad or truncated input, I/O), 2 usage.
 */
#ifndef CMD_FRAME_H
#define CMD_FRAME_H

#include "base/error.h"
#include "base/options.h"
#include "base/output.h"
#include "base/progress.h"
#include "base/text.h"
#include "stream/reader.h"

struct frame {
	const char *name; /* the program */
	const char
	    *synopsis; /* operands and place in a pipe, for the usage line */
	const char *purpose; /* one line, as in the man page's NAME */
	const struct option_row
	    *options; /* without -o --force -h -q -v --version */
	int quiet;    /* -q: warnings and progress are dropped */
	int verbose;  /* -v, -vv: more of them */
	int failure;  /* exit status of frame_fail; 0 means 1 */
	bool words;   /* operands are no files that are read */
	/*
	 * Manner and kind are the program's; the frame adds -o and --force to
	 * the options, and finds out what is read.
	 */
	struct output_order output;
	const char *force;   /* what --force does beside, or NULL */
	bool reads;          /* streams: the frame adds --partial */
	int partial;         /* it was given */
	struct partial take; /* what readers do then (the frame fills it in) */
	double *told; /* when progress was last told where no terminal is (the
			 frame's) */
	bool
	    given[OPTIONS_MAX]; /* which of the options were there (likewise) */
};

/*
 * Reads the command line.  --help, --version and --completion print and exit 0;
 * a usage error prints one line and exits 2, an -o that cannot be written exits
 * 1.  Also makes sure that descriptors 0, 1 and 2 are open, so that no file can
 * take their place.  Returns the index of the first operand.
 */
int frame_start(struct frame *frame, int argc, char **argv);

/*
 * Options that only some words of a choice have a use for: a bit for each word,
 * 1 << its number, or FRAME_ANY_WORD.  One that was given for another word, or
 * for none (chosen is -1), is a usage error (exits 2).  The last row is {0}.
 */
struct frame_belongs {
	const char *option;
	unsigned words;
};
#define FRAME_ANY_WORD (~0U)
void frame_check_belongs(const struct frame *frame,
    const struct frame_belongs *rows, const char *choice,
    const char *const *words, int chosen);

/*
 * Options that change nothing without one of others (up to the first NULL):
 * alone, one that was given is a usage error (exits 2).  The last row is {0}.
 */
struct frame_needs {
	const char *option, *one_of[4];
};
void frame_check_needs(
    const struct frame *frame, const struct frame_needs *rows);

/* Refuses to write records to standard output if that is a terminal (exits 2).
 */
void frame_refuse_terminal(const struct frame *frame);

/*
 * The kind of what is written was not known to frame_start: looks again at what
 * -o names (exits 1).
 */
void frame_set_kind(struct frame *frame, const struct output_kind *kind);

/* Opens what -o names, or standard output: output_open. */
int frame_open_output(
    const struct frame *frame, struct output *out, struct error *err);

/*
 * A filter: body reads and writes, 0 or -1, between opening and closing of what
 * -o names, which comes into being when all went well.  reader is freed; NULL:
 * it could not be opened, err says why.
 */
typedef int frame_body(void *context, struct reader *reader,
    struct output *output, struct error *err);
int frame_filter(const struct frame *frame, struct reader *reader,
    frame_body *body, void *context, struct error *err);

/* The text is the whole result: opens it, writes, commits. */
int frame_write(
    const struct frame *frame, struct text *text, struct error *err);

/*
 * What a reader is to do about runs that have no end, for reader_take_partial:
 * NULL, or with --partial to take and tell.
 */
const struct partial *frame_partial(const struct frame *frame);

/* reader_new with that. */
struct reader *frame_reader(
    const struct frame *frame, char *const *paths, int n, struct error *err);

/*
 * Text for people on standard output.  Frees it; exits as frame_fail does when
 * it cannot be written.
 */
void frame_print(const struct frame *frame, struct text *text);

/*
 * "name: text" on stderr and exit 1 (or frame->failure), 2 for a wrong command
 * line.
 */
_Noreturn void frame_fail(const struct frame *frame, const struct error *err);
_Noreturn void frame_usage(const struct frame *frame, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An error of the command line; of memory, when that is what it is. */
_Noreturn void frame_usage_error(
    const struct frame *frame, const struct error *err);

/*
 * "name: text" on stderr; "name: warning: text" unless -q; "name: text" only
 * with -v.  As in all messages, what cannot be shown (base/character.h) becomes
 * a question mark.
 */
void frame_show(const struct frame *frame, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void frame_warn(const struct frame *frame, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void frame_say(const struct frame *frame, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Lines that were asked for, on stderr; text is freed, and must be whole. */
void frame_lines(const struct frame *frame, struct text *text);

/*
 * "name: text" over what stands in the terminal's line; where stderr is none, a
 * line of its own once a minute.  Not with -q.  last: the terminal's line is
 * ended.
 */
void frame_progress(const struct frame *frame, int last, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* One step more of progress, and that. */
void frame_step(const struct frame *frame, struct progress *progress,
    int copied, const char *unit);

/* No more steps: ends the terminal's line, if the last one has not. */
void frame_progress_end(const struct frame *frame,
    const struct progress *progress, const char *unit);

#endif
