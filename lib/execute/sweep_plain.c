/*
 * Steps without a kernel: image by image, as planes c h w, by the functions of
 * their operator.
 */
#include <string.h>

#include "execute/liveness.h"
#include "execute/sweep.h"
#include "net/operator.h"

/* Planes of an operand or of the output: x, x., dx, dx. */
enum plane_kind { PLANE_X, PLANE_T, PLANE_D, PLANE_DT, PLANE_KINDS };

struct plain {
	const struct sweep_run *run;
	const struct sweep_step *step;
	const struct operator_row *row;
	struct operator_batch batch;
	struct shape shape[NODE_INPUTS_MAX];
	const float *in[NODE_INPUTS_MAX], *t_in[NODE_INPUTS_MAX];
	float *d_in[NODE_INPUTS_MAX], *t_d_in[NODE_INPUTS_MAX];
	/* per activation; the last is the output */
	float *planes[NODE_INPUTS_MAX + 1][PLANE_KINDS];
	float *work;
};

static size_t
size_of(const struct sweep *s, int value)
{
	const struct slot *v = &s->values[value];

	return liveness_floats((int64_t)v->c * v->h * v->w);
}

size_t
sweep_plain_floats(const struct sweep *sweep, const struct sweep_step *step)
{
	const struct fold_step *f = step->fold;
	size_t n = size_of(sweep, f->out);

	for (int i = 0; i < f->n_in; i++)
		n += size_of(sweep, f->in[i]);
	return PLANE_KINDS * n + operator_work(sweep->graph, f->node);
}

static void
start(
    struct plain *p, const struct sweep_run *run, const struct sweep_step *step)
{
	const struct fold_step *f = step->fold;
	float *at = run->scratch + run->s->work;

	*p = (struct plain){
	    .run = run, .step = step, .row = operator_of(f->node->op)};
	operator_describe(run->s->graph, f->node, 1, p->shape, &p->batch);
	if (step->method == SWEEP_BILINEAR)
		p->batch.n_in = 2; /* the bias is the fold's shift */
	for (int i = 0; i <= f->n_in; i++) {
		const int value = i < f->n_in ? f->in[i] : f->out;

		for (int k = 0; k < PLANE_KINDS; k++) {
			p->planes[i][k] = at;
			at += size_of(run->s, value);
		}
	}
	p->batch.in = p->in;
	p->batch.d_in = p->d_in;
	p->batch.t_in = p->t_in;
	p->batch.t_d_in = p->t_d_in;
	p->batch.work = at;
}

static void
gather(struct plain *p, int i, int image, enum plane_kind kind)
{
	const struct fold_step *f = p->step->fold;
	const int value = i < f->n_in ? f->in[i] : f->out;
	const struct slot *v = &p->run->s->values[value];
	const bool tangent = kind == PLANE_T || kind == PLANE_DT;
	struct view view = kind == PLANE_X || kind == PLANE_T
			       ? sweep_view(p->run, value)
			       : sweep_d_view(p->run, value);

	view.at += image * view.image + (tangent ? v->lanes : 0);
	if (tangent && !sweep_active(v))
		memset(p->planes[i][kind], 0,
		    size_of(p->run->s, value) * sizeof(float));
	else
		slot_gather(v, &view, 1, p->planes[i][kind]);
}

static void
scatter(struct plain *p, int i, int image, enum plane_kind kind, bool add)
{
	const struct fold_step *f = p->step->fold;
	const int value = i < f->n_in ? f->in[i] : f->out;
	const struct slot *v = &p->run->s->values[value];
	const bool tangent = kind == PLANE_T || kind == PLANE_DT;
	struct view view = kind == PLANE_X || kind == PLANE_T
			       ? sweep_view(p->run, value)
			       : sweep_d_view(p->run, value);

	view.at += image * view.image + (tangent ? v->lanes : 0);
	slot_scatter(v, &view, 1, p->planes[i][kind], add);
}

/* ---- any operator ---- */

