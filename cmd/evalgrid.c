/* evalgrid: model and directions in, losses on a grid out. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/progress.h"
#include "data/pixels.h"
#include "evaluate/estimate.h"
#include "evaluate/resume.h"
#include "evaluate/surface.h"
#include "frame.h"

enum { BLOCK_MAX = 4096, THREADS_MAX = 1024 };

struct settings {
	struct range range[AXES_MAX]; /* num 0: not given */
	struct {
		const char *path;
		char name[32];
	} data[SETS_MAX];
	int sets, loss, estimate;
	struct dataset_choice choice;
	int split;
	int64_t threads, block;
	struct pixels_options pixels;
	const char *output, *resume;
	int shard, shards;
};

/* What lives as long as the program runs. */
struct session {
	struct frame *frame;
	struct settings *set;
	struct dataset data[SETS_MAX];
	struct resume resume;
	struct output output;
	struct writer *writer;
	struct progress progress;
	bool told_unreliable;
};

static int
take_x(void *target, const char *text, struct error *err)
{
	return range_parse(text, "--x", target, err);
}

static int
take_y(void *target, const char *text, struct error *err)
{
	return range_parse(text, "--y", target, err);
}

static int
take_shard(void *target, const char *text, struct error *err)
{
	struct settings *set = target;

	return shard_parse(text, &set->shard, &set->shards, err);
}

/* PATH, or NAME=PATH where several sets are evaluated side by side. */
static int
take_data(void *target, const char *text, struct error *err)
{
	struct settings *set = target;
	size_t word = strcspn(text, "=/");

	if (set->sets == SETS_MAX)
		return error_set(err, "more than %d data sets", SETS_MAX);
	if (word < sizeof(set->data[0].name) && text[word] == '=') {
		memcpy(set->data[set->sets].name, text, word);
		text += word + 1;
	}
	set->data[set->sets++].path = text;
	return 0;
}

/* ---- data ---- */

static int
open_data(struct session *s, struct error *err)
{
	struct settings *set = s->set;

	for (int i = 0; i < set->sets; i++) {
		struct dataset_choice choice = set->choice;
		char *name = set->data[i].name;

		choice.split = (enum dataset_split)set->split;
		for (int w = 0; dataset_split_words[w] != NULL; w++)
			if (strcmp(name, dataset_split_words[w]) == 0)
				choice.split = (enum dataset_split)w;
		if (name[0] == '\0')
			strcpy(name, dataset_split_words[choice.split]);
		for (int j = 0; j < i; j++)
			if (strcmp(set->data[j].name, name) == 0)
				return error_set(err,
				    "two data sets are called '%s', expected "
				    "NAME=PATH with different names",
				    name);
		if (dataset_open(&s->data[i], set->data[i].path, &choice, err) <
		    0)
			return -1;
		if (choice.first > 0 &&
		    dataset_classes_present(&s->data[i]) < s->data[i].classes)
			frame_warn(s->frame,
			    "the first %" PRId64 " images have %d of %d "
			    "classes (--sample takes random ones)",
			    choice.first, dataset_classes_present(&s->data[i]),
			    s->data[i].classes);
	}
	return 0;
}

/* ---- the surface of one plane ---- */

static int
choose_grid(struct session *s, const struct plane *plane, struct grid *grid,
    struct error *err)
{
	const struct settings *set = s->set;

	*grid = (struct grid){.axes = plane->axes,
	    .reps = plane->reps,
	    .sets = set->sets,
	    .shard = set->shard,
	    .shards = set->shards};
	for (int a = 0; a < AXES_MAX; a++) {
		grid->range[a] = set->range[a];
		if (a >= plane->axes && set->range[a].num > 0)
			return error_set(err,
			    "--%s is given, the stream has directions for %d "
			    "axes",
			    axis_word(a), plane->axes);
		if (a < plane->axes && set->range[a].num == 0)
			grid->range[a] = (struct range){-1.0, 1.0, 51};
	}
	for (int i = 0; i < set->sets; i++)
		strcpy(grid->set[i], set->data[i].name);
	strcpy(grid->loss, loss_words[set->loss]);
	if (grid_num(grid, 0) * grid_num(grid, 1) > GRID_POINTS_MAX ||
	    grid_points(grid) > GRID_POINTS_MAX)
		return error_set(err,
		    "the grid has %" PRId64 " points, at most %d are allowed",
		    grid_points(grid), GRID_POINTS_MAX);
	return 0;
}

