/* netload: trained networks from files of other programs, as model streams. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/plural.h"
#include "base/text.h"
#include "data/pixels.h"
#include "frame.h"
#include "model/classes.h"
#include "model/load.h"
#include "model/model.h"
#include "net/shape.h"
#include "stream/kind.h"
#include "stream/writer.h"

struct settings {
	const char *arch, *graph, *names, *input, *label;
	struct shape shape; /* of --input */
	int64_t classes;
	struct pixels_options pixels;
	int no_checksum;
	struct class_rules rules;
};

/* A file and where its training stood. */
struct checkpoint_file {
	const char *path;
	double epoch;
};

static int
compare_epochs(const void *a, const void *b)
{
	const struct checkpoint_file *p = a, *q = b;
	int order = (p->epoch > q->epoch) - (p->epoch < q->epoch);

	return order != 0 ? order : text_compare_natural(p->path, q->path);
}

static int
compare_paths(const void *a, const void *b)
{
	const struct checkpoint_file *p = a, *q = b;

	return text_compare_natural(p->path, q->path);
}

/* Several files come in the order of their epochs, else of their names. */
static int
sort_sources(struct checkpoint_file *sources, size_t n,
    const struct settings *s, struct error *err)
{
	bool all = true;

	for (size_t i = 0; n > 1 && i < n; i++) {
		int found;

		if (strcmp(sources[i].path, "-") == 0)
			return error_set(err,
			    "standard input is one of %zu file%s, expected it "
			    "alone",
			    n, plural_s((int64_t)n));
		found = load_epoch(sources[i].path, s->no_checksum != 0,
		    &sources[i].epoch, err);
		if (found < 0)
			return -1;
		all &= found > 0;
	}
	qsort(
	    sources, n, sizeof(*sources), all ? compare_epochs : compare_paths);
	return 0;
}

static int
set_pixels(struct model *model, const struct settings *s,
    const struct load_report *report, struct error *err)
{
	const struct pixels_options *p = &s->pixels;
	const size_t channels = report->input.rank == 1
				    ? pixels_channels(p)
				    : (size_t)report->input.dim[0];
	int chosen;

	if (!pixels_given(p))
		return 0;
	if (report->tokens > 0)
		return pixels_refuse(p, err);
	if (channels > CHANNELS_MAX)
		return error_set(err,
		    "the input has %zu channel%s, expected at most %d",
		    channels, plural_s((int64_t)channels), CHANNELS_MAX);
	chosen = pixels_choose(p, channels, model->mean, model->std, err);
	if (chosen < 0)
		return -1;
	model->n_channels = chosen > 0 ? channels : 0;
	return 0;
}

static int
write_segment(struct writer *writer, const struct model *model,
    const struct load_report *report, struct error *err)
{
	struct pack entry = {0};
	int status;

	history_open(&entry, "netload");
	if (model->arch[0] != '\0')
		pack_key_text(&entry, "arch", model->arch);
	pack_key_ints(
	    &entry, "input", report->input.dim, (size_t)report->input.rank);
	pack_key_int(&entry, "classes", report->classes);
	history_close(&entry);
	status = writer_begin(writer, NULL, &entry, err);
	pack_free(&entry);
	if (status < 0 || model_write(writer, model, err) < 0)
		return -1;
	return writer_end(writer, err);
}

static void
say(const struct frame *frame, const char *path, const struct model *model,
    const struct load_report *report)
{
	char shape[TENSOR_SHAPE_TEXT_BYTES], onnx[32], tokens[40] = "";

	snprintf(onnx, sizeof(onnx), "ONNX opset %lld",
	    (long long)report->onnx.opset);
	if (report->tokens > 0)
		snprintf(tokens, sizeof(tokens), " tokens below %lld",
		    (long long)report->tokens);
	frame_say(frame, "%s: %s, %s%s, %d class%s, %lld weight%s", path,
	    report->is_onnx ? onnx : model->arch,
	    shape_text(&report->input, shape), tokens, report->classes,
	    plural(report->classes, "", "es"),
	    (long long)graph_count_weights(&model->graph),
	    plural_s(graph_count_weights(&model->graph)));
	if (report->prefix.off[0] != '\0')
		frame_say(frame, "%s: names without '%s', which all had", path,
		    report->prefix.off);
	if (report->prefix.on[0] != '\0')
		frame_say(frame,
		    "%s: names with '%s' before all, as the graph "
		    "has it",
		    path, report->prefix.on);
}

