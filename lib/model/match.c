#include "model/match.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/plural.h"
#include "base/text.h"
#include "file/element.h"
#include "net/architecture.h"

enum { NAMES_SHOWN = 3, INPUTS_MAX = 12, USUAL_CLASSES = 10 };

/* A list for a message: the first names and how many there are. */
struct list {
	struct text text;
	size_t n;
};

static void
list_add(struct list *list, const struct tensor *tensor,
    const struct tensor *instead)
{
	char shape[TENSOR_SHAPE_TEXT_BYTES], want[TENSOR_SHAPE_TEXT_BYTES];

	list->n++;
	if (list->n == NAMES_SHOWN + 1)
		text_add(&list->text, ", ...");
	if (list->n > NAMES_SHOWN)
		return;
	text_add(&list->text, "%s%.80s", list->n > 1 ? ", " : "", tensor->name);
	if (instead == NULL)
		return;
	text_add(&list->text, " %s %s, expected %s %s",
	    tensor_type_word(tensor->type), tensor_shape_text(tensor, shape),
	    tensor_type_word(instead->type), tensor_shape_text(instead, want));
}

/*
 * The tensor of this name.  Both sides nearly always have the same order, so
 * the search starts at *next, behind the one found last.
 */
static struct tensor *
find(struct tensor *tensors, size_t n, const char *name, size_t *next)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = *next + i < n ? *next + i : *next + i - n;

		if (strcmp(tensors[at].name, name) == 0) {
			*next = at + 1 < n ? at + 1 : 0;
			return &tensors[at];
		}
	}
	return NULL;
}

static void
list_part(struct text *line, const struct list *list, const char *one,
    const char *many)
{
	if (list->n == 0)
		return;
	text_add(line, "%s%zu %s (", text_is_empty(line) ? "" : "; ", list->n,
	    plural((int64_t)list->n, one, many));
	text_add_text(line, &list->text);
	text_add(line, ")");
}

/*
 * Does the graph want a PyTorch linear weight, k c, the other way round?  A
 * square one tells by its name: what a module calls its weight is k c, what
 * stands as it is in a product is called otherwise.
 */
static bool
is_turned(const struct tensor *want, const struct tensor *have)
{
	const char *dot = strrchr(want->name, '.');

	if (want->rank != 2 || have->rank != 2 || want->out_axis != 1 ||
	    want->dim[0] != have->dim[1] || want->dim[1] != have->dim[0])
		return false;
	return want->dim[0] != want->dim[1] ||
	       (dot != NULL && strcmp(dot, ".weight") == 0);
}

static bool
fits(const struct tensor *want, const struct tensor *have)
{
	return have->type == want->type &&
	       (tensor_like_shape(have, want) || is_turned(want, have));
}

/*
 * Files from before the counters of batch norms have none of them; those of
 * some and not of others are damaged, or their names are.
 */
static bool
has_counters(const struct graph *graph, const struct checkpoint *checkpoint)
{
	size_t next = 0;

	for (size_t i = 0; i < graph->n_tensors; i++)
		if (graph->tensors[i].role == ROLE_BATCHES &&
		    find(checkpoint->tensors, checkpoint->n_tensors,
			graph->tensors[i].name, &next) != NULL)
			return true;
	return false;
}

static bool
wants_counters(const struct graph *graph)
{
	for (size_t i = 0; i < graph->n_tensors; i++)
		if (graph->tensors[i].role == ROLE_BATCHES)
			return true;
	return false;
}

/* A graph of a file, which brings elements, not one of ours? */
static bool
is_from_file(const struct graph *graph)
{
	return graph->n_tensors > 0 && graph->tensors[0].data != NULL;
}

/* May a checkpoint be without it?  Masks of a graph are the graph's own. */
static bool
is_optional(const struct tensor *want, bool counters)
{
	return (want->role == ROLE_BATCHES && !counters) ||
	       (want->role == ROLE_CONSTANT && want->data != NULL);
}

/*
 * Lists what the graph has no place for.  A graph of a file holds the tables of
 * integers that its module had (positions, indices) as constants: there they
 * are passed over, unless one of them may be a counter that is missing.
 */
