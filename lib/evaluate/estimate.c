#include "evaluate/estimate.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"
#include "data/dataset_fit.h"

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

/* Without looks or a floor, as for --sample. */
static int64_t
images_for(const struct score *s, double relative, int64_t total)
{
	double n = s->sd / (relative * s->loss);

	n *= n;
	return s->status == SCORE_OK && s->loss > 0.0
		   ? (int64_t)ceil(n / (1.0 + n / (double)total))
		   : 0;
}

/* At each place, of each data set. */
struct looked {
	int sets;
	struct score score[ESTIMATE_PLACES][SETS_MAX];
};

static int
keep_looked(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	struct looked *looked = context;

	(void)err;
	for (int s = 0; s < looked->sets; s++)
		looked->score[point][s] = scores[s];
	return 0;
}

static void
add_error(struct run_cost *cost, const struct evaluation *e, double error,
    const struct looked *looked, int n)
{
	struct look_rule rule = {.error = error, .floor = NAN};
	struct error_cost *to = &cost->error[cost->errors++];

	if (error == e->look.error)
		rule = e->look;
	else
		look_settle(&rule, e->loss,
		    plan_classes(e->plan) / dataset_rows(e->data[0]));
	*to = (struct error_cost){.error = error};
	for (int i = 0; i < n; i++)
		for (int s = 0; s < looked->sets; s++)
			to->images += (double)look_images(&rule,
					  &looked->score[i][s], e->data[s]->n) /
				      n;
}

/* Spreads of losses are known well enough where losses are to a tenth. */
static int
estimate_errors(const struct evaluation *evaluation, const struct place *places,
    int n, struct run_cost *cost, struct error *err)
{
	static const double usual[] = {0.05, 0.02, 0.01};
	struct evaluation rough = *evaluation;
	const double own = evaluation->look.error;
	bool has_own = own == 0.0;
	struct looked looked = {.sets = evaluation->sets};

	rough.look = (struct look_rule){.error = 0.1, .floor = NAN};
	look_settle(&rough.look, rough.loss,
	    plan_classes(rough.plan) / dataset_rows(rough.data[0]));
	if (evaluate_points(&rough, places, n, keep_looked, &looked, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		add_error(cost, evaluation, usual[i], &looked, n);
		has_own |= own == usual[i];
	}
	if (!has_own)
		add_error(cost, evaluation, own, &looked, n);
	return 0;
}

int
estimate_run(const struct evaluation *evaluation, const struct place *centre,
    const struct place *corner, const struct place *places, int n,
    struct run_cost *estimate, struct error *err)
{
	const struct place ends[2] = {*centre, *corner};
	const double start = progress_now();
	const bool program = evaluation->exec.command != NULL;
	struct evaluation alone = *evaluation;
	double took, before = 0.0;
	struct two two;

	alone.look.error = 0.0;
	if (program)
		alone.threads = alone.exec.ahead = 1; /* one after the other */
	if (evaluate_points(&alone, ends, 2, keep, &two, err) < 0)
		return -1;
	took = (progress_now() - start) / 2.0;
	if (program) {
		took = two.at[1] - two.at[0];
		before = fmax(two.at[0] - start - took, 0.0);
		took /= evaluation->threads;
	}
	*estimate = (struct run_cost){.seconds = took,
	    .start = before,
	    .centre_score = two.score[0],
	    .corner_score = two.score[1]};
	if (program)
		return 0;
	estimate->centre =
	    images_for(&two.score[0], 0.05, evaluation->data[0]->total);
	estimate->corner =
	    images_for(&two.score[1], 0.05, evaluation->data[0]->total);
	return estimate_errors(evaluation, places, n, estimate, err);
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