/* A tensor of the node, its tangent, and where its gradients grow. */
static void
point_tensor(struct plain *p, int j, size_t *at)
{
	const struct sweep *s = p->run->s;
	const struct sweep_weights *w = p->run->w;
	const int tensor = s->graph->values[p->step->fold->node->in[j]].tensor;
	float *gradient = p->run->gradients + p->step->gradient + *at;

	p->in[j] = w->theta[tensor].f32;
	p->t_in[j] = w->floats + s->zeros;
	p->d_in[j] = p->t_d_in[j] = NULL;
	if (!s->moves[tensor])
		return;
	p->t_in[j] = sweep_part(s, w->v, tensor);
	p->t_d_in[j] = gradient;
	p->d_in[j] = s->primal ? gradient + p->step->size : NULL;
	*at += liveness_floats(s->graph->tensors[tensor].n);
}

/* All operands of the node in its order; activations as the fold has them. */
static void
point_operands(struct plain *p)
{
	const struct fold_step *f = p->step->fold;
	const struct sweep *s = p->run->s;
	float *const *out = p->planes[f->n_in];
	size_t at = 0;
	int k = 0;

	for (int j = 0; j < f->node->n_in; j++) {
		float *const *planes = p->planes[k];

		if (s->graph->values[f->node->in[j]].kind == VALUE_TENSOR) {
			point_tensor(p, j, &at);
			continue;
		}
		p->in[j] = planes[PLANE_X];
		p->t_in[j] = planes[PLANE_T];
		p->d_in[j] = p->t_d_in[j] = NULL;
		if (sweep_active(&s->values[f->in[k]])) {
			p->d_in[j] = planes[PLANE_D];
			p->t_d_in[j] = planes[PLANE_DT];
		}
		k++;
	}
	p->batch.out = out[PLANE_X];
	p->batch.t_out = out[PLANE_T];
	p->batch.d_out = out[PLANE_D];
	p->batch.t_d_out = out[PLANE_DT];
}

static void
node_forward(struct plain *p, int image)
{
	const struct fold_step *f = p->step->fold;

	for (int i = 0; i < f->n_in; i++) {
		gather(p, i, image, PLANE_X);
		gather(p, i, image, PLANE_T);
	}
	operator_forward(f->node->op, &p->batch);
	scatter(p, f->n_in, image, PLANE_X, false);
	if (!p->step->active)
		return;
	operator_tangent(f->node->op, &p->batch);
	scatter(p, f->n_in, image, PLANE_T, false);
}

static void
node_backward(struct plain *p, int image)
{
	const struct fold_step *f = p->step->fold;
	const int out = f->n_in;

	for (int i = 0; i < out && (p->row->needs & NEEDS_IN); i++) {
		gather(p, i, image, PLANE_X);
		gather(p, i, image, PLANE_T);
	}
	if (p->row->needs & NEEDS_OUT) {
		gather(p, out, image, PLANE_X);
		gather(p, out, image, PLANE_T);
	}
	gather(p, out, image, PLANE_D);
	gather(p, out, image, PLANE_DT);
	for (int i = 0; i < out; i++) {
		const size_t bytes =
		    size_of(p->run->s, f->in[i]) * sizeof(float);

		memset(p->planes[i][PLANE_D], 0, bytes);
		memset(p->planes[i][PLANE_DT], 0, bytes);
	}
	operator_backward(f->node->op, &p->batch);
	operator_back_tangent(f->node->op, &p->batch);
	for (int i = 0; i < out; i++) {
		if (!sweep_active(&p->run->s->values[f->in[i]]))
			continue;
		scatter(p, i, image, PLANE_D, !p->step->first[i]);
		scatter(p, i, image, PLANE_DT, !p->step->first[i]);
	}
}

/* ---- bilinear: Conv with groups, Gemm over c h w ---- */

/* out += from, add, through the ReLU, at one image. */
static void
finish(struct plain *p, int image, int lane, const float *shift, bool relu)
{
	const struct fold_step *f = p->step->fold;
	const struct slot *v = &p->run->s->values[f->out];
	const struct view y = sweep_view(p->run, f->out);
	const bool adds =
	    f->addend >= 0 &&
	    (lane == 0 || sweep_active(&p->run->s->values[f->addend]));
	const struct view add =
	    adds ? sweep_view(p->run, f->addend) : (struct view){0};

	for (int r = 0; r < v->h; r++)
		for (int x = 0; x < v->w; x++) {
			float *to =
			    y.at + image * y.image + r * y.row + x * y.pixel;
			const float *from = adds ? add.at + image * add.image +
						       r * add.row +
						       x * add.pixel + lane
						 : NULL;

			for (int c = 0; c < v->c; c++) {
				float z = to[lane + c] + shift[c] +
					  (from != NULL ? from[c] : 0.0F);

				if (relu && lane == 0)
					z = z < 0.0F ? 0.0F : z;
				if (relu && lane > 0)
					z = to[c] > 0.0F ? z : 0.0F;
				to[lane + c] = z;
			}
		}
}

