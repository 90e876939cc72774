/* Weights and their tangents, packed for the kernels; gradients, unpacked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "execute/norm.h"
#include "execute/tangent.h"

struct tangent_factors
tangent_factors_of(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step)
{
	const size_t n = (size_t)s->values[step->fused->out].lanes;
	double *at = w->factors + step->factors;

	return (struct tangent_factors){
	    at, at + n, at + 2 * n, at + 3 * n, at + 4 * n, at + 5 * n};
}

int
tangent_norm_tensor(
    const struct tangent *s, const struct tangent_step *step, int i)
{
	const struct node *norm = step->fused->norm;

	return norm != NULL ? s->graph->values[norm->in[i]].tensor : -1;
}

const float *
tangent_part(const struct tangent *s, const float *v, int tensor)
{
	return v != NULL && tensor >= 0 && s->moves[tensor]
		   ? v + s->offset[tensor]
		   : NULL;
}

/* ---- the point ---- */

static int
find_factors(const struct tangent *s, const struct tangent_step *step,
    const struct tangent_weights *w, struct error *err)
{
	const struct fused *f = step->fused;
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	const int mean = tangent_norm_tensor(s, step, 3),
		  var = tangent_norm_tensor(s, step, 4);

	if (fuse_factors(s->graph, f, w->theta, x.scale, x.shift, err) < 0)
		return -1;
	for (int k = 0; k < f->channels; k++) {
		x.offset[k] =
		    f->bias >= 0 ? (double)w->theta[f->bias].f32[k] : 0.0;
		x.root[k] = 1.0;
		if (mean >= 0) {
			x.offset[k] -= (double)w->theta[mean].f32[k];
			x.root[k] = 1.0 / sqrt((double)w->theta[var].f32[k] +
					       (double)f->norm->attr.epsilon);
		}
	}
	return 0;
}

static bool
is_turned(const struct tangent_step *step)
{
	return step->fused->kind == FUSED_LINEAR &&
	       !step->fused->node->attr.trans_b;
}

/* The dense filters for one of the products. */
static void
pack(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, enum tangent_product product)
{
	const struct conv *conv = &step->conv.product[product];
	const struct conv_filters f =
	    conv_filters_of(conv, false, w->dense, w->ones, w->iota);

	conv_pack(s->kernels, conv, &f, w->floats + step->conv.packed[product]);
}

/*
 * Dense filters for the kernels, room of them side by side: those of the folded
 * weight (tangent 0) or of its tangent go to input channels [at, at + c), of k
 * filters; back exchanges the two and flips the taps.
 */
static void
fill(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const float *v, bool back, int room,
    int at)
{
	const struct conv *c = &step->conv.product[PRODUCT_FORWARD];
	const struct conv_filters l =
	    conv_filters_of(c, is_turned(step), NULL, NULL, NULL);
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	const float *theta = w->theta[step->fused->weight].f32;
	const float *dir = tangent_part(s, v, step->fused->weight);

	for (int k = 0; k < c->k; k++)
		for (int q = 0; q < c->c; q++)
			for (int t = 0; t < l.taps; t++) {
				const ptrdiff_t e = k * l.k_step +
						    q * l.c_step +
						    t * l.tap_step;
				const int row = back ? q : k;
				const int column = at + (back ? k : q);
				const int tap = back ? l.taps - 1 - t : t;
				double y =
				    v == NULL ? x.scale[k] * (double)theta[e]
					      : x.t_scale[k] * (double)theta[e];

				if (dir != NULL)
					y += x.scale[k] * (double)dir[e];
				w->dense[((ptrdiff_t)row * room + column) *
					     l.taps +
					 tap] = (float)y;
			}
}

static void
clear(const struct tangent_weights *w, int rows, int room, int taps)
{
	memset(w->dense, 0,
	    sizeof(float) * (size_t)rows * (size_t)room * (size_t)taps);
}

static void
bind_conv(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step)
{
	const struct conv *c = &step->conv.product[PRODUCT_FORWARD];

	fill(s, w, step, NULL, false, c->c, 0);
	pack(s, w, step, PRODUCT_FORWARD);
	fill(s, w, step, NULL, true, c->k, 0);
	pack(s, w, step, PRODUCT_BACK);
}

/* The folded weight of a plain step, or its tangent. */
static void
fill_plain(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const float *v, float *out)
{
	const struct tensor *t = &w->theta[step->fused->weight];
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	const bool last = is_turned(step);
	const int64_t channels = step->fused->channels;
	const float *dir = tangent_part(s, v, step->fused->weight);

	for (int64_t i = 0; i < t->n; i++) {
		const int64_t k = last ? i % channels : i / (t->n / channels);
		double y =
		    (v == NULL ? x.scale[k] : x.t_scale[k]) * (double)t->f32[i];

		if (dir != NULL)
			y += x.scale[k] * (double)dir[i];
		out[i] = (float)y;
	}
}

