/*
 * Normalising a direction against the weights it belongs to (Li et al., arXiv
 * 1712.09913, section 4): filter by filter, d_i *= |w_i| / |d_i|, so that
 * landscapes of networks with different weight scales can be compared.
 *
 * A filter is the slice of a weight along its out_axis: all weights that make
 * one output channel.  Norms are Frobenius norms, summed in double, one filter
 * from its first element to its last: results do not depend on how the elements
 * were cut into runs.
 *
 *	filter   d_i *= |w_i| / (|d_i| + 1e-10)
 *	layer    d *= |w| / |d|                    of this tensor
 *	weight   d *= w                            element by element
 *	dfilter  d_i /= |d_i| + 1e-10
 *	dlayer   d /= |d|
 *	model    d *= |w| / |d|                    of all tensors that take part
 *	none     d
 *
 * A direction that is zero stays zero (the reference tool's `layer` and
 * `dlayer` give NaN), and a zero filter of w gives zeros.  These formulas are
 * for weights, tensors of two and more dimensions; the others follow `ignore`.
 */
#ifndef DIRECTION_NORMALISE_H
#define DIRECTION_NORMALISE_H

#include <stdbool.h>
#include <stdint.h>

#include "direction/direction.h"
#include "tensor/tensor.h"

/* Does the tensor follow `ignore` instead of the formulas? */
bool normalise_small(const struct tensor *tensor);

/*
 * How the elements of a tensor fall into groups with one norm each, filters or
 * the whole tensor: element e is in group (e / inner) % k.  unit: elements that
 * must be together before one of them can be scaled, a divisor of n.
 */
struct groups {
	int64_t k, inner, unit;
};

struct groups groups_of(const struct tensor *tensor, enum normalisation norm);

/* Adds squares of the elements [offset, offset + n) to their groups' sums. */
void groups_add_squares(const struct groups *groups, int64_t offset,
    const float *elements, int64_t n, double *squares);

/*
 * Normalises the elements d[0..n) of a tensor, in place: whole units of its
 * groups, from element offset on.  squares: the sums of w per group; w: the
 * same elements of the weight (only `weight` looks at them, otherwise it may be
 * NULL); factor: room for k numbers.  `model` and `none` change nothing here.
 */
void normalise(enum normalisation norm, const struct groups *groups,
    const double *squares, const float *w, int64_t offset, int64_t n,
    double *factor, float *d);

/* The factor of `model` from the sums of squares of w and d. */
double normalise_model_factor(double w_squares, double d_squares);

#endif
