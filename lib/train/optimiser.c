#include "train/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tensor/chunk.h"

const char *const optimiser_words[] = {"sgd", "adam", NULL};

int
optimiser_init(struct optimiser *optimiser, const struct optimiser_rule *rule,
    const struct graph *graph, struct error *err)
{
	*optimiser = (struct optimiser){.rule = *rule, .graph = graph};
	optimiser->moments = rule->kind == OPTIMISER_ADAM ? 2
			     : rule->momentum != 0.0      ? 1
							  : 0;
	for (int m = 0; m < optimiser->moments; m++) {
		float **moment =
		    memory_new(graph->n_tensors, sizeof(*moment), err);

		optimiser->moment[m] = moment;
		if (moment == NULL)
			return -1;
		for (size_t i = 0; i < graph->n_tensors; i++) {
			const struct tensor *t = &graph->tensors[i];

			if (!tensor_is_weight(t))
				continue;
			moment[i] =
			    memory_new((size_t)t->n, sizeof(**moment), err);
			if (moment[i] == NULL)
				return -1;
		}
	}
	return 0;
}

void
optimiser_free(struct optimiser *optimiser)
{
	for (int m = 0; m < optimiser->moments; m++) {
		float **moment = optimiser->moment[m];

		for (size_t i = 0;
		     moment != NULL && i < optimiser->graph->n_tensors; i++)
			free(moment[i]);
		free(moment);
	}
	*optimiser = (struct optimiser){0};
}

/* ---- a step ---- */

struct step {
	const struct optimiser *o;
	double lr;
	struct tensor *theta;
	float *const *gradient;
};

static void
sgd(const struct step *s, int tensor, float decay)
{
	const struct optimiser_rule *rule = &s->o->rule;
	const float momentum = (float)rule->momentum, lr = (float)s->lr;
	const float *g = s->gradient[tensor];
	float *w = s->theta[tensor].f32;
	float *b = s->o->moments > 0 ? s->o->moment[0][tensor] : NULL;

	for (int64_t i = 0; i < s->theta[tensor].n; i++) {
		float d = g[i] + decay * w[i];

		if (b != NULL) {
			b[i] = momentum * b[i] + d;
			d = rule->nesterov ? d + momentum * b[i] : b[i];
		}
		w[i] -= lr * d;
	}
}

static void
adam(const struct step *s, int tensor, float decay)
{
	const struct optimiser_rule *rule = &s->o->rule;
	const double t = (double)s->o->step;
	const float b1 = (float)rule->beta1, a1 = (float)(1.0 - rule->beta1);
	const float b2 = (float)rule->beta2, a2 = (float)(1.0 - rule->beta2);
	const float size = (float)(s->lr / (1.0 - pow(rule->beta1, t)));
	const float root = (float)sqrt(1.0 - pow(rule->beta2, t));
	const float epsilon = (float)rule->epsilon;
	const float *g = s->gradient[tensor];
	float *w = s->theta[tensor].f32;
	float *m = s->o->moment[0][tensor], *v = s->o->moment[1][tensor];

	for (int64_t i = 0; i < s->theta[tensor].n; i++) {
		float d = g[i] + decay * w[i];

		m[i] = b1 * m[i] + a1 * d;
		v[i] = b2 * v[i] + a2 * d * d;
		w[i] -= size * (m[i] / (sqrtf(v[i]) / root + epsilon));
	}
}

static void
step_tensor(void *context, int tensor, int worker)
{
	const struct step *s = context;
	const struct tensor *t = &s->o->graph->tensors[tensor];
	const struct optimiser_rule *rule = &s->o->rule;
	bool decays = t->rank > 1 || rule->decay_biasbn;
	float decay = decays ? (float)rule->decay : 0.0F;

	(void)worker;
	if (!tensor_is_weight(t))
		return;
	if (rule->kind == OPTIMISER_ADAM)
		adam(s, tensor, decay);
	else
		sgd(s, tensor, decay);
}

void
optimiser_step(struct optimiser *optimiser, double lr, struct tensor *theta,
    float *const *gradient, struct workers *workers)
{
	struct step step = {
	    .o = optimiser, .lr = lr, .theta = theta, .gradient = gradient};

	optimiser->step++;
	workers_run(
	    workers, (int)optimiser->graph->n_tensors, step_tensor, &step);
}

/* ---- in the stream ---- */

int
optimiser_write(
    const struct optimiser *optimiser, struct writer *writer, struct error *err)
{
	const struct graph *g = optimiser->graph;
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_text(
	    &header, "optimiser", optimiser_words[optimiser->rule.kind]);
	pack_key_int(&header, "step", optimiser->step);
	pack_key_int(&header, "moments", optimiser->moments);
	pack_close(&header);
	status = writer_record(writer, "optimiser", &header, NULL, 0, err);
	pack_free(&header);
	for (size_t i = 0; i < g->n_tensors; i++)
		for (int m = 0; status == 0 && m < optimiser->moments; m++)
			if (optimiser->moment[m][i] != NULL)
				status = chunk_write_moment(writer, m, (int)i,
				    &g->tensors[i], optimiser->moment[m][i],
				    err);
	return status;
}

int
optimiser_read(
    struct optimiser *optimiser, const struct record *record, struct error *err)
{
	const struct graph *g = optimiser->graph;
	const char *word = optimiser_words[optimiser->rule.kind];
	struct chunk chunk;

	if (record_is(record, "optimiser")) {
		if (!value_is(value_get(record->header, "optimiser"), word))
			return error_set(err,
			    "the stream holds the state of another optimiser, "
			    "expected %s",
			    word);
		return field_int(record->header, "step", 0, INT64_MAX,
		    &optimiser->step, err);
	}
	if (!record_is(record, "moment"))
		return 0;
	if (chunk_unpack(&chunk, record, g->tensors, g->n_tensors, err) < 0)
		return -1;
	if (chunk.moment >= optimiser->moments ||
	    optimiser->moment[chunk.moment][chunk.tensor] == NULL)
		return error_set(err,
		    "moment %d of tensor '%s' is none of this optimiser",
		    chunk.moment, g->tensors[chunk.tensor].name);
	chunk_floats(&chunk, TENSOR_FLOAT32,
	    optimiser->moment[chunk.moment][chunk.tensor] + chunk.offset);
	return 0;
}