static void
bilinear_forward(struct plain *p, int image)
{
	const struct sweep_step *step = p->step;
	const float *w = p->run->w->floats + step->plain;
	const float *shift = p->run->w->floats + step->shift;
	const int lanes = p->run->s->values[step->fold->out].lanes;
	float *y = p->planes[1][PLANE_X], *ty = p->planes[1][PLANE_T];
	float *more = p->planes[1][PLANE_D];
	const size_t n = size_of(p->run->s, step->fold->out);

	gather(p, 0, image, PLANE_X);
	gather(p, 0, image, PLANE_T);
	p->in[0] = p->planes[0][PLANE_X];
	p->in[1] = w;
	p->batch.out = y;
	p->row->batch(&p->batch);
	scatter(p, 1, image, PLANE_X, false);
	finish(p, image, 0, shift, step->fold->relu);
	if (!step->active)
		return;
	p->in[1] = w + step->size;
	p->batch.out = ty;
	p->row->batch(&p->batch);
	p->in[0] = p->planes[0][PLANE_T];
	p->in[1] = w;
	p->batch.out = more;
	p->row->batch(&p->batch);
	for (size_t i = 0; i < n; i++)
		ty[i] += more[i];
	scatter(p, 1, image, PLANE_T, false);
	finish(p, image, lanes, shift + lanes, step->fold->relu);
}

/* d in[0] += W' d_out, d in[1] += x d_out; either may be NULL. */
static void
bilinear_back(struct plain *p, const float *x, const float *w,
    const float *d_out, float *dx, float *dw)
{
	p->in[0] = x;
	p->in[1] = w;
	p->d_in[0] = dx;
	p->d_in[1] = dw;
	p->batch.d_out = d_out;
	p->row->backward(&p->batch);
}

static void
bilinear_backward(struct plain *p, int image)
{
	const struct sweep_step *step = p->step;
	const struct fold_step *f = step->fold;
	const float *w = p->run->w->floats + step->plain;
	const bool asked = sweep_active(&p->run->s->values[f->in[0]]);
	const bool learns = step->weight_moves || step->scale_moves;
	float *t_dw = learns ? p->run->gradients + step->gradient : NULL;
	float *dw = learns && p->run->s->primal ? t_dw + step->size : NULL;
	float *const *x = p->planes[0], *const *y = p->planes[1];
	const size_t bytes = size_of(p->run->s, f->in[0]) * sizeof(float);

	gather(p, 0, image, PLANE_X);
	gather(p, 0, image, PLANE_T);
	gather(p, 1, image, PLANE_D);
	gather(p, 1, image, PLANE_DT);
	memset(x[PLANE_D], 0, bytes);
	memset(x[PLANE_DT], 0, bytes);
	bilinear_back(
	    p, x[PLANE_X], w, y[PLANE_D], asked ? x[PLANE_D] : NULL, dw);
	bilinear_back(
	    p, x[PLANE_X], w, y[PLANE_DT], asked ? x[PLANE_DT] : NULL, t_dw);
	bilinear_back(p, x[PLANE_T], w + step->size, y[PLANE_D],
	    asked ? x[PLANE_DT] : NULL, t_dw);
	if (!asked)
		return;
	scatter(p, 0, image, PLANE_D, !step->first[0]);
	scatter(p, 0, image, PLANE_DT, !step->first[0]);
}

/* ---- the two ---- */

void
sweep_plain_forward(const struct sweep_run *run, const struct sweep_step *step)
{
	struct plain p;

	start(&p, run, step);
	if (step->method == SWEEP_NODE)
		point_operands(&p);
	for (int i = 0; i < run->n; i++)
		if (step->method == SWEEP_NODE)
			node_forward(&p, i);
		else
			bilinear_forward(&p, i);
}

void
sweep_plain_backward(const struct sweep_run *run, const struct sweep_step *step)
{
	struct plain p;

	start(&p, run, step);
	if (step->method == SWEEP_NODE)
		point_operands(&p);
	for (int i = 0; i < run->n; i++)
		if (step->method == SWEEP_NODE)
			node_backward(&p, i);
		else
			bilinear_backward(&p, i);
}
