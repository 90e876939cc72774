/*
 * dirgen: gives the models that pass by directions to move in: random ones, the
 * way to other models, or those of a file.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "frame.h"
#include "geometry/gram.h"
#include "geometry/passage.h"
#include "geometry/source.h"

struct seeds {
	uint64_t first;
	int n;
};

struct dirgen {
	struct frame frame;
	int kind, over;
	int64_t n_axes; /* 0: as many as make sense */
	int axis;       /* -1: the first that is free */
	struct seeds seeds;
	const char *from;

	struct passage passage;
	struct writer *writer;
	struct gram gram; /* with -v */
	struct source *sources[AXES_MAX];
	struct content content; /* of the file, for kind file */
	struct archive *archive;
	int added[AXES_MAX], n_added; /* axes that this model receives */
	void *w;                      /* the tensor that passes */
	size_t w_room;
	float *deltas; /* room for a chunk */
	char file_digest[DIGEST_TEXT_BYTES];
};

static const char *const kinds[] = {"random", "toward", "file", NULL};
static const char *const axes[] = {"x", "y", NULL};
enum { RUN_ELEMENTS = CHUNK_BYTES_MAX / (int)sizeof(float) };

/* "7" or "1:10". */
static int
parse_seeds(void *target, const char *value, struct error *err)
{
	struct seeds *seeds = target;
	const char *colon = strchr(value, ':');
	char *first = memory_text_n(value,
	    colon != NULL ? (size_t)(colon - value) : strlen(value), err);
	int64_t a = 0, b = 0;
	int status = -1;

	if (first != NULL &&
	    number_parse_int(first, "--seed", 0, INT64_MAX, &a, err) == 0)
		status = colon == NULL ? (b = a, 0)
				       : number_parse_int(colon + 1, "--seed",
					     a, INT64_MAX, &b, err);
	free(first);
	if (status == 0 && b - a >= REPS_MAX)
		status = error_set(err,
		    "--seed '%s' asks for more than %d direction sets", value,
		    REPS_MAX);
	*seeds = (struct seeds){(uint64_t)a, (int)(b - a + 1)};
	return status;
}

/* ---- what is declared ---- */

static int
begin(struct dirgen *g, struct error *err)
{
	bool random = g->kind == DIRECTION_RANDOM;
	bool file = g->kind == DIRECTION_FILE;
	struct pack entry = {0};
	int status;

	history_entry(&entry, "dirgen",
	    2 + (size_t)(2 * random) + (size_t)file + (g->n_axes > 0) +
		(g->axis >= 0));
	pack_key_text(&entry, "kind", kinds[g->kind]);
	pack_key_text(&entry, "over", direction_over_words[g->over]);
	if (random) {
		pack_key_int(&entry, "seed", (int64_t)g->seeds.first);
		pack_key_int(&entry, "reps", g->seeds.n);
	}
	if (file)
		pack_key_text(&entry, "from", g->file_digest);
	if (g->n_axes > 0)
		pack_key_int(&entry, "axes", g->n_axes);
	if (g->axis >= 0)
		pack_key_text(&entry, "axis", axes[g->axis]);
	status = writer_begin(g->writer, g->passage.record.header, &entry, err);
	pack_free(&entry);
	gram_free(&g->gram);
	return status;
}

/* Which axes does this model receive? */
static int
choose_axes(struct dirgen *g, struct error *err)
{
	const struct passage *p = &g->passage;
	int has = 0, lo = g->axis >= 0 ? g->axis : 0;
	int hi = g->axis >= 0 ? g->axis + 1 : AXES_MAX;

	g->n_added = 0;
	for (int axis = lo; axis < hi; axis++) {
		if (passage_count(p, axis) > 0)
			has++;
		else if ((g->n_axes == 0 || g->n_added < g->n_axes) &&
			 (g->kind != DIRECTION_FILE ||
			     source_file_has(g->archive, axis)))
			g->added[g->n_added++] = axis;
	}
	if (g->n_added > 0 && g->n_added >= g->n_axes)
		return 0;
	if (has > 0)
		return error_set(err,
		    "the model already has direction%s %s, expected room for "
		    "%s",
		    has > 1 ? "s" : "",
		    has > 1                   ? "x and y"
		    : passage_count(p, 0) > 0 ? "x"
					      : "y",
		    g->n_axes > 1 ? "two more" : "another");
	return error_set(err, "%s has no array '%sdirection/0'", g->from,
	    axis_word(g->n_added > 0 ? 1 : lo));
}

/* All axes have the same number of direction sets. */
static int
check_reps(const struct dirgen *g, struct error *err)
{
	int reps = source_reps(g->sources[0]);

	for (int axis = 0; axis < AXES_MAX; axis++) {
		int has = passage_count(&g->passage, axis);

		if (has > 0 && has != reps)
			return error_set(err,
			    "direction %s would have %d sets, direction %s has "
			    "%d",
			    axis_word(g->added[0]), reps, axis_word(axis), has);
	}
	return 0;
}

