#include "trainoptions.h"

#include <string.h>

#include "base/number.h"
#include "base/processors.h"

enum { BATCH_MAX = 1 << 20 };

void
train_options_start(struct train_options *options)
{
	*options = (struct train_options){.every = 1,
	    .batch = 128,
	    .augment = -1, /* as the data are */
	    .threads = processors_count(),
	    .pixels = {.choice = -1},
	    .rule = {.optimiser = {.momentum = 0.9,
			 .beta1 = 0.9,
			 .beta2 = 0.999,
			 .epsilon = 1e-8},
		.schedule = {.lr = 0.1, .gamma = 0.1, .epochs = 1}}};
}

/* [train=]PATH or test=PATH */
static int
parse_data(void *target, const char *text, struct error *err)
{
	struct train_options *set = target;
	const char **path = &set->train;

	if (strncmp(text, "test=", 5) == 0)
		path = &set->test;
	if (*path != NULL)
		return error_set(err,
		    "'%.200s' is a second data set of its kind, expected one "
		    "for train and one for test",
		    text);
	if (strncmp(text, "train=", 6) == 0)
		text += 6;
	*path = path == &set->test ? text + 5 : text;
	return 0;
}

/* What is learned from, and how a step is made. */
static void
add_steps(struct option_table *table, struct train_options *o)
{
	struct optimiser_rule *a = &o->rule.optimiser;
	struct schedule *s = &o->rule.schedule;
	const struct option_row rows[] = {
	    OPTION_INPUT_CALL('d', "data", "[train=|test=]PATH", o, parse_data,
		"images to learn from; test=PATH: images to be tested on"),
	    OPTION_INT('n', "images", "N", &o->first, 1, INT32_MAX,
		"the first N images only"),
	    OPTION_INT(0, "epochs", "N", &s->epochs, 0, 1000000,
		"times that every image is seen (1)"),
	    OPTION_INT(0, "batch", "N", &o->batch, 1, BATCH_MAX,
		"images of a step (128)"),
	    OPTION_INT(0, "bn-batch", "N", &o->bn_batch, 1, BATCH_MAX,
		"images that a batch norm sees together (the batch)"),
	    OPTION_CHOICE(0, "optimiser", optimiser_words, &o->optimiser,
		"how a gradient becomes a step"),
	    OPTION_REAL(0, "lr", "RATE", &s->lr, "learning rate (0.1)"),
	    OPTION_REAL(
		0, "momentum", "M", &a->momentum, "of sgd, dampening 0 (0.9)"),
	    OPTION_FLAG(0, "nesterov", &o->nesterov, "Nesterov's momentum"),
	    OPTION_REAL(0, "beta1", "B", &a->beta1, "of adam (0.9)"),
	    OPTION_REAL(0, "beta2", "B", &a->beta2, "of adam (0.999)"),
	    OPTION_REAL(0, "epsilon", "E", &a->epsilon, "of adam (1e-8)"),
	    OPTION_REAL(0, "wd", "D", &a->decay,
		"weight decay, added to the gradient (0)"),
	    OPTION_FLAG(0, "wd-ignore-biasbn", &o->ignore_biasbn,
		"no weight decay of tensors with one dimension"),
	    OPTION_END};

	options_add(table, rows);
}

/* How steps follow each other, and what is kept of them. */
static void
add_course(struct option_table *table, struct train_options *o)
{
	struct schedule *s = &o->rule.schedule;
	struct feed_rule *f = &o->rule.feed;
	const struct option_row rows[] = {
	    OPTION_CHOICE(0, "schedule", schedule_words, &o->schedule,
		"how the learning rate falls"),
	    OPTION_TEXT(0, "milestones", "EPOCH,...", &o->milestones,
		"step: epochs after which it falls"),
	    OPTION_REAL(0, "gamma", "G", &s->gamma,
		"step: the factor by which it falls (0.1)"),
	    OPTION_REAL(0, "warmup", "EPOCHS", &s->warmup,
		"epochs in which it rises to its value (0)"),
	    OPTION_CHOICE(0, "order", feed_order_words, &o->order,
		"order of the images in an epoch"),
	    OPTION_CHOICE(0, "augment", feed_augment_words, &o->augment,
		"what happens to an image before it is seen"),
	    OPTION_REAL(0, "label-noise", "P", &f->noise,
		"share of images that get a random label (0)"),
	    OPTION_CHOICE(0, "loss", loss_words, &o->loss, "what falls"),
	    OPTION_INT(0, "every", "N", &o->every, 1, 1000000,
		"epochs between checkpoints (1)"),
	    OPTION_INT(0, "every-steps", "N", &o->every_steps, 1, INT32_MAX,
		"steps between checkpoints, instead"),
	    OPTION_U64('s', "seed", "SEED", &f->seed,
		"seed of order, augmentation and label noise (0)"),
	    OPTION_END};

	options_add(table, rows);
}

void
train_options_add(struct option_table *table, struct train_options *o)
{
	const struct option_row rows[] = {
	    OPTION_INT('j', "threads", "N", &o->threads, 1, WORKERS_MAX,
		"threads (all processors)"),
	    OPTION_TEXT(0, "resume", "FILE", &o->resume,
		"continue the run whose checkpoints FILE has"),
	    OPTION_END};

	add_steps(table, o);
	add_course(table, o);
	pixels_add_options(table, &o->pixels, &o->raw,
	    "input constants, instead of the model's");
	options_add(table, rows);
}

#define OPTIMISER(word) (1U << OPTIMISER_##word)
static const struct frame_belongs by_optimiser[] = {
    {"momentum", OPTIMISER(SGD)}, {"nesterov", OPTIMISER(SGD)},
    {"beta1", OPTIMISER(ADAM)}, {"beta2", OPTIMISER(ADAM)},
    {"epsilon", OPTIMISER(ADAM)}, {0}};
static const struct frame_belongs by_schedule[] = {
    {"milestones", 1U << SCHEDULE_STEP}, {"gamma", 1U << SCHEDULE_STEP}, {0}};

void
train_options_check(
    const struct train_options *options, const struct frame *frame)
{
	frame_check_belongs(frame, by_optimiser, "optimiser", optimiser_words,
	    options->optimiser);
	frame_check_belongs(
	    frame, by_schedule, "schedule", schedule_words, options->schedule);
}

int
train_options_finish(struct train_options *o, struct error *err)
{
	struct trainer_rule *rule = &o->rule;

	if (o->train == NULL)
		return error_set(err, "no data: -d PATH is needed");
	if (pixels_check(&o->pixels, o->raw, err) < 0)
		return -1;
	rule->batch = (int)o->batch;
	rule->bn_batch = (int)o->bn_batch;
	rule->loss = (enum loss_kind)o->loss;
	rule->optimiser.kind = (enum optimiser_kind)o->optimiser;
	rule->optimiser.nesterov = o->nesterov != 0;
	rule->optimiser.decay_biasbn = !o->ignore_biasbn;
	rule->schedule.kind = (enum schedule_kind)o->schedule;
	rule->feed.order = (enum feed_order)o->order;
	if (o->milestones != NULL &&
	    number_parse_reals(o->milestones, "--milestones",
		rule->schedule.milestone, MILESTONES_MAX,
		&rule->schedule.milestones, err) < 0)
		return -1;
	return trainer_rule_check(rule, err);
}
