/*
 * Training, step by step.
 */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include <stdint.h>

#include "base/error.h"
#include "base/workers.h"
#include "execute/pass.h"
#include "net/loss.h"
#include "stream/pack.h"
#include "train/feed.h"
#include "train/optimiser.h"
#include "train/schedule.h"

struct trainer_rule {
	struct optimiser_rule optimiser;
	struct schedule schedule; /* steps_per_epoch is filled in */
	struct feed_rule feed;
	enum loss_kind loss;
	int batch;
	/* Images that a batch normalisation sees together: those of the true
	 * batch (0), or of its parts ("ghost batches", Hoffer et al., arXiv
	 * 1705.08741). */
	int bn_batch;
};

/*
 * Fails on numbers outside their range; the words are those of nettrain's
 * options.
 */
int trainer_rule_check(const struct trainer_rule *rule, struct error *err);

/*
 * The rule as keys of a map: it determines the numbers.  How many epochs there
 * are only does where the learning rate depends on it (cosine).
 */
void trainer_rule_pack(const struct trainer_rule *rule, struct pack *pack);

/* What the steps since the last checkpoint saw, before they moved. */
struct running {
	double loss;                /* sum over images */
	int64_t n, labels, correct; /* images; their labels */
};

/* A checkpoint on the test images: mean loss, accuracy in percent. */
struct trainer_test {
	double loss, acc;
};

struct trainer {
	struct trainer_rule rule;
	struct graph *graph; /* borrowed; its tensors learn */
	struct workers *workers;
	struct pass *pass;
	struct optimiser optimiser; /* its step counts the steps of the run */
	struct feed feed;
	int64_t epoch; /* that feed stands in, -1: none */
	int part;      /* images of one pass */
	float **gradient;
	float *images, *scratch;
	const int **labels; /* of each image of the part; borrowed */
	double *losses;
	struct running running;
};

/*
 * graph (with elements), data, mean, std and workers are borrowed.  Release
 * with trainer_free in any case.
 */
int trainer_init(struct trainer *trainer, const struct trainer_rule *rule,
    struct graph *graph, const struct dataset *data, const double *mean,
    const double *std, struct workers *workers, struct error *err);
void trainer_free(struct trainer *trainer);

/* Memory of a run with this rule, beside model and data. */
int trainer_bytes(const struct trainer_rule *rule, const struct graph *graph,
    int64_t images, int threads, size_t *bytes, struct error *err);

int64_t trainer_steps_per_epoch(
    const struct trainer_rule *rule, int64_t images);

/*
 * Takes the next step of the run, the same bytes for any number of threads.
 * Fails when the loss is not finite, naming the step; the weights have not
 * moved then.
 */
int trainer_step(struct trainer *trainer, struct error *err);

/* Euclidean norm of the `weights` vector. */
double trainer_norm(const struct trainer *trainer);

#endif