static int
declare(struct dirgen *g, struct error *err)
{
	const struct model *model = &g->passage.model;
	int n;

	if (choose_axes(g, err) < 0 || check_reps(g, err) < 0)
		return -1;
	for (int i = 0; i < g->n_added; i++)
		if (source_start(g->sources[i], model, g->added[i],
			(enum direction_over)g->over, err) < 0)
			return -1;
	n = source_reps(g->sources[0]) * g->n_added;
	for (int i = 0; i < n; i++) {
		struct direction d = source_direction(
		    g->sources[i % g->n_added], i / g->n_added);
		struct pack header = {0};
		int status = direction_pack(&header, &d, NULL, err);

		if (status == 0)
			status = writer_record(
			    g->writer, "direction", &header, NULL, 0, err);
		pack_free(&header);
		if (status < 0)
			return -1;
	}
	return 0;
}

/* ---- the tensors ---- */

static const struct tensor *
passing_tensor(const struct dirgen *g)
{
	return &g->passage.model.graph.tensors[g->passage.tensor];
}

/* Only the way to another model is measured from the elements of this one. */
static int
keep(struct dirgen *g, struct error *err)
{
	const struct chunk *c = &g->passage.chunk;
	size_t size = tensor_element_bytes(passing_tensor(g)->type);

	if (g->kind != DIRECTION_TOWARD || c->n == 0)
		return 0;
	if (memory_grow(&g->w, &g->w_room, (size_t)(c->offset + c->n) * size, 1,
		err) < 0)
		return -1;
	memcpy((char *)g->w + (size_t)c->offset * size, c->elements,
	    (size_t)c->n * size);
	return 0;
}

static int
measure(struct dirgen *g, int axis, int rep, const void *deltas, int64_t n,
    struct error *err)
{
	return g->frame.verbose > 0
		   ? gram_add(&g->gram, axis, rep, deltas, n, err)
		   : 0;
}

static int
write_deltas(struct dirgen *g, int i, int rep, struct error *err)
{
	const struct tensor *t = passing_tensor(g);
	size_t size = tensor_element_bytes(t->type);
	int index = g->passage.tensor, axis = g->added[i];
	int64_t at = 0;

	do {
		int64_t n = t->n - at;
		const char *w = g->w;

		if (n > RUN_ELEMENTS)
			n = RUN_ELEMENTS;
		if (w != NULL)
			w += (size_t)at * size;
		if (source_read(g->sources[i], rep, index, at, n, w, g->deltas,
			err) < 0 ||
		    measure(g, axis, rep, g->deltas, n, err) < 0 ||
		    chunk_write_delta(g->writer, axis, rep, index, t, at,
			g->deltas, n, err) < 0)
			return -1;
		at += n;
	} while (at < t->n);
	return 0;
}

static int
leave_tensor(struct dirgen *g, struct error *err)
{
	const struct direction d = {.over = (enum direction_over)g->over};

	for (int rep = 0; rep < source_reps(g->sources[0]); rep++)
		for (int i = 0; i < g->n_added; i++)
			if (direction_moves(&d, passing_tensor(g)) &&
			    write_deltas(g, i, rep, err) < 0)
				return -1;
	gram_next_tensor(&g->gram);
	return 0;
}

/* ---- the story ---- */

static int
end(struct dirgen *g, struct error *err)
{
	const struct passage *p = &g->passage;

	for (int i = 0; p->has_model && i < g->n_added; i++)
		if (source_finish(g->sources[i], err) < 0)
			return -1;
	for (int rep = 0; rep < (int)g->gram.n_sets; rep++)
		frame_say(&g->frame,
		    "rep %d: |x| = %.6g, |y| = %.6g, the cosine between them "
		    "is %.6f",
		    rep, gram_norm(&g->gram, 0, rep),
		    gram_norm(&g->gram, 1, rep), gram_cosine(&g->gram, rep));
	return writer_end(g->writer, err);
}

static int
take_step(struct dirgen *g, enum passage_step step, struct error *err)
{
	const struct chunk *c = &g->passage.chunk;

	switch (step) {
	case PASSAGE_BEGIN:
		return begin(g, err);
	case PASSAGE_DECLARED:
		return declare(g, err);
	case PASSAGE_TENSOR_DONE:
		return 0;
	case PASSAGE_TENSOR_LEFT:
		return leave_tensor(g, err);
	case PASSAGE_END:
		return end(g, err);
	case PASSAGE_TENSOR:
		if (keep(g, err) < 0)
			return -1;
		break;
	case PASSAGE_DELTA:
		if (measure(g, c->axis, c->rep, c->elements, c->n, err) < 0)
			return -1;
		break;
	case PASSAGE_MODEL:
	case PASSAGE_DIRECTION:
	case PASSAGE_SCALE:
	case PASSAGE_OTHER:
		break;
	}
	return writer_copy(g->writer, &g->passage.record, err);
}

static int
filter(struct dirgen *g, struct error *err)
{
	enum passage_step step;
	int status;

	while ((status = passage_next(&g->passage, &step, err)) > 0)
		if (take_step(g, step, err) < 0)
			return -1;
	return status;
}

static int
run(struct dirgen *g, struct reader *reader, struct output *output,
    struct error *err)
{
	int status = -1;

