/* ScatterND among constants: what a mask that is filled in by parts is. */
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

/* Data, places in it (the last axis is one of them), what stands there then. */
struct scatter {
	struct onnx_numbers data, at, updates;
	int64_t depth, run; /* axes that a place names; numbers behind it */
};

static int
read_scatter(const struct onnx_step *step, struct scatter *s)
{
	const struct onnx_shape *at = &s->at.shape, *data = &s->data.shape;

	if (onnx_get_numbers(step, 0, &s->data) < 0 ||
	    onnx_get_numbers(step, 1, &s->at) < 0 ||
	    onnx_get_numbers(step, 2, &s->updates) < 0)
		return -1;
	s->depth = at->rank > 0 ? at->dim[at->rank - 1] : 0;
	if (s->depth < 1 || s->depth > data->rank)
		return error_set(step->import->err,
		    "the indices name %lld %s, the data have %d",
		    (long long)s->depth, plural(s->depth, "axis", "axes"),
		    data->rank);
	s->run = 1;
	for (int i = (int)s->depth; i < data->rank; i++)
		s->run *= data->dim[i];
	if (s->updates.n != s->at.n / s->depth * s->run)
		return error_set(step->import->err,
		    "%lld number%s for %lld place%s of %lld",
		    (long long)s->updates.n, plural_s(s->updates.n),
		    (long long)(s->at.n / s->depth),
		    plural_s(s->at.n / s->depth), (long long)s->run);
	return 0;
}

/* Where the place with number i begins in the data, or -1 with an error. */
static int64_t
find_place(const struct onnx_step *step, const struct scatter *s, int64_t i)
{
	int64_t place = 0;

	for (int64_t axis = 0; axis < s->depth; axis++) {
		const int64_t n = s->data.shape.dim[axis];
		const double at = s->at.at[i * s->depth + axis];

		if (!(at >= (double)-n && at < (double)n))
			return error_set(step->import->err,
			    "index is %lld, expected less than %lld",
			    (long long)onnx_whole(at), (long long)n);
		place = place * n + onnx_whole(at) + (at < 0.0 ? n : 0);
	}
	return place * s->run;
}

int
onnx_fold_scatter(const struct onnx_step *step)
{
	struct scatter s = {.depth = 0};
	double *number;

	if (read_scatter(step, &s) < 0)
		return -1;
	number = onnx_new_numbers(step, &s.data.shape, s.data.whole);
	if (number == NULL)
		return -1;
	memcpy(number, s.data.at, (size_t)s.data.n * sizeof(*number));
	for (int64_t i = 0; i * s.depth < s.at.n; i++) {
		const int64_t place = find_place(step, &s, i);

		if (place < 0)
			return -1;
		memcpy(number + place, s.updates.at + i * s.run,
		    (size_t)s.run * sizeof(*number));
	}
	return 0;
}
