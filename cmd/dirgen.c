/*
 * dirgen: gives the models that pass by directions to move in: random ones, the
 * way to other models, those of a file, the principal components of the way
 * that training went, or what the loss gives: its gradient, eigenvectors of its
 * Hessian.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/plural.h"
#include "direction/direction_file.h"
#include "direction/extender.h"
#include "direction/orthonormal.h"
#include "dirslope.h"
#include "run/pca.h"
#include "stream/kind.h"

struct seeds {
	uint64_t first;
	int n;
};

struct dirgen {
	struct frame frame;
	int kind, over;
	int64_t n_axes;
	struct extender_order order; /* of the last two */
	struct seeds seeds;
	const char *from;
	int orthonormal;
	char **models; /* operands of kinds that take no other file */
	int n_models;

	struct passage passage;
	struct writer *writer;
	struct extender *extender;
	struct orthonormal *turns;
	struct gram gram; /* with -v or --orthonormal */
	struct direction_source *sources[AXES_MAX];
	struct direction_file file; /* for kind file */
	struct runs runs;           /* for kind pca */
	struct pca pca;
	struct progress progress; /* through blocks of their checkpoints */
	int ignore, center, include_final;
	struct dirslope slope; /* for kinds hessian and gradient */
};

static const char *const centers[] = {"mean", "none", NULL};
static const char *const axes[] = {"x", "y", NULL};

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

/* Do the elements come from the loss? */
static bool
is_slope(const struct dirgen *g)
{
	return g->kind == DIRECTION_HESSIAN || g->kind == DIRECTION_GRADIENT;
}

/* ---- what is declared ---- */

/* How the principal components were found, and in what. */
static void
pack_pca(const struct dirgen *g, struct pack *entry)
{
	char digest[DIGEST_TEXT_BYTES];

	runs_digest(&g->runs, digest);
	pack_key_text(entry, "from", digest);
	pack_key_int(entry, "rows", (int64_t)g->pca.n);
	pack_key_text(entry, "center", centers[g->center]);
	pack_key_text(entry, "ignore", direction_ignore_words[g->ignore]);
	pack_key_bool(entry, "include_final", g->include_final);
}

static int
begin(struct dirgen *g, const struct value *before, struct error *err)
{
	struct pack entry = {0};
	int status;

	history_open(&entry, "dirgen");
	pack_key_text(&entry, "kind", direction_kind_words[g->kind]);
	pack_key_text(&entry, "over", direction_over_words[g->order.over]);
	if (g->kind == DIRECTION_RANDOM) {
		pack_key_int(&entry, "seed", (int64_t)g->seeds.first);
		pack_key_int(&entry, "reps", g->seeds.n);
	}
	if (g->kind == DIRECTION_FILE)
		pack_key_text(&entry, "from", g->file.digest);
	if (g->kind == DIRECTION_PCA)
		pack_pca(g, &entry);
	if (is_slope(g))
		dirslope_pack(&g->slope, &entry);
	if (g->order.n_axes > 0)
		pack_key_int(&entry, "axes", g->order.n_axes);
	if (g->order.axis >= 0)
		pack_key_text(&entry, "axis", axes[g->order.axis]);
	if (g->orthonormal)
		pack_key_bool(&entry, "orthonormal", 1);
	history_close(&entry);
	status = writer_begin(g->writer, before, &entry, err);
	pack_free(&entry);
	gram_free(&g->gram);
	return status;
}

/* What is made of runs that have no end has none either. */
static int
write_open(struct dirgen *g, struct error *err)
{
	if (g->runs.open.n == 0)
		return 0;
	if (begin(g, NULL, err) < 0 ||
	    writer_copy_open(g->writer, &g->runs.open, err) < 0)
		return -1;
	return writer_end(g->writer, err);
}

/* ---- the story ---- */

