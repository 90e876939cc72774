#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/dataset_fit.h"

/*
 * Without batch normalisation the images of a batch do not see each other: a
 * pass takes few, and memory does not grow with the batch.
 */
enum { PART_FREE = 256, TASK_IMAGES = 16 };

static int
part_of(
    const struct trainer_rule *rule, const struct graph *graph, int64_t images)
{
	int64_t part = rule->batch < images ? rule->batch : images;
	bool sees = false;

	for (size_t i = 0; i < graph->n_nodes; i++)
		sees |= graph->nodes[i].op == OP_BATCH_NORMALIZATION;
	if (rule->bn_batch > 0 && rule->bn_batch < part)
		part = rule->bn_batch;
	else if (!sees && part > PART_FREE)
		part = PART_FREE;
	return (int)part;
}

static size_t
image_floats(const struct graph *graph)
{
	return (size_t)shape_size(&graph->values[graph->input].shape);
}

int
trainer_bytes(const struct trainer_rule *rule, const struct graph *graph,
    int64_t images, int threads, size_t *bytes, struct error *err)
{
	const int part = part_of(rule, graph, images);
	const size_t copies = 1 + (rule->optimiser.kind == OPTIMISER_ADAM
					  ? 2
					  : rule->optimiser.momentum != 0.0);

	if (pass_bytes(graph, part, threads, bytes, err) < 0)
		return -1;
	*bytes += (size_t)part * image_floats(graph) * sizeof(float) +
		  copies * (size_t)graph_count_weights(graph) * sizeof(float);
	return 0;
}

int64_t
trainer_steps_per_epoch(const struct trainer_rule *rule, int64_t images)
{
	return (images + rule->batch - 1) / rule->batch;
}

static int
allocate(struct trainer *t, struct error *err)
{
	const struct graph *g = t->graph;
	const size_t image = image_floats(g), part = (size_t)t->part;
	const size_t threads = (size_t)workers_count(t->workers);

	t->images = memory_new(part * image, sizeof(float), err);
	t->scratch = memory_new(threads * image, sizeof(float), err);
	t->labels = memory_new(part, sizeof(*t->labels), err);
	t->losses = memory_new(part, sizeof(*t->losses), err);
	t->gradient = memory_new(g->n_tensors, sizeof(*t->gradient), err);
	if (t->images == NULL || t->scratch == NULL || t->labels == NULL ||
	    t->losses == NULL || t->gradient == NULL)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++) {
		if (!tensor_is_weight(&g->tensors[i]))
			continue;
		t->gradient[i] =
		    memory_new((size_t)g->tensors[i].n, sizeof(float), err);
		if (t->gradient[i] == NULL)
			return -1;
	}
	return 0;
}

int
trainer_init(struct trainer *trainer, const struct trainer_rule *rule,
    struct graph *graph, const struct dataset *data, const double *mean,
    const double *std, struct workers *workers, struct error *err)
{
	*trainer = (struct trainer){.rule = *rule,
	    .graph = graph,
	    .workers = workers,
	    .part = part_of(rule, graph, data->n),
	    .epoch = -1};
	trainer->rule.schedule.steps_per_epoch =
	    trainer_steps_per_epoch(rule, data->n);
	if (feed_init(&trainer->feed, &rule->feed, data, mean, std, err) < 0 ||
	    optimiser_init(&trainer->optimiser, &rule->optimiser, graph, err) <
		0 ||
	    allocate(trainer, err) < 0)
		return -1;
	trainer->pass = pass_new(graph, trainer->part, workers, err);
	return trainer->pass != NULL ? 0 : -1;
}

void
trainer_free(struct trainer *trainer)
{
	pass_free(trainer->pass);
	optimiser_free(&trainer->optimiser);
	feed_free(&trainer->feed);
	for (size_t i = 0;
	     trainer->gradient != NULL && i < trainer->graph->n_tensors; i++)
		free(trainer->gradient[i]);
	free(trainer->gradient);
	free(trainer->images);
	free(trainer->scratch);
	free(trainer->labels);
	free(trainer->losses);
	*trainer = (struct trainer){0};
}

/* ---- a part of a batch ---- */