static int
choose_pixels(const struct session *s, const struct model *model, double *mean,
    double *std, struct error *err)
{
	size_t channels = (size_t)s->data[0].channels;
	int chosen = pixels_choose(&s->set->pixels, channels, mean, std, err);

	if (chosen != 0)
		return chosen < 0 ? -1 : 0;
	if (model->n_channels != channels)
		return error_set(err,
		    "the model has input constants for %zu channels, the "
		    "images have %zu: give --pixels, or --mean and --std",
		    model->n_channels, channels);
	memcpy(mean, model->mean, channels * sizeof(*mean));
	memcpy(std, model->std, channels * sizeof(*std));
	return 0;
}

static int
check_data(const struct session *s, const struct plane *plane,
    const struct plan *plan, struct error *err)
{
	const struct graph *g = &plane->model.graph;
	const struct shape *in = &g->values[g->input].shape;

	if (in->rank != 3)
		return error_set(err,
		    "the model's input has %d dimensions, expected images of "
		    "c h w",
		    in->rank);
	for (int i = 0; i < s->set->sets; i++)
		if (dataset_check(&s->data[i], in->dim[0], in->dim[1],
			in->dim[2], (int64_t)plan_classes(plan), err) < 0)
			return error_prefix(err, "%s", s->set->data[i].path);
	return 0;
}

/* The accuracy that the checkpoint's maker noted, under the usual names. */
static bool
stored_accuracy(const struct model *model, double *acc)
{
	static const char *const names[] = {"acc", "best_acc", "best_prec1"};
	struct decoded *meta = NULL;
	bool found = false;

	if (model->meta.bytes.n > 0)
		meta = decoded_new(
		    model->meta.bytes.chars, model->meta.bytes.n, NULL);
	for (int i = 0; i < 3 && meta != NULL && !found; i++)
		found =
		    value_real(value_get(decoded_value(meta), names[i]), acc);
	decoded_free(meta);
	return found;
}

/*
 * A wrong constant, architecture or data set shows at the centre.  The stored
 * accuracy is of test images: more than that is no surprise on training images.
 */
static void
check_centre(const struct session *s, const struct model *model, double acc)
{
	bool test = strcmp(s->set->data[0].name, "test") == 0;
	double stored;

	if (stored_accuracy(model, &stored) &&
	    (acc < stored - 3.0 || (test && acc > stored + 3.0)))
		frame_warn(s->frame,
		    "centre accuracy %.4g %%, checkpoint says %.4g %%: wrong "
		    "--arch, --pixels or data?",
		    acc, stored);
}

struct watch {
	struct session *session;
	const struct surface *surface;
};

/* surface_seen: progress, and what a person should know of this point. */
static void
seen(void *context, const struct grid_place *place, const struct score *scores)
{
	struct watch *w = context;
	struct session *s = w->session;
	const struct grid *g = &w->surface->grid;
	char text[PROGRESS_TEXT_BYTES];
	double x = g->axes > 0 ? range_at(&g->range[0], place->ix) : 0.0;
	double y = g->axes > 1 ? range_at(&g->range[1], place->iy) : 0.0;

	if (scores != NULL && scores->top > 0.25 && !s->told_unreliable &&
	    scores->n < s->data[0].total) {
		s->told_unreliable = true;
		frame_warn(s->frame,
		    "standard error unreliable here: at (%.3g, %.3g) the top "
		    "1 %% of the images carry %.0f %% of the loss",
		    x, y, 100.0 * scores->top);
	}
	if (scores != NULL && x == 0.0 && y == 0.0)
		check_centre(
		    s, &w->surface->evaluation.plane->model, scores->acc);
	if (progress_step(&s->progress, scores == NULL, "point", text) &&
	    !s->frame->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\revalgrid: %-70s%s", text,
		    s->progress.done == s->progress.total ? "\n" : "");
}