/* What may make it another network than its maker's. */
static void
warn(const struct frame *frame, const char *path,
    const struct load_report *report)
{
	/* Elements that a checkpoint has bit by bit were not folded. */
	if (report->onnx.folded &&
	    (report->names.found == 0 ||
		report->names.found < report->names.weights))
		frame_warn(frame,
		    "%s: convolutions without batch norm: if the exporter "
		    "folded it, norms of filters are not the network's; "
		    "torch.onnx.export(..., training=TrainingMode.PRESERVE, "
		    "do_constant_folding=False) keeps it",
		    path);
	if (report->onnx.n_training > 0)
		frame_warn(frame,
		    "%s: %zu node%s (%s%s) %s in training mode: read as the "
		    "trained network, with running statistics and nothing "
		    "dropped",
		    path, report->onnx.n_training,
		    plural_s((int64_t)report->onnx.n_training),
		    report->onnx.training,
		    report->onnx.n_training > 1 ? ", ..." : "",
		    plural((int64_t)report->onnx.n_training, "is", "are"));
	if (report->passed.ties.n > 0)
		frame_warn(frame,
		    "%s: tied weights, %zu %s of other names ('%s' is '%s'%s): "
		    "each tensor is there, and moves, once",
		    path, report->passed.ties.n,
		    plural((int64_t)report->passed.ties.n,
			"name stands for a tensor", "names stand for tensors"),
		    report->passed.ties.name, report->passed.ties.is,
		    report->passed.ties.n > 1 ? ", ..." : "");
	if (report->passed.n > 0)
		frame_warn(frame,
		    "%s: %zu tensor%s of integers (%s%s) %s not in the graph, "
		    "which has its own constants: passed over",
		    path, report->passed.n, plural_s((int64_t)report->passed.n),
		    report->passed.name, report->passed.n > 1 ? ", ..." : "",
		    plural((int64_t)report->passed.n, "is", "are"));
	if (report->onnx.probabilities)
		frame_warn(frame,
		    "%s: ends in a Softmax, losses want what goes into it",
		    path);
}

/* Names that were restored, and those that were not. */
static void
warn_about_names(
    const struct frame *frame, const char *names, const struct names_report *r)
{
	if (r->found < r->weights)
		frame_warn(frame,
		    "%zu of %zu trainable tensor%s %s not in %s (%s): folded "
		    "batch norms, or other weights",
		    r->weights - r->found, r->weights,
		    plural_s((int64_t)r->weights),
		    plural((int64_t)(r->weights - r->found), "is", "are"),
		    names, r->missing);
	if (r->apart > 0)
		frame_warn(frame,
		    "'%s' and '%s' are one tensor in %s (tied weights) and two "
		    "in the graph: they move apart",
		    r->one, r->other, names);
	if (r->ambiguous > 0)
		frame_warn(frame,
		    "%zu tensor%s equal several of %s and took their names in "
		    "order",
		    r->ambiguous, plural_s((int64_t)r->ambiguous), names);
}

/* What moves, as the rules want it; -v lists it. */
static int
apply_classes(const struct frame *frame, struct graph *graph,
    const struct class_rules *rules, struct error *err)
{
	enum tensor_class *classes;
	struct text list = {0};
	int status = classes_apply(graph, rules, &classes, err);

	if (status == 0 && frame->verbose > 0) {
		classes_list(graph, classes, &list);
		frame_lines(frame, &list);
	}
	free(classes);
	return status;
}

static int
convert(struct writer *writer, const struct frame *frame, const char *path,
    const struct settings *s, struct error *err)
{
	const char *shown = strcmp(path, "-") == 0 ? "standard input" : path;
	const struct load_options options = {.arch = s->arch,
	    .graph = s->graph,
	    .names = s->names,
	    .input = s->input != NULL ? &s->shape : NULL,
	    .classes = (int)s->classes,
	    .no_checksum = s->no_checksum != 0,
	    .inputs = frame->output.inputs};
	struct load_report report;
	struct model model = {0};
	int status = load_model(&model, path, &options, &report, err);

	if (status == 0) {
		snprintf(model.label, sizeof(model.label), "%s",
		    s->label != NULL ? s->label : "");
		status = set_pixels(&model, s, &report, err);
		if (status == 0) {
			say(frame, shown, &model, &report);
			warn(frame, shown, &report);
			status =
			    apply_classes(frame, &model.graph, &s->rules, err);
		}
		if (status < 0)
			error_prefix(err, "%s", shown);
	}
	if (status == 0) {
		if (s->names != NULL)
			warn_about_names(frame, s->names, &report.names);
		status = write_segment(writer, &model, &report, err);
	}
	model_free(&model);
	return status;
}

