#include "execute/norm.h"

#include <math.h>

/* Of a BatchNormalization node. */
static int64_t
channels(const struct graph *graph, const struct node *node)
{
	return graph->values[node->out].shape.dim[0];
}

int
norm_factors(const struct graph *graph, const struct node *node,
    const struct tensor *theta, double *scale, double *shift, struct error *err)
{
	const struct tensor *t[5];
	const double epsilon = (double)node->attr.epsilon;

	for (int i = 1; i < 5; i++)
		t[i] = &theta[graph->values[node->in[i]].tensor];
	for (int64_t c = 0; c < channels(graph, node); c++) {
		double var = (double)t[4]->f32[c];

		if (var + epsilon < 0.0)
			return error_set(err,
			    "tensor '%s' has variance %g at channel %lld, "
			    "expected %g or more",
			    graph->values[node->in[4]].name, var, (long long)c,
			    -epsilon);
		if (scale == NULL)
			continue;
		scale[c] = (double)t[1]->f32[c] / sqrt(var + epsilon);
		shift[c] =
		    (double)t[2]->f32[c] - (double)t[3]->f32[c] * scale[c];
	}
	return 0;
}
