/*
 * How large the weights of a network are: their histogram and their norms
 * (section 3 of the paper: weight decay and batch size change the scale of the
 * weights, and with it what sharpness seems to be).
 */
#ifndef MODEL_HISTOGRAM_H
#define MODEL_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/range.h"
#include "model/model.h"
#include "stream/listing.h"
#include "stream/pack.h"
#include "stream/reader.h"
#include "stream/writer.h"

enum { BINS_MAX = 10000, PATTERNS_MAX = 16 };

/* Of some elements; sums in double, sd divided by n. */
struct spread {
	int64_t n;
	double norm, mean, sd, min, max; /* norm: Euclidean */
};

/* Which tensors: weights of convolutions and linear layers, or vectors. */
enum histogram_over { HISTOGRAM_FILTERS, HISTOGRAM_WEIGHTS, HISTOGRAM_STATES };
extern const char *const histogram_over_words[];

struct histogram_choice {
	enum histogram_over over;
	const char *pattern[PATTERNS_MAX]; /* of names, as the shell's */
	int patterns;                      /* 0: every name */
	bool ranged;                       /* lo and hi are given */
	double lo, hi;
	int64_t bins;
};

/* Is tensor chosen?  Counters never are. */
bool histogram_takes(
    const struct histogram_choice *choice, const struct tensor *tensor);

struct spread histogram_spread(const float *elements, int64_t n);

struct histogram {
	char label[MODEL_TEXT_MAX + 1], arch[MODEL_TEXT_MAX + 1];
	/* Bin i holds edge i <= w < edge i + 1, the last one also hi; edges are
	 * those of range_at. */
	struct range edges;
	int64_t *counts;           /* edges.num - 1 of them, owned */
	int64_t below, above, nan; /* what no bin holds */
	struct spread all;
};

/*
 * Counts the chosen tensors of model.  Without a range it is symmetric, up to
 * the first 1, 2 or 5 times a power of ten beyond four times their root mean
 * square.  Fails when no tensor is chosen.  Release with histogram_free in any
 * case.
 */
int histogram_make(struct histogram *histogram,
    const struct histogram_choice *choice, const struct model *model,
    struct error *err);
void histogram_free(struct histogram *histogram);

/* ---- the records ---- */

/* Writes the `histogram` record of model, and a `norm` record per tensor. */
int histogram_write(struct writer *writer, const struct histogram *histogram,
    const struct histogram_choice *choice, const struct model *model,
    struct error *err);

/* Reads a `histogram` record; refuses counts that do not add up. */
int histogram_unpack(
    struct histogram *histogram, const struct value *header, struct error *err);

/* All histograms of an input. */
struct histogram_list {
	struct histogram *item;
	size_t n, room;
	struct listed from;
};

int histograms_read(
    struct histogram_list *list, struct reader *reader, struct error *err);
void histogram_list_free(struct histogram_list *list);

#endif
