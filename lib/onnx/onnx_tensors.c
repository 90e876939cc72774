/* What an ONNX file calls its tensors and nodes, and how the graph does. */
#include "onnx/onnx_import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

/* Claims a name of the graph; false when somebody has it. */
static bool
claim(struct onnx_import *import, const char *name)
{
	struct onnx_map *map = &import->taken;
	size_t i = onnx_hash(name, strlen(name)) & (map->room - 1);

	for (; map->slot[i] != 0; i = (i + 1) & (map->room - 1))
		if (strcmp(import->graph->values[map->slot[i] - 1].name,
			name) == 0)
			return false;
	/* The value is about to be added as the next one. */
	map->slot[i] = (int)import->graph->n_values + 1;
	return true;
}

static int
grow_taken(struct onnx_import *import)
{
	struct onnx_map old = import->taken;
	const size_t n = import->graph->n_values;

	if (old.room > 2 * (n + 2))
		return 0;
	if (onnx_map_start(&import->taken, 2 * (n + 2), import->err) < 0) {
		import->taken = old;
		return -1;
	}
	free(old.slot);
	for (size_t v = 0; v < n; v++) {
		const char *name = import->graph->values[v].name;
		size_t i =
		    onnx_hash(name, strlen(name)) & (import->taken.room - 1);

		while (import->taken.slot[i] != 0)
			i = (i + 1) & (import->taken.room - 1);
		import->taken.slot[i] = (int)v + 1;
	}
	return 0;
}

/* base, or base_2, base_3 ...: a name that nobody has. */
int
onnx_unique_name(struct onnx_import *import, struct onnx_text base,
    char name[TENSOR_NAME_MAX + 1])
{
	const int n =
	    base.n < TENSOR_NAME_MAX - 12 ? (int)base.n : TENSOR_NAME_MAX - 12;

	if (grow_taken(import) < 0)
		return -1;
	snprintf(name, TENSOR_NAME_MAX + 1, "%.*s", n, base.chars);
	for (int i = 2; n == 0 || !claim(import, name); i++) {
		if (i > 100000)
			return error_set(import->err, "a name is used often");
		snprintf(
		    name, TENSOR_NAME_MAX + 1, "%.*s_%d", n, base.chars, i);
		if (n == 0 && claim(import, name))
			break;
	}
	return 0;
}

int
onnx_add(const struct onnx_step *step, enum operator_kind op, int n_in,
    const int *in, const struct attributes *attr)
{
	struct onnx_import *import = step->import;
	char name[TENSOR_NAME_MAX + 1];

	if (onnx_unique_name(import, onnx_node_name(step), name) < 0)
		return -1;
	return graph_add_node(
	    import->graph, op, name, n_in, in, attr, import->err);
}

int
onnx_emit(const struct onnx_step *step, enum operator_kind op, int n_in,
    const int *in, const struct attributes *attr,
    const struct onnx_shape *shape)
{
	struct onnx_import *import = step->import;
	int value = onnx_add(step, op, n_in, in, attr);
	struct onnx_result *out;
	struct shape one;

	if (value < 0 || (out = onnx_out(step, 0)) == NULL)
		return -1;
	out->kind = ONNX_ACTIVATION;
	out->value = value;
	out->shape = shape != NULL
			 ? *shape
			 : onnx_many(&import->graph->values[value].shape);
	one = onnx_one(&out->shape);
	if (!shape_same(&one, &import->graph->values[value].shape))
		return error_set(
		    import->err, "the output's shape depends on the batch");
	return 0;
}

/*
 * PyTorch's name of the module a node stands for: "/layer1/layer1.0/conv1/Conv"
 * is layer1.0.conv1.  A part that begins with the one before it replaces it.
 */
static bool
module_name(struct onnx_text node, char name[TENSOR_NAME_MAX + 1])
{
	const char *at = node.chars, *end = node.chars + node.n, *next;
	size_t n = 0, last = 0;

	if (node.n < 2 || *at != '/' || node.n > TENSOR_NAME_MAX)
		return false;
	for (at++; (next = memchr(at, '/', (size_t)(end - at))) != NULL;
	     at = next + 1) {
		size_t part = (size_t)(next - at);

		if (n > 0 && part > n - last &&
		    memcmp(at, name + last, n - last) == 0 &&
		    at[n - last] == '.') {
			n = last;
		} else if (n > 0) {
			name[n++] = '.';
			last = n;
		}
		memcpy(name + n, at, part);
		n += part;
	}
	name[n] = '\0';
	return n > 0;
}

static bool
is_made_up(const struct onnx_result *result)
{
	const struct onnx_text name = result->name;

	if (!result->learned || name.n == 0 ||
	    (name.n > 6 && memcmp(name.chars, "onnx::", 6) == 0))
		return true;
	for (size_t i = 0; i < name.n; i++)
		if (name.chars[i] < '0' || name.chars[i] > '9')
			return false;
	return true;
}

