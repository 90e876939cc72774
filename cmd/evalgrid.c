/* evalgrid: model and directions in, losses on a grid out. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/plural.h"
#include "evaluate/estimate.h"
#include "gridrun.h"
#include "surfaces.h"

enum { BLOCK_MAX = 4096 };

/*
 * Between two models the running statistics differ, too (semantics of the
 * reference tool: interpolation is over states).
 */
static void
warn_about_norms(const struct gridrun *s, const struct evaluation *e)
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

/* Random directions as they are drawn mostly show how large the weights are. */
static void
warn_about_scale(const struct gridrun *s, const struct plane *plane)
{
	bool plain = false;

	for (int k = 0; k < plane->reps * plane->axes; k++)
		plain |= plane->direction[k].kind == DIRECTION_RANDOM &&
			 plane->direction[k].norm == NORMALISE_NONE;
	if (plain)
		frame_warn(s->frame,
		    "random directions are not normalised: how sharp a minimum "
		    "looks depends on how large its weights are (fnorm "
		    "normalises)");
}

/* With -v: what recomputing costs, from one point. */
static int
tell_norms(
    const struct gridrun *s, const struct evaluation *e, struct error *err)
{
	double seconds;
	size_t bytes;

	if (e->norms.mode != NORMS_RECOMPUTE || s->frame->verbose == 0)
		return 0;
	if (estimate_norms(e, &seconds, &bytes, err) < 0)
		return -1;
	frame_say(s->frame,
	    "batch norms: %" PRId64 " image%s a point, %.3g s, %.0f MB",
	    e->norms.data->n, plural_s(e->norms.data->n), seconds,
	    1e-6 * (double)bytes);
	return 0;
}

/* Of the first data set, which is named where there are several. */
static void
print_place(struct text *out, const char *name, const struct evaluation *e,
    const struct score *score, int64_t images)
{
	text_add(out, "%s", name);
	if (e->sets > 1)
		text_add(out, " (%s)", e->set[0]);
	text_add(out, " loss %.6g", score->loss);
	if (!isnan(score->acc))
		text_add(out, ", accuracy %.4g %%", score->acc);
	text_add(out, "; 5 %% standard error needs %" PRId64 " image%s\n",
	    images, plural_s(images));
}

/* What each error takes of all images. */
static void
print_errors(
    struct text *out, const struct run_cost *cost, int64_t places, double all)
{
	char time[32];

	for (int i = 0; i < cost->errors; i++) {
		const struct error_cost *error = &cost->error[i];
		const double share = error->images / all;

		text_add(out,
		    "--error %g%%: about %.0f images a point (%.2g %%), %s\n",
		    100.0 * error->error, error->images, 100.0 * share,
		    progress_duration(
			cost->seconds * (double)places * share, time));
	}
}

static void
print_images(struct text *out, const struct run_cost *cost, int64_t places,
    const struct evaluation *e)
{
	char time[32];

	text_add(out, "%" PRId64 " point%s x ", places, plural_s(places));
	gridrun_add_images(out, e);
	text_add(out, ": %s at %d thread%s\n",
	    progress_duration(cost->seconds * (double)places, time), e->threads,
	    plural_s(e->threads));
	if (e->anchors != NULL)
		text_add(out,
		    "anchors: %" PRId64 " point%s, %.3g MB of memory\n",
		    grid_points(&e->anchors->list.item[0].grid),
		    plural_s(grid_points(&e->anchors->list.item[0].grid)),
		    1e-6 * (double)anchors_bytes(e->anchors));
	print_place(out, "centre", e, &cost->centre_score, cost->centre);
	print_place(out, "corner", e, &cost->corner_score, cost->corner);
	/* (a subset's would be of its images) */
	if (e->data[0]->n == e->data[0]->total)
		print_errors(out, cost, places, (double)gridrun_images(e));
}