static void
list_left(const struct graph *graph, const struct checkpoint *checkpoint,
    bool counters, struct list *left, struct match_passed *passed)
{
	const bool integers =
	    is_from_file(graph) && (counters || !wants_counters(graph));
	size_t next = 0;

	for (size_t i = 0; i < checkpoint->n_tensors; i++) {
		const struct tensor *t = &checkpoint->tensors[i];

		if (find(graph->tensors, graph->n_tensors, t->name, &next) !=
			NULL ||
		    tie_is_alias(graph, checkpoint, i, &passed->ties))
			continue;
		if (t->type != TENSOR_INT64 || !integers) {
			list_add(left, t, NULL);
			continue;
		}
		if (passed->n++ == 0)
			snprintf(
			    passed->name, sizeof(passed->name), "%s", t->name);
	}
}

/* match_check, and what was passed over. */
static int
check(const struct graph *graph, const struct checkpoint *checkpoint,
    struct match_passed *passed, size_t *wrong, struct error *err)
{
	const bool counters = has_counters(graph, checkpoint);
	struct list missing = {0}, left = {0}, differ = {0};
	struct text line = {0};
	const char *said;
	size_t next = 0;

	*passed = (struct match_passed){0};
	for (size_t i = 0; i < graph->n_tensors; i++) {
		const struct tensor *want = &graph->tensors[i];
		const struct tensor *have = find(checkpoint->tensors,
		    checkpoint->n_tensors, want->name, &next);

		if (have == NULL && !is_optional(want, counters))
			list_add(&missing, want, NULL);
		else if (have != NULL && !fits(want, have))
			list_add(&differ, have, want);
	}
	list_left(graph, checkpoint, counters, &left, passed);
	list_part(&line, &missing, "tensor is missing", "tensors are missing");
	list_part(&line, &left, "is left over", "are left over");
	list_part(&line, &differ, "has another shape", "have another shape");
	said = text_chars(&line, err);
	if (said != NULL)
		error_set(err, "%s", said);
	text_free(&missing.text);
	text_free(&left.text);
	text_free(&differ.text);
	text_free(&line);
	*wrong = missing.n + left.n + differ.n;
	return *wrong > 0 ? -1 : 0;
}

int
match_check(const struct graph *graph, const struct checkpoint *checkpoint,
    size_t *wrong, struct error *err)
{
	struct match_passed passed;

	return check(graph, checkpoint, &passed, wrong, err);
}

/* Moves the elements of from into to, turned when to wants that. */
static int
take_elements(struct tensor *to, struct tensor *from, struct error *err)
{
	const int64_t stride[] = {1, from->rank == 2 ? from->dim[1] : 0};

	free(to->data); /* a graph from a file brings its own */
	to->data = NULL;
	if (!is_turned(to, from)) {
		to->data = from->data;
		from->data = NULL;
		return 0;
	}
	if (tensor_allocate(to, err) < 0)
		return -1;
	return element_gather((struct element){ELEMENT_F32, false},
	    (const uint8_t *)from->data, 2, to->dim, stride, to->type, to->data,
	    err);
}

int
match_take(struct graph *graph, struct checkpoint *checkpoint,
    struct match_passed *passed, struct error *err)
{
	size_t next = 0, wrong;

	if (check(graph, checkpoint, passed, &wrong, err) < 0)
		return -1;
	for (size_t i = 0; i < graph->n_tensors; i++) {
		struct tensor *to = &graph->tensors[i];
		struct tensor *from = find(checkpoint->tensors,
		    checkpoint->n_tensors, to->name, &next);

		if (from != NULL && take_elements(to, from, err) < 0)
			return -1;
		if (from != NULL || to->role == ROLE_CONSTANT)
			continue;
		free(to->data);
		if (tensor_allocate(to, err) < 0)
			return -1;
	}
	return tie_graph(graph, checkpoint, &passed->ties, err);
}

/*
 * What the architecture's first or last tensor is in the checkpoint, whatever
 * order that has; NULL when it is not there.
 */
static int
find_end(const struct checkpoint *checkpoint, const char *arch, bool last,
    const struct tensor **found, struct error *err)
{
	const struct shape input = architecture_input(arch);
	struct graph graph;
	size_t next = 0;

	if (architecture_build(&graph, arch, &input, USUAL_CLASSES, err) < 0)
		return -1;
	*found = find(checkpoint->tensors, checkpoint->n_tensors,
	    graph.tensors[last ? graph.n_tensors - 1 : 0].name, &next);
	graph_free(&graph);
	return 0;
}

