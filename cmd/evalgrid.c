/* evalgrid: model and directions in, losses on a grid out. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/progress.h"
#include "evaluate/estimate.h"
#include "evaluate/resume.h"
#include "evaluate/setup.h"
#include "frame.h"
#include "model/accuracy.h"

enum { BLOCK_MAX = 4096, THREADS_MAX = 1024 };

/* What lives as long as the program runs. */
struct session {
	struct frame *frame;
	struct surface_choice choice;
	int estimate;
	const char *output_path, *resume_path;
	struct resume resume;
	struct output output;
	struct writer *writer;
	struct progress progress;
	bool told_unreliable;
};

/* "lo:hi:num", "auto" or "auto:num". */
static int
take_range(struct surface_choice *choice, int axis, const char *text,
    struct error *err)
{
	const char *what = axis == 0 ? "--x" : "--y";
	struct range *range = &choice->range[axis];

	choice->fit[axis] = strncmp(text, "auto", 4) == 0;
	if (!choice->fit[axis])
		return range_parse(text, what, range, err);
	*range = (struct range){0, 0, 51};
	if (text[4] == '\0')
		return 0;
	return number_parse_int(text[4] == ':' ? text + 5 : text, what, 2,
	    GRID_NUM_MAX, &range->num, err);
}

static int
take_x(void *target, const char *text, struct error *err)
{
	return take_range(target, 0, text, err);
}

static int
take_y(void *target, const char *text, struct error *err)
{
	return take_range(target, 1, text, err);
}

static int
take_shard(void *target, const char *text, struct error *err)
{
	struct surface_choice *choice = target;

	return shard_parse(text, &choice->shard, &choice->shards, err);
}

static int
take_data(void *target, const char *text, struct error *err)
{
	return choice_add_data(target, text, err);
}

static void
warn_about_classes(const struct session *s)
{
	const struct surface_choice *c = &s->choice;

	for (int i = 0; i < c->sets && c->images.first > 0; i++) {
		int present = dataset_classes_present(&c->data[i]);

		if (present < c->data[i].classes)
			frame_warn(s->frame,
			    "the first %" PRId64 " images have %d of %d "
			    "classes (--sample takes random ones)",
			    c->images.first, present, c->data[i].classes);
	}
}

/* A wrong constant, architecture or data set shows at the centre. */
static void
check_centre(const struct session *s, const struct model *model, double acc)
{
	const bool test = strcmp(s->choice.name[0], "test") == 0;
	struct decoded *meta = NULL;
	double noted;

	if (model->meta.bytes.n > 0)
		meta = decoded_new(
		    model->meta.bytes.chars, model->meta.bytes.n, NULL);
	if (meta != NULL && accuracy_noted(decoded_value(meta), &noted) &&
	    accuracy_is_far(acc, noted, test))
		frame_warn(s->frame,
		    "centre accuracy %.4g %%, checkpoint says %.4g %%: wrong "
		    "--arch, --pixels or data?",
		    acc, noted);
	decoded_free(meta);
}

struct watch {
	struct session *session;
	const struct surface *surface;
};

/* surface_seen: progress, and what a person should know of this point. */
static void
seen(void *context, const struct place *place, const struct score *scores)
{
	struct watch *w = context;
	struct session *s = w->session;
	char text[PROGRESS_TEXT_BYTES];

	if (scores != NULL && scores->top > 0.25 && !s->told_unreliable &&
	    scores->n < s->choice.data[0].total) {
		s->told_unreliable = true;
		frame_warn(s->frame,
		    "standard error unreliable here: at (%.3g, %.3g) the top "
		    "1 %% of the images carry %.0f %% of the loss",
		    place->a, place->b, 100.0 * scores->top);
	}
	if (scores != NULL && place->a == 0.0 && place->b == 0.0)
		check_centre(
		    s, &w->surface->evaluation.plane->model, scores->acc);
	if (progress_step(&s->progress, scores == NULL, "point", text) &&
	    !s->frame->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\revalgrid: %-70s%s", text,
		    s->progress.done == s->progress.total ? "\n" : "");
}

/*
 * Between two models the running statistics differ, too (semantics of the
 * reference tool: interpolation is over states).
 */
static void
warn_about_norms(const struct session *s, const struct evaluation *e)
{
	bool toward = false;

	for (int k = 0; k < e->plane->reps * e->plane->axes; k++)
		toward |= e->plane->direction[k].kind == DIRECTION_TOWARD;
	if (toward && e->norms.mode == NORMS_FIXED && norms_present(e->plane))
		frame_warn(s->frame,
		    "running statistics stay those of the first model on the "
		    "way to another; dirgen --over states moves them, --bn "
		    "recompute finds them anew");
}

