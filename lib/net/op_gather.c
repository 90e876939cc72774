/* Gather: elements along an axis, by their numbers. */
#include <math.h>
#include <string.h>

#include "base/plural.h"
#include "net/op_axis.h"
#include "net/op_family.h"

/* The data is outer x n x inner, the output outer x count x inner. */
struct gather {
	struct extent e;
	int64_t count;
};

static struct gather
gather_of(const struct attributes *attr, const struct shape *in)
{
	return (struct gather){
	    extent_of(&in[0], attr->axis - 1, attr->axis - 1),
	    shape_size(&in[1])};
}

/* The output has the indices' axes in place of the one that they count. */
int
op_gather_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	const int axis = attr->axis - 1;

	(void)n_in;
	if (axis < 0 || axis >= in[0].rank)
		return error_set(err, "axis is %d, expected 1 to %d",
		    attr->axis, in[0].rank);
	if (in[0].rank - 1 + in[1].rank > IMAGE_RANK_MAX)
		return error_set(err,
		    "an image would get %d dimension%s, expected at most %d",
		    in[0].rank - 1 + in[1].rank,
		    plural_s((in[0].rank - 1 + in[1].rank)), IMAGE_RANK_MAX);
	for (int i = 0; i < axis; i++)
		out->dim[out->rank++] = in[0].dim[i];
	for (int i = 0; i < in[1].rank; i++)
		out->dim[out->rank++] = in[1].dim[i];
	for (int i = axis + 1; i < in[0].rank; i++)
		out->dim[out->rank++] = in[0].dim[i];
	return 0;
}

/* An index from 0 on, counted from the end when negative; -1: there is none. */
static int64_t
place_of(float index, int64_t n)
{
	const double at = (double)index + (index < 0.0F ? (double)n : 0.0);

	return at >= 0.0 && at < (double)n ? (int64_t)at : -1;
}

/* What lies outside is `outside`: no number, and what does not move. */
static void
gather(const struct gather *g, const float *data, const float *index,
    float outside, float *out)
{
	const int64_t inner = g->e.inner;

	for (int64_t o = 0; o < g->e.outer; o++)
		for (int64_t k = 0; k < g->count; k++, out += inner) {
			const int64_t at = place_of(index[k], g->e.n);

			for (int64_t i = 0; at < 0 && i < inner; i++)
				out[i] = outside;
			if (at >= 0)
				memcpy(out, data + (o * g->e.n + at) * inner,
				    (size_t)inner * sizeof(*out));
		}
}

void
op_gather_forward(const struct operator_call *call)
{
	const struct gather g = gather_of(call->attr, call->in_shape);

	gather(&g, call->in[0], call->in[1], NAN, call->out);
}

void
op_gather_backward(const struct operator_batch *batch)
{
	const struct gather g = gather_of(batch->attr, batch->in_shape);
	const float *dy = batch->d_out;

	for (int64_t o = 0; batch->d_in[0] != NULL && o < g.e.outer; o++)
		for (int64_t k = 0; k < g.count; k++, dy += g.e.inner) {
			const int64_t at = place_of(batch->in[1][k], g.e.n);
			float *d =
			    batch->d_in[0] + (o * g.e.n + at) * g.e.inner;

			for (int64_t i = 0; at >= 0 && i < g.e.inner; i++)
				d[i] += dy[i];
		}
}

void
op_gather_tangent(const struct operator_batch *batch)
{
	const struct gather g = gather_of(batch->attr, batch->in_shape);

	gather(&g, batch->t_in[0], batch->in[1], 0.0F, batch->t_out);
}
