/* netnew: a named architecture with initial weights, as a model stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/plural.h"
#include "data/pixels.h"
#include "frame.h"
#include "model/model.h"
#include "net/architecture.h"
#include "net/init.h"
#include "stream/kind.h"
#include "stream/writer.h"
#include "tensor/chunk.h"

struct settings {
	const char *name, *input;
	int64_t classes;
	uint64_t seed;
	struct pixels_options pixels;
	const char *label;
	const struct frame *frame;
	int list;
};

static void
list_architectures(const struct frame *frame)
{
	struct text text = {0};

	for (size_t i = 0; architecture_name(i) != NULL; i++)
		text_add(&text, "%s\n", architecture_name(i));
	frame_print(frame, &text);
}

static int
choose_pixels(struct model *model, const struct pixels_options *options,
    struct error *err)
{
	const struct graph *graph = &model->graph;
	const int64_t channels = graph->values[graph->input].shape.dim[0];
	int chosen;

	if (channels > CHANNELS_MAX)
		return error_set(err,
		    "--input has %lld channel%s, expected at most %d",
		    (long long)channels, plural_s(channels), CHANNELS_MAX);
	chosen = pixels_choose(
	    options, (size_t)channels, model->mean, model->std, err);
	model->n_channels = chosen > 0 ? (size_t)channels : 0;
	return chosen < 0 ? -1 : 0;
}

static int
build_model(struct model *model, const struct settings *s, struct error *err)
{
	struct shape input = architecture_input(s->name);

	if (s->input != NULL &&
	    shape_parse(s->input, "--input", &input, err) < 0)
		return -1;
	if (architecture_build(
		&model->graph, s->name, &input, (int)s->classes, err) < 0)
		return -1;
	if (s->label != NULL && strlen(s->label) > MODEL_TEXT_MAX)
		return error_set(err,
		    "--label has %zu byte%s, expected at most "
		    "%d",
		    strlen(s->label), plural_s((int64_t)strlen(s->label)),
		    MODEL_TEXT_MAX);
	snprintf(model->arch, sizeof(model->arch), "%s", s->name);
	snprintf(model->label, sizeof(model->label), "%s",
	    s->label != NULL ? s->label : "");
	return choose_pixels(model, &s->pixels, err);
}

/* One tensor at a time: the largest one bounds the memory. */
static int
write_tensors(struct writer *writer, struct model *model, uint64_t seed,
    struct error *err)
{
	for (size_t i = 0; i < model->graph.n_tensors; i++) {
		struct tensor *tensor = &model->graph.tensors[i];
		int status;

		if (tensor_allocate(tensor, err) < 0)
			return -1;
		init_tensor(tensor, seed);
		status = chunk_write_tensor(writer, (int)i, tensor, err);
		free(tensor->data);
		tensor->data = NULL;
		if (status < 0)
			return -1;
	}
	return 0;
}

static void
describe(
    struct pack *entry, const struct model *model, const struct settings *s)
{
	const struct graph *graph = &model->graph;

	history_open(entry, "netnew");
	pack_key_text(entry, "arch", s->name);
	pack_key_ints(entry, "input", graph->values[graph->input].shape.dim, 3);
	pack_key_int(entry, "classes", s->classes);
	pack_key_int(entry, "seed", (int64_t)s->seed);
	history_close(entry);
}

static int
write_segment(struct writer *writer, struct model *model,
    const struct settings *s, struct error *err)
{
	struct pack entry = {0};
	int status;

	describe(&entry, model, s);
	status = writer_begin(writer, NULL, &entry, err);
	pack_free(&entry);
	if (status < 0 || model_write_record(writer, model, err) < 0 ||
	    write_tensors(writer, model, s->seed, err) < 0)
		return -1;
	return writer_end(writer, err);
}

static int
write_model(struct model *model, const struct settings *s, struct error *err)
{
	struct output out;
	struct writer *writer;
	int status;

	if (frame_open_output(s->frame, &out, err) < 0)
		return -1;
	writer = writer_new(&out, 0, err);
	status = writer == NULL ? -1 : write_segment(writer, model, s, err);
	writer_free(writer);
	return output_close(&out, status, err);
}

static void
add_options(struct option_table *table, struct settings *s)
{
	const struct option_row first[] = {
	    OPTION_TEXT(0, "input", "C,H,W", &s->input,
		"channels, height and width of an image"),
	    OPTION_INT(0, "classes", "K", &s->classes, 1, 1000000,
		"number of classes (10)"),
	    OPTION_U64('s', "seed", "SEED", &s->seed,
		"seed of the initial weights (0)"),
	    OPTION_END};
	const struct option_row last[] = {
	    OPTION_TEXT(0, "label", "TEXT", &s->label, "name for legends"),
	    OPTION_FLAG(0, "list", &s->list, "list the architectures and exit"),
	    OPTION_END};

	options_add(table, first);
	pixels_add_options(table, &s->pixels, NULL,
	    "input normalisation by name, such as cifar10 or fashion");
	options_add(table, last);
}

int
main(int argc, char **argv)
{
	struct settings s = {.classes = 10};
	struct option_table options = {0};
	struct frame frame = {.name = "netnew",
	    .synopsis = "NAME",
	    .purpose = "a named architecture, freshly initialised",
	    .words = true,
	    .output = {.manner = OUTPUT_QUICK, .kind = &stream_of_models},
	    .options = options.row};
	struct model model = {0};
	struct error err;
	int first, status;

	add_options(&options, &s);
	first = frame_start(&frame, argc, argv);
	if (s.list) {
		list_architectures(&frame);
		return 0;
	}
	if (argc - first != 1)
		frame_usage(&frame,
		    "%d operand%s, expected one: the architecture's name",
		    argc - first, plural_s((argc - first)));
	if (pixels_check(&s.pixels, 0, &err) < 0)
		frame_usage_error(&frame, &err);
	frame_refuse_terminal(&frame);
	s.frame = &frame;
	s.name = argv[first];
	if (build_model(&model, &s, &err) < 0)
		frame_usage_error(&frame, &err);
	frame_say(&frame, "%s: %lld weight%s", s.name,
	    (long long)graph_count_weights(&model.graph),
	    plural_s(graph_count_weights(&model.graph)));
	status = write_model(&model, &s, &err);
	model_free(&model);
	if (status < 0)
		frame_fail(&frame, &err);
	return 0;
}
