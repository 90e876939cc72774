/* nettrain: a model in (the last of a run), its checkpoints out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/plural.h"
#include "base/progress.h"
#include "evaluate/evaluate.h"
#include "frame.h"
#include "net/blas.h"
#include "stream/kind.h"
#include "train/images.h"
#include "train/report.h"
#include "train/segment.h"
#include "trainoptions.h"

enum { TEST_BLOCK = 64 };

/* What lives as long as the program runs. */
struct session {
	struct frame *frame;
	struct train_options *set; /* images settle its augmentation */
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
	const struct train_options *set = s->set;
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
choose_raw(struct session *s, struct error *err)
{
	if (s->images.train.channels > CHANNELS_MAX &&
	    s->set->rule.feed.augment != AUGMENT_NONE)
		return error_set(err, "%d channel%s, expected at most %d",
		    s->images.train.channels,
		    plural_s(s->images.train.channels), CHANNELS_MAX);
	for (int c = 0; c < CHANNELS_MAX; c++)
		s->std[c] = 1;
	return 0;
}

/* The input constants travel with the checkpoints. */
static int
choose_pixels(struct session *s, struct error *err)
{
	struct model *model = &s->plane.model;

	if (images_augment(
		&s->images, s->set->augment, &s->set->rule.feed, err) < 0)
		return -1;
	if (s->images.train.tokens)
		return pixels_refuse(&s->set->pixels, err);
	if (s->set->raw)
		return choose_raw(s, err);
	if (pixels_complete(&s->set->pixels, (size_t)s->images.train.channels,
		model->n_channels, model->mean, model->std, err) < 0)
		return -1;
	model->n_channels = (size_t)s->images.train.channels;
	memcpy(s->mean, model->mean, sizeof(s->mean));
	memcpy(s->std, model->std, sizeof(s->std));
	return 0;
}

/* ---- the run ---- */

/* The run's line of the history: everything that determines its bytes. */
static int
describe(struct session *s, struct error *err)
{
	const size_t channels = s->set->raw || s->images.train.tokens
				    ? 0
				    : (size_t)s->images.train.channels;
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
	trainer_rule_pack(&s->set->rule, e);
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

	if (trainer_bytes(&s->set->rule, &s->plane.model.graph,
		s->images.train.n, (int)s->set->threads, &bytes, err) < 0)
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
	s->steps = s->set->rule.schedule.epochs *
		   trainer_steps_per_epoch(&s->set->rule, s->images.train.n);
	s->workers = workers_new((int)s->set->threads, err);
	if (s->workers == NULL)
		return -1;
	return trainer_init(&s->trainer, &s->set->rule, g, &s->images.train,
	    s->mean, s->std, s->workers, err);
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
		    "the run that is there has %" PRId64 " step%s already, "
		    "--epochs %" PRId64 " are %" PRId64,
		    s->trainer.optimiser.step,
		    plural_s(s->trainer.optimiser.step),
		    s->set->rule.schedule.epochs, s->steps);
	if (!s->frame->quiet)
		frame_show(s->frame,
		    "resuming: %" PRId64 " of %" PRId64 " step%s",
		    s->trainer.optimiser.step, s->steps, plural_s(s->steps));
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
	struct train_options set;
	struct session session = {.set = &set};
	struct option_table options = {0};
	struct frame frame = {.name = "nettrain",
	    .synopsis = "-d DATA [FILE ...]",
	    .reads = true,
	    .purpose = "train a network and write its checkpoints",
	    .output = {.manner = OUTPUT_LONG, .kind = &stream_of_models},
	    .options = options.row};
	struct error err;
	int first;

	train_options_start(&set);
	train_options_add(&options, &set);
	first = frame_start(&frame, argc, argv);
	session.frame = &frame;
	train_options_check(&set, &frame);
	if (train_options_finish(&set, &err) < 0)
		frame_usage_error(&frame, &err);
	frame_refuse_terminal(&frame);
	if (run(&session, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
