#include "evaluate/norms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const norms_words[] = {"fixed", "states", "recompute", NULL};

static bool
is_statistic(const struct tensor *t)
{
	return t->role == ROLE_RUNNING_MEAN || t->role == ROLE_RUNNING_VAR;
}

bool
norms_present(const struct plane *plane)
{
	const struct graph *g = &plane->model.graph;

	for (size_t i = 0; i < g->n_tensors; i++)
		if (is_statistic(&g->tensors[i]))
			return true;
	return false;
}

bool
norms_move(const struct plane *plane)
{
	const struct graph *g = &plane->model.graph;

	for (int k = 0; k < plane->reps * plane->axes; k++)
		for (size_t i = 0; i < g->n_tensors; i++)
			if (is_statistic(&g->tensors[i]) &&
			    plane_delta(plane, k / plane->axes, k % plane->axes,
				(int)i) != NULL)
				return true;
	return false;
}

size_t
norms_bytes(const struct norms *norms)
{
	const struct graph *g = &norms->plane->model.graph;

	if (norms->pass == NULL)
		return 0;
	return pass_held(norms->pass) +
	       sizeof(float) * (size_t)norms->n *
		   (size_t)shape_size(&g->values[g->input].shape);
}

const char *
norms_kernel(enum norms_mode mode, char text[NORMS_KERNEL_BYTES])
{
	char kernel[PASS_KERNEL_BYTES];

	if (mode != NORMS_RECOMPUTE)
		return "";
	snprintf(text, NORMS_KERNEL_BYTES, ", norms %s", pass_kernel(kernel));
	return text;
}

int
norms_open(struct norms *norms, const struct norms_rule *rule,
    const struct plane *plane, const double *mean, const double *std,
    struct workers *workers, struct error *err)
{
	const struct graph *g = &plane->model.graph;
	const struct dataset *data = rule->data;

	*norms = (struct norms){.mode = rule->mode, .plane = plane};
	if (rule->mode != NORMS_RECOMPUTE || !norms_present(plane))
		return 0;
	norms->n = (int)data->n;
	norms->images = memory_new(
	    (size_t)data->n * (size_t)shape_size(&g->values[g->input].shape),
	    sizeof(float), err);
	if (norms->images == NULL)
		return -1;
	dataset_block(data, 0, data->n, mean, std, norms->images);
	norms->pass = pass_new_forward(g, NULL, norms->n, workers, err);
	return norms->pass != NULL ? 0 : error_prefix(err, "--bn recompute");
}

void
norms_close(struct norms *norms)
{
	pass_free(norms->pass);
	free(norms->images);
	*norms = (struct norms){0};
}

bool
norms_keep(const struct norms *norms, const struct tensor *tensor)
{
	return norms->mode == NORMS_FIXED && is_statistic(tensor);
}

/* Those of the centre, where the direction has moved them. */
static void
bring_back(const struct plane *plane, struct tensor *theta)
{
	const struct graph *g = &plane->model.graph;

	for (size_t i = 0; i < g->n_tensors; i++)
		if (is_statistic(&g->tensors[i]))
			memcpy(theta[i].f32, g->tensors[i].f32,
			    tensor_bytes(&g->tensors[i]));
}

static int
check_variances(
    const struct graph *g, const struct tensor *theta, struct error *err)
{
	for (size_t i = 0; i < g->n_tensors; i++)
		for (int64_t k = 0; k < g->tensors[i].n &&
				    g->tensors[i].role == ROLE_RUNNING_VAR;
		     k++)
			if (theta[i].f32[k] < 0.0F)
				return error_set(err,
				    "tensor '%s' has variance %g at channel "
				    "%lld, expected 0 or more",
				    g->tensors[i].name, (double)theta[i].f32[k],
				    (long long)k);
	return 0;
}

int
norms_set_statistics(
    const struct norms *norms, struct tensor *theta, struct error *err)
{
	switch (norms->mode) {
	case NORMS_FIXED:
		bring_back(norms->plane, theta);
		return 0;
	case NORMS_RECOMPUTE:
		if (norms->pass == NULL)
			return 0;
		pass_forward(norms->pass, theta, norms->images, norms->n);
		pass_statistics(norms->pass, theta);
		return 0;
	case NORMS_STATES:
		break;
	}
	return check_variances(&norms->plane->model.graph, theta, err);
}
