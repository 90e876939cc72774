#include "model/load.h"

#include <stdio.h>
#include <string.h>

#include "base/magic.h"
#include "base/plural.h"
#include "model/match.h"
#include "net/architecture.h"

/* For files with weights, or with weights and a graph. */
static const char network_expected[] =
    "a checkpoint (of torch.save, safetensors, npz) or an ONNX file";

typedef int known_kind(const uint8_t *bytes, size_t n, struct error *err);

static int
network_known(const uint8_t *bytes, size_t n, struct error *err)
{
	struct error why;

	if (onnx_is(bytes, n) || checkpoint_known(bytes, n, &why) == 0)
		return 0;
	return magic_refuse(bytes, n, network_expected, MAGIC_NETWORK, err);
}

static int
graph_known(const uint8_t *bytes, size_t n, struct error *err)
{
	return onnx_is(bytes, n) ? 0
				 : magic_refuse(bytes, n,
				       "an ONNX file with the graph "
				       "(torch.onnx.export writes it)",
				       MAGIC_BESIDE, err);
}

static int
names_known(const uint8_t *bytes, size_t n, struct error *err)
{
	struct error why;

	return checkpoint_known(bytes, n, &why) == 0
		   ? 0
		   : magic_refuse(bytes, n,
			 "a checkpoint (of torch.save, safetensors, npz)",
			 MAGIC_BESIDE, err);
}