	passage_open(&g->passage, reader);
	g->writer = writer_new(output, 0, err);
	g->deltas = memory_new(RUN_ELEMENTS, sizeof(*g->deltas), err);
	if (g->writer != NULL && g->deltas != NULL)
		status = filter(g, err);
	writer_free(g->writer);
	passage_close(&g->passage);
	gram_free(&g->gram);
	free(g->deltas);
	free(g->w);
	return status;
}

/* ---- the command line ---- */

static int
open_file(struct dirgen *g, struct error *err)
{
	struct digest digest;

	if (content_open(&g->content, g->from, NULL, err) < 0)
		return -1;
	g->archive = archive_open(&g->content, err);
	if (g->archive == NULL)
		return error_prefix(err, "%s", g->from);
	digest_start(&digest);
	digest_add(&digest, g->content.bytes, g->content.n);
	digest_finish_text(&digest, g->file_digest);
	return 0;
}

static int
open_sources(struct dirgen *g, char **operands, struct error *err)
{
	int n = g->kind == DIRECTION_TOWARD ? (int)g->n_axes : AXES_MAX;

	if (g->kind == DIRECTION_FILE && open_file(g, err) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct source *s =
		    g->kind == DIRECTION_RANDOM
			? source_random(g->seeds.first, g->seeds.n, err)
		    : g->kind == DIRECTION_TOWARD
			? source_toward(operands[i], err)
			: source_file(g->archive, g->from, err);

		g->sources[i] = s;
		if (s == NULL)
			return -1;
	}
	return 0;
}

static void
close_sources(struct dirgen *g)
{
	for (int i = 0; i < AXES_MAX; i++)
		source_free(g->sources[i]);
	archive_close(g->archive);
	content_close(&g->content);
}

/* Options that do not go together; fills in what follows from others. */
static void
check_usage(struct dirgen *g, int n_operands)
{
	const struct frame *f = &g->frame;

	if (g->from != NULL && g->kind < 0)
		g->kind = DIRECTION_FILE;
	if (g->kind < 0)
		g->kind = DIRECTION_RANDOM;
	if ((g->from != NULL) != (g->kind == DIRECTION_FILE))
		frame_usage(f, "--kind file and --from FILE go together");
	if (g->seeds.n == 0)
		g->seeds.n = 1;
	else if (g->kind != DIRECTION_RANDOM)
		frame_usage(f, "--seed is for random directions");
	if (g->axis >= 0 && g->n_axes > 0)
		frame_usage(f, "--axes and --axis exclude each other");
	if (g->kind != DIRECTION_TOWARD) {
		if (n_operands > 0)
			frame_usage(f,
			    "operands are models for --kind toward; the model "
			    "comes on standard input");
		return;
	}
	if (n_operands < 1 || n_operands > (g->axis >= 0 ? 1 : AXES_MAX) ||
	    (g->n_axes > 0 && n_operands != g->n_axes))
		frame_usage(
		    f, "%d other models, expected one per axis", n_operands);
	g->n_axes = n_operands;
	if (g->over == OVER_WEIGHTS)
		frame_warn(f,
		    "running statistics stay those of the model; between two "
		    "models '--over states' moves them too");
}

int
main(int argc, char **argv)
{
	struct dirgen g = {.frame = {.name = "dirgen",
			       .synopsis = "[other ...] < model > model",
			       .purpose = "gives a model directions"},
	    .kind = -1,
	    .axis = -1};
	const char *path = NULL;
	const struct option_row options[] = {
	    OPTION_CHOICE('k', "kind", kinds, &g.kind,
		"where the directions come from (random)"),
	    OPTION_CALL('s', "seed", "SEED", &g.seeds, parse_seeds,
		"seed of random directions, or A:B for a set of each (0)"),
	    OPTION_INT(0, "axes", "N", &g.n_axes, 1, AXES_MAX,
		"how many axes to add (those that are free)"),
	    OPTION_CHOICE(0, "axis", axes, &g.axis, "the one axis to add"),
	    OPTION_CHOICE(0, "over", direction_over_words, &g.over,
		"what moves: weights, or running statistics too (weights)"),
	    OPTION_TEXT(0, "from", "FILE", &g.from,
		"npz archive of directions (implies --kind file)"),
	    OPTION_TEXT('o', "output", "FILE", &path,
		"write to FILE, which appears when it is complete"),
	    OPTION_END};
	struct reader *reader = NULL;
	struct output output;
	struct error err;
	int first, status;

	g.frame.options = options;
	first = frame_start(&g.frame, argc, argv);
	if (path == NULL)
		frame_refuse_terminal(&g.frame);
	check_usage(&g, argc - first);
	if (open_sources(&g, argv + first, &err) < 0 ||
	    (reader = reader_new(NULL, 0, &err)) == NULL ||
	    output_open(&output, path, 0, &err) < 0)
		frame_fail(&g.frame, &err);
	status = run(&g, reader, &output, &err);
	reader_free(reader);
	close_sources(&g);
	if (status < 0)
		output_abandon(&output, 0);
	else
		status = output_commit(&output, &err);
	if (status < 0)
		frame_fail(&g.frame, &err);
	return 0;
}
