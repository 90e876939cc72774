/*
 * trajproj: shows the checkpoints of training runs in the plane that passes by.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "frame.h"
#include "net/graph_codec.h"
#include "run/projection.h"
#include "stream/kind.h"
#include "surface/points.h"

struct trajproj {
	struct frame frame;
	int method, path_only;
	const char *losses_path;

	struct runs runs;
	/* Losses joined by model: per checkpoint, NaN where there is none. */
	double *loss;
	char set[SET_NAME_BYTES], images[DIGEST_TEXT_BYTES];
	char losses_digest[DIGEST_TEXT_BYTES];

	struct passage passage;
	struct projection *projection;
	struct writer *writer;
	struct progress progress; /* through blocks of checkpoints */
};

/* ---- losses that evalgrid made ---- */

/* The loss of a model itself. */
struct loss {
	const struct points *of;
};

static int
by_model(const void *a, const void *b)
{
	const struct loss *p = a, *q = b;

	return strcmp(p->of->grid.model, q->of->grid.model);
}

/* Two models' losses must be comparable, and one model has one. */
static int
check_losses(const struct trajproj *t, const struct grid *a,
    const struct grid *b, struct error *err)
{
	if (strcmp(a->model, b->model) == 0)
		return error_set(err,
		    "%s has two losses of model %.16s, runs %.16s and %.16s: "
		    "expected one",
		    t->losses_path, a->model, a->run, b->run);
	if (strcmp(a->loss, b->loss) != 0 ||
	    strcmp(a->set[0], b->set[0]) != 0 ||
	    !grid_same_images(&a->images[0], &b->images[0]))
		return error_set(err,
		    "%s has losses of different images or kinds, runs %.16s "
		    "and %.16s: expected one data set",
		    t->losses_path, a->run, b->run);
	return 0;
}

/* All of them, sorted by model; the caller frees them. */
static struct loss *
sort_losses(const struct trajproj *t, const struct points_list *list, size_t *n,
    struct error *err)
{
	struct loss *all = memory_new(list->n, sizeof(*all), err);
	int status = 0;

	*n = 0;
	for (size_t k = 0; all != NULL && k < list->n; k++)
		if (list->item[k].grid.axes == 0 &&
		    list->item[k].grid.model[0] != '\0')
			all[(*n)++].of = &list->item[k];
	if (*n > 1)
		qsort(all, *n, sizeof(*all), by_model);
	for (size_t k = 1; k < *n && status == 0; k++)
		status = check_losses(
		    t, &all[k - 1].of->grid, &all[k].of->grid, err);
	if (status == 0)
		return all;
	free(all);
	return NULL;
}

static bool
find_loss(
    const struct loss *all, size_t n, const char *checkpoint, double *loss)
{
	struct points points = {0};
	const struct loss key = {&points}, *found = NULL;

	memcpy(points.grid.model, checkpoint, sizeof(points.grid.model));
	*loss = NAN;
	if (n > 0)
		found = bsearch(&key, all, n, sizeof(*all), by_model);
	return found != NULL && points_value(found->of, 0, "loss", loss);
}

static int
join_losses(
    struct trajproj *t, const struct points_list *list, struct error *err)
{
	size_t n, found = 0;
	struct loss *all = sort_losses(t, list, &n, err);
	struct digest digest;