/* One that is asked for ranges has told how many images there are. */
static void
print_program(struct text *out, const struct run_cost *cost, int64_t places,
    const struct evaluation *e)
{
	char time[32];

	progress_duration(cost->start + cost->seconds * (double)places, time);
	if (cost->errors > 0) {
		text_add(out,
		    "%" PRId64 " point%s x %" PRId64
		    " image%s: %s, processes: %d (%.3g s to start)\n",
		    places, plural_s(places), cost->centre_score.total,
		    plural_s(cost->centre_score.total), time, e->threads,
		    cost->start);
		print_place(
		    out, "centre", e, &cost->centre_score, cost->centre);
		print_place(
		    out, "corner", e, &cost->corner_score, cost->corner);
		print_errors(
		    out, cost, places, (double)cost->centre_score.total);
		return;
	}
	text_add(out,
	    "%" PRId64 " point%s: %s, processes: %d (%.3g s a point, "
	    "%.3g s to start)\n",
	    places, plural_s(places), time, e->threads,
	    cost->seconds * e->threads, cost->start);
	text_add(out, "centre loss %.6g\ncorner loss %.6g\n",
	    cost->centre_score.loss, cost->corner_score.loss);
}

/* A program that never answers would else look as if evalgrid hung. */
static void
say_asking(const struct frame *frame, const struct exec_rule *exec)
{
	if (exec->timeout > 0)
		frame_progress(frame, 1,
		    "the program is asked for two points, %" PRId64
		    " s at most for each (--exec-timeout)",
		    exec->timeout);
	else
		frame_progress(frame, 1, "the program is asked for two points");
}

static int
print_estimate(
    const struct gridrun *run, const struct surface *surface, struct error *err)
{
	const struct evaluation *e = &surface->evaluation;
	int64_t places = surface_places(surface);
	struct place centre = {.sets = (1U << e->sets) - 1}, corner = {0};
	struct place spread[ESTIMATE_PLACES] = {{0}};
	const int64_t all = surface_all_places(surface);
	struct run_cost est;
	struct text text = {0};

	if (places > 0)
		corner =
		    surface_place(surface, surface_all_places(surface) - 1);
	corner.sets = centre.sets;
	for (int i = 0; i < ESTIMATE_PLACES && all > 0; i++) {
		spread[i] = surface_place(
		    surface, i * (all - 1) / (ESTIMATE_PLACES - 1));
		spread[i].sets = centre.sets;
	}
	if (e->exec.command != NULL)
		say_asking(run->frame, &e->exec);
	if (estimate_run(e, &centre, &corner, spread,
		all > 0 ? ESTIMATE_PLACES : 0, &est, err) < 0)
		return -1;
	if (e->exec.command != NULL)
		print_program(&text, &est, places, e);
	else
		print_images(&text, &est, places, e);
	frame_print(run->frame, &text);
	return 0;
}

static int
describe(
    const struct gridrun *run, const struct evaluation *e, struct error *err)
{
	struct text how = {0};
	int status = estimate_plan(e, &how, err);

	if (status == 0)
		frame_lines(run->frame, &how);
	text_free(&how);
	return status;
}

static int
evaluate(struct gridrun *run, struct surface *surface, struct error *err)
{
	const struct evaluation *e = &surface->evaluation;

	if (e->exec.command != NULL)
		frame_say(run->frame, "losses by '%.200s', processes: %d",
		    e->exec.command, e->threads);
	else if (run->frame->verbose > 0 && describe(run, e, err) < 0)
		return -1;
	warn_about_norms(run, e);
	if (e->anchors != NULL)
		surfaces_leave_asked(run->frame, &e->anchors->list,
		    "anchors are the points of a grid, which has cells");
	if (!run->estimate)
		warn_about_scale(run, e->plane);
	if (tell_norms(run, &surface->evaluation, err) < 0)
		return -1;
	return run->estimate ? print_estimate(run, surface, err)
			     : gridrun_write(run, surface, err);
}

/* A program brings its own data and loss. */
static void
check_exec(const struct gridrun *s)
{
	const struct surface_choice *c = &s->choice;
	const char *images = c->sets > 0            ? "-d"
			     : c->images.first > 0  ? "-n"
			     : c->images.sample > 0 ? "--sample"
						    : NULL;
	const char *single = c->per_image              ? "--per-image"
			     : c->per_class            ? "--per-class"
			     : c->groups               ? "--groups"
			     : c->anchors_path != NULL ? "--anchors"
						       : NULL;
	struct error err;

	if (images != NULL)
		frame_usage(s->frame,
		    "a program of --exec brings its own images: leave out %s",
		    images);
	if (single != NULL)
		frame_usage(s->frame,
		    "%s wants the losses of single images, which a program of "
		    "--exec does not tell: leave out one of them",
		    single);
	if (c->norms == NORMS_RECOMPUTE)
		frame_usage(s->frame,
		    "--bn recompute computes with images, which a program of "
		    "--exec keeps to itself: leave out one of them");
	if (exec_check(&c->exec, &err) < 0)
		frame_usage_error(s->frame, &err);
}