/* The name a tensor bears in the graph. */
static int
tensor_name(const struct onnx_step *step, const struct onnx_result *result,
    const char *slot, char name[TENSOR_NAME_MAX + 1])
{
	char module[TENSOR_NAME_MAX + 1], full[2 * TENSOR_NAME_MAX];
	const struct onnx_text node = onnx_node_name(step);

	if (!is_made_up(result) || !result->learned) {
		if (result->name.n > TENSOR_NAME_MAX - 12)
			return error_set(step->import->err,
			    "a tensor's name has %zu byte%s, expected at most "
			    "%d",
			    result->name.n, plural_s((int64_t)result->name.n),
			    TENSOR_NAME_MAX - 12);
		return onnx_unique_name(step->import, result->name, name);
	}
	step->import->made_up = true;
	/* torch.onnx names so what it folded */
	step->import->notes->folded |= onnx_text_is(step->node->op, "Conv");
	if (module_name(node, module))
		snprintf(full, sizeof(full), "%s.%s", module, slot);
	else
		snprintf(full, sizeof(full), "%.*s.%s", ONNX_TEXT(node), slot);
	return onnx_unique_name(
	    step->import, (struct onnx_text){full, strlen(full)}, name);
}

static int
note_order(struct onnx_import *import, size_t place)
{
	if (memory_grow(&import->order, &import->room_order,
		import->graph->n_tensors, sizeof(*import->order),
		import->err) < 0)
		return -1;
	import->order[import->graph->n_tensors - 1] = place;
	return 0;
}

/* Masks of attention hold this or less, where they do not hold 0. */
#define MASK_BELOW (-1e4F)

/* 0, and one number far below, which may be minus infinity? */
static bool
is_mask(const struct tensor *tensor)
{
	float low = 0.0F;

	for (int64_t i = 0; i < tensor->n; i++) {
		const float x = tensor->f32[i];

		if (low == 0.0F)
			low = x;
		if (x != 0.0F && x != low)
			return false;
	}
	return low <= MASK_BELOW;
}

/* Masks never move; infinities beside weights are of masks, too. */
static void
check_mask(struct tensor *tensor)
{
	bool constant = is_mask(tensor);

	for (int64_t i = 0; i < tensor->n; i++)
		constant |=
		    !isfinite(tensor->f32[i]) && tensor->role != ROLE_WEIGHT;
	if (constant && tensor_is_weight(tensor))
		tensor->role = ROLE_CONSTANT;
}

/* PyTorch keeps a counter beside every running variance. */
static int
add_counter(struct onnx_import *import, size_t place)
{
	static const char old[] = ".running_var",
			  new[] = ".num_batches_tracked";
	struct graph *graph = import->graph;
	const char *name = graph->tensors[graph->n_tensors - 1].name;
	const size_t n = strlen(name), cut = sizeof(old) - 1;
	char counter[TENSOR_NAME_MAX + sizeof(new)];

	if (n <= cut || strcmp(name + n - cut, old) != 0 ||
	    n + sizeof(new) > TENSOR_NAME_MAX)
		return 0;
	memcpy(counter, name, n - cut);
	memcpy(counter + n - cut, new, sizeof(new));
	if (grow_taken(import) < 0)
		return -1;
	if (!claim(import, counter))
		return 0;
	if (graph_add_tensor(graph, counter, TENSOR_INT64, ROLE_BATCHES, 0,
		NULL, import->err) < 0 ||
	    tensor_allocate(
		&graph->tensors[graph->n_tensors - 1], import->err) < 0)
		return -1;
	return note_order(import, place);
}

static int
add_tensor(const struct onnx_step *step, struct onnx_result *origin,
    enum tensor_role role, const char *slot, int out_axis)
{
	struct onnx_import *import = step->import;
	struct graph *graph = import->graph;
	char name[TENSOR_NAME_MAX + 1];
	struct tensor *tensor;

	if (tensor_name(step, origin, slot, name) < 0)
		return -1;
	origin->value = graph_add_tensor(graph, name, TENSOR_FLOAT32, role,
	    origin->tensor.rank, origin->tensor.dim, import->err);
	if (origin->value < 0 ||
	    note_order(import, 2 * (size_t)origin->origin) < 0)
		return -1;
	tensor = &graph->tensors[graph->n_tensors - 1];
	tensor->out_axis = out_axis;
	if (onnx_tensor_floats(
		&origin->tensor, &import->folder, tensor, import->err) < 0)
		return error_prefix(import->err, "tensor '%s'", name);
	check_mask(tensor);
	if (role == ROLE_RUNNING_VAR &&
	    add_counter(import, 2 * (size_t)origin->origin + 1) < 0)
		return -1;
	return origin->value;
}

