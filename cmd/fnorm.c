/*
 * fnorm: normalises the directions of models that pass by, filter by filter
 * unless told otherwise.
 */
#include "direction/normaliser.h"
#include "frame.h"
#include "stream/kind.h"

struct fnorm {
	struct frame frame;
	struct passage passage;
	struct writer *writer;
	struct normaliser *normaliser;
	struct normaliser_rule rules[AXES_MAX];
	int force;
	bool said_unchanged;
	struct gram gram; /* with -v */
};

static int
begin(struct fnorm *f, struct error *err)
{
	static const char *const keys[][2] = {
	    {"xnorm", "xignore"}, {"ynorm", "yignore"}};
	struct pack entry = {0};
	int status;

	history_open(&entry, "fnorm");
	for (int axis = 0; axis < AXES_MAX; axis++) {
		pack_key_text(&entry, keys[axis][0],
		    normalisation_words[f->rules[axis].norm]);
		pack_key_text(&entry, keys[axis][1],
		    direction_ignore_words[f->rules[axis].ignore]);
	}
	if (f->force)
		pack_key_bool(&entry, "force", 1);
	history_close(&entry);
	status = writer_begin(f->writer, f->passage.record.header, &entry, err);
	pack_free(&entry);
	gram_free(&f->gram);
	return status;
}

/* Says once that a direction was left alone. */
static void
look_at_directions(struct fnorm *f)
{
	const struct passage *p = &f->passage;

	for (size_t i = 0; i < p->n_directions && !f->said_unchanged; i++) {
		const struct direction *d = &p->directions[i].is;

		if (normaliser_changes(f->normaliser, d))
			continue;
		frame_warn(&f->frame,
		    "direction %s is of kind %s and stays as it is (--force "
		    "normalises it)",
		    axis_word(d->axis), direction_kind_words[d->kind]);
		f->said_unchanged = true;
	}
}

static void
report(const struct fnorm *f)
{
	const struct passage *p = &f->passage;

	for (size_t i = 0; i < p->n_directions; i++) {
		const struct direction *d = &p->directions[i].is;

		if (d->axis == 1 && passage_find(p, 0, d->rep) >= 0)
			frame_say(&f->frame,
			    "rep %d: the cosine between x and y is %.6f",
			    d->rep, gram_cosine(&f->gram, d->rep));
	}
	if (p->has_model && p->n_directions == 0)
		frame_warn(&f->frame,
		    "a model without directions (dirgen makes them)");
}

static int
filter(struct fnorm *f, struct error *err)
{
	enum passage_step step;
	int status;

	while ((status = passage_next(&f->passage, &step, err)) > 0) {
		if (step == PASSAGE_BEGIN
			? begin(f, err) < 0
			: normaliser_step(f->normaliser, step, err) < 0)
			return -1;
		if (step != PASSAGE_END)
			continue;
		if (writer_end(f->writer, err) < 0)
			return -1;
		report(f);
		look_at_directions(f);
	}
	return status;
}

static int
run(void *context, struct reader *reader, struct output *output,
    struct error *err)
{
	struct fnorm *f = context;
	int status = -1;

	passage_open(&f->passage, reader);
	f->writer = writer_new(output, 0, err);
	if (f->writer != NULL)
		f->normaliser = normaliser_new(&f->passage, f->writer, f->rules,
		    f->force, f->frame.verbose > 0 ? &f->gram : NULL, err);
	if (f->normaliser != NULL)
		status = filter(f, err);
	normaliser_free(f->normaliser);
	writer_free(f->writer);
	passage_close(&f->passage);
	gram_free(&f->gram);
	return status;
}

int
main(int argc, char **argv)
{
	struct fnorm f = {
	    .frame = {.name = "fnorm",
		.synopsis = "[model ...] > model",
		.reads = true,
		.purpose = "normalises directions",
		.output = {.manner = OUTPUT_QUICK, .kind = &stream_of_models}}};
	int norm = NORMALISE_FILTER, ignore = IGNORE_BIASBN;
	int norms[] = {-1, -1}, ignores[] = {-1, -1};
	const struct option_row options[] = {
	    OPTION_CHOICE(0, "norm", normalisation_words, &norm,
		"formula for weights (filter)"),
	    OPTION_CHOICE(0, "ignore", direction_ignore_words, &ignore,
		"what stays out of a direction (biasbn)"),
	    OPTION_CHOICE(0, "xnorm", normalisation_words, &norms[0],
		"the same for the directions along x"),
	    OPTION_CHOICE(
		0, "ynorm", normalisation_words, &norms[1], "and along y"),
	    OPTION_CHOICE(0, "xignore", direction_ignore_words, &ignores[0],
		"the same for the directions along x"),
	    OPTION_CHOICE(0, "yignore", direction_ignore_words, &ignores[1],
		"and along y"),
	    OPTION_END};
	struct reader *reader;
	struct error err;
	int first;

	f.frame.options = options;
	f.frame.force = "normalise toward, pca, hessian and gradient too; "
			"replace FILE whatever it is";
	first = frame_start(&f.frame, argc, argv);
	f.force = f.frame.output.force;
	frame_refuse_terminal(&f.frame);
	for (int axis = 0; axis < AXES_MAX; axis++) {
		if (norms[axis] < 0)
			norms[axis] = norm;
		if (ignores[axis] < 0)
			ignores[axis] = ignore;
		f.rules[axis].norm = (enum normalisation)norms[axis];
		f.rules[axis].ignore = (enum direction_ignore)ignores[axis];
	}
	reader = frame_reader(&f.frame, argv + first, argc - first, &err);
	if (frame_filter(&f.frame, reader, run, &f, &err) < 0)
		frame_fail(&f.frame, &err);
	return 0;
}
