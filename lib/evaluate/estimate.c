#include "evaluate/estimate.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"

struct two {
	struct score score[2];
	double at[2]; /* when they came */
};

static int
keep(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	struct two *two = context;

	(void)err;
	two->score[point] = scores[0];
	two->at[point] = progress_now();
	return 0;
}

static int64_t
images_for(const struct score *s, double relative)
{
	double n = s->sd / (relative * s->loss);

	return s->status == SCORE_OK && s->loss > 0.0 ? (int64_t)ceil(n * n)
						      : 0;
}

int
estimate_run(const struct evaluation *evaluation, const struct place *centre,
    const struct place *corner, struct run_cost *estimate, struct error *err)
{
	const struct place places[2] = {*centre, *corner};
	const double start = progress_now();
	struct evaluation alone = *evaluation;
	double took, before = 0.0;
	struct two two;

	if (evaluation->exec.command != NULL)
		alone.threads = 1; /* the second point needs no start */
	if (evaluate_points(&alone, places, 2, keep, &two, err) < 0)
		return -1;
	took = (progress_now() - start) / 2.0;
	if (evaluation->exec.command != NULL) {
		took = two.at[1] - two.at[0];
		before = fmax(two.at[0] - start - took, 0.0);
		took /= evaluation->threads;
	}
	*estimate = (struct run_cost){.seconds = took,
	    .start = before,
	    .centre = images_for(&two.score[0], 0.05),
	    .corner = images_for(&two.score[1], 0.05),
	    .centre_score = two.score[0],
	    .corner_score = two.score[1]};
	return 0;
}

int
estimate_norms(const struct evaluation *e, double *seconds, size_t *bytes,
    struct error *err)
{
	struct workers *workers = workers_new(e->threads, err);
	struct tensor *theta = plane_theta_new(e->plane, err);
	struct norms norms = {0};
	int status = -1;

	if (workers != NULL && theta != NULL)
		status = norms_open(
		    &norms, &e->norms, e->plane, e->mean, e->std, workers, err);
	if (status == 0) {
		double start = progress_now();

		status = norms_set_statistics(&norms, theta, err);
		*seconds = progress_now() - start;
		*bytes = norms_bytes(&norms);
	}
	norms_close(&norms);
	tensors_free(theta, e->plane->model.graph.n_tensors);
	workers_free(workers);
	return status;
}

/* A block of images at the centre, ready to run. */
struct trial {
	struct plan_weights *weights;
	struct plan_scratch *scratch;
	float *images, *logits;
	int n;
};

static int
trial_open(struct trial *trial, const struct evaluation *e, struct error *err)
{
	const struct dataset *d = e->data[0];
	const int block = plan_block(e->plan);
	const size_t pixels =
	    (size_t)d->channels * (size_t)d->height * (size_t)d->width;

	trial->n = d->n < block ? (int)d->n : block;
	trial->weights = plan_weights_new(e->plan, err);
	trial->scratch = plan_scratch_new(e->plan, err);
	trial->images =
	    memory_new((size_t)trial->n * pixels, sizeof(float), err);
	trial->logits = memory_new(
	    (size_t)trial->n * plan_classes(e->plan), sizeof(float), err);
	if (trial->weights == NULL || trial->scratch == NULL ||
	    trial->images == NULL || trial->logits == NULL)
		return -1;
	dataset_block(d, 0, trial->n, e->mean, e->std, trial->images);
	/* a centre that cannot run is no reason to stop: points say so */
	if (plan_bind(e->plan, e->plane->model.graph.tensors, trial->weights,
		err) < 0)
		trial->n = 0;
	return 0;
}

static void
trial_close(struct trial *trial)
{
	plan_weights_free(trial->weights);
	plan_scratch_free(trial->scratch);
	free(trial->images);
	free(trial->logits);
}

int
estimate_plan(const struct evaluation *e, struct text *out, struct error *err)
{
	struct trial trial = {0};
	int status = trial_open(&trial, e, err);

	if (status == 0)
		plan_describe(e->plan, trial.weights, trial.scratch,
		    trial.images, trial.n, trial.logits, out);
	trial_close(&trial);
	return status;
}