static void
report(const struct dirgen *g)
{
	const struct gram *gram = &g->gram;

	for (int rep = 0; rep < (int)gram->n_sets; rep++) {
		for (int axis = 0; axis < AXES_MAX; axis++)
			if (gram_has(gram, axis))
				frame_say(&g->frame, "rep %d: |%s| = %.6g", rep,
				    axis_word(axis),
				    gram_length(gram, axis, rep));
		if (gram_has(gram, 0) && gram_has(gram, 1))
			frame_say(&g->frame,
			    "rep %d: the cosine between x and y is %.6f", rep,
			    gram_cosine(gram, rep));
	}
}

static int
end(struct dirgen *g, struct error *err)
{
	const bool added[AXES_MAX] = {
	    extender_adds(g->extender, 0), extender_adds(g->extender, 1)};

	if (g->orthonormal && g->passage.has_model &&
	    orthonormal_learn(g->turns, &g->gram, added, err) < 0)
		return -1;
	if (writer_end(g->writer, err) < 0)
		return -1;
	frame_progress_end(&g->frame, &g->progress, "block");
	report(g);
	return 0;
}

static int
filter(struct dirgen *g, struct error *err)
{
	enum passage_step step;
	int status;

	while ((status = passage_next(&g->passage, &step, err)) > 0) {
		if (step == PASSAGE_BEGIN &&
		    begin(g, g->passage.record.header, err) < 0)
			return -1;
		if (extender_step(g->extender, step, err) < 0)
			return -1;
		if (step == PASSAGE_END && end(g, err) < 0)
			return -1;
	}
	return status;
}

/* Copies the models from reader to output, with their new directions. */
static int
extend(struct dirgen *g, struct reader *reader, struct output *output,
    struct error *err)
{
	bool measures = g->frame.verbose > 0 || g->orthonormal;
	int status = -1;

	passage_open(&g->passage, reader);
	g->writer = writer_new(output, 0, err);
	if (g->writer != NULL)
		g->extender = extender_new(&g->passage, g->writer, g->sources,
		    &g->order, measures ? &g->gram : NULL, err);
	if (g->extender != NULL && write_open(g, err) == 0)
		status = filter(g, err);
	extender_free(g->extender);
	writer_free(g->writer);
	passage_close(&g->passage);
	gram_free(&g->gram);
	return status;
}

static int
run(void *context, struct reader *reader, struct output *output,
    struct error *err)
{
	struct dirgen *g = context;
	struct output temporary;
	int status;

	if (!g->orthonormal)
		return extend(g, reader, output, err);
	g->turns = orthonormal_new(err);
	if (g->turns == NULL || output_open_temporary(&temporary, err) < 0)
		return -1;
	status = extend(g, reader, &temporary, err);
	if (status == 0)
		status = orthonormal_copy(g->turns, temporary.fd, output, err);
	output_abandon(&temporary);
	orthonormal_free(g->turns);
	return status;
}

/* ---- the command line ---- */

/* runs.seen */
static void
seen(void *context)
{
	struct dirgen *g = context;

	frame_step(&g->frame, &g->progress, 0, "block");
}

/* The runs of kind pca are its input: the last model of the first passes by. */
static int
open_runs(struct dirgen *g, char **operands, int n, struct error *err)
{
	const struct pca_order order = {.over = g->order.over,
	    .ignore = (enum direction_ignore)g->ignore,
	    .include_final = g->include_final,
	    .uncentred = g->center > 0,
	    .threads = g->slope.choice.threads,
	    .components = g->order.axis >= 0    ? g->order.axis + 1
			  : g->order.n_axes > 0 ? g->order.n_axes
						: AXES_MAX};

	for (int i = 0; i < (n > 0 ? n : 1); i++)
		if (runs_add(&g->runs, n > 0 ? operands[i] : "-", err) < 0)
			return -1;
	/* the products, and then each component */
	progress_start(&g->progress,
	    (1 + order.components) * pca_blocks(&g->runs, &order));
	g->runs.seen = seen;
	g->runs.context = g;
	if (pca_make(&g->pca, &g->runs, &order, err) < 0)
		return -1;
	for (int k = 0; k < order.components; k++)
		frame_say(&g->frame,
		    "component %d: %.2f %% of the variance of %zu "
		    "checkpoint%s, "
		    "singular value %.6g",
		    k + 1, 100 * g->pca.explained[k], g->pca.n,
		    plural_s((int64_t)g->pca.n), g->pca.singular[k]);
	return 0;
}

