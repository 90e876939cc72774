/*
 * rescale SEED: a network that computes the same with other weights.
 *
 * Every filter before a batch norm is multiplied by its own c in [0.1, 10]
 * (bias and running mean too), the running variance such that var + epsilon
 * scales by c^2.  Model in, model out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "direction/plane.h"
#include "model/model.h"

/* The node that makes a value, or NULL. */
static const struct node *
maker(const struct graph *g, int value)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].out == value)
			return &g->nodes[i];
	return NULL;
}

static int
readers(const struct graph *g, int value)
{
	int n = 0;

	for (size_t i = 0; i < g->n_nodes; i++)
		for (int j = 0; j < g->nodes[i].n_in; j++)
			n += g->nodes[i].in[j] == value;
	return n;
}

static float *
elements(struct graph *g, int value)
{
	return g->tensors[g->values[value].tensor].f32;
}

static void
rescale_filter(struct graph *g, const struct node *conv,
    const struct node *norm, int64_t k, double c)
{
	const struct tensor *w = &g->tensors[g->values[conv->in[1]].tensor];
	int64_t size = w->n / w->dim[0];
	double eps = norm->attr.epsilon;
	float *var = &elements(g, norm->in[4])[k];

	for (int64_t i = 0; i < size; i++)
		w->f32[k * size + i] = (float)(w->f32[k * size + i] * c);
	if (conv->n_in > 2)
		elements(g, conv->in[2])[k] *= (float)c;
	elements(g, norm->in[3])[k] *= (float)c;
	*var = (float)(c * c * (*var + eps) - eps);
}

static void
rescale(struct graph *g, uint64_t seed)
{
	struct random_stream random = random_open(seed, RANDOM_INIT, "rescale");
	uint64_t draw = 0;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct node *norm = &g->nodes[i], *conv;
		int64_t filters;

		if (norm->op != OP_BATCH_NORMALIZATION)
			continue;
		conv = maker(g, norm->in[0]);
		if (conv == NULL || conv->op != OP_CONV ||
		    readers(g, conv->out) != 1)
			continue;
		filters = g->tensors[g->values[conv->in[1]].tensor].dim[0];
		for (int64_t k = 0; k < filters; k++) {
			double u = random_below(&random, draw++, 1000) / 999.0;

			rescale_filter(g, conv, norm, k, pow(10.0, 2 * u - 1));
		}
	}
}

int
main(int argc, char **argv)
{
	struct plane plane = {0};
	struct error err = {.text = ""};
	struct output output;
	struct reader *reader = reader_new(NULL, 0, &err);
	struct writer *writer = NULL;
	int status = 1;

	output_open_standard(&output);
	if (reader != NULL && plane_read(&plane, reader, &err) == 1)
		writer = writer_new(&output, 0, &err);
	if (writer != NULL) {
		rescale(&plane.model.graph,
		    argc > 1 ? strtoull(argv[1], NULL, 10) : 0);
		status = writer_begin(writer, NULL, NULL, &err) < 0 ||
			 model_write(writer, &plane.model, &err) < 0 ||
			 writer_end(writer, &err) < 0;
	}
	if (status != 0)
		fprintf(stderr, "rescale: %s\n", err.text);
	writer_free(writer);
	reader_free(reader);
	plane_free(&plane);
	return status;
}
