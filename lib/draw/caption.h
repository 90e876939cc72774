/*
 * What the reader of a picture must know of how its numbers were made.
 */
#ifndef DRAW_CAPTION_H
#define DRAW_CAPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "stream/pack.h"

struct points;

/*
 * Writes marks to out, separated by ", ", from the headers of `grid` and
 * `begin` (each may be empty): batch norms that are not those of the
 * centre ("bn states", "bn recompute"), ghost batches in training ("ghost
 * batches of 128").  Empty when there is nothing to say.
 */
int caption_marks(const struct pack *grid, const struct pack *begin, char *out,
    size_t room, struct error *err);

/*
 * Counts what a picture cannot show, one point at a time: those that were never
 * computed and those whose running variance was negative.
 */
struct caption_gaps {
	int64_t n, missing, badvar;
	bool no_end; /* the points are of a training run that lacks its end */
};
void caption_count(
    struct caption_gaps *gaps, const struct points *points, int64_t index);

/* What is said of the last. */
extern const char caption_no_end[];

/* What is said where a line is dashed (draw/unsure.h). */
extern const char caption_dashed[];

/* Says so in words; empty when nothing is wrong. */
void caption_gaps(const struct caption_gaps *gaps, char *out, size_t room);

/*
 * Appends the pipeline that a `begin` header (or nothing) tells of: "netload
 * arch=resnet56 ... | dirgen seed=7 ... | ".
 */
int caption_history(
    struct text *out, const struct pack *begin, struct error *err);

/*
 * "2,000 of 60,000 images" when the data set of this number was not used whole;
 * "4.5 % of 60,000 images, standard errors to 2 %" when points took different
 * numbers (evalgrid --error): on average, and over the loss, the largest of the
 * points; else empty.
 */
int caption_subset(const struct points *points, int set, char *out, size_t room,
    struct error *err);

/* "flat: 0.5, up to rounding", of n numbers; of one, that it is alone. */
void caption_flat(double value, size_t n, char *out, size_t room);

/* "2,000 of 60,000 images"; empty when they are all. */
void caption_images(int64_t n, int64_t total, char *out, size_t room);

/*
 * Adds what caption_subset says of one more data set, once: "1,000 of 60,000
 * and 500 of 10,000 images".
 */
void caption_add_subset(char *out, size_t room, const char *subset);

/*
 * The label of an axis: "filter-normalised units, direction x", "1st PC: 52.3
 * %".
 */
struct direction;
void caption_axis(const struct direction *direction, char *out, size_t room);

#endif
