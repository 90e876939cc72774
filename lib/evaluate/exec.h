/*
 * Losses that somebody else's program computes (evalgrid --exec).
 *
 * The program runs once per thread for as long as there are points.  For each
 * it is given theta(a, b), as a segment of the stream (begin, model, place,
 * tensors, end: losspipe(5)) or as a line of text; or, of the form `place`, the
 * model with its directions once, and then a line a point, which says where it
 * is.  It answers with a line: the loss and, if it likes, the accuracy and
 * more.
 */
#ifndef EVALUATE_EXEC_H
#define EVALUATE_EXEC_H

#include <stdint.h>

#include "base/error.h"
#include "evaluate/evaluate.h"

enum { EXEC_AHEAD_MAX = 256 }; /* questions fit into a pipe */

enum exec_form { EXEC_STREAM, EXEC_TEXT, EXEC_PLACE };

/* "stream", "text", "place", NULL. */
extern const char *const exec_form_words[];

/*
 * Is the command one that records can carry: UTF-8 of at most 64 KiB, without
 * control characters but tabs and newlines?  And the name of the loss?  Only
 * answers of the form `place` say which of several points they are for.
 */
int exec_check(const struct exec_rule *rule, struct error *err);

/*
 * evaluate_points by evaluation->exec: points are handed out in order, to
 * whichever process is free, and taken in order.  An answer of nan or inf is a
 * status of the point.  Any other failure of the program is an error that names
 * the point; no process outlives the call.
 */
int exec_points(const struct evaluation *evaluation, const struct place *points,
    int64_t n, evaluate_take *take, void *context, struct error *err);

#endif
