#include "net/init.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

/* The reference's standard deviation for fully connected layers. */
static const double linear_deviation = 0.001;

static void
fill(struct tensor *tensor, float value)
{
	for (int64_t i = 0; i < tensor->n; i++)
		tensor->f32[i] = value;
}

static void
draw_weight(struct tensor *tensor, uint64_t seed)
{
	const struct random_stream random =
	    random_open(seed, RANDOM_INIT, tensor->name);
	double fan_in = 1.0, deviation;

	for (int i = 1; i < tensor->rank; i++)
		fan_in *= (double)tensor->dim[i];
	deviation = tensor->rank > 2 ? sqrt(2.0 / fan_in) : linear_deviation;
	random_normal(&random, 0, (size_t)tensor->n, tensor->f32);
	for (int64_t i = 0; i < tensor->n; i++)
		tensor->f32[i] = (float)(deviation * (double)tensor->f32[i]);
}

void
init_tensor(struct tensor *tensor, uint64_t seed)
{
	switch (tensor->role) {
	case ROLE_WEIGHT:
		draw_weight(tensor, seed);
		break;
	case ROLE_NORM_WEIGHT:
	case ROLE_RUNNING_VAR:
		fill(tensor, 1.0F);
		break;
	default:
		memset(tensor->data, 0, tensor_bytes(tensor));
	}
}

int
init_graph(struct graph *graph, uint64_t seed, struct error *err)
{
	for (size_t i = 0; i < graph->n_tensors; i++) {
		struct tensor *tensor = &graph->tensors[i];

		if (tensor->data == NULL && tensor_allocate(tensor, err) < 0)
			return -1;
		init_tensor(tensor, seed);
	}
	return 0;
}
