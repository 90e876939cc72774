#include "data/dataset_fit.h"

#include "base/plural.h"
#include "net/shape.h"

size_t
dataset_rows(const struct dataset *dataset)
{
	return dataset->targets == NULL ? (size_t)dataset->n_labels : 1;
}

size_t
dataset_row_classes(const struct dataset *dataset, const struct graph *graph)
{
	return (size_t)shape_size(&graph->values[graph->output].shape) /
	       dataset_rows(dataset);
}

static int
fit_tokens(const struct dataset *dataset, int64_t length, int64_t tokens,
    struct error *err)
{
	const int64_t n = dataset->n * dataset->channels;

	if (!dataset->tokens)
		return error_set(err,
		    "the data set has %s, the network takes tokens: integers "
		    "N,T of more than 8 bits, such as x.astype('int32')",
		    dataset->bytes != NULL ? "bytes" : "reals");
	if (dataset->channels != length)
		return error_set(err,
		    "sequences of %d token%s, the network takes %lld",
		    dataset->channels, plural_s(dataset->channels),
		    (long long)length);
	for (int64_t i = 0; i < n; i++)
		if ((int64_t)dataset->reals[i] >= tokens)
			return error_set(err,
			    "sequence %lld has the token %.0f, the network "
			    "knows 0 to %lld",
			    (long long)(i / length), (double)dataset->reals[i],
			    (long long)tokens - 1);
	return 0;
}

static int
fit_input(
    const struct dataset *dataset, const struct graph *graph, struct error *err)
{
	const struct shape *in = &graph->values[graph->input].shape;
	const struct shape images = {.rank = 3,
	    .dim = {dataset->channels, dataset->height, dataset->width}};
	const int64_t tokens = graph_tokens(graph);
	char text[TENSOR_SHAPE_TEXT_BYTES];

	if (tokens > 0)
		return fit_tokens(dataset, shape_size(in), tokens, err);
	if (dataset->tokens)
		return error_set(err,
		    "the data set has tokens (integers), the network takes "
		    "images");
	if (in->rank != 3 && in->rank != 1)
		return error_set(err,
		    "the model's input has %d dimension%s, expected images of "
		    "c h w, or a row of numbers",
		    in->rank, plural_s(in->rank));
	if (in->rank == 1 ? shape_size(&images) != in->dim[0]
			  : !shape_same(in, &images))
		return error_set(err,
		    "the images are %dx%dx%d, the model takes %s",
		    dataset->channels, dataset->height, dataset->width,
		    shape_text(in, text));
	return 0;
}

/* Rows of outputs, where there are several labels. */
static int
fit_rows(
    const struct dataset *dataset, const struct graph *graph, struct error *err)
{
	const struct shape *out = &graph->values[graph->output].shape;
	const bool tokens = graph_tokens(graph) > 0;
	const int64_t classes = out->dim[out->rank - 1];
	const int64_t rows = out->rank > 1 ? shape_size(out) / classes : 1;
	const int64_t labels = dataset->n_labels;
	char text[TENSOR_SHAPE_TEXT_BYTES];

	if (labels == rows || (labels == 1 && !tokens))
		return 0;
	return error_set(err,
	    "%lld label%s for each %s, the network has outputs of %s, expected "
	    "a label for each row of classes%s",
	    (long long)labels, plural_s(labels), tokens ? "sequence" : "image",
	    shape_text(out, text),
	    labels == classes && rows == 1
		? " (one-hot labels become y.argmax(1))"
		: "");
}

static int
fit_labels(
    const struct dataset *dataset, const struct graph *graph, struct error *err)
{
	int64_t classes;

	if (dataset->targets != NULL)
		return error_set(err,
		    "the data set has real targets, expected class labels "
		    "(evalgrid --loss l2 takes targets)");
	if (fit_rows(dataset, graph, err) < 0)
		return -1;
	classes = (int64_t)dataset_row_classes(dataset, graph);
	for (int64_t i = 0; i < dataset->n * dataset->n_labels; i++)
		if (dataset->labels[i] >= classes)
			return error_set(err,
			    "image %lld has label %d, the model has %lld "
			    "class%s",
			    (long long)(i / dataset->n_labels),
			    dataset->labels[i], (long long)classes,
			    plural(classes, "", "es"));
	return 0;
}

int
dataset_fit(const struct dataset *dataset, const struct graph *graph,
    bool targets, struct error *err)
{
	const int64_t outputs = shape_size(&graph->values[graph->output].shape);

	if (fit_input(dataset, graph, err) < 0)
		return -1;
	if (!targets)
		return fit_labels(dataset, graph, err);
	if (dataset->targets == NULL)
		return error_set(err,
		    "the data set has class labels, --loss l2 wants real "
		    "targets");
	if (dataset->n_targets != outputs)
		return error_set(err,
		    "%d target%s for an image, the model has %lld output%s",
		    dataset->n_targets, plural_s(dataset->n_targets),
		    (long long)outputs, plural_s(outputs));
	return 0;
}
