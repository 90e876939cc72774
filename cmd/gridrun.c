#include "gridrun.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/plural.h"
#include "base/processors.h"
#include "model/accuracy.h"
#include "run/path.h"
#include "stream/kind.h"

void
gridrun_start(struct gridrun *run, struct frame *frame)
{
	frame->output.manner = OUTPUT_LONG;
	frame->output.kind = &stream_of_points;
	*run = (struct gridrun){.frame = frame};
	choice_start(&run->choice);
	run->choice.norms = -1;
}

/* "lo:hi:num", "auto" or "auto:num". */
static int
parse_range(struct surface_choice *choice, int axis, const char *text,
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
	    RANGE_NUM_MAX, &range->num, err);
}

static int
parse_x(void *target, const char *text, struct error *err)
{
	return parse_range(target, 0, text, err);
}

static int
parse_y(void *target, const char *text, struct error *err)
{
	return parse_range(target, 1, text, err);
}

static int
parse_shard(void *target, const char *text, struct error *err)
{
	struct surface_choice *choice = target;

	return shard_parse(text, &choice->shard, &choice->shards, err);
}

void
gridrun_add_options(
    struct option_table *table, struct gridrun *run, const char *const *losses)
{
	struct surface_choice *c = &run->choice;
	const struct option_row ranges[] = {
	    OPTION_CALL(0, "x", "LO:HI:NUM", c, parse_x,
		"coordinates along x, or auto[:NUM] to fit the path (-1:1:51)"),
	    OPTION_CALL(0, "y", "LO:HI:NUM", c, parse_y,
		"coordinates along y (-1:1:51)"),
	    OPTION_END};
	const struct option_row rest[] = {
	    OPTION_CHOICE(0, "bn", norms_words, &c->norms,
		"running statistics along a direction"),
	    OPTION_INPUT(0, "bn-data", "PATH", &c->norms_path,
		"training images for --bn recompute (the set `train`)"),
	    OPTION_INT(0, "bn-images", "N", &c->norms_images, 1, INT32_MAX,
		"how many of them, chosen as by --sample (1000)"),
	    OPTION_INT('j', "threads", "N", &c->threads, 1, WORKERS_MAX,
		"threads (all processors; of a program: 1)"),
	    OPTION_CALL(0, "shard", "I/N", c, parse_shard,
		"every N-th point only, from I = 0 ... N-1"),
	    OPTION_TEXT(0, "resume", "FILE", &run->resume_path,
		"take the points that FILE already has"),
	    OPTION_FLAG(0, "estimate", &run->estimate,
		"print what it costs, then exit"),
	    OPTION_END};

	options_add(table, ranges);
	choice_add_options(table, c, losses, "what is drawn");
	options_add(table, rest);
}

static int
warn_about_classes(const struct gridrun *s, struct error *err)
{
	const struct surface_choice *c = &s->choice;

	for (int i = 0; i < c->sets && c->images.first > 0; i++) {
		int present = dataset_classes_present(&c->data[i], err);

		if (present < 0)
			return -1;
		if (present < c->data[i].classes)
			frame_warn(s->frame,
			    "the first %" PRId64 " image%s %s %d of %d "
			    "class%s (--sample takes random ones)",
			    c->images.first, plural_s(c->images.first),
			    plural(c->images.first, "has", "have"), present,
			    c->data[i].classes,
			    plural(c->data[i].classes, "", "es"));
	}
	return 0;
}

/* A wrong constant, architecture or data set shows at the centre. */
static void
check_centre(
    const struct gridrun *s, const struct score *score, const char *set)
{
	const struct accuracy measured = {.acc = score->acc,
	    .n = score->n,
	    .set = set,
	    .recomputed = s->surface->evaluation.norms.mode == NORMS_RECOMPUTE};
	double noted = s->noted;
	enum accuracy_fit fit;

	if (!s->has_noted)
		return;
	fit = accuracy_compare(&measured, &noted);
	if (fit != ACCURACY_FITS)
		frame_warn(s->frame,
		    "centre accuracy %.4g %%, checkpoint says %.4g %%: %s",
		    score->acc, noted, accuracy_question(&measured, fit));
}

