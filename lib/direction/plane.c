#include "direction/plane.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "direction/plane_internal.h"

const float *
plane_delta(const struct plane *plane, int rep, int axis, int tensor)
{
	return plane->delta[plane_delta_index(plane, rep, axis, tensor)];
}

void
plane_free(struct plane *plane)
{
	size_t n = plane->delta == NULL ? 0
					: plane_slot(plane, plane->reps, 0) *
					      plane->model.graph.n_tensors;

	for (size_t i = 0; i < n; i++)
		free(plane->delta[i]);
	free(plane->delta);
	free(plane->direction);
	free(plane->scale);
	pack_free(&plane->begin);
	scratch_free(&plane->marks);
	pack_free(&plane->marks_begin);
	scratch_free(&plane->others);
	requests_free(&plane->requests);
	model_free(&plane->model);
	*plane = (struct plane){0};
}

int
plane_write_marks(
    const struct plane *plane, struct writer *writer, struct error *err)
{
	if (plane->marks.n == 0)
		return 0;
	if (writer_begin_after(writer, &plane->marks_begin, NULL, err) < 0 ||
	    writer_copy_scratch(writer, &plane->marks, err) < 0)
		return -1;
	return writer_end(writer, err);
}

/* ---- points ---- */

struct tensor *
plane_theta_new(const struct plane *plane, struct error *err)
{
	const struct graph *g = &plane->model.graph;
	struct tensor *theta = memory_new(g->n_tensors, sizeof(*theta), err);

	for (size_t i = 0; theta != NULL && i < g->n_tensors; i++)
		if (tensor_copy(&theta[i], &g->tensors[i], err) < 0) {
			tensors_free(theta, i);
			return NULL;
		}
	return theta;
}

static void
move_floats(float *out, const float *w, const float *dx, float a,
    const float *dy, float b, int64_t n)
{
	if (dx != NULL && dy != NULL)
		for (int64_t i = 0; i < n; i++)
			out[i] = w[i] + (a * dx[i] + b * dy[i]);
	else if (dx != NULL)
		for (int64_t i = 0; i < n; i++)
			out[i] = w[i] + a * dx[i];
	else
		for (int64_t i = 0; i < n; i++)
			out[i] = w[i] + b * dy[i];
}

static void
move_counter(int64_t *out, const int64_t *w, const float *dx, float a,
    const float *dy, float b, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		float change = (dx != NULL ? a * dx[i] : 0.0f) +
			       (dy != NULL ? b * dy[i] : 0.0f);

		/* a counter is not read in evaluation; keep it defined */
		out[i] = w[i] + (fabsf(change) < 1e15f ? (int64_t)change : 0);
	}
}

void
plane_apply(const struct plane *plane, int rep, double a, double b,
    struct tensor *theta)
{
	const struct graph *g = &plane->model.graph;

	for (size_t i = 0; plane->axes > 0 && i < g->n_tensors; i++) {
		const struct tensor *w = &g->tensors[i];
		const float *dx = plane_delta(plane, rep, 0, (int)i);
		const float *dy =
		    plane->axes > 1 ? plane_delta(plane, rep, 1, (int)i) : NULL;

		if (dx == NULL && dy == NULL)
			continue;
		if (w->type == TENSOR_INT64)
			move_counter(theta[i].i64, w->i64, dx, (float)a, dy,
			    (float)b, w->n);
		else
			move_floats(theta[i].f32, w->f32, dx, (float)a, dy,
			    (float)b, w->n);
	}
}

/* ---- what it is ---- */

int
plane_identify(
    const struct plane *plane, struct plane_id *id, struct error *err)
{
	const struct graph *g = &plane->model.graph;
	struct plane_sum sum;
	char model[DIGEST_TEXT_BYTES];

	if (model_digest(&plane->model, model, err) < 0)
		return -1;
	plane_sum_start(&sum, model, plane->axes, plane->reps);
	for (size_t d = 0; d < plane_slot(plane, plane->reps, 0); d++)
		for (size_t t = 0; t < g->n_tensors; t++) {
			const float *delta = plane->delta[d * g->n_tensors + t];

			plane_sum_tensor(&sum, delta != NULL);
			if (delta != NULL)
				plane_sum_elements(
				    &sum, delta, g->tensors[t].n);
		}
	plane_sum_finish(&sum, id);
	return 0;
}

static double
dot(const struct plane *p, int rep, int axis, int other)
{
	double sum = 0.0;

	for (size_t t = 0; t < p->model.graph.n_tensors; t++) {
		const float *a = plane_delta(p, rep, axis, (int)t);
		const float *b = plane_delta(p, rep, other, (int)t);

		for (int64_t i = 0;
		     a != NULL && b != NULL && i < p->model.graph.tensors[t].n;
		     i++)
			sum += (double)a[i] * b[i];
	}
	return sum;
}

double
plane_length(const struct plane *plane, int rep, int axis)
{
	return sqrt(dot(plane, rep, axis, axis));
}

double
plane_cosine(const struct plane *plane, int rep)
{
	double norms =
	    plane_length(plane, rep, 0) * plane_length(plane, rep, 1);

	return norms > 0.0 ? dot(plane, rep, 0, 1) / norms : 0.0;
}
