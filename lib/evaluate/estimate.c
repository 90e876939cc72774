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
	double at[ESTIMATE_PLACES]; /* when they came */
};

static int
keep_looked(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	struct looked *looked = context;

	(void)err;
	for (int s = 0; s < looked->sets; s++)
		looked->score[point][s] = scores[s];
	looked->at[point] = progress_now();
	return 0;
}

/* A floor that nobody gave; a program has none. */
static void
settle(struct look_rule *rule, const struct evaluation *e)
{
	if (e->plan != NULL)
		look_settle(rule, e->loss,
		    plan_classes(e->plan) / dataset_rows(e->data[0]));
	else
		rule->floor = 0.0;
}

/* Of how many images a score is, at most. */
static int64_t
images_of(const struct evaluation *e, const struct looked *looked, int i, int s)
{
	return e->data[s] != NULL ? e->data[s]->n : looked->score[i][s].total;
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
		settle(&rule, e);
	*to = (struct error_cost){.error = error};
	for (int i = 0; i < n; i++)
		for (int s = 0; s < looked->sets; s++)
			to->images +=
			    (double)look_images(&rule, &looked->score[i][s],
				images_of(e, looked, i, s)) /
			    n;
}

/* Spreads of losses are known well enough where losses are to a tenth. */
static struct evaluation
roughly(const struct evaluation *evaluation)
{
	struct evaluation rough = *evaluation;

	rough.look = (struct look_rule){.error = 0.1, .floor = NAN};
	settle(&rough.look, evaluation);
	return rough;
}

static void
add_errors(struct run_cost *cost, const struct evaluation *e,
    const struct looked *looked, int n)
{
	static const double usual[] = {0.05, 0.02, 0.01};
	const double own = e->look.error;
	bool has_own = own == 0.0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		add_error(cost, e, usual[i], looked, n);
		has_own |= own == usual[i];
	}
	if (!has_own)
		add_error(cost, e, own, looked, n);
}

static int
estimate_errors(const struct evaluation *evaluation, const struct place *places,
    int n, struct run_cost *cost, struct error *err)
{
	const struct evaluation rough = roughly(evaluation);
	struct looked looked = {.sets = evaluation->sets};

	if (evaluate_points(&rough, places, n, keep_looked, &looked, err) < 0)
		return -1;
	add_errors(cost, evaluation, &looked, n);
	return 0;
}

/*
 * A program that is asked for ranges says at the ends and at n places how many
 * images there are and, by the time between the first answer and the last, what
 * one takes.
 */
static int
estimate_ranges(const struct evaluation *evaluation, const struct place ends[2],
    const struct place *places, int n, struct run_cost *cost, struct error *err)
{
	struct evaluation rough = roughly(evaluation);
	const double start = progress_now();
	struct looked looked = {.sets = 1};
	double images = 0.0, each = 0.0, total;
	struct two two;

	rough.threads = rough.exec.ahead = 1; /* one after the other */
	if (evaluate_points(&rough, ends, 2, keep, &two, err) < 0 ||
	    evaluate_points(&rough, places, n, keep_looked, &looked, err) < 0)
		return -1;
	for (int i = 1; i < n; i++)
		images += (double)looked.score[i][0].n;
	if (images > 0.0)
		each = (looked.at[n - 1] - looked.at[0]) / images;
	total = (double)two.score[0].total;
	*cost = (struct run_cost){.seconds = each * total / evaluation->threads,
	    .start =
		fmax(two.at[0] - start - each * (double)two.score[0].n, 0.0),
	    .centre = images_for(&two.score[0], 0.05, two.score[0].total),
	    .corner = images_for(&two.score[1], 0.05, two.score[1].total),
	    .centre_score = two.score[0],
	    .corner_score = two.score[1]};
	add_errors(cost, evaluation, &looked, n);
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

	if (program && evaluation->look.error > 0.0)
		return estimate_ranges(
		    evaluation, ends, places, n, estimate, err);
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