/* With -v: what recomputing costs, from one point. */
static int
tell_norms(
    const struct session *s, const struct evaluation *e, struct error *err)
{
	double seconds;
	size_t bytes;

	if (e->norms.mode != NORMS_RECOMPUTE || s->frame->verbose == 0)
		return 0;
	if (estimate_norms(e, &seconds, &bytes, err) < 0)
		return -1;
	frame_say(s->frame,
	    "batch norms: %" PRId64 " images a point, %.3g s, %.0f MB",
	    e->norms.data->n, seconds, 1e-6 * (double)bytes);
	return 0;
}

static int
print_estimate(const struct surface *surface, struct error *err)
{
	const struct evaluation *e = &surface->evaluation;
	int64_t places = surface_places(surface);
	struct place centre = {.sets = (1U << e->sets) - 1}, corner = {0};
	struct estimate est;
	char time[32];

	if (places > 0)
		corner =
		    surface_place(surface, surface_all_places(surface) - 1);
	corner.sets = centre.sets;
	if (estimate_run(e, &centre, &corner, &est, err) < 0)
		return -1;
	printf("%" PRId64 " points x %" PRId64 " images: %s at %d threads\n",
	    places, e->data[0]->n,
	    progress_duration(est.seconds * (double)places, time), e->threads);
	printf("centre loss %.6g, accuracy %.4g %%; 5 %% standard error needs "
	       "%" PRId64 " images\n",
	    est.centre_score.loss, est.centre_score.acc, est.centre);
	printf("corner loss %.6g, accuracy %.4g %%; 5 %% standard error needs "
	       "%" PRId64 " images\n",
	    est.corner_score.loss, est.corner_score.acc, est.corner);
	return 0;
}

static int
write_surface(
    struct session *s, const struct surface *surface, struct error *err)
{
	int64_t places = surface_places(surface);
	const struct points *old;

	if (resume_find(&s->resume, surface, &old, err) < 0)
		return -1;
	if (old != NULL && !s->frame->quiet)
		fprintf(stderr,
		    "evalgrid: resuming: %" PRId64 " of %" PRId64 " points\n",
		    old->present / surface->grid.sets, places);
	progress_start(&s->progress, places);
	return surface_write(surface, old, s->writer, &s->output, err);
}

static int
evaluate_plane(struct session *s, const struct plane *plane, struct error *err)
{
	struct surface surface;
	struct watch watch = {s, &surface};
	struct text how = {0};
	int status = surface_setup(&surface, &s->choice, plane, err);

	if (status == 0 && s->frame->verbose > 0 && surface.plan != NULL) {
		plan_describe(surface.plan, &how);
		fprintf(stderr, "%s", how.chars != NULL ? how.chars : "");
		text_free(&how);
	}
	surface.seen = seen;
	surface.context = &watch;
	if (status == 0) {
		warn_about_norms(s, &surface.evaluation);
		status = tell_norms(s, &surface.evaluation, err);
	}
	if (status == 0)
		status = s->estimate ? print_estimate(&surface, err)
				     : write_surface(s, &surface, err);
	surface_free(&surface);
	return status;
}

/* ---- the whole ---- */

static int
evaluate_all(struct session *s, struct reader *reader, struct error *err)
{
	struct plane plane = {0}, next = {0};
	int status;

	while ((status = plane_read(&plane, reader, err)) == 1) {
		/* a live run of checkpoints must not wait for the next one */
		if (plane.axes > 0)
			status =
			    plane_read_requests(&plane, &next, reader, err);
		if (status >= 0)
			status = evaluate_plane(s, &plane, err);
		if (status < 0)
			break;
		plane_free(&plane);
		plane = next;
		next = (struct plane){0};
	}
	plane_free(&plane);
	plane_free(&next);
	return status;
}

static int
run(struct session *s, char **operands, int n, struct error *err)
{
	struct reader *reader = reader_new(operands, n, err);
	int status = -1;

	if (reader != NULL && choice_open_data(&s->choice, err) == 0 &&
	    resume_open(&s->resume, s->output_path, s->resume_path, err) == 0 &&
	    output_open(&s->output, s->output_path, s->resume.torn, err) == 0) {
		warn_about_classes(s);
		s->writer = writer_new(&s->output, 1, err);
		if (s->writer != NULL)
			status = evaluate_all(s, reader, err);
		if (status < 0 || s->estimate)
			output_abandon(&s->output, !s->estimate);
		else
			status = output_commit(&s->output, err);
	}
	writer_free(s->writer);
	reader_free(reader);
	resume_free(&s->resume);
	choice_free_data(&s->choice);
	return status;
}