/* The model is needed twice: to compute at, and to pass by. */
static int
open_slope(struct dirgen *g, struct error *err)
{
	struct reader *reader = NULL;
	int status = -1;

	if (runs_add(&g->runs, g->n_models > 0 ? g->models[0] : "-", err) == 0)
		reader = runs_reader(&g->runs, runs_last(&g->runs), err);
	if (reader != NULL)
		status = dirslope_make(&g->slope, reader, &g->frame, err);
	reader_free(reader);
	return status;
}

static struct direction_source *
open_source(struct dirgen *g, int i, char **operands, struct error *err)
{
	switch ((enum direction_kind)g->kind) {
	case DIRECTION_TOWARD:
		return source_toward(
		    operands[i], frame_partial(&g->frame), err);
	case DIRECTION_FILE:
		return direction_file_source(&g->file, err);
	case DIRECTION_PCA:
		return source_pca(&g->pca, err);
	case DIRECTION_HESSIAN:
	case DIRECTION_GRADIENT:
		return source_slope(&g->slope.slope, i, err);
	case DIRECTION_RANDOM:
		break;
	}
	return source_random(g->seeds.first, g->seeds.n, err);
}

static int
open_sources(
    struct dirgen *g, char **operands, int n_operands, struct error *err)
{
	int n = g->kind == DIRECTION_TOWARD ? (int)g->order.n_axes
		: is_slope(g)               ? g->slope.order.vectors
					    : AXES_MAX;

	if (g->kind == DIRECTION_FILE &&
	    direction_file_open(&g->file, g->from, err) < 0)
		return -1;
	if (g->kind == DIRECTION_PCA &&
	    open_runs(g, operands, n_operands, err) < 0)
		return -1;
	if (is_slope(g) && open_slope(g, err) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		g->sources[i] = open_source(g, i, operands, err);
		if (g->sources[i] == NULL)
			return -1;
	}
	return 0;
}

static struct reader *
open_reader(const struct dirgen *g, struct error *err)
{
	if (g->kind == DIRECTION_PCA || is_slope(g))
		return runs_reader(&g->runs, runs_last(&g->runs), err);
	return frame_reader(&g->frame, g->models, g->n_models, err);
}

static void
close_sources(struct dirgen *g)
{
	for (int i = 0; i < AXES_MAX; i++)
		source_free(g->sources[i]);
	pca_free(&g->pca);
	dirslope_end(&g->slope);
	runs_free(&g->runs);
	direction_file_close(&g->file);
}

static void
check_slope(struct dirgen *g)
{
	if (is_slope(g) && g->order.over != OVER_WEIGHTS)
		frame_usage(&g->frame,
		    "--over is states, the loss has derivatives by weights");
	if (g->kind == DIRECTION_GRADIENT && g->order.axis < 0 &&
	    g->order.n_axes == 0)
		g->order.n_axes = 1;
	g->slope.order.ignore = (enum direction_ignore)g->ignore;
	dirslope_check(&g->slope, (enum direction_kind)g->kind,
	    g->order.axis >= 0    ? 1
	    : g->order.n_axes > 0 ? g->order.n_axes
				  : AXES_MAX,
	    &g->frame);
}