static bool
is_standard(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

/* Opens a file of a kind that is read. */
static int
open_file(struct content *content, const char *path, known_kind *known,
    struct error *err)
{
	if (content_open(content, path, known, err) < 0)
		return -1;
	if (known(content->bytes, content->n, err) == 0)
		return 0;
	content_close(content);
	return error_prefix(
	    err, "%s", is_standard(path) ? "standard input" : path);
}

static int
name_file(struct error *err, const char *path)
{
	return error_prefix(
	    err, "%s", is_standard(path) ? "standard input" : path);
}

static void
pack_notes(struct pack *meta, const struct checkpoint *checkpoint)
{
	if (checkpoint->n_notes == 0)
		return;
	pack_open(meta);
	for (size_t i = 0; i < checkpoint->n_notes; i++) {
		const struct checkpoint_note *note = &checkpoint->notes[i];

		if (note->kind == NOTE_TEXT)
			pack_key_text(meta, note->name, note->text);
		else if (note->kind == NOTE_INTEGER)
			pack_key_int(meta, note->name, note->integer);
		else
			pack_key_real(meta, note->name, note->real);
	}
	pack_close(meta);
}

/* Input and classes as the graph has them, against the options. */
static int
report_graph(const struct graph *graph, const struct load_options *options,
    struct load_report *report, struct error *err)
{
	const struct shape *out = &graph->values[graph->output].shape;
	int64_t classes = shape_size(out);

	report->input = graph->values[graph->input].shape;
	report->tokens = graph_tokens(graph);
	if (report->tokens > 0)
		classes = out->dim[out->rank - 1];
	report->classes = (int)classes;
	report->is_onnx = true;
	if (options->classes > 0 && options->classes != report->classes)
		return error_set(err, "--classes is %d, the graph has %d",
		    options->classes, report->classes);
	if (options->arch != NULL)
		return error_set(err,
		    "an ONNX file holds its own graph, --arch is for weight "
		    "files");
	return 0;
}

/* The names of options->names for the tensors of an ONNX graph. */
static int
restore_names(struct model *model, const struct load_options *options,
    struct load_report *report, struct error *err)
{
	struct checkpoint checkpoint;
	struct content content;
	int status;

	if (options->names == NULL)
		return 0;
	report->at_fault = "--names-from";
	if (open_file(&content, options->names, names_known, err) < 0)
		return -1;
	content.no_checksum = options->no_checksum;
	status = checkpoint_read(&checkpoint, &content, err);
	if (status < 0)
		error_prefix(err, "%s", options->names);
	if (status == 0) {
		report->at_fault = NULL;
		status = names_restore(
		    &model->graph, &checkpoint, &report->names, err);
		checkpoint_free(&checkpoint);
	}
	content_close(&content);
	if (status == 0 && report->names.found == 0)
		status = error_set(err,
		    "none of the %zu trainable tensor%s is there: another "
		    "network, or its batch norms were folded",
		    report->names.weights,
		    plural_s((int64_t)report->names.weights));
	return status < 0 && report->at_fault == NULL
		   ? error_prefix(err, "--names-from %s", options->names)
		   : status;
}

static int
load_onnx(struct model *model, const struct content *content, const char *path,
    const struct load_options *options, struct load_report *report,
    struct error *err)
{
	if (onnx_read(&model->graph, content, is_standard(path) ? NULL : path,
		options->input, &report->onnx, err) < 0 ||
	    restore_names(model, options, report, err) < 0)
		return -1;
	return report_graph(&model->graph, options, report, err);
}

/* The graph of an ONNX file, without its elements. */
static int
borrow_graph(struct model *model, const struct load_options *options,
    struct load_report *report, struct error *err)
{
	struct content content;
	int status;

	report->at_fault = "--graph";
	if (open_file(&content, options->graph, graph_known, err) < 0)
		return -1;
	content.inputs = options->inputs;
	report->at_fault = NULL;
	status =
	    load_onnx(model, &content, options->graph, options, report, err);
	content_close(&content);
	if (status < 0 && report->at_fault == NULL) {
		report->at_fault = "--graph";
		error_prefix(err, "%s", options->graph);
	}
	return status;
}

/* What a checkpoint's names are held against. */
struct candidate {
	const struct graph *graph; /* of a file; NULL: our architectures */
	const struct load_options *options;
	struct match_fit fit;
};

static int
candidate_fits(void *context, const struct checkpoint *checkpoint,
    size_t *wrong, struct error *err)
{
	struct candidate *c = context;
	const struct load_options *o = c->options;

	if (c->graph != NULL)
		return match_check(c->graph, checkpoint, wrong, err);
	c->fit = (struct match_fit){.arch = o->arch};
	if (o->arch != NULL)
		return match_find_fit(
		    checkpoint, o->input, o->classes, &c->fit, wrong, err);
	return match_find_architecture(
	    checkpoint, o->input, o->classes, &c->fit, err);
}

/* Digits of a part's number in the name of a shard. */
static bool
has_number(const char *text)
{
	return strspn(text, "0123456789") == 5;
}

/* Is it called like one of several parts, model-00001-of-00002.safetensors? */
static bool
is_part(const char *path)
{
	const char *of = NULL;

	for (const char *p = path; p != NULL; p = strstr(p + 1, "-of-"))
		of = p;
	return of != NULL && of - path >= 6 && has_number(of + 4) &&
	       has_number(of - 5) && of[-6] == '-';
}

/* A part that lacks the others' tensors: its index has all. */
static int
advise_part(const struct content *content, struct error *err)
{
	char text[sizeof(err->text)];

	if (content->path == NULL || !is_part(content->path) || err->memory)
		return -1;
	memcpy(text, err->text, sizeof(text));
	return error_set(err,
	    "%s; the file is one of several: netload takes their index, "
	    "model.safetensors.index.json",
	    text);
}

/* The graph that the checkpoint's tensors fit, and they under its names. */
static int
find_graph(struct model *model, struct checkpoint *checkpoint,
    const struct load_options *options, struct load_report *report,
    struct error *err)
{
	struct candidate c = {.options = options};
	struct prefix_question question = {
	    .fits = candidate_fits, .context = &c};

	if (options->graph != NULL) {
		if (borrow_graph(model, options, report, err) < 0)
			return -1;
		c.graph = question.graph = &model->graph;
	}
	if (prefix_find(checkpoint, &question, &report->prefix, err) < 0)
		return -1;
	if (c.graph != NULL)
		return 0;
	report->input = c.fit.input;
	report->classes = c.fit.classes;
	snprintf(model->arch, sizeof(model->arch), "%s", c.fit.arch);
	return architecture_build(
	    &model->graph, c.fit.arch, &c.fit.input, c.fit.classes, err);
}

static int
load_checkpoint(struct model *model, const struct content *content,
    const struct load_options *options, struct load_report *report,
    struct error *err)
{
	struct checkpoint checkpoint;
	int status;

	if (options->names != NULL && options->graph == NULL)
		return error_set(err,
		    "a checkpoint has the names of its "
		    "tensors, --names-from is for ONNX graphs");
	if (checkpoint_read(&checkpoint, content, err) < 0)
		return -1;
	status = find_graph(model, &checkpoint, options, report, err);
	if (status < 0)
		advise_part(content, err);
	if (status == 0)
		status = match_take(
		    &model->graph, &checkpoint, &report->passed, err);
	pack_notes(&model->meta, &checkpoint);
	if (status == 0)
		status = pack_check(&model->meta, err);
	checkpoint_free(&checkpoint);
	return status;
}

int
load_model(struct model *model, const char *path,
    const struct load_options *options, struct load_report *report,
    struct error *err)
{
	struct content content;
	int status;

	*report = (struct load_report){0};
	if (open_file(&content, path, network_known, err) < 0)
		return -1;
	content.no_checksum = options->no_checksum;
	content.inputs = options->inputs;
	if (onnx_is(content.bytes, content.n) && options->graph != NULL)
		status = error_set(err,
		    "an ONNX file holds its own graph, --graph is for weight "
		    "files");
	else if (onnx_is(content.bytes, content.n))
		status = load_onnx(model, &content, path, options, report, err);
	else
		status = load_checkpoint(model, &content, options, report, err);
	content_close(&content);
	if (status < 0 && report->at_fault != NULL)
		return error_prefix(err, "%s", report->at_fault);
	return status < 0 ? name_file(err, path) : 0;
}

int
load_epoch(const char *path, bool no_checksum, double *epoch, struct error *err)
{
	const struct checkpoint_note *note;
	struct checkpoint checkpoint;
	struct content content;
	int found = 0;

	if (open_file(&content, path, network_known, err) < 0)
		return -1;
	content.no_checksum = no_checksum;
	if (!onnx_is(content.bytes, content.n)) {
		if (checkpoint_read_notes(&checkpoint, &content, err) < 0) {
			content_close(&content);
			return name_file(err, path);
		}
		note = checkpoint_find_note(&checkpoint, "epoch");
		found = note != NULL && note->kind != NOTE_TEXT;
		if (found)
			*epoch = note->real;
		checkpoint_free(&checkpoint);
	}
	content_close(&content);
	return found;
}
