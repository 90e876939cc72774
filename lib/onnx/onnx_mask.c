/* What causal masks are made of, among numbers that are known. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "onnx/onnx_import.h"

/* The longest side of a triangle that is looked for. */
enum { SIDE_MAX = 1024 };

/* Ones on the diagonal and on one side of it, zeros on the other? */
static bool
is_triangle_of(const double *at, int64_t side, bool upper)
{
	for (int64_t i = 0; i < side * side; i++) {
		const int64_t above = i % side - i / side;

		if (at[i] != ((upper ? above >= 0 : above <= 0) ? 1.0 : 0.0))
			return false;
	}
	return true;
}

int
onnx_is_triangle(const struct onnx_import *import, const struct onnx_tensor *t)
{
	struct onnx_folder nowhere = {0};
	const int64_t side = t->rank >= 2 ? t->dim[t->rank - 1] : 0;
	struct error lost; /* what cannot be read is none */
	double *at;
	int is;

	if (t->external || t->copies > 0 || side < 2 || side > SIDE_MAX ||
	    t->dim[t->rank - 2] != side || t->n != side * side)
		return 0;
	at = memory_new((size_t)t->n, sizeof(*at), import->err);
	if (at == NULL)
		return -1;
	is =
	    onnx_tensor_doubles(t, &nowhere, at, &lost) == 0 &&
	    (is_triangle_of(at, side, false) || is_triangle_of(at, side, true));
	free(at);
	return is;
}

/* The diagonal that parts the triangles: 0, or a number of input 1. */
static int
read_diagonal(const struct onnx_step *step, int64_t *k)
{
	struct onnx_numbers shift;

	*k = 0;
	if (!onnx_has(step, 1))
		return 0;
	if (onnx_get_numbers(step, 1, &shift) < 0)
		return -1;
	if (shift.n != 1)
		return error_set(
		    step->import->err, "the diagonal is not one number");
	*k = onnx_whole(shift.at[0]);
	return 0;
}

/* The upper or the lower triangle of each matrix, 0 elsewhere. */
int
onnx_fold_trilu(const struct onnx_step *step)
{
	struct onnx_numbers in;
	double *number;
	int64_t upper, k, rows, width;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_int(step, "upper", &upper) < 0 || read_diagonal(step, &k) < 0)
		return -1;
	if (in.shape.rank < 2)
		return error_set(step->import->err,
		    "a triangle of %d dimension%s, expected a matrix",
		    in.shape.rank, plural_s(in.shape.rank));
	number = onnx_new_numbers(step, &in.shape, in.whole);
	if (number == NULL)
		return -1;
	rows = in.shape.dim[in.shape.rank - 2];
	width = in.shape.dim[in.shape.rank - 1];
	for (int64_t i = 0; i < in.n; i++) {
		const int64_t above = i % width - i / width % rows - k;

		number[i] =
		    (upper != 0 ? above >= 0 : above <= 0) ? in.at[i] : 0.0;
	}
	return 0;
}