static int
take_noted(struct gridrun *s, const struct model *model, struct error *err)
{
	struct decoded *meta = pack_decode(&model->meta, err);

	if (meta == NULL)
		return -1;
	s->has_noted = accuracy_noted(decoded_value(meta), &s->noted);
	decoded_free(meta);
	return 0;
}

/* The share of the images that points took so far, where that differs. */
static void
count_images(
    struct gridrun *s, const struct place *place, const struct score *scores)
{
	for (int i = 0; i < s->choice.sets && scores != NULL; i++) {
		if ((place->sets >> i & 1U) == 0)
			continue;
		s->images += (double)scores[i].n;
		s->images_of += (double)s->choice.data[i].n;
	}
	if (s->choice.exec.command != NULL && scores != NULL) {
		s->images += (double)scores->n;
		s->images_of += (double)scores->total;
	}
	if (s->choice.look.error > 0.0 && s->images_of > 0.0)
		s->progress.share = s->images / s->images_of;
}

/* surface_seen: progress, and what a person should know of this point. */
static void
seen(void *context, const struct place *place, const struct score *scores)
{
	struct gridrun *s = context;

	if (scores != NULL && scores->top > 0.25 && !s->told_unreliable &&
	    s->choice.look.error == 0.0 &&
	    scores->n < s->choice.data[0].total) {
		s->told_unreliable = true;
		frame_warn(s->frame,
		    "standard error unreliable here: at (%.3g, %.3g) the top "
		    "1 %% of the images carry %.0f %% of the loss",
		    place->a, place->b, 100.0 * scores->top);
	}
	for (int i = 0; i < s->choice.sets && scores != NULL; i++)
		if (place->a == 0.0 && place->b == 0.0 &&
		    (place->sets >> i & 1U) != 0)
			check_centre(s, &scores[i], s->choice.name[i]);
	count_images(s, place, scores);
	frame_step(s->frame, &s->progress, scores == NULL, "point");
}

int64_t
gridrun_images(const struct evaluation *e)
{
	int64_t n = 0;

	for (int s = 0; s < e->sets; s++)
		n += e->data[s]->n;
	return n;
}

void
gridrun_add_images(struct text *out, const struct evaluation *e)
{
	const int64_t n = gridrun_images(e);

	text_add(out, "%" PRId64 " image%s", n, plural_s(n));
	if (e->sets > 1)
		text_add(out, " of %d data set%s", e->sets, plural_s(e->sets));
}

int
gridrun_write(struct gridrun *run, struct surface *surface, struct error *err)
{
	int64_t places = surface_places(surface);
	const struct points *old[OLD_MAX];
	int64_t known;
	int status;

	if (resume_find(&run->resume, surface, old, err) < 0 ||
	    take_noted(run, &surface->evaluation.plane->model, err) < 0)
		return -1;
	if (resume_is_of_others(&run->resume, surface))
		frame_warn(run->frame,
		    "--resume %s: its points are of another run (another "
		    "plane, data, loss or grid), none is taken",
		    run->resume_path);
	known = surface_known(surface, old);
	if (known > 0 && !run->frame->quiet)
		frame_show(run->frame,
		    "resuming: %" PRId64 " of %" PRId64 " point%s", known,
		    places, plural_s(places));
	surface->seen = seen;
	surface->context = run;
	run->surface = surface;
	progress_start(&run->progress, places);
	status = plane_write_marks(surface->evaluation.plane, run->writer, err);
	if (status == 0)
		status = surface_write(surface, old, run->writer,
		    resume_is_settled(&run->resume) ? &run->output : NULL, err);
	surface->seen = NULL;
	return status;
}

