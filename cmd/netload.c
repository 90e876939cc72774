/* netload: trained networks from PyTorch's files, as a model stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "data/pixels.h"
#include "frame.h"
#include "model/checkpoint.h"
#include "model/match.h"
#include "model/model.h"
#include "net/architecture.h"
#include "net/shape.h"
#include "stream/writer.h"

struct settings {
	const char *arch, *input, *label, *output;
	struct shape shape; /* of --input */
	int64_t classes;
	struct pixels_options pixels;
};

/* A file and where its training stood. */
struct source {
	const char *path;
	double epoch;
};

static const char *
shown(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int
load(const char *path, bool notes_only, struct checkpoint *checkpoint,
    struct error *err)
{
	struct content content;
	int status;

	if (content_open(&content, path, checkpoint_known, err) < 0)
		return -1;
	if (notes_only)
		status = checkpoint_read_notes(checkpoint, &content, err);
	else
		status = checkpoint_read(checkpoint, &content, err);
	content_close(&content);
	return status < 0 ? error_prefix(err, "%s", shown(path)) : 0;
}

static int
compare_epochs(const void *a, const void *b)
{
	const struct source *p = a, *q = b;
	int order = (p->epoch > q->epoch) - (p->epoch < q->epoch);

	return order != 0 ? order : text_compare_natural(p->path, q->path);
}

static int
compare_paths(const void *a, const void *b)
{
	const struct source *p = a, *q = b;

	return text_compare_natural(p->path, q->path);
}

/* Several files come in the order of their epochs, else of their names. */
static int
sort_sources(struct source *sources, size_t n, struct error *err)
{
	bool all = true;

	for (size_t i = 0; n > 1 && i < n; i++) {
		const struct checkpoint_note *epoch;
		struct checkpoint checkpoint;

		if (strcmp(sources[i].path, "-") == 0)
			return error_set(err,
			    "standard input is one of %zu files, expected it "
			    "alone",
			    n);
		if (load(sources[i].path, true, &checkpoint, err) < 0)
			return -1;
		epoch = checkpoint_find_note(&checkpoint, "epoch");
		if (epoch != NULL && epoch->kind != NOTE_TEXT)
			sources[i].epoch = epoch->real;
		else
			all = false;
		checkpoint_free(&checkpoint);
	}
	qsort(
	    sources, n, sizeof(*sources), all ? compare_epochs : compare_paths);
	return 0;
}

static void
pack_notes(struct pack *meta, const struct checkpoint *checkpoint)
{
	if (checkpoint->n_notes == 0)
		return;
	pack_map(meta, checkpoint->n_notes);
	for (size_t i = 0; i < checkpoint->n_notes; i++) {
		const struct checkpoint_note *note = &checkpoint->notes[i];

		if (note->kind == NOTE_TEXT)
			pack_key_text(meta, note->name, note->text);
		else if (note->kind == NOTE_INTEGER)
			pack_key_int(meta, note->name, note->integer);
		else
			pack_key_real(meta, note->name, note->real);
	}
}

static int
find_fit(const struct checkpoint *checkpoint, const struct settings *s,
    struct match_fit *fit, struct error *err)
{
	const struct shape *input = s->input != NULL ? &s->shape : NULL;

	fit->arch = s->arch;
	if (s->arch != NULL)
		return match_find_fit(
		    checkpoint, input, (int)s->classes, fit, err);
	return match_find_architecture(
	    checkpoint, input, (int)s->classes, fit, err);
}

static int
make_model(struct model *model, struct checkpoint *checkpoint,
    const struct settings *s, const struct match_fit *fit, struct error *err)
{
	size_t channels = (size_t)fit->input.dim[0];
	int chosen;

	if (architecture_build(
		&model->graph, fit->arch, &fit->input, fit->classes, err) < 0 ||
	    match_take(&model->graph, checkpoint, err) < 0)
		return -1;
	if (channels > CHANNELS_MAX)
		return error_set(err,
		    "the input has %zu channels, expected at most %d", channels,
		    CHANNELS_MAX);
	chosen =
	    pixels_choose(&s->pixels, channels, model->mean, model->std, err);
	if (chosen < 0)
		return -1;
	model->n_channels = chosen > 0 ? channels : 0;
	snprintf(model->arch, sizeof(model->arch), "%s", fit->arch);
	snprintf(model->label, sizeof(model->label), "%s",
	    s->label != NULL ? s->label : "");
	pack_notes(&model->meta, checkpoint);
	return pack_check(&model->meta, err);
}

static int
write_segment(struct writer *writer, const struct model *model,
    const struct match_fit *fit, struct error *err)
{
	struct pack entry = {0};
	int status;

	history_entry(&entry, "netload", 3);
	pack_key_text(&entry, "arch", fit->arch);
	pack_key_ints(&entry, "input", fit->input.dim, 3);
	pack_key_int(&entry, "classes", fit->classes);
	status = writer_begin(writer, NULL, &entry, err);
	pack_free(&entry);
	if (status < 0 || model_write(writer, model, err) < 0)
		return -1;
	return writer_end(writer, err);
}

static void
say(const struct frame *frame, const char *path, const struct model *model,
    const struct match_fit *fit)
{
	frame_say(frame, "%s: %s, %lldx%lldx%lld, %d classes, %lld weights",
	    path, fit->arch, (long long)fit->input.dim[0],
	    (long long)fit->input.dim[1], (long long)fit->input.dim[2],
	    fit->classes, (long long)graph_count_weights(&model->graph));
}

static int
convert(struct writer *writer, const struct frame *frame, const char *path,
    const struct settings *s, struct error *err)
{
	struct checkpoint checkpoint;
	struct model model = {0};
	struct match_fit fit;
	int status;

	if (load(path, false, &checkpoint, err) < 0)
		return -1;
	status = find_fit(&checkpoint, s, &fit, err);
	if (status == 0)
		status = make_model(&model, &checkpoint, s, &fit, err);
	checkpoint_free(&checkpoint);
	if (status < 0) {
		error_prefix(err, "%s", shown(path));
	} else {
		say(frame, shown(path), &model, &fit);
		status = write_segment(writer, &model, &fit, err);
	}
	model_free(&model);
	return status;
}

static int
convert_all(const struct frame *frame, struct source *sources, size_t n,
    const struct settings *s, struct error *err)
{
	struct output out;
	struct writer *writer;
	int status;

	if (sort_sources(sources, n, err) < 0 ||
	    output_open(&out, s->output, 0, err) < 0)
		return -1;
	writer = writer_new(&out, 0, err);
	status = writer == NULL ? -1 : 0;
	for (size_t i = 0; status == 0 && i < n; i++)
		status = convert(writer, frame, sources[i].path, s, err);
	writer_free(writer);
	if (status == 0)
		return output_commit(&out, err);
	output_abandon(&out, 0);
	return -1;
}

/* The operands, or standard input without any. */
static struct source *
list_sources(char **paths, size_t n, struct error *err)
{
	struct source *sources = memory_new(n + 1, sizeof(*sources), err);

	if (sources == NULL)
		return NULL;
	sources[0].path = "-";
	for (size_t i = 0; i < n; i++)
		sources[i].path = paths[i];
	return sources;
}

int
main(int argc, char **argv)
{
	struct settings s = {.pixels = {.choice = -1}};
	const struct option_row options[] = {
	    OPTION_TEXT(0, "arch", "NAME", &s.arch,
		"the architecture (netnew --list names them)"),
	    OPTION_TEXT(0, "input", "C,H,W", &s.input,
		"channels, height and width of an image"),
	    OPTION_INT(
		0, "classes", "K", &s.classes, 1, 1000000, "number of classes"),
	    OPTION_CHOICE(0, "pixels", pixels_words, &s.pixels.choice,
		"input normalisation by name, such as cifar10 or fashion"),
	    OPTION_TEXT(0, "mean", "M,...", &s.pixels.mean,
		"mean of each channel's pixels in 0..1"),
	    OPTION_TEXT(0, "std", "S,...", &s.pixels.std,
		"standard deviation of each channel's pixels"),
	    OPTION_TEXT(0, "label", "TEXT", &s.label, "name for legends"),
	    OPTION_TEXT('o', "output", "FILE", &s.output,
		"write to FILE, which appears when it is complete"),
	    OPTION_END};
	struct frame frame = {.name = "netload",
	    .synopsis = "[FILE...]",
	    .purpose = "trained networks from PyTorch's files",
	    .options = options};
	struct error err;
	int first = frame_start(&frame, argc, argv), status;
	size_t n = argc > first ? (size_t)(argc - first) : 1;
	struct source *sources;

	if (s.output == NULL)
		frame_refuse_terminal(&frame);
	if (s.input != NULL &&
	    shape_parse(s.input, "--input", &s.shape, &err) < 0)
		frame_usage(&frame, "%s", err.text);
	if (s.label != NULL && strlen(s.label) > MODEL_TEXT_MAX)
		frame_usage(&frame,
		    "--label has %zu bytes, expected at most %d",
		    strlen(s.label), MODEL_TEXT_MAX);
	sources = list_sources(argv + first, (size_t)(argc - first), &err);
	if (sources == NULL)
		frame_fail(&frame, &err);
	status = convert_all(&frame, sources, n, &s, &err);
	free(sources);
	if (status < 0)
		frame_fail(&frame, &err);
	return 0;
}
