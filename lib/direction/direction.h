/*
 * What a direction is, apart from its elements: the `direction` record.
 *
 * A stream declares its directions behind the `model` record, one record per
 * axis and rep; their elements follow as `delta` chunks (tensor/chunk.h), for
 * every tensor of the model in turn: w, then x and y of rep 0, of rep 1, ...
 * A tensor that a direction leaves alone has no chunk: its deltas are zero.
 */
#ifndef DIRECTION_DIRECTION_H
#define DIRECTION_DIRECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stream/pack.h"
#include "stream/reader.h"
#include "tensor/chunk.h"
#include "tensor/tensor.h"

enum direction_kind {
	DIRECTION_RANDOM,
	DIRECTION_TOWARD,
	DIRECTION_FILE,
	DIRECTION_PCA,
	DIRECTION_HESSIAN,
	DIRECTION_GRADIENT,
};

/* Which tensors move: the trainable vector, or running statistics too. */
enum direction_over { OVER_WEIGHTS, OVER_STATES };

/* Normalisations of section 4 of the paper and of the reference tool. */
enum normalisation {
	NORMALISE_NONE,
	NORMALISE_FILTER,
	NORMALISE_LAYER,
	NORMALISE_WEIGHT,
	NORMALISE_DFILTER,
	NORMALISE_DLAYER,
	NORMALISE_MODEL,
};

/* What tensors of 0 or 1 dimension get. */
enum direction_ignore { IGNORE_NONE, IGNORE_BIASBN };

/* Words for options and records, NULL-terminated, in the order of the enums. */
extern const char *const direction_kind_words[];
extern const char *const direction_over_words[];
extern const char *const normalisation_words[];
extern const char *const direction_ignore_words[];

struct direction {
	int axis, rep;
	enum direction_kind kind;
	enum direction_over over;
	enum normalisation norm;
	enum direction_ignore ignore;
	uint64_t seed;   /* of kind random: below 2^63 */
	char label[256]; /* of kind toward: the other model; may be empty */
	/* Of kind toward, made orthonormal: where the other model lies. */
	bool placed;
	double at[AXES_MAX];
	/* Of kind pca: share of the rows' variance, and singular value. */
	double explained, singular;
	/* Of kind hessian: of the mean loss, and how exactly (||H v - l v||).
	 */
	double eigenvalue, residual;
	double slope; /* of kind gradient: its norm */
};

/* Reads a `direction` record. */
int direction_unpack(
    struct direction *direction, const struct value *header, struct error *err);

/* A direction as the summary of a surface has it. */
struct sheet_direction {
	bool there;
	struct direction direction;
	double length, cosine; /* NaN: not known */
};

/* The same record, in a surface. */
int direction_unpack_summary(struct sheet_direction *direction,
    const struct value *header, struct error *err);

/*
 * Packs its header.  before (or NULL) is the header that it replaces: keys that
 * are not ours are kept.
 */
int direction_pack(struct pack *pack, const struct direction *direction,
    const struct value *before, struct error *err);

/*
 * May the direction move this tensor (weights, or states)?  One of kind pca
 * does not move counters, which no evaluation reads but which would be most of
 * the variance, nor small tensors when it ignores them; of kinds hessian and
 * gradient those are the tensors of fewer than two dimensions.
 */
bool direction_moves(
    const struct direction *direction, const struct tensor *tensor);

/*
 * `scale` record: a factor that applies to all deltas of (axis, rep); written
 * behind them by model normalisation, which knows it only then.
 */
int scale_unpack(const struct record *record, int *axis, int *rep,
    double *factor, struct error *err);
int scale_pack(
    struct pack *pack, int axis, int rep, double factor, struct error *err);

#endif
