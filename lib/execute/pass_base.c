#include <stdlib.h>

#include "base/memory.h"
#include "execute/pass_internal.h"

int
pass_start(struct pass *pass, const struct pass_kind *kind,
    const struct graph *graph, int batch, bool forward_only, struct error *err)
{
	*pass = (struct pass){.kind = kind,
	    .graph = graph,
	    .batch = batch,
	    .forward_only = forward_only};
	if (graph_executable(graph, err) < 0)
		return -1;
	pass->channels =
	    memory_new(graph->n_nodes, sizeof(*pass->channels), err);
	if (pass->channels == NULL)
		return -1;
	for (size_t i = 0; i < graph->n_nodes; i++) {
		const struct node *node = &graph->nodes[i];

		pass->channels[i] = pass->n_channels;
		if (node->op == OP_BATCH_NORMALIZATION)
			pass->n_channels +=
			    (size_t)graph->values[node->out].shape.dim[0];
	}
	return 0;
}

int
pass_allocate(struct pass *pass, struct workers *workers, struct error *err)
{
	pass->workers = workers;
	pass->threads = workers_count(workers);
	pass->channel =
	    memory_new(pass->n_channels, sizeof(*pass->channel), err);
	pass->memory = memory_new(pass->spans, sizeof(float), err);
	pass->partials = memory_new(SLICES * pass->partial, sizeof(float), err);
	return pass->channel == NULL || pass->memory == NULL ||
		       pass->partials == NULL
		   ? -1
		   : 0;
}

void
pass_release(struct pass *pass)
{
	free(pass->channels);
	free(pass->channel);
	free(pass->memory);
	free(pass->partials);
}
