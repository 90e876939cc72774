#include "run/projection.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "direction/normalise.h"
#include "direction/plane_trace.h"

/* A learning rate that falls to this part is a drop, not a slow decay. */
static const double drop = 0.5;

/* Cosine squared beyond which x and y are one direction. */
static const double parallel = 1e-12;

/* Sums are kept apart for small tensors (bias, batch norm) and the rest. */
enum { SMALL, REST, PARTS };

/* x and y of a direction set. */
struct axes_sums {
	double xx[PARTS], xy[PARTS], yy[PARTS];
};

/* A checkpoint against a direction set. */
struct point_sums {
	double x[PARTS], y[PARTS];
};

struct buffer {
	void *elements;
	size_t room;
	bool filled; /* for the tensor that passes */
};

struct projection {
	const struct passage *passage;
	const struct runs *runs;
	struct buffer w, *deltas; /* deltas: of each declared direction */
	size_t n_deltas;
	bool states; /* some direction moves running statistics */
	int reps;
	struct axes_sums *axes;    /* by rep */
	struct point_sums *points; /* by rep and checkpoint */
	double (*squares)[PARTS];  /* d.d by checkpoint */
	double *scale;             /* of each declared direction */
	struct plane_trace *trace;
	struct plane_id plane;
	char model[DIGEST_TEXT_BYTES];
	float *zeros;
};

struct projection *
projection_new(
    const struct passage *passage, const struct runs *runs, struct error *err)
{
	struct projection *p = memory_new(1, sizeof(*p), err);

	if (p == NULL)
		return NULL;
	p->passage = passage;
	p->runs = runs;
	p->zeros = memory_new(RUNS_BLOCK, sizeof(*p->zeros), err);
	p->trace = plane_trace_new(passage, err);
	if (p->zeros != NULL && p->trace != NULL)
		return p;
	projection_free(p);
	return NULL;
}

static void
release(struct projection *p)
{
	for (size_t i = 0; i < p->n_deltas; i++)
		free(p->deltas[i].elements);
	free(p->deltas);
	free(p->axes);
	free(p->points);
	free(p->squares);
	free(p->scale);
	p->deltas = NULL;
	p->n_deltas = 0;
	p->axes = NULL;
	p->points = NULL;
	p->squares = NULL;
	p->scale = NULL;
}

void
projection_free(struct projection *projection)
{
	if (projection == NULL)
		return;
	release(projection);
	plane_trace_free(projection->trace);
	free(projection->w.elements);
	free(projection->zeros);
	free(projection);
}

/* ---- a model begins ---- */

static int
start(struct projection *p, struct error *err)
{
	const struct passage *passage = p->passage;
	const size_t n = passage->n_directions;

	if (graph_check_tensors(&p->runs->model.graph, "the run",
		&passage->model.graph, err) < 0)
		return -1;
	release(p);
	p->reps = passage_count(passage, 0);
	if (p->reps == 0)
		return error_set(err,
		    "the model has no direction x, expected the plane of "
		    "dirgen");
	p->states = false;
	for (size_t i = 0; i < n; i++)
		p->states |= passage->directions[i].is.over == OVER_STATES;
	p->deltas = memory_new(n, sizeof(*p->deltas), err);
	p->scale = memory_new(n, sizeof(*p->scale), err);
	p->axes = memory_new((size_t)p->reps, sizeof(*p->axes), err);
	p->points =
	    memory_new((size_t)p->reps * p->runs->n, sizeof(*p->points), err);
	p->squares = memory_new(p->runs->n, sizeof(*p->squares), err);
	if (p->deltas == NULL || p->scale == NULL || p->axes == NULL ||
	    p->points == NULL || p->squares == NULL)
		return -1;
	p->n_deltas = n;
	for (size_t i = 0; i < n; i++)
		p->scale[i] = 1;
	return 0;
}

/* ---- a tensor passes ---- */

static int
keep(struct buffer *b, const struct chunk *c, size_t size, struct error *err)
{
	if (memory_grow(&b->elements, &b->room,
		(size_t)(c->offset + c->n) * size, 1, err) < 0)
		return -1;
	if (c->n > 0)
		memcpy((char *)b->elements + (size_t)c->offset * size,
		    c->elements, (size_t)c->n * size);
	b->filled = true;
	return 0;
}

