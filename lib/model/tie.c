#include "model/tie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void
report_name(struct tie_report *report, const char *name, const char *is)
{
	if (report->n++ > 0)
		return;
	snprintf(report->name, sizeof(report->name), "%s", name);
	snprintf(report->is, sizeof(report->is), "%s", is);
}

bool
tie_is_alias(const struct graph *graph, const struct checkpoint *checkpoint,
    size_t i, struct tie_report *report)
{
	const struct checkpoint_share *shares = checkpoint->shares;

	if (shares == NULL)
		return false;
	for (size_t k = shares[i].same; k < checkpoint->n_tensors; k++) {
		const char *name = checkpoint->tensors[k].name;

		if (shares[k].same != shares[i].same || k == i ||
		    graph_find_tensor(graph, name) < 0)
			continue;
		report_name(report, checkpoint->tensors[i].name, name);
		return true;
	}
	return false;
}

/* The place of each of graph's tensors in the checkpoint; SIZE_MAX: nowhere. */
static size_t *
find_places(const struct graph *graph, const struct checkpoint *checkpoint,
    struct error *err)
{
	size_t *place = memory_new(graph->n_tensors, sizeof(*place), err);
	const size_t n = checkpoint->n_tensors;
	size_t next = 0;

	for (size_t i = 0; place != NULL && i < graph->n_tensors; i++) {
		place[i] = SIZE_MAX;
		for (size_t k = 0; k < n && place[i] == SIZE_MAX; k++) {
			const size_t at = (next + k) % n;

			if (strcmp(checkpoint->tensors[at].name,
				graph->tensors[i].name) == 0)
				place[i] = at;
		}
		if (place[i] != SIZE_MAX)
			next = place[i] + 1;
	}
	return place;
}

static int
tie(struct graph *graph, int keep, int drop, struct tie_report *report,
    struct error *err)
{
	const struct tensor *a = &graph->tensors[keep],
			    *b = &graph->tensors[drop];

	if (a->role != b->role || a->out_axis != b->out_axis ||
	    !tensor_same_shape(a, b))
		return error_set(err,
		    "tensors '%s' (%s) and '%s' (%s) are one, expected that "
		    "they are used alike",
		    a->name, tensor_role_word(a->role), b->name,
		    tensor_role_word(b->role));
	report_name(report, b->name, a->name);
	graph_tie(graph, keep, drop);
	return 0;
}

/* Tensor i of graph against those before it. */
static int
tie_one(struct graph *graph, const struct checkpoint *checkpoint,
    const size_t *place, int *i, struct tie_report *report, struct error *err)
{
	const struct checkpoint_share *shares = checkpoint->shares;
	const size_t mine = place[*i];

	for (int k = 0; k < (int)graph->n_tensors; k++) {
		if (k == *i || place[k] == SIZE_MAX)
			continue;
		if (shares[place[k]].same == shares[mine].meets &&
		    shares[mine].meets != mine)
			return error_set(err,
			    "tensors '%s' and '%s' have a part of their "
			    "storage in common, expected all or nothing: "
			    "torch.save them as clones",
			    graph->tensors[k].name, graph->tensors[*i].name);
		if (k < *i && shares[place[k]].same == shares[mine].same) {
			if (tie(graph, k, *i, report, err) < 0)
				return -1;
			--*i;
			return 1;
		}
	}
	return 0;
}

int
tie_graph(struct graph *graph, const struct checkpoint *checkpoint,
    struct tie_report *report, struct error *err)
{
	const struct checkpoint_share *shares = checkpoint->shares;
	size_t *place;
	int status = 0;

	if (shares == NULL)
		return 0;
	place = find_places(graph, checkpoint, err);
	if (place == NULL)
		return -1;
	for (int i = 0; status >= 0 && i < (int)graph->n_tensors; i++) {
		const size_t p = place[i];
		const int at = i;

		if (p == SIZE_MAX)
			continue;
		status = tie_one(graph, checkpoint, place, &i, report, err);
		if (status > 0)
			memmove(&place[at], &place[at + 1],
			    (graph->n_tensors - (size_t)at) * sizeof(*place));
	}
	free(place);
	return status < 0 ? -1 : 0;
}