/* Which kinds have a use for an option. */
#define KIND(word) (1U << DIRECTION_##word)
#define SLOPES (KIND(HESSIAN) | KIND(GRADIENT))
static const struct frame_belongs belongs[] = {{"seed", KIND(RANDOM)},
    {"center", KIND(PCA)}, {"include-final", KIND(PCA)},
    {"ignore", KIND(PCA) | SLOPES}, {"data", SLOPES}, {"split", SLOPES},
    {"images", SLOPES}, {"sample", SLOPES}, {"sample-seed", SLOPES},
    {"loss", SLOPES}, {"pixels", SLOPES}, {"raw", SLOPES}, {"mean", SLOPES},
    {"std", SLOPES}, {"threads", KIND(PCA) | SLOPES}, {"tensors", SLOPES},
    {"which", KIND(HESSIAN)}, {"tolerance", KIND(HESSIAN)},
    {"products", KIND(HESSIAN)}, {0}};

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
	frame_check_belongs(f, belongs, "kind", direction_kind_words, g->kind);
	if (g->seeds.n == 0)
		g->seeds.n = 1;
	if (g->order.axis >= 0 && g->order.n_axes > 0)
		frame_usage(f, "--axes and --axis exclude each other");
	if (g->ignore < 0)
		g->ignore = IGNORE_BIASBN;
	if (g->center < 0)
		g->center = 0;
	check_slope(g);
	if (g->kind == DIRECTION_PCA)
		return;
	if (g->kind != DIRECTION_TOWARD) {
		if (is_slope(g) && n_operands > 1)
			frame_usage(f, "%d model%s, expected one", n_operands,
			    plural_s(n_operands));
		g->n_models = n_operands;
		return;
	}
	if (n_operands < 1 ||
	    n_operands > (g->order.axis >= 0 ? 1 : AXES_MAX) ||
	    (g->order.n_axes > 0 && n_operands != g->order.n_axes))
		frame_usage(f, "%d other model%s, expected one per axis",
		    n_operands, plural_s(n_operands));
	g->order.n_axes = n_operands;
}

static void
add_options(struct option_table *table, struct dirgen *g)
{
	const struct option_row first[] = {
	    OPTION_CHOICE('k', "kind", direction_kind_words, &g->kind,
		"where the directions come from (random)"),
	    OPTION_CALL('s', "seed", "SEED", &g->seeds, parse_seeds,
		"seed of random directions, or A:B for a set of each (0)"),
	    OPTION_INT(0, "axes", "N", &g->n_axes, 1, AXES_MAX,
		"how many axes to add (those that are free)"),
	    OPTION_CHOICE(
		0, "axis", axes, &g->order.axis, "the one axis to add"),
	    OPTION_CHOICE(0, "over", direction_over_words, &g->over,
		"what moves: weights, or running statistics too (weights)"),
	    OPTION_INPUT(0, "from", "FILE", &g->from,
		"npz, safetensors or PyTorch file (implies --kind file)"),
	    OPTION_CHOICE(0, "ignore", direction_ignore_words, &g->ignore,
		"small tensors that stay, of pca, hessian, gradient (biasbn)"),
	    OPTION_CHOICE(0, "center", centers, &g->center,
		"what is taken from checkpoints before (mean)"),
	    OPTION_FLAG(0, "include-final", &g->include_final,
		"the last checkpoint is a row, too, as in the reference tool"),
	    OPTION_END};
	const struct option_row last[] = {
	    OPTION_FLAG(0, "orthonormal", &g->orthonormal,
		"unit length, and y at a right angle to x"),
	    OPTION_END};

	options_add(table, first);
	dirslope_add_options(table, &g->slope);
	options_add(table, last);
}

int
main(int argc, char **argv)
{
	struct dirgen g = {
	    .frame = {.name = "dirgen",
		.synopsis = "[FILE ...] < model > model",
		.reads = true,
		.purpose = "gives a model directions",
		.output = {.manner = OUTPUT_QUICK, .kind = &stream_of_models}},
	    .kind = -1,
	    .ignore = -1,
	    .center = -1,
	    .order = {.axis = -1}};
	struct option_table options = {0};
	struct error err;
	int first, status;

	dirslope_start(&g.slope);
	add_options(&options, &g);
	g.frame.options = options.row;
	first = frame_start(&g.frame, argc, argv);
	frame_refuse_terminal(&g.frame);
	g.order.n_axes = (int)g.n_axes;
	g.order.over = (enum direction_over)g.over;
	g.models = argv + first;
	check_usage(&g, argc - first);
	g.runs.partial = frame_partial(&g.frame);
	status = open_sources(&g, argv + first, argc - first, &err);
	if (status == 0)
		status = frame_filter(
		    &g.frame, open_reader(&g, &err), run, &g, &err);
	close_sources(&g);
	if (status < 0)
		frame_fail(&g.frame, &err);
	return 0;
}
