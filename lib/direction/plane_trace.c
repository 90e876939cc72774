#include "direction/plane_trace.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/scratch.h"

enum { BLOCK = 8192 }; /* elements that are read back at a time */

struct plane_trace {
	const struct passage *passage;
	struct digest model;
	struct scratch elements; /* of all directions, as they came */
	uint64_t *at;  /* by direction and tensor: 1 + their place, or 0 */
	double *scale; /* of each direction */
};

struct plane_trace *
plane_trace_new(const struct passage *passage, struct error *err)
{
	struct plane_trace *t = memory_new(1, sizeof(*t), err);

	if (t != NULL)
		t->passage = passage;
	return t;
}

static void
release(struct plane_trace *t)
{
	scratch_free(&t->elements);
	free(t->at);
	free(t->scale);
	t->at = NULL;
	t->scale = NULL;
}

void
plane_trace_free(struct plane_trace *trace)
{
	if (trace == NULL)
		return;
	release(trace);
	free(trace);
}

static int
start(struct plane_trace *t, struct error *err)
{
	const struct passage *p = t->passage;

	release(t);
	t->at = memory_new(
	    p->n_directions * p->model.graph.n_tensors, sizeof(*t->at), err);
	t->scale = memory_new(p->n_directions, sizeof(*t->scale), err);
	if (t->at == NULL || t->scale == NULL)
		return -1;
	for (size_t i = 0; i < p->n_directions; i++)
		t->scale[i] = 1.0;
	return 0;
}

static uint64_t *
place(const struct plane_trace *t, int direction, size_t tensor)
{
	return &t->at[(size_t)direction * t->passage->model.graph.n_tensors +
		      tensor];
}

/* The chunks of a tensor follow each other: the first one's place is all's. */
static int
take_delta(struct plane_trace *t, struct error *err)
{
	const struct passage *p = t->passage;
	uint64_t *at = place(t, p->direction, (size_t)p->chunk.tensor);

	if (*at == 0)
		*at = 1 + t->elements.n;
	return scratch_add(&t->elements, p->chunk.elements,
	    (size_t)p->chunk.n * sizeof(float), err);
}

int
plane_trace_step(
    struct plane_trace *trace, enum passage_step step, struct error *err)
{
	struct plane_trace *t = trace;
	const struct passage *p = t->passage;

	switch (step) {
	case PASSAGE_MODEL:
		return model_digest_start(&p->model, &t->model, err);
	case PASSAGE_DECLARED:
		return start(t, err);
	case PASSAGE_TENSOR:
		digest_add(
		    &t->model, p->chunk.elements, p->record.payload_bytes);
		return 0;
	case PASSAGE_DELTA:
		return take_delta(t, err);
	case PASSAGE_SCALE:
		t->scale[p->direction] = p->factor;
		return 0;
	case PASSAGE_BEGIN:
	case PASSAGE_DIRECTION:
	case PASSAGE_TENSOR_DONE:
	case PASSAGE_TENSOR_LEFT:
	case PASSAGE_OTHER:
	case PASSAGE_END:
		break;
	}
	return 0;
}

/* What a direction has for one tensor. */
static int
add_tensor(struct plane_trace *t, struct plane_sum *sum, int direction,
    size_t tensor, struct error *err)
{
	const uint64_t at = *place(t, direction, tensor);
	const int64_t n = t->passage->model.graph.tensors[tensor].n;
	float block[BLOCK];

	plane_sum_tensor(sum, at != 0);
	for (int64_t i = 0; at != 0 && i < n; i += BLOCK) {
		const int64_t m = n - i < BLOCK ? n - i : BLOCK;

		if (scratch_read(&t->elements,
			at - 1 + (uint64_t)i * sizeof(*block), block,
			(size_t)m * sizeof(*block), err) < 0)
			return -1;
		plane_scale(block, m, t->scale[direction]);
		plane_sum_elements(sum, block, m);
	}
	return 0;
}

int
plane_trace_finish(struct plane_trace *trace, struct plane_id *id,
    char model[DIGEST_TEXT_BYTES], struct error *err)
{
	const struct passage *p = trace->passage;
	const int reps = passage_count(p, 0), ys = passage_count(p, 1);
	const int axes = ys > 0 ? 2 : 1;
	struct plane_sum sum;

	digest_finish_text(&trace->model, model);
	plane_sum_start(&sum, model, axes, reps);
	for (int slot = 0; slot < reps * axes; slot++) {
		const int d = passage_find(p, slot % axes, slot / axes);

		if (d < 0 || (ys > 0 && ys != reps))
			return error_set(err,
			    "%d direction%s x and %d direction%s y, expected "
			    "both of every rep from 0",
			    reps, plural_s(reps), ys, plural_s(ys));
		for (size_t t = 0; t < p->model.graph.n_tensors; t++)
			if (add_tensor(trace, &sum, d, t, err) < 0)
				return -1;
	}
	plane_sum_finish(&sum, id);
	return 0;
}