/* A program brings its own data and loss. */
static void
check_exec(const struct session *s)
{
	struct error err;

	if (s->choice.sets > 0 || s->estimate ||
	    s->choice.norms == NORMS_RECOMPUTE)
		frame_usage(s->frame, "--exec excludes -d, --estimate and --bn "
				      "recompute");
	if (exec_check(&s->choice.exec, &err) < 0)
		frame_usage(s->frame, "%s", err.text);
}

int
main(int argc, char **argv)
{
	struct frame frame = {.name = "evalgrid",
	    .synopsis = "-d DATA [FILE ...]",
	    .purpose = "evaluate the loss of a network on a grid of points"};
	struct session s = {.frame = &frame,
	    .choice = {.block = 64,
		.shards = 1,
		.norms = -1,
		.norms_images = 1000,
		.exec = {.loss = "exec", .timeout = 600},
		.pixels = {.choice = -1}}};
	struct surface_choice *set = &s.choice;
	const struct option_row options[] = {
	    OPTION_CALL(0, "x", "LO:HI:NUM", set, take_x,
		"coordinates along x, or auto[:NUM] to fit the path (-1:1:51)"),
	    OPTION_CALL(0, "y", "LO:HI:NUM", set, take_y,
		"coordinates along y (-1:1:51)"),
	    OPTION_CALL('d', "data", "[NAME=]PATH", set, take_data,
		"data set; may be repeated (train=PATH test=PATH)"),
	    OPTION_CHOICE(0, "split", dataset_split_words, &set->split,
		"which part of a data folder"),
	    OPTION_INT('n', "images", "N", &set->images.first, 1, INT32_MAX,
		"the first N images only (for previews)"),
	    OPTION_INT(0, "sample", "N", &set->images.sample, 1, INT32_MAX,
		"N random images without replacement"),
	    OPTION_U64(0, "sample-seed", "S", &set->images.sample_seed,
		"seed of the sample (0)"),
	    OPTION_CHOICE(0, "loss", loss_words, &set->loss, "what is drawn"),
	    OPTION_CHOICE(0, "bn", norms_words, &set->norms,
		"running statistics along a direction"),
	    OPTION_TEXT(0, "bn-data", "PATH", &set->norms_path,
		"training images for --bn recompute (the set `train`)"),
	    OPTION_INT(0, "bn-images", "N", &set->norms_images, 1, INT32_MAX,
		"how many of them, chosen as by --sample (1000)"),
	    OPTION_CHOICE(0, "pixels", pixels_words, &set->pixels.choice,
		"input constants, instead of the model's"),
	    OPTION_TEXT(0, "mean", "M,...", &set->pixels.mean,
		"mean of each channel's pixels in 0..1"),
	    OPTION_TEXT(0, "std", "S,...", &set->pixels.std,
		"standard deviation of each channel's pixels"),
	    OPTION_INT('j', "threads", "N", &set->threads, 1, THREADS_MAX,
		"threads (all processors; of a program: 1)"),
	    OPTION_INT('b', "block", "N", &set->block, 1, BLOCK_MAX,
		"images a thread takes at a time (64)"),
	    OPTION_TEXT(0, "exec", "COMMAND", &set->exec.command,
		"a program that is given each network and answers its loss"),
	    OPTION_CHOICE(0, "exec-form", exec_form_words, &set->exec.form,
		"how the program is given a network"),
	    OPTION_TEXT(0, "exec-loss", "NAME", &set->exec.loss,
		"what the program computes (exec)"),
	    OPTION_INT(0, "exec-timeout", "SECONDS", &set->exec.timeout, 0,
		INT32_MAX, "longest wait for an answer (600; 0: any)"),
	    OPTION_CALL(0, "shard", "I/N", set, take_shard,
		"every N-th point only, from I = 0 ... N-1"),
	    OPTION_TEXT('o', "output", "FILE", &s.output_path,
		"write FILE; the same line typed again continues it"),
	    OPTION_TEXT(0, "resume", "FILE", &s.resume_path,
		"take the points that FILE already has"),
	    OPTION_FLAG(0, "estimate", &s.estimate,
		"print cost and the images needed, then exit"),
	    OPTION_END};
	struct error err;
	int first;

	frame.options = options;
	first = frame_start(&frame, argc, argv);
	if (set->exec.command != NULL)
		check_exec(&s);
	else if (set->sets == 0)
		frame_usage(&frame, "no data: -d PATH is needed");
	if (set->threads == 0)
		set->threads = set->exec.command != NULL
				   ? 1
				   : sysconf(_SC_NPROCESSORS_ONLN);
	if (set->images.first > 0 && set->images.sample > 0)
		frame_usage(&frame, "-n and --sample exclude each other");
	if (set->norms_path != NULL && set->norms != NORMS_RECOMPUTE)
		frame_usage(&frame, "--bn-data is for --bn recompute");
	if (s.output_path == NULL && !s.estimate)
		frame_refuse_terminal(&frame);
	if (run(&s, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