static int
convert_all(const struct frame *frame, struct checkpoint_file *sources,
    size_t n, const struct settings *s, struct error *err)
{
	struct output out;
	struct writer *writer;
	int status;

	if (sort_sources(sources, n, s, err) < 0 ||
	    frame_open_output(frame, &out, err) < 0)
		return -1;
	writer = writer_new(&out, 0, err);
	status = writer == NULL ? -1 : 0;
	for (size_t i = 0; status == 0 && i < n; i++)
		status = convert(writer, frame, sources[i].path, s, err);
	writer_free(writer);
	return output_close(&out, status, err);
}

static int
parse_train(void *target, const char *text, struct error *err)
{
	return class_rules_add(target, text, true, err);
}

static int
parse_freeze(void *target, const char *text, struct error *err)
{
	return class_rules_add(target, text, false, err);
}

/* The operands, or standard input without any. */
static struct checkpoint_file *
list_sources(char **paths, size_t n, struct error *err)
{
	struct checkpoint_file *sources =
	    memory_new(n + 1, sizeof(*sources), err);

	if (sources == NULL)
		return NULL;
	sources[0].path = "-";
	for (size_t i = 0; i < n; i++)
		sources[i].path = paths[i];
	return sources;
}

static void
add_options(struct option_table *table, struct settings *s)
{
	const struct option_row first[] = {
	    OPTION_TEXT(0, "arch", "NAME", &s->arch,
		"the architecture (netnew --list names them)"),
	    OPTION_INPUT(0, "graph", "FILE", &s->graph,
		"the graph of this ONNX file, for weights without one"),
	    OPTION_INPUT(0, "names-from", "FILE", &s->names,
		"name the graph's tensors as this checkpoint names equal ones"),
	    OPTION_CALL(0, "train", "PATTERN", &s->rules, parse_train,
		"tensors of these names are trainable"),
	    OPTION_CALL(0, "freeze", "PATTERN", &s->rules, parse_freeze,
		"tensors of these names are not"),
	    OPTION_TEXT(0, "input", "C,H,W", &s->input,
		"channels, height and width of an image"),
	    OPTION_INT(0, "classes", "K", &s->classes, 1, 1000000,
		"number of classes"),
	    OPTION_END};
	const struct option_row last[] = {
	    OPTION_TEXT(0, "label", "TEXT", &s->label, "name for legends"),
	    OPTION_FLAG(0, "no-checksum", &s->no_checksum,
		"accept zip archives that were written without CRCs"),
	    OPTION_END};

	options_add(table, first);
	pixels_add_options(table, &s->pixels, NULL,
	    "input normalisation by name, such as cifar10 or fashion");
	options_add(table, last);
}

int
main(int argc, char **argv)
{
	struct settings s = {0};
	struct option_table options = {0};
	struct frame frame = {.name = "netload",
	    .synopsis = "[FILE...]",
	    .purpose = "trained networks from files of other programs",
	    .output = {.manner = OUTPUT_QUICK, .kind = &stream_of_models},
	    .options = options.row};
	struct error err;
	struct checkpoint_file *sources;
	int first, status;
	size_t n;

	add_options(&options, &s);
	first = frame_start(&frame, argc, argv);
	n = argc > first ? (size_t)(argc - first) : 1;
	frame_refuse_terminal(&frame);
	if (s.input != NULL &&
	    shape_parse(s.input, "--input", &s.shape, &err) < 0)
		frame_usage_error(&frame, &err);
	if (pixels_check(&s.pixels, 0, &err) < 0)
		frame_usage_error(&frame, &err);
	if (s.label != NULL && strlen(s.label) > MODEL_TEXT_MAX)
		frame_usage(&frame,
		    "--label has %zu byte%s, expected at most %d",
		    strlen(s.label), plural_s((int64_t)strlen(s.label)),
		    MODEL_TEXT_MAX);
	sources = list_sources(argv + first, (size_t)(argc - first), &err);
	if (sources == NULL)
		frame_fail(&frame, &err);
	status = convert_all(&frame, sources, n, &s, &err);
	free(sources);
	class_rules_free(&s.rules);
	if (status < 0)
		frame_fail(&frame, &err);
	return 0;
}