static int
print_estimate(const struct surface *surface, struct error *err)
{
	const struct grid *g = &surface->grid;
	const struct evaluation *e = &surface->evaluation;
	const struct place centre = {0};
	const struct place corner = {.a = g->range[0].hi, .b = g->range[1].hi};
	int64_t places = surface_places(surface);
	struct estimate est;
	char time[32];

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
    struct session *s, const struct surface *unnamed, struct error *err)
{
	struct surface surface = *unnamed;
	struct watch watch = {s, &surface};
	const struct points *old;

	surface_identify(&surface);
	surface.seen = seen;
	surface.context = &watch;
	if (resume_find(&s->resume, &surface, &old, err) < 0)
		return -1;
	if (old != NULL && !s->frame->quiet)
		fprintf(stderr,
		    "evalgrid: resuming: %" PRId64 " of %" PRId64 " points\n",
		    old->present / surface.grid.sets, surface_places(&surface));
	progress_start(&s->progress, surface_places(&surface));
	return surface_write(&surface, old, s->writer, &s->output, err);
}

static int
evaluate_plane(struct session *s, const struct plane *plane, struct error *err)
{
	double mean[CHANNELS_MAX], std[CHANNELS_MAX];
	const struct dataset *data[SETS_MAX];
	struct surface surface = {0};
	struct text how = {0};
	struct plan *plan;
	int status = -1;

	plan = plan_new(&plane->model.graph, NULL, (int)s->set->block, err);
	if (plan == NULL)
		return -1;
	for (int i = 0; i < s->set->sets; i++)
		data[i] = &s->data[i];
	surface.evaluation = (struct evaluation){.plane = plane,
	    .plan = plan,
	    .sets = s->set->sets,
	    .data = data,
	    .mean = mean,
	    .std = std,
	    .loss = (enum loss_kind)s->set->loss,
	    .threads = (int)s->set->threads};
	snprintf(surface.kernel, sizeof(surface.kernel), "%s %s",
	    plan_name(plan), plan_kernel(plan));
	if (s->frame->verbose > 0) {
		plan_describe(plan, &how);
		fprintf(stderr, "evalgrid: plan %s\n%s", plan_name(plan),
		    how.chars != NULL ? how.chars : "");
		text_free(&how);
	}
	if (choose_grid(s, plane, &surface.grid, err) == 0 &&
	    check_data(s, plane, plan, err) == 0 &&
	    choose_pixels(s, &plane->model, mean, std, err) == 0)
		status = s->set->estimate ? print_estimate(&surface, err)
					  : write_surface(s, &surface, err);
	plan_free(plan);
	return status;
}

/* ---- output ---- */