/* An axis that nobody spoke of, beside one that somebody did. */
static void
tell_other_axis(
    const struct gridrun *s, const struct surface *surface, int axes)
{
	const struct range *given = s->choice.range;
	const int other = given[0].num > 0 ? 1 : 0;
	const struct range *range = &surface->grid.range[other];

	if (axes < AXES_MAX || s->estimate ||
	    (given[0].num > 0) == (given[1].num > 0))
		return;
	frame_warn(s->frame,
	    "no --%s: it is %g:%g:%" PRId64 ", in all %" PRId64 " point%s",
	    axis_word(other), range->lo, range->hi, range->num,
	    surface_places(surface), plural_s(surface_places(surface)));
}

static int
evaluate_plane(struct gridrun *s, const struct plane *plane, struct error *err)
{
	struct surface surface;
	int status = surface_setup(&surface, &s->choice, plane, err);

	if (status == 0 && surface.guessed)
		frame_warn(s->frame, "%s", path_guessed);
	if (status == 0)
		tell_other_axis(s, &surface, plane->axes);
	if (status == 0)
		status = s->plane(s, &surface, err);
	surface_free(&surface);
	return status;
}

static int
evaluate_all(struct gridrun *s, struct reader *reader, struct error *err)
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
	if (status == 0 && !s->estimate)
		status = plane_write_marks(&plane, s->writer, err);
	plane_free(&plane);
	plane_free(&next);
	return status;
}

static int
write_all(struct gridrun *s, struct reader *reader, struct error *err)
{
	int status = -1;

	if (frame_open_output(s->frame, &s->output, err) < 0)
		return -1;
	if (resume_open(&s->resume, &s->output, s->resume_path, err) == 0)
		s->writer = writer_new(&s->output, 1, err);
	if (s->writer != NULL)
		status = evaluate_all(s, reader, err);
	if (status == 0)
		status = resume_end(&s->resume, err);
	status = output_close(&s->output, status, err);
	writer_free(s->writer);
	resume_free(&s->resume);
	return status;
}

static int
read_and_write(struct gridrun *s, char **operands, int n, struct error *err)
{
	struct reader *reader = frame_reader(s->frame, operands, n, err);
	int status = -1;

	if (reader != NULL &&
	    choice_open_data(&s->choice, s->frame->output.inputs, err) == 0 &&
	    warn_about_classes(s, err) == 0)
		status = s->estimate ? evaluate_all(s, reader, err)
				     : write_all(s, reader, err);
	reader_free(reader);
	choice_free_data(&s->choice);
	return status;
}

static const struct frame_belongs of_norms[] = {
    {"bn-data", 1U << NORMS_RECOMPUTE}, {"bn-images", 1U << NORMS_RECOMPUTE},
    {0}};
static const struct frame_needs needs[] = {
    {"sample-seed", {"sample", "error", "bn"}}, {"exec-form", {"exec"}},
    {"exec-loss", {"exec"}}, {"exec-timeout", {"exec"}},
    {"exec-ahead", {"exec"}}, {0}};

void
gridrun_check(struct gridrun *run)
{
	struct surface_choice *c = &run->choice;
	const bool exec = c->exec.command != NULL;
	struct error err;

	if (!exec && c->sets == 0)
		frame_usage(run->frame, "no data: -d PATH is needed");
	if (c->threads == 0)
		c->threads = exec ? 1 : processors_count();
	if (choice_check(c, &err) < 0)
		frame_usage_error(run->frame, &err);
	frame_check_belongs(
	    run->frame, of_norms, "bn", norms_words, (int)c->norms);
	frame_check_needs(run->frame, needs);
	if (!run->estimate)
		frame_refuse_terminal(run->frame);
}

int
gridrun_main(struct gridrun *run, char **operands, int n)
{
	struct error err;

	if (read_and_write(run, operands, n, &err) < 0)
		frame_fail(run->frame, &err);
	return 0;
}