/*
 * The images that the first layer may want: a convolution says how many
 * channels, a linear layer leaves colour or grey.  The usual size comes first.
 */
static size_t
list_inputs(const struct tensor *first, const char *arch,
    struct shape inputs[INPUTS_MAX])
{
	static const int64_t sizes[] = {32, 28, 64, 96, 224};
	const bool conv = first != NULL && first->rank == 4;
	const int64_t channels[] = {conv ? first->dim[1] : 3, 1};
	size_t n = 0;

	for (int c = 0; c < (conv ? 1 : 2); c++) {
		int64_t usual =
		    channels[c] == 1 ? 28 : architecture_input(arch).dim[1];

		for (int i = -1; i < (int)(sizeof(sizes) / sizeof(sizes[0]));
		     i++) {
			int64_t size = i < 0 ? usual : sizes[i];

			if (i >= 0 && size == usual)
				continue;
			inputs[n++] = (struct shape){
			    .rank = 3, .dim = {channels[c], size, size}};
		}
	}
	return n;
}

static int
try_fit(const struct checkpoint *checkpoint, const struct match_fit *fit,
    size_t *wrong, struct error *err)
{
	struct graph graph;
	int status;

	if (architecture_build(
		&graph, fit->arch, &fit->input, fit->classes, err) < 0)
		return -1;
	status = match_check(&graph, checkpoint, wrong, err);
	graph_free(&graph);
	return status < 0 ? error_prefix(err, "not %s", fit->arch) : 0;
}

/* The rows of what the architecture's last tensor is in the checkpoint. */
static int
find_classes(const struct tensor *last)
{
	if (last == NULL || last->rank == 0 || last->dim[0] < 1 ||
	    last->dim[0] > INT_MAX)
		return USUAL_CLASSES;
	return (int)last->dim[0];
}

int
match_find_fit(const struct checkpoint *checkpoint, const struct shape *input,
    int classes, struct match_fit *fit, size_t *wrong, struct error *err)
{
	const struct tensor *first, *last;
	struct shape inputs[INPUTS_MAX];
	struct error other = {.text = ""};
	size_t n = 1, others;

	if (find_end(checkpoint, fit->arch, false, &first, err) < 0 ||
	    find_end(checkpoint, fit->arch, true, &last, err) < 0)
		return -1;
	if (input != NULL)
		inputs[0] = *input;
	else
		n = list_inputs(first, fit->arch, inputs);
	fit->classes = classes > 0 ? classes : find_classes(last);
	for (size_t i = 0; i < n; i++) {
		struct error *why = i == 0 ? err : &other;

		fit->input = inputs[i];
		if (try_fit(checkpoint, fit, i == 0 ? wrong : &others, why) ==
		    0)
			return 0;
		if (why->memory) {
			*err = *why;
			return -1;
		}
	}
	return -1;
}

int
match_find_architecture(const struct checkpoint *checkpoint,
    const struct shape *input, int classes, struct match_fit *fit,
    struct error *err)
{
	const struct tensor *first = &checkpoint->tensors[0];
	char shape[TENSOR_SHAPE_TEXT_BYTES];
	struct match_fit candidate;
	struct list found = {0};
	const char *fits;
	size_t wrong;

	for (size_t i = 0; architecture_name(i) != NULL; i++) {
		candidate.arch = architecture_name(i);
		if (match_find_fit(checkpoint, input, classes, &candidate,
			&wrong, err) < 0) {
			if (!err->memory)
				continue;
			text_free(&found.text);
			return -1;
		}
		*fit = candidate;
		text_add(&found.text, "%s%s", found.n > 0 ? ", " : "",
		    candidate.arch);
		found.n++;
	}
	if (found.n == 0)
		error_set(err,
		    "no architecture of ours has these tensors (%zu: %.80s %s, "
		    "...): --arch NAME says where one differs; a network of "
		    "another class comes with its graph, as ONNX (--graph "
		    "model.onnx for these weights), or through torch-model",
		    checkpoint->n_tensors, first->name,
		    tensor_shape_text(first, shape));
	else if (found.n > 1 && (fits = text_chars(&found.text, err)) != NULL)
		error_set(err,
		    "the tensors fit %s: --arch must say which it is", fits);
	text_free(&found.text);
	return found.n == 1 ? 0 : -1;
}