struct part {
	struct trainer *t;
	int64_t first; /* position in the epoch */
	int n;
	double weight; /* of an image in the batch's loss */
	const float *logits;
	float *d_logits;
};

static void
fill_images(void *context, int task, int worker)
{
	struct part *p = context;
	struct trainer *t = p->t;
	const size_t image = image_floats(t->graph);

	for (int i = task * TASK_IMAGES;
	     i < p->n && i < (task + 1) * TASK_IMAGES; i++)
		t->labels[i] = feed_image(&t->feed, p->first + i,
		    t->scratch + (size_t)worker * image,
		    t->images + (size_t)i * image);
}

static void
judge_images(struct part *p)
{
	struct trainer *t = p->t;
	const struct loss_form form = {t->rule.loss, dataset_rows(t->feed.data),
	    dataset_row_classes(t->feed.data, t->graph)};
	const size_t outputs = form.rows * form.classes;

	for (int i = 0; i < p->n; i++) {
		const float *row = p->logits + (size_t)i * outputs;
		const int *labels = t->labels[i];

		t->losses[i] = loss_of_rows(&form, row, labels);
		t->running.loss += t->losses[i];
		t->running.correct += loss_rows_correct(&form, row, labels);
		loss_rows_gradient(&form, row, labels, p->weight,
		    p->d_logits + (size_t)i * outputs);
	}
	t->running.n += p->n;
	t->running.labels += p->n * (int64_t)form.rows;
}

/* Adds the part's gradient; returns the sum of its losses. */
static double
run_part(struct part *p)
{
	struct trainer *t = p->t;
	struct tensor *theta = t->graph->tensors;
	double sum = 0.0;

	workers_run(
	    t->workers, (p->n + TASK_IMAGES - 1) / TASK_IMAGES, fill_images, p);
	p->logits = pass_forward(t->pass, theta, t->images, p->n);
	p->d_logits = pass_d_logits(t->pass);
	judge_images(p);
	for (int i = 0; i < p->n; i++)
		sum += t->losses[i];
	if (!isfinite(sum))
		return sum;
	pass_backward(t->pass, theta, t->gradient);
	pass_track(t->pass, 0.1, theta);
	return sum;
}

int
trainer_step(struct trainer *trainer, struct error *err)
{
	struct trainer *t = trainer;
	const int64_t per_epoch = t->rule.schedule.steps_per_epoch;
	const int64_t step = t->optimiser.step, epoch = step / per_epoch;
	const int64_t first = step % per_epoch * t->rule.batch;
	const int64_t rest = t->feed.data->n - first;
	const int64_t n = rest < t->rule.batch ? rest : t->rule.batch;
	double loss = 0.0;

	if (t->epoch != epoch)
		feed_start(&t->feed, epoch);
	t->epoch = epoch;
	for (size_t i = 0; i < t->graph->n_tensors; i++)
		if (t->gradient[i] != NULL)
			memset(t->gradient[i], 0,
			    tensor_bytes(&t->graph->tensors[i]));
	for (int64_t i = 0; i < n && isfinite(loss); i += t->part) {
		struct part part = {.t = t,
		    .first = first + i,
		    .n = (int)(n - i < t->part ? n - i : t->part),
		    .weight = 1.0 / (double)n};

		loss += run_part(&part);
	}
	if (!isfinite(loss))
		return error_set(err,
		    "step %lld (epoch %lld): the loss is %s, nothing was "
		    "written since the last checkpoint (a smaller --lr, or "
		    "--warmup, may help)",
		    (long long)step + 1, (long long)epoch + 1,
		    isnan(loss) ? "not a number" : "infinite");
	optimiser_step(&t->optimiser, schedule_lr(&t->rule.schedule, step),
	    t->graph->tensors, t->gradient, t->workers);
	return 0;
}

double
trainer_norm(const struct trainer *trainer)
{
	double sum = 0.0;

	for (size_t i = 0; i < trainer->graph->n_tensors; i++) {
		const struct tensor *t = &trainer->graph->tensors[i];

		for (int64_t j = 0; tensor_is_weight(t) && j < t->n; j++)
			sum += (double)t->f32[j] * (double)t->f32[j];
	}
	return sqrt(sum);
}