/* Shift and scale in floats for the kernels. */
static void
round_factors(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step)
{
	const int n = s->values[step->fused->out].lanes;
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	float *at = w->floats + step->shift;

	for (int k = 0; k < step->fused->channels; k++) {
		at[k] = (float)x.shift[k];
		at[n + k] = (float)x.t_shift[k];
		at[2 * n + k] = (float)x.scale[k];
		at[3 * n + k] = (float)x.t_scale[k];
	}
}

int
tangent_bind(const struct tangent *tangent, const struct tensor *theta,
    struct tangent_weights *weights, struct error *err)
{
	weights->theta = theta;
	for (size_t i = 0; i < tangent->n_steps; i++) {
		const struct tangent_step *step = &tangent->steps[i];

		if (!tangent_binds(step))
			continue;
		if (find_factors(tangent, step, weights, err) < 0)
			return -1;
		round_factors(tangent, weights, step);
		if (step->method == TANGENT_CONV)
			bind_conv(tangent, weights, step);
		if (step->method == TANGENT_BILINEAR)
			fill_plain(tangent, weights, step, NULL,
			    weights->floats + step->plain);
	}
	return 0;
}

/* ---- the direction ---- */

/* s. = gamma. / sqrt(var + epsilon); b'. = beta. + s b. + s. (b - mean) */
static void
find_tangents(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const float *v)
{
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	const float *gamma =
	    tangent_part(s, v, tangent_norm_tensor(s, step, 1));
	const float *beta = tangent_part(s, v, tangent_norm_tensor(s, step, 2));
	const float *bias = tangent_part(s, v, step->fused->bias);

	for (int k = 0; k < step->fused->channels; k++) {
		x.t_scale[k] =
		    gamma != NULL ? (double)gamma[k] * x.root[k] : 0.0;
		x.t_shift[k] = x.t_scale[k] * x.offset[k];
		if (beta != NULL)
			x.t_shift[k] += (double)beta[k];
		if (bias != NULL)
			x.t_shift[k] += x.scale[k] * (double)bias[k];
	}
	round_factors(s, w, step);
}

static void
direct_conv(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const float *v)
{
	const struct conv *p = step->conv.product;
	const struct slot *in = &s->values[step->fused->in[0]];
	const int taps = p->kh * p->kw;
	const int c2 = p[PRODUCT_TANGENT].c, k2 = p[PRODUCT_BACK_TANGENT].c;

	clear(w, p->k, c2, taps);
	fill(s, w, step, v, false, c2, 0);
	if (tangent_active(in))
		fill(s, w, step, NULL, false, c2, in->lanes);
	pack(s, w, step, PRODUCT_TANGENT);
	if (!tangent_active(in))
		return;
	clear(w, p->c, k2, taps);
	fill(s, w, step, v, true, k2, 0);
	fill(s, w, step, NULL, true, k2, k2 - p->k);
	pack(s, w, step, PRODUCT_BACK_TANGENT);
}

void
tangent_direct(const struct tangent *tangent, const float *v,
    struct tangent_weights *weights)
{
	weights->v = v;
	for (size_t i = 0; i < tangent->n_steps; i++) {
		const struct tangent_step *step = &tangent->steps[i];

		if (!step->active || !tangent_binds(step))
			continue;
		find_tangents(tangent, weights, step, v);
		if (step->method == TANGENT_CONV)
			direct_conv(tangent, weights, step, v);
		if (step->method == TANGENT_BILINEAR)
			fill_plain(tangent, weights, step, v,
			    weights->floats + step->plain + step->size);
	}
}

/* ---- memory ---- */

int
tangent_weights_init(struct tangent_weights *weights,
    const struct tangent *tangent, struct error *err)
{
	*weights = (struct tangent_weights){
	    .floats = memory_new(tangent->weights, sizeof(float), err),
	    .dense = memory_new(tangent->dense, sizeof(float), err),
	    .factors = memory_new(tangent->factors, sizeof(double), err),
	    .ones = memory_new(tangent->channels, sizeof(double), err),
	    .iota = memory_new(tangent->channels, sizeof(int), err)};
	if (weights->floats == NULL || weights->dense == NULL ||
	    weights->factors == NULL || weights->ones == NULL ||
	    weights->iota == NULL)
		return -1;
	for (size_t i = 0; i < tangent->channels; i++) {
		weights->ones[i] = 1.0;
		weights->iota[i] = (int)i;
	}
	return 0;
}

void
tangent_weights_free(struct tangent_weights *weights)
{
	free(weights->floats);
	free(weights->dense);
	free(weights->factors);
	free(weights->ones);
	free(weights->iota);
	*weights = (struct tangent_weights){0};
}