	t->loss = memory_new(t->runs.n, sizeof(*t->loss), err);
	if (all == NULL || t->loss == NULL) {
		free(all);
		return -1;
	}
	digest_start(&digest);
	for (size_t k = 0; k < list->n; k++)
		digest_add_text(&digest, list->item[k].grid.run);
	digest_finish_text(&digest, t->losses_digest);
	for (size_t i = 0; i < t->runs.n; i++)
		found += find_loss(
		    all, n, t->runs.checkpoints[i].digest, &t->loss[i]);
	if (found > 0) {
		memcpy(t->set, all[0].of->grid.set[0], sizeof(t->set));
		memcpy(t->images, all[0].of->grid.images[0].digest,
		    sizeof(t->images));
	}
	free(all);
	if (found == 0)
		return error_set(err,
		    "%s: none of the %zu checkpoint%s is among its models "
		    "(evalgrid makes it from the run itself)",
		    t->losses_path, t->runs.n, plural_s((int64_t)t->runs.n));
	if (found < t->runs.n)
		frame_warn(&t->frame,
		    "%zu of %zu checkpoint%s %s no loss in %s",
		    t->runs.n - found, t->runs.n, plural_s((int64_t)t->runs.n),
		    plural((int64_t)(t->runs.n - found), "has", "have"),
		    t->losses_path);
	return 0;
}

static int
read_losses(struct trajproj *t, struct error *err)
{
	const struct points_rules rules = {0};
	char *paths[1] = {(char *)t->losses_path};
	struct points_list list = {0};
	struct reader *reader;
	int status = -1;

	if (t->losses_path == NULL)
		return 0;
	reader = frame_reader(&t->frame, paths, 1, err);
	if (reader != NULL && points_read(&list, reader, &rules, err) == 0)
		status = join_losses(t, &list, err);
	reader_free(reader);
	points_list_free(&list);
	return status;
}

/* ---- what is written ---- */

static int
begin(struct trajproj *t, struct error *err)
{
	char from[DIGEST_TEXT_BYTES];
	struct pack entry = {0};
	int status;

	runs_digest(&t->runs, from);
	history_open(&entry, "trajproj");
	pack_key_text(&entry, "method", path_method_words[t->method]);
	pack_key_text(&entry, "from", from);
	if (t->loss != NULL)
		pack_key_text(&entry, "losses", t->losses_digest);
	history_close(&entry);
	status = writer_begin(t->writer, t->passage.record.header, &entry, err);
	pack_free(&entry);
	return status;
}

static int
write_point(
    struct trajproj *t, const struct path_point *point, struct error *err)
{
	struct pack header = {0};
	int status;

