/* nettrain: a model in (the last of a run), its checkpoints out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/progress.h"
#include "data/pixels.h"
#include "evaluate/evaluate.h"
#include "frame.h"
#include "net/blas.h"
#include "stream/kind.h"
#include "train/images.h"
#include "train/report.h"
#include "train/segment.h"

enum { BATCH_MAX = 1 << 20, THREADS_MAX = 1024, TEST_BLOCK = 64 };

/* What the command line says beside the rule. */
struct settings {
	const char *train, *test;
	int64_t first; /* images; 0: all */
	int64_t every, every_steps, batch, bn_batch, threads;
	int optimiser, schedule, order, augment, loss;
	int nesterov, ignore_biasbn, raw;
	const char *milestones;
	struct pixels_options pixels;
	const char *resume;
};

/* What lives as long as the program runs. */
struct session {
	struct frame *frame;
	struct settings *set;
	struct trainer_rule rule;
	struct plane plane; /* the model that learns, as evalgrid has it */
	struct decoded *begin;
	struct images images;
	double mean[CHANNELS_MAX], std[CHANNELS_MAX];
	struct plan *plan; /* of the evaluations */
	struct workers *workers;
	struct trainer trainer;
	struct pack entry;
	struct output output;
	struct writer *writer;
	int64_t steps, start; /* of the run; those that were there already */
	double began, shown;
};

