/*
 * The command line of nettrain: what is learned from, how, and which
 * checkpoints are kept.
 */
#ifndef CMD_TRAINOPTIONS_H
#define CMD_TRAINOPTIONS_H

#include "base/options.h"
#include "data/pixels.h"
#include "frame.h"
#include "train/trainer.h"

struct train_options {
	struct trainer_rule rule; /* train_options_finish completes it */
	const char *train, *test;
	int64_t first; /* images; 0: all */
	int64_t every, every_steps, threads;
	int raw;
	struct pixels_options pixels;
	const char *resume;
	/* Of the rule, as options take them; images_augment settles augment. */
	int64_t batch, bn_batch;
	int optimiser, schedule, order, augment, loss, nesterov, ignore_biasbn;
	const char *milestones;
};

/* Before the command line is read: what is so when nothing is said. */
void train_options_start(struct train_options *options);
void train_options_add(
    struct option_table *table, struct train_options *options);

/* After it: refuses what the optimiser or the schedule has no use for (exits
 * 2).
 */
void train_options_check(
    const struct train_options *options, const struct frame *frame);

/* Then: fails when something is missing, or does not go together. */
int train_options_finish(struct train_options *options, struct error *err);

#endif
