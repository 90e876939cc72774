#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "direction/source_family.h"
#include "run/pca.h"

struct source_of_pca {
	struct direction_source source;
	const struct pca *pca;
	float *row;  /* a block of one row */
	double *sum; /* of the component */
};

static int
pca_start(struct direction_source *source, struct error *err)
{
	const struct pca *pca = ((struct source_of_pca *)source)->pca;
	const int k = source->direction.axis;

	if (!(pca->singular[k] > 0))
		return error_set(err,
		    "%zu checkpoint%s %s no principal component %d", pca->n,
		    plural_s((int64_t)pca->n),
		    plural((int64_t)pca->n, "has", "have"), k + 1);
	source->direction.ignore = pca->order.ignore;
	source->direction.explained = pca->explained[k];
	source->direction.singular = pca->singular[k];
	return graph_check_tensors(
	    &pca->runs->model.graph, "the run", &source->model->graph, err);
}

/* A block of the component: the rows with their coefficients, in double. */
static int
read_block(struct source_of_pca *s, int index, int64_t at, int64_t n,
    const void *w, float *out, struct error *err)
{
	const struct pca *pca = s->pca;
	const double *c =
	    pca->coefficient + (size_t)s->source.direction.axis * pca->n;

	memset(s->sum, 0, (size_t)n * sizeof(*s->sum));
	for (size_t i = 0; i < pca->n; i++) {
		if (runs_subtract(pca->runs, pca->row[i], index, at, n, w,
			s->row, err) < 0)
			return -1;
		for (int64_t e = 0; e < n; e++)
			s->sum[e] += c[i] * s->row[e];
	}
	for (int64_t e = 0; e < n; e++)
		out[e] = (float)s->sum[e];
	return 0;
}

static int
pca_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	const size_t size =
	    tensor_element_bytes(source->model->graph.tensors[index].type);

	(void)rep;
	for (int64_t at = 0; at < n; at += RUNS_BLOCK)
		if (read_block((struct source_of_pca *)source, index,
			offset + at, n - at < RUNS_BLOCK ? n - at : RUNS_BLOCK,
			(const char *)w + (size_t)at * size, out + at, err) < 0)
			return -1;
	return 0;
}

static int
pca_finish(struct direction_source *source, struct error *err)
{
	(void)source;
	(void)err;
	return 0;
}

static void
pca_release(struct direction_source *source)
{
	struct source_of_pca *s = (struct source_of_pca *)source;

	free(s->row);
	free(s->sum);
}

static const struct source_family family = {
    .kind = DIRECTION_PCA,
    .asks_weights = true,
    .start = pca_start,
    .read = pca_read,
    .finish = pca_finish,
    .release = pca_release,
};

struct direction_source *
source_pca(const struct pca *pca, struct error *err)
{
	struct source_of_pca *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return NULL;
	s->source.family = &family;
	s->source.reps = 1;
	s->pca = pca;
	s->row = memory_new(RUNS_BLOCK, sizeof(*s->row), err);
	s->sum = memory_new(RUNS_BLOCK, sizeof(*s->sum), err);
	if (s->row != NULL && s->sum != NULL)
		return &s->source;
	source_free(&s->source);
	return NULL;
}