static int
same_file_as_stdout(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 &&
	       S_ISREG(b.st_mode) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static int
open_output(struct session *s, char *part, size_t room, struct error *err)
{
	const struct settings *set = s->set;
	int resuming = 0;

	if (set->resume != NULL && same_file_as_stdout(set->resume))
		return error_set(err,
		    "--resume %s is also the output, which the shell has "
		    "emptied: use -o %s instead",
		    set->resume, set->resume);
	if (set->resume != NULL &&
	    resume_load(&s->resume.other, set->resume, err) < 0)
		return -1;
	if (set->output != NULL) {
		snprintf(part, room, "%s.part", set->output);
		s->resume.part = part;
		resuming = resume_load(&s->resume.own, part, err);
		if (resuming < 0 ||
		    resume_load(&s->resume.other, set->output, err) < 0)
			return -1;
	}
	if (output_open(&s->output, set->output, resuming, err) < 0)
		return -1;
	s->writer = writer_new(&s->output, 1, err);
	return s->writer != NULL ? 0 : -1;
}

static int
run(struct session *s, struct reader *reader, struct error *err)
{
	int status;

	if (open_data(s, err) < 0)
		return -1;
	for (;;) {
		struct plane plane = {0};

		status = plane_read(&plane, reader, err);
		if (status == 1)
			status = evaluate_plane(s, &plane, err) < 0 ? -1 : 1;
		plane_free(&plane);
		if (status <= 0)
			return status;
	}
}

static int
run_all(struct session *s, char **operands, int n, struct error *err)
{
	char part[4096];
	struct reader *reader = reader_new(operands, n, err);
	int status = -1;

	if (reader != NULL && open_output(s, part, sizeof(part), err) == 0) {
		status = run(s, reader, err);
		if (status < 0 || s->set->estimate)
			output_abandon(&s->output, !s->set->estimate);
		else
			status = output_commit(&s->output, err);
	}
	writer_free(s->writer);
	reader_free(reader);
	resume_free(&s->resume);
	for (int i = 0; i < s->set->sets; i++)
		dataset_free(&s->data[i]);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings set = {.block = 64,
	    .shards = 1,
	    .threads = sysconf(_SC_NPROCESSORS_ONLN),
	    .pixels = {.choice = -1}};
	const struct option_row options[] = {
	    OPTION_CALL(0, "x", "LO:HI:NUM", &set.range[0], take_x,
		"coordinates along x, both ends included (-1:1:51)"),
	    OPTION_CALL(0, "y", "LO:HI:NUM", &set.range[1], take_y,
		"coordinates along y (-1:1:51)"),
	    OPTION_CALL('d', "data", "[NAME=]PATH", &set, take_data,
		"data set; may be repeated (train=PATH test=PATH)"),
	    OPTION_CHOICE(0, "split", dataset_split_words, &set.split,
		"which part of a data folder"),
	    OPTION_INT('n', "images", "N", &set.choice.first, 1, INT32_MAX,
		"the first N images only (for previews)"),
	    OPTION_INT(0, "sample", "N", &set.choice.sample, 1, INT32_MAX,
		"N random images without replacement"),
	    OPTION_U64(0, "sample-seed", "S", &set.choice.sample_seed,
		"seed of the sample (0)"),
	    OPTION_CHOICE(0, "loss", loss_words, &set.loss, "what is drawn"),
	    OPTION_CHOICE(0, "pixels", pixels_words, &set.pixels.choice,
		"input constants, instead of the model's"),
	    OPTION_TEXT(0, "mean", "M,...", &set.pixels.mean,
		"mean of each channel's pixels in 0..1"),
	    OPTION_TEXT(0, "std", "S,...", &set.pixels.std,
		"standard deviation of each channel's pixels"),
	    OPTION_INT('j', "threads", "N", &set.threads, 1, THREADS_MAX,
		"threads (all processors)"),
	    OPTION_INT('b', "block", "N", &set.block, 1, BLOCK_MAX,
		"images a thread takes at a time (64)"),
	    OPTION_CALL(0, "shard", "I/N", &set, take_shard,
		"every N-th point only, from I = 0 ... N-1"),
	    OPTION_TEXT('o', "output", "FILE", &set.output,
		"write FILE; the same line typed again continues it"),
	    OPTION_TEXT(0, "resume", "FILE", &set.resume,
		"take the points that FILE already has"),
	    OPTION_FLAG(0, "estimate", &set.estimate,
		"print cost and the images needed, then exit"),
	    OPTION_END};
	struct frame frame = {.name = "evalgrid",
	    .synopsis = "-d DATA [FILE ...]",
	    .purpose = "evaluate the loss of a network on a grid of points",
	    .options = options};
	struct session session = {.frame = &frame, .set = &set};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	if (set.sets == 0)
		frame_usage(&frame, "no data: -d PATH is needed");
	if (set.choice.first > 0 && set.choice.sample > 0)
		frame_usage(&frame, "-n and --sample exclude each other");
	if (set.output == NULL && !set.estimate)
		frame_refuse_terminal(&frame);
	if (run_all(&session, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