/* It chooses the images itself, by what single ones of them say. */
static void
check_error(const struct gridrun *s)
{
	const struct surface_choice *c = &s->choice;

	if (c->anchors_path != NULL && c->look.error == 0.0)
		frame_usage(s->frame, "--anchors is for --error");
	if (c->look.error == 0.0)
		return;
	if (c->images.first > 0 || c->images.sample > 0)
		frame_usage(s->frame,
		    "--error decides how many images each point takes: leave "
		    "out %s",
		    c->images.first > 0 ? "-n" : "--sample");
	if (c->per_image || c->per_class)
		frame_usage(s->frame,
		    "%s writes the losses of all images, with --error "
		    "points take some: leave out one of them",
		    c->per_image ? "--per-image" : "--per-class");
	if (c->groups)
		frame_usage(s->frame,
		    "--groups compares points on the same images, with --error "
		    "they have different ones: leave out one of them");
	if (c->images.sample_seed > INT64_MAX)
		frame_usage(s->frame,
		    "--sample-seed is %" PRIu64
		    ", expected less than 2^63 with --error",
		    c->images.sample_seed);
}

static int
parse_error(void *target, const char *text, struct error *err)
{
	return look_parse(text, target, err);
}

int
main(int argc, char **argv)
{
	struct frame frame = {.name = "evalgrid",
	    .synopsis = "-d DATA [FILE ...]",
	    .reads = true,
	    .purpose = "evaluate the loss of a network on a grid of points"};
	struct gridrun run;
	struct exec_rule *exec = &run.choice.exec;
	const struct option_row own[] = {
	    OPTION_INT('b', "block", "N", &run.choice.block, 1, BLOCK_MAX,
		"images a thread takes at a time (64)"),
	    OPTION_CALL(0, "error", "E[,floor=L]", &run.choice.look,
		parse_error,
		"as many images a point as give this standard error (2%)"),
	    OPTION_INPUT(0, "anchors", "FILE", &run.choice.anchors_path,
		"with --error: what --per-image wrote, to need fewer images"),
	    OPTION_FLAG(0, "per-image", &run.choice.per_image,
		"write the losses of single images behind each point"),
	    OPTION_FLAG(0, "per-class", &run.choice.per_class,
		"write loss and accuracy of each class behind each point"),
	    OPTION_FLAG(0, "groups", &run.choice.groups,
		"keep losses of groups of images, to compare by pairs"),
	    OPTION_TEXT(0, "exec", "COMMAND", &exec->command,
		"a program that is given each network and answers its loss"),
	    OPTION_CHOICE(0, "exec-form", exec_form_words, &exec->form,
		"how the program is given a network"),
	    OPTION_TEXT(0, "exec-loss", "NAME", &exec->loss,
		"what the program computes (exec)"),
	    OPTION_INT(0, "exec-timeout", "SECONDS", &exec->timeout, 0,
		INT32_MAX, "longest wait for an answer (600; 0: any)"),
	    OPTION_INT(0, "exec-ahead", "N", &exec->ahead, 1, EXEC_AHEAD_MAX,
		"points a program of the form place is asked at once (1)"),
	    OPTION_END};
	struct option_table options = {0};
	int first;

	gridrun_start(&run, &frame);
	gridrun_add_options(&options, &run, loss_any_words);
	options_add(&options, own);
	run.plane = evaluate;
	frame.options = options.row;
	first = frame_start(&frame, argc, argv);
	if (exec->command != NULL)
		check_exec(&run);
	check_error(&run);
	run.choice.shuffle = run.estimate && exec->command == NULL;
	gridrun_check(&run);
	return gridrun_main(&run, argv + first, argc - first);
}