/* [train=]PATH or test=PATH */
static int
take_data(void *target, const char *text, struct error *err)
{
	struct settings *set = target;
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

static int
read_model(struct session *s, char **operands, int n, struct error *err)
{
	struct reader *reader = frame_reader(s->frame, operands, n, err);
	int status =
	    reader != NULL ? plane_read_last(&s->plane, reader, err) : -1;

	reader_free(reader);
	if (status < 0)
		return -1;
	s->begin = pack_decode(&s->plane.begin, err);
	return s->begin != NULL ? 0 : -1;
}

static int
open_images(struct session *s, struct error *err)
{
	const struct settings *set = s->set;
	struct error none;

	if (images_open(&s->images, set->train, set->test, set->first, set->raw,
		s->frame->output.inputs, &none, err) < 0)
		return -1;
	if (none.text[0] != '\0')
		frame_say(s->frame, "no test images: %s", none.text);
	return images_check(&s->images, &s->plane.model.graph, set->train, err);
}

/* Raw images have no constants; black is 0, whatever the channel. */
static int
settle_raw(struct session *s, struct error *err)
{
	if (s->images.train.channels > CHANNELS_MAX)
		return error_set(err, "%d channels, expected at most %d",
		    s->images.train.channels, CHANNELS_MAX);
	for (int c = 0; c < CHANNELS_MAX; c++)
		s->std[c] = 1;
	return 0;
}

/* The input constants travel with the checkpoints. */
static int
choose_pixels(struct session *s, struct error *err)
{
	struct model *model = &s->plane.model;

	if (s->set->raw)
		return settle_raw(s, err);
	if (pixels_settle(&s->set->pixels, (size_t)s->images.train.channels,
		model->n_channels, model->mean, model->std, err) < 0)
		return -1;
	model->n_channels = (size_t)s->images.train.channels;
	memcpy(s->mean, model->mean, sizeof(s->mean));
	memcpy(s->std, model->std, sizeof(s->std));
	return 0;
}

/* ---- the run ---- */

/* The part of the rule that options do not write into it themselves. */
static int
finish_rule(
    const struct settings *set, struct trainer_rule *rule, struct error *err)
{
	rule->batch = (int)set->batch;
	rule->bn_batch = (int)set->bn_batch;
	rule->loss = (enum loss_kind)set->loss;
	rule->optimiser.kind = (enum optimiser_kind)set->optimiser;
	rule->optimiser.nesterov = set->nesterov != 0;
	rule->optimiser.decay_biasbn = !set->ignore_biasbn;
	rule->schedule.kind = (enum schedule_kind)set->schedule;
	rule->feed.order = (enum feed_order)set->order;
	rule->feed.augment = (enum feed_augment)set->augment;
	if (set->milestones != NULL &&
	    number_parse_reals(set->milestones, "--milestones",
		rule->schedule.milestone, MILESTONES_MAX,
		&rule->schedule.milestones, err) < 0)
		return -1;
	return trainer_rule_check(rule, err);
}

/* The run's line of the history: everything that determines its bytes. */
static int
describe(struct session *s, struct error *err)
{
	const size_t channels =
	    s->set->raw ? 0 : (size_t)s->images.train.channels;
	struct pack *e = &s->entry;
	char model[DIGEST_TEXT_BYTES];
	char kernel[128];

	if (model_digest(&s->plane.model, model, err) < 0 ||
	    blas_open(1, err) < 0)
		return -1;
	snprintf(kernel, sizeof(kernel), "%s %s, openblas %s",
	    plan_name(s->plan), plan_kernel(s->plan), blas_core());
	history_open(e, "nettrain");
	pack_key_text(e, "model", model);
	pack_key_text(e, "data", s->images.train.digest);
	pack_key_text(
	    e, "test", s->images.test.n > 0 ? s->images.test.digest : "");
	pack_key_reals(e, "mean", s->mean, channels);
	pack_key_reals(e, "std", s->std, channels);
	pack_key_int(e, "every", s->set->every);
	pack_key_int(e, "every_steps", s->set->every_steps);
	pack_key_text(e, "kernel", kernel);
	trainer_rule_pack(&s->rule, e);
	history_close(e);
	return pack_check(e, err);
}

static int
check_memory(struct session *s, struct error *err)
{
	const double mib = 1048576.0;
	const double have =
	    (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
	size_t bytes;

	if (trainer_bytes(&s->rule, &s->plane.model.graph, s->images.train.n,
		(int)s->set->threads, &bytes, err) < 0)
		return -1;
	if (!s->frame->quiet &&
	    (s->frame->verbose > 0 || isatty(STDERR_FILENO)))
		frame_show(s->frame, "a step takes %.0f MiB of memory",
		    (double)bytes / mib);
	if ((double)bytes > have)
		return error_set(err,
		    "a step takes %.0f MiB of memory, this machine has %.0f: "
		    "--bn-batch N normalises parts of N images (ghost batches)",
		    (double)bytes / mib, have / mib);
	return 0;
}

static int
prepare(struct session *s, struct error *err)
{
	struct graph *g = &s->plane.model.graph;

	if (choose_pixels(s, err) < 0)
		return -1;
	s->plan = plan_new(g, NULL, TEST_BLOCK, err);
	if (s->plan == NULL || describe(s, err) < 0 || check_memory(s, err) < 0)
		return -1;
	s->steps = s->rule.schedule.epochs *
		   trainer_steps_per_epoch(&s->rule, s->images.train.n);
	s->workers = workers_new((int)s->set->threads, err);
	if (s->workers == NULL)
		return -1;
	return trainer_init(&s->trainer, &s->rule, g, &s->images.train, s->mean,
	    s->std, s->workers, err);
}

static int
take_score(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	(void)point;
	(void)err;
	*(struct trainer_test *)context =
	    (struct trainer_test){scores->loss, scores->acc};
	return 0;
}

static int
test_model(struct session *s, struct trainer_test *test, struct error *err)
{
	const struct dataset *data[] = {&s->images.test};
	const struct place centre = {.sets = 1};
	const struct evaluation evaluation = {.plane = &s->plane,
	    .plan = s->plan,
	    .sets = 1,
	    .data = data,
	    .mean = s->mean,
	    .std = s->std,
	    .loss = (enum loss_kind)s->set->loss,
	    .threads = (int)s->set->threads};

	return evaluate_points(&evaluation, &centre, 1, take_score, test, err);
}

static void
tell(const struct session *s, const struct trainer_test *test)
{
	char text[REPORT_BYTES];

	report_checkpoint(&s->trainer, s->steps, test, text);
	if (isatty(STDERR_FILENO))
		frame_progress(s->frame, 1, "%s", text);
	else if (!s->frame->quiet)
		frame_say(s->frame, "%s", text);
}

static int
write_checkpoint(struct session *s, struct error *err)
{
	struct model *model = &s->plane.model;
	struct trainer_test made = {0},
			    *test = s->images.test.n > 0 ? &made : NULL;
	int status;

	if (test != NULL && test_model(s, test, err) < 0)
		return -1;
	pack_free(&model->meta);
	segment_note(&s->trainer, test, &model->meta);
	tell(s, test);
	status = segment_write(s->writer, decoded_value(s->begin), &s->entry,
	    model, &s->trainer.optimiser, s->trainer.optimiser.step == s->steps,
	    err);
	s->trainer.running = (struct running){0};
	return status;
}

static bool
is_due(const struct session *s)
{
	const int64_t step = s->trainer.optimiser.step;
	const int64_t per_epoch = s->trainer.rule.schedule.steps_per_epoch;

	if (step == s->steps)
		return true;
	if (s->set->every_steps > 0)
		return step % s->set->every_steps == 0;
	return step % (per_epoch * s->set->every) == 0;
}

/* Twice a second, on a terminal. */
static void
show(struct session *s)
{
	const double now = progress_now();
	char text[REPORT_BYTES];

	if (now < s->shown + 0.5)
		return;
	s->shown = now;
	frame_progress(s->frame, 0, "%s",
	    report_progress(
		&s->trainer, s->start, s->steps, now - s->began, text));
}

static int
train(struct session *s, struct error *err)
{
	struct trainer *t = &s->trainer;

	s->start = t->optimiser.step;
	s->began = progress_now();
	while (t->optimiser.step < s->steps) {
		if (trainer_step(t, err) < 0)
			return -1;
		show(s);
		if (is_due(s) && write_checkpoint(s, err) < 0)
			return -1;
	}
	return 0;
}

static int
start(struct session *s, struct error *err)
{
	char *old;
	int resumed = 0;

	if (segment_choose(&s->output, s->set->resume, &s->entry, &old, err) <
	    0)
		return -1;
	s->writer = writer_new(&s->output, 0, err);
	if (s->writer == NULL ||
	    segment_open(s->writer, decoded_value(s->begin), &s->entry, err) <
		0)
		resumed = -1;
	else if (old != NULL)
		resumed = segment_resume(
		    old, &s->entry, s->steps, s->writer, &s->trainer, err);
	free(old);
	if (resumed <= 0)
		return resumed < 0 || output_settle(&s->output, err) < 0
			   ? -1
			   : write_checkpoint(s, err);
	if (s->trainer.optimiser.step > s->steps)
		return error_set(err,
		    "the run that is there has %" PRId64 " steps already, "
		    "--epochs %" PRId64 " are %" PRId64,
		    s->trainer.optimiser.step, s->rule.schedule.epochs,
		    s->steps);
	if (!s->frame->quiet)
		frame_show(s->frame,
		    "resuming: %" PRId64 " of %" PRId64 " steps",
		    s->trainer.optimiser.step, s->steps);
	return output_settle(&s->output, err);
}

static void
close_session(struct session *s)
{
	writer_free(s->writer);
	trainer_free(&s->trainer);
	workers_free(s->workers);
	plan_free(s->plan);
	pack_free(&s->entry);
	images_free(&s->images);
	decoded_free(s->begin);
	plane_free(&s->plane);
}

static int
run(struct session *s, char **operands, int n, struct error *err)
{
	int status = -1;

	if (read_model(s, operands, n, err) == 0 && open_images(s, err) == 0 &&
	    prepare(s, err) == 0 &&
	    frame_open_output(s->frame, &s->output, err) == 0) {
		status = start(s, err);
		if (status == 0)
			status = train(s, err);
		status = output_close(&s->output, status, err);
	}
	close_session(s);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings set = {.every = 1,
	    .batch = 128,
	    .threads = sysconf(_SC_NPROCESSORS_ONLN),
	    .pixels = {.choice = -1}};
	struct session session = {.set = &set,
	    .rule = {.optimiser = {.momentum = 0.9,
			 .beta1 = 0.9,
			 .beta2 = 0.999,
			 .epsilon = 1e-8},
		.schedule = {.lr = 0.1, .gamma = 0.1, .epochs = 1}}};
	struct optimiser_rule *optimiser = &session.rule.optimiser;
	struct schedule *schedule = &session.rule.schedule;
	struct feed_rule *feed = &session.rule.feed;
	const struct option_row options[] = {
	    OPTION_INPUT_CALL('d', "data", "[train=|test=]PATH", &set,
		take_data,
		"images to learn from; test=PATH: images to be tested on"),
	    OPTION_INT('n', "images", "N", &set.first, 1, INT32_MAX,
		"the first N images only"),
	    OPTION_INT(0, "epochs", "N", &schedule->epochs, 0, 1000000,
		"times that every image is seen (1)"),
	    OPTION_INT(0, "batch", "N", &set.batch, 1, BATCH_MAX,
		"images of a step (128)"),
	    OPTION_INT(0, "bn-batch", "N", &set.bn_batch, 1, BATCH_MAX,
		"images that a batch norm sees together (the batch)"),
	    OPTION_CHOICE(0, "optimiser", optimiser_words, &set.optimiser,
		"how a gradient becomes a step"),
	    OPTION_REAL(0, "lr", "RATE", &schedule->lr, "learning rate (0.1)"),
	    OPTION_REAL(0, "momentum", "M", &optimiser->momentum,
		"of sgd, dampening 0 (0.9)"),
	    OPTION_FLAG(0, "nesterov", &set.nesterov, "Nesterov's momentum"),
	    OPTION_REAL(0, "beta1", "B", &optimiser->beta1, "of adam (0.9)"),
	    OPTION_REAL(0, "beta2", "B", &optimiser->beta2, "of adam (0.999)"),
	    OPTION_REAL(
		0, "epsilon", "E", &optimiser->epsilon, "of adam (1e-8)"),
	    OPTION_REAL(0, "wd", "D", &optimiser->decay,
		"weight decay, added to the gradient (0)"),
	    OPTION_FLAG(0, "wd-ignore-biasbn", &set.ignore_biasbn,
		"no weight decay of tensors with one dimension"),
	    OPTION_CHOICE(0, "schedule", schedule_words, &set.schedule,
		"how the learning rate falls"),
	    OPTION_TEXT(0, "milestones", "EPOCH,...", &set.milestones,
		"step: epochs after which it falls"),
	    OPTION_REAL(0, "gamma", "G", &schedule->gamma,
		"step: the factor by which it falls (0.1)"),
	    OPTION_REAL(0, "warmup", "EPOCHS", &schedule->warmup,
		"epochs in which it rises to its value (0)"),
	    OPTION_CHOICE(0, "order", feed_order_words, &set.order,
		"order of the images in an epoch"),
	    OPTION_CHOICE(0, "augment", feed_augment_words, &set.augment,
		"what happens to an image before it is seen"),
	    OPTION_REAL(0, "label-noise", "P", &feed->noise,
		"share of images that get a random label (0)"),
	    OPTION_CHOICE(0, "loss", loss_words, &set.loss, "what falls"),
	    OPTION_INT(0, "every", "N", &set.every, 1, 1000000,
		"epochs between checkpoints (1)"),
	    OPTION_INT(0, "every-steps", "N", &set.every_steps, 1, INT32_MAX,
		"steps between checkpoints, instead"),
	    OPTION_U64('s', "seed", "SEED", &feed->seed,
		"seed of order, augmentation and label noise (0)"),
	    OPTION_CHOICE(0, "pixels", pixels_words, &set.pixels.choice,
		"input constants, instead of the model's"),
	    OPTION_FLAG(0, "raw", &set.raw,
		"the images are reals that are normalised already"),
	    OPTION_TEXT(0, "mean", "M,...", &set.pixels.mean,
		"mean of each channel's pixels in 0..1"),
	    OPTION_TEXT(0, "std", "S,...", &set.pixels.std,
		"standard deviation of each channel's pixels"),
	    OPTION_INT('j', "threads", "N", &set.threads, 1, THREADS_MAX,
		"threads (all processors)"),
	    OPTION_TEXT(0, "resume", "FILE", &set.resume,
		"continue the run whose checkpoints FILE has"),
	    OPTION_END};
	struct frame frame = {.name = "nettrain",
	    .synopsis = "-d DATA [FILE ...]",
	    .reads = true,
	    .purpose = "train a network and write its checkpoints",
	    .output = {.manner = OUTPUT_LONG, .kind = &stream_of_models},
	    .options = options};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	session.frame = &frame;
	if (set.train == NULL)
		frame_usage(&frame, "no data: -d PATH is needed");
	if (set.raw && (set.pixels.choice >= 0 || set.pixels.mean != NULL ||
			   set.pixels.std != NULL))
		frame_usage(
		    &frame, "--raw excludes --pixels, --mean and --std");
	if (finish_rule(&set, &session.rule, &err) < 0)
		frame_usage_error(&frame, &err);
	frame_refuse_terminal(&frame);
	if (run(&session, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