/* A tensor that never moves; its place is among the file's. */
static int
add_numbers(const struct onnx_step *step, struct onnx_text base, size_t place,
    const struct onnx_shape *shape, const double *number)
{
	struct onnx_import *import = step->import;
	char name[TENSOR_NAME_MAX + 1];
	struct tensor *tensor;
	int value;

	if (onnx_unique_name(import, base, name) < 0)
		return -1;
	value = graph_add_tensor(import->graph, name, TENSOR_FLOAT32,
	    ROLE_CONSTANT, shape->rank, shape->dim, import->err);
	if (value < 0 || note_order(import, place) < 0)
		return -1;
	tensor = &import->graph->tensors[import->graph->n_tensors - 1];
	if (tensor_allocate(tensor, import->err) < 0)
		return -1;
	for (int64_t i = 0; i < tensor->n; i++)
		tensor->f32[i] = (float)number[i];
	return value;
}

/* Numbers worked out while reading. */
static int
add_constant(const struct onnx_step *step, struct onnx_result *result)
{
	result->value = add_numbers(step, result->name,
	    2 * (size_t)result->origin, &result->shape, result->number);
	return result->value;
}

int
onnx_add_numbers(const struct onnx_step *step, const struct onnx_shape *shape,
    const double *number)
{
	return add_numbers(step, onnx_node_name(step),
	    2 * step->import->n_results, shape, number);
}

/* An initialiser that is used in another shape has that in the graph. */
static int
take_shape(const struct onnx_step *step, struct onnx_result *origin,
    const struct onnx_result *result)
{
	const struct graph *graph = step->import->graph;
	const struct tensor *tensor;
	bool same = !result->transposed;

	for (int i = 0; i < result->shape.rank; i++)
		same &= result->shape.dim[i] % BATCH != 0;
	if (same && origin->value < 0) {
		origin->reshaped = true;
		origin->tensor.rank = result->shape.rank;
		memcpy(origin->tensor.dim, result->shape.dim,
		    sizeof(origin->tensor.dim));
		return 0;
	}
	if (same) {
		tensor = &graph->tensors[graph->values[origin->value].tensor];
		same = tensor->rank == result->shape.rank;
		for (int i = 0; same && i < tensor->rank; i++)
			same = tensor->dim[i] == result->shape.dim[i];
	}
	if (!same)
		return error_set(step->import->err,
		    "'%.*s' is used in two shapes", ONNX_TEXT(result->name));
	return 0;
}

/* ONNX's operators take operands of one type; exponents are free. */
static int
check_real(const struct onnx_step *step, const struct onnx_result *result)
{
	const bool whole = result->kind == ONNX_CONSTANT
			       ? result->whole
			       : onnx_tensor_is_whole(&result->tensor);

	if (!whole || result->cast || onnx_text_is(step->node->op, "Pow"))
		return 0;
	return error_set(step->import->err,
	    "'%.*s' holds integers, expected real numbers",
	    ONNX_TEXT(result->name));
}

void
onnx_share(const struct onnx_step *step, const struct onnx_result *image,
    struct onnx_result *tensor)
{
	const int64_t batch = step->import->static_batch;

	if (tensor->kind != ONNX_TENSOR || batch < 2 || tensor->value >= 0 ||
	    &step->import->results[tensor->origin] != tensor ||
	    tensor->shape.rank != image->shape.rank ||
	    image->shape.dim[0] != BATCH || tensor->shape.dim[0] != batch ||
	    tensor->tensor.copies > 1)
		return;
	tensor->shape.dim[0] = 1;
	tensor->tensor.dim[0] = 1;
	tensor->tensor.n /= batch;
	tensor->tensor.copies = batch;
}

int
onnx_use_tensor(const struct onnx_step *step, struct onnx_result *result,
    enum tensor_role role, const char *slot, int out_axis)
{
	struct onnx_result *origin = &step->import->results[result->origin];

	if (result->transposed && !onnx_text_is(step->node->op, "Gemm") &&
	    !onnx_text_is(step->node->op, "MatMul"))
		return error_set(step->import->err,
		    "'%.*s' is transposed, expected only in a product",
		    ONNX_TEXT(result->name));
	if ((result->reshaped || origin->reshaped) &&
	    take_shape(step, origin, result) < 0)
		return -1;
	if (result->kind != ONNX_TENSOR && result->kind != ONNX_CONSTANT)
		return error_set(step->import->err,
		    "'%.*s' is an activation, expected a tensor",
		    ONNX_TEXT(result->name));
	if (check_real(step, result) < 0)
		return -1;
	if (origin->value >= 0)
		return origin->value;
	if (result->kind == ONNX_CONSTANT)
		return add_constant(step, result);
	if (!origin->learned || origin->tensor.rank == 0)
		role = ROLE_CONSTANT;
	return add_tensor(step, origin, role, slot, out_axis);
}