	path_pack(&header, point);
	status = writer_record(t->writer, "path", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

/* How much of the way a plane shows. */
struct shares {
	double least, most;
};

static int
write_run(struct trajproj *t, int rep, const struct run *run, struct error *err)
{
	struct shares shares = {1, 0};
	struct path_point point;

	for (size_t i = run->first; i < run->first + run->n; i++) {
		if (projection_point(t->projection, rep, i,
			(enum path_method)t->method, &point, err) < 0)
			return -1;
		if (t->loss != NULL) {
			point.loss = t->loss[i];
			memcpy(point.set, t->set, sizeof(point.set));
			snprintf(point.images, sizeof(point.images), "%.*s",
			    PATH_DIGEST_BYTES - 1, t->images);
		}
		if (write_point(t, &point, err) < 0)
			return -1;
		if (point.norm > 0) {
			shares.least =
			    fmin(shares.least, point.off / point.norm);
			shares.most = fmax(shares.most, point.off / point.norm);
		}
	}
	frame_say(&t->frame,
	    "%s, rep %d: %zu checkpoint%s, %.0f to %.0f %% of the distance lie "
	    "off the plane",
	    run->name, rep, run->n, plural_s((int64_t)run->n),
	    100 * shares.least, 100 * shares.most);
	return 0;
}

static int
end(struct trajproj *t, struct error *err)
{
	int reps = t->passage.has_model ? passage_count(&t->passage, 0) : 0;

	frame_progress_end(&t->frame, &t->progress, "block");
	if (reps > 0 && writer_copy_open(t->writer, &t->runs.open, err) < 0)
		return -1;
	for (int rep = 0; rep < reps; rep++)
		for (size_t k = 0; k < t->runs.n_runs; k++)
			if (write_run(t, rep, &t->runs.runs[k], err) < 0)
				return -1;
	return writer_end(t->writer, err);
}

/* Nets with and without shortcuts have the same tensors. */
static int
compare_graphs(const struct trajproj *t, struct error *err)
{
	int same =
	    graph_same(&t->runs.model.graph, &t->passage.model.graph, err);

	if (same == 0)
		frame_warn(&t->frame,
		    "the runs' network has the tensors of the plane's model, "
		    "but other nodes: a surface of the plane does not show "
		    "its loss");
	return same < 0 ? -1 : 0;
}

/* runs.seen */
static void
seen(void *context)
{
	struct trajproj *t = context;

	frame_step(&t->frame, &t->progress, 0, "block");
}

static int
write_step(struct trajproj *t, enum passage_step step, struct error *err)
{
	switch (step) {
	case PASSAGE_BEGIN:
		return begin(t, err);
	case PASSAGE_END:
		return end(t, err);
	case PASSAGE_DECLARED:
		progress_start(&t->progress, projection_blocks(t->projection));
		return compare_graphs(t, err);
	case PASSAGE_TENSOR_DONE:
	case PASSAGE_TENSOR_LEFT:
		return 0;
	case PASSAGE_MODEL:
	case PASSAGE_DIRECTION:
	case PASSAGE_TENSOR:
	case PASSAGE_DELTA:
	case PASSAGE_SCALE:
	case PASSAGE_OTHER:
		break;
	}
	if (t->path_only && !record_is_mark(&t->passage.record))
		return 0;
	return writer_copy(t->writer, &t->passage.record, err);
}

/* ---- the story ---- */

static int
project(void *context, struct reader *reader, struct output *output,
    struct error *err)
{
	struct trajproj *t = context;
	enum passage_step step;
	int status = -1;

	passage_open(&t->passage, reader);
	t->writer = writer_new(output, 0, err);
	t->projection = projection_new(&t->passage, &t->runs, err);
	if (t->writer != NULL && t->projection != NULL)
		while ((status = passage_next(&t->passage, &step, err)) > 0)
			if (projection_step(t->projection, step, err) < 0 ||
			    write_step(t, step, err) < 0) {
				status = -1;
				break;
			}
	projection_free(t->projection);
	writer_free(t->writer);
	passage_close(&t->passage);
	return status;
}

static int
run(struct trajproj *t, char **operands, int n, struct error *err)
{
	int status = 0;

	t->runs.digests = true;
	t->runs.seen = seen;
	t->runs.context = t;
	t->runs.partial = frame_partial(&t->frame);
	for (int i = 0; i < n && status == 0; i++)
		status = runs_add(&t->runs, operands[i], err);
	if (status == 0)
		status = read_losses(t, err);
	if (status == 0)
		status = frame_filter(&t->frame,
		    frame_reader(&t->frame, NULL, 0, err), project, t, err);
	free(t->loss);
	runs_free(&t->runs);
	return status;
}

int
main(int argc, char **argv)
{
	struct trajproj t = {
	    .frame = {.name = "trajproj",
		.synopsis = "[NAME=]run ... < plane > plane",
		.reads = true,
		.purpose = "show training runs in a plane",
		.output = {.manner = OUTPUT_QUICK, .kind = &stream_of_paths}}};
	const struct option_row options[] = {
	    OPTION_CHOICE(0, "method", path_method_words, &t.method,
		"coordinates by least squares or as lengths (lstsq)"),
	    OPTION_INPUT(0, "losses", "POINTS", &t.losses_path,
		"join the losses that evalgrid computed of the checkpoints"),
	    OPTION_FLAG(0, "path-only", &t.path_only,
		"write the path alone, without the model"),
	    OPTION_END};
	struct error err;
	int first;

	t.frame.options = options;
	first = frame_start(&t.frame, argc, argv);
	if (first == argc)
		frame_usage(&t.frame,
		    "no run: operands are the checkpoints of training runs, "
		    "the plane comes on standard input");
	frame_refuse_terminal(&t.frame);
	if (run(&t, argv + first, argc - first, &err) < 0)
		frame_fail(&t.frame, &err);
	return 0;
}