static double
dot(const float *a, const float *b, int64_t n)
{
	double sum = 0;

	for (int64_t i = 0; i < n; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

/* Elements from at on of direction (axis, rep), zeros where it does not move.
 */
static const float *
delta_at(const struct projection *p, int axis, int rep, int64_t at)
{
	const int i = passage_find(p->passage, axis, rep);

	if (i < 0 || !p->deltas[i].filled)
		return p->zeros;
	return (const float *)p->deltas[i].elements + at;
}

static void
add_axes(struct projection *p, int64_t at, int64_t n, int part)
{
	for (int rep = 0; rep < p->reps; rep++) {
		const float *x = delta_at(p, 0, rep, at);
		const float *y = delta_at(p, 1, rep, at);

		p->axes[rep].xx[part] += dot(x, x, n);
		p->axes[rep].xy[part] += dot(x, y, n);
		p->axes[rep].yy[part] += dot(y, y, n);
	}
}

static int
add_block(struct projection *p, int64_t at, int64_t n, struct error *err)
{
	const int tensor = p->passage->tensor;
	const struct tensor *t = &p->passage->model.graph.tensors[tensor];
	const int part = normalise_small(t) ? SMALL : REST;
	const char *w = (const char *)p->w.elements +
			(size_t)at * tensor_element_bytes(t->type);
	float d[RUNS_BLOCK];

	add_axes(p, at, n, part);
	for (size_t i = 0; i < p->runs->n; i++) {
		if (runs_subtract(p->runs, i, tensor, at, n, w, d, err) < 0)
			return -1;
		p->squares[i][part] += dot(d, d, n);
		for (int rep = 0; rep < p->reps; rep++) {
			struct point_sums *s =
			    &p->points[(size_t)rep * p->runs->n + i];

			s->x[part] += dot(d, delta_at(p, 0, rep, at), n);
			s->y[part] += dot(d, delta_at(p, 1, rep, at), n);
		}
	}
	return 0;
}

/* Counters are no part of d: no evaluation reads them. */
static bool
is_read(const struct projection *p, const struct tensor *t)
{
	return t->role != ROLE_BATCHES &&
	       (tensor_is_weight(t) || (p->states && tensor_is_state(t)));
}

int64_t
projection_blocks(const struct projection *p)
{
	const struct graph *g = &p->passage->model.graph;
	int64_t blocks = 0;

	for (size_t t = 0; t < g->n_tensors; t++)
		if (is_read(p, &g->tensors[t]))
			blocks += runs_blocks(g->tensors[t].n);
	return blocks * (int64_t)p->runs->n;
}

static int
leave_tensor(struct projection *p, struct error *err)
{
	const struct tensor *t =
	    &p->passage->model.graph.tensors[p->passage->tensor];

	for (int64_t at = 0; is_read(p, t) && at < t->n; at += RUNS_BLOCK) {
		int64_t left = t->n - at;

		if (add_block(
			p, at, left < RUNS_BLOCK ? left : RUNS_BLOCK, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < p->n_deltas; i++)
		p->deltas[i].filled = false;
	return 0;
}

int
projection_step(
    struct projection *projection, enum passage_step step, struct error *err)
{
	struct projection *p = projection;
	const struct passage *passage = p->passage;
	const struct chunk *c = &passage->chunk;

	if (plane_trace_step(p->trace, step, err) < 0)
		return -1;
	switch (step) {
	case PASSAGE_DECLARED:
		return start(p, err);
	case PASSAGE_TENSOR:
		return keep(&p->w, c,
		    tensor_element_bytes(
			passage->model.graph.tensors[c->tensor].type),
		    err);
	case PASSAGE_DELTA:
		return keep(
		    &p->deltas[passage->direction], c, sizeof(float), err);
	case PASSAGE_TENSOR_LEFT:
		return leave_tensor(p, err);
	case PASSAGE_SCALE:
		p->scale[passage->direction] = passage->factor;
		return 0;
	case PASSAGE_END:
		return passage->has_model ? plane_trace_finish(p->trace,
						&p->plane, p->model, err)
					  : 0;
	case PASSAGE_BEGIN:
	case PASSAGE_MODEL:
	case PASSAGE_DIRECTION:
	case PASSAGE_TENSOR_DONE:
	case PASSAGE_OTHER:
		break;
	}
	return 0;
}

/* ---- a point ---- */

static double
both(const double v[PARTS])
{
	return v[SMALL] + v[REST];
}

static double
scale_of(const struct projection *p, int axis, int rep)
{
	const int i = passage_find(p->passage, axis, rep);

	return i >= 0 ? p->scale[i] : 1;
}

/* The sums with the factors that came behind the deltas. */
static struct axes_sums
scaled_axes(const struct projection *p, int rep, double fx, double fy)
{
	struct axes_sums s = p->axes[rep];

	for (int k = 0; k < PARTS; k++) {
		s.xx[k] *= fx * fx;
		s.xy[k] *= fx * fy;
		s.yy[k] *= fy * fy;
	}
	return s;
}

/* Least squares of x dx + y dy = d, from the products. */
static int
solve(const struct axes_sums *a, const struct point_sums *s, bool plane,
    double *x, double *y, struct error *err)
{
	const double xx = both(a->xx), xy = both(a->xy), yy = both(a->yy);
	const double det = xx * yy - xy * xy;

	if (!(xx > 0) || (plane && !(yy > 0)))
		return error_set(err,
		    "direction %s is zero, nothing can be projected onto it",
		    xx > 0 ? "y" : "x");
	if (plane && !(det > parallel * xx * yy))
		return error_set(err,
		    "x and y are parallel (cosine %.9f), expected a plane",
		    xy / sqrt(xx * yy));
	*x =
	    plane ? (yy * both(s->x) - xy * both(s->y)) / det : both(s->x) / xx;
	*y = plane ? (xx * both(s->y) - xy * both(s->x)) / det : 0;
	return 0;
}

static double
rest_of(const struct axes_sums *a, const struct point_sums *s, double square,
    int part, double x, double y)
{
	return fmax(square - 2 * (x * s->x[part] + y * s->y[part]) +
			x * x * a->xx[part] + 2 * x * y * a->xy[part] +
			y * y * a->yy[part],
	    0);
}

static void
describe(const struct projection *p, size_t i, struct path_point *out)
{
	const struct runs *runs = p->runs;
	const struct run_checkpoint *c = &runs->checkpoints[i];
	const struct run *run = &runs->runs[c->run];

	memcpy(out->name, run->name, sizeof(out->name));
	out->i = (int64_t)(i - run->first);
	out->epoch = c->epoch;
	out->step = c->step;
	out->lr = c->lr;
	out->running_loss = c->running_loss;
	out->drop = i + 1 < run->first + run->n && c[1].lr <= drop * c->lr;
	out->loss = NAN;
	out->plane = p->plane;
	snprintf(out->model, sizeof(out->model), "%.16s", p->model);
	snprintf(out->checkpoint, sizeof(out->checkpoint), "%.16s", c->digest);
}

int
projection_point(const struct projection *p, int rep, size_t i,
    enum path_method method, struct path_point *out, struct error *err)
{
	const bool plane = passage_find(p->passage, 1, rep) >= 0;
	const double fx = scale_of(p, 0, rep), fy = scale_of(p, 1, rep);
	const struct axes_sums a = scaled_axes(p, rep, fx, fy);
	struct point_sums s = p->points[(size_t)rep * p->runs->n + i];
	double x = 0, y = 0, small, rest;

	for (int k = 0; k < PARTS; k++) {
		s.x[k] *= fx;
		s.y[k] *= fy;
	}
	if (solve(&a, &s, plane, &x, &y, err) < 0)
		return -1;
	small = rest_of(&a, &s, p->squares[i][SMALL], SMALL, x, y);
	rest = rest_of(&a, &s, p->squares[i][REST], REST, x, y);
	*out = (struct path_point){.rep = rep, .method = method};
	describe(p, i, out);
	out->length[0] = sqrt(both(a.xx));
	out->length[1] = sqrt(both(a.yy));
	out->cosine =
	    plane ? both(a.xy) / (out->length[0] * out->length[1]) : 0;
	out->norm = sqrt(both(p->squares[i]));
	out->off = sqrt(small + rest);
	out->off_biasbn = sqrt(small);
	out->off_rest = sqrt(rest);
	out->x = method == PATH_COS ? both(s.x) / out->length[0] : x;
	out->y = method == PATH_COS && plane ? both(s.y) / out->length[1] : y;
	return 0;
}
