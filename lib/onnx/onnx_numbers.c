/* The numbers of constants: of what is read, and of what is made of them. */
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "onnx/onnx_import.h"

int
onnx_numbers(const struct onnx_import *import, struct onnx_result *result,
    const double **number)
{
	const struct onnx_tensor *tensor = &result->tensor;
	struct onnx_folder nowhere = {0};

	*number = result->number;
	if (result->number != NULL)
		return 1;
	if (result->kind != ONNX_TENSOR || tensor->n > CONSTANT_MAX ||
	    result->transposed || tensor->external ||
	    (!onnx_tensor_is_real(tensor) && !onnx_tensor_is_whole(tensor)))
		return 0;
	result->number =
	    memory_new((size_t)tensor->n, sizeof(*result->number), import->err);
	if (result->number == NULL)
		return -1;
	if (onnx_tensor_doubles(tensor, &nowhere, result->number, import->err) <
	    0)
		return error_prefix(
		    import->err, "'%.*s'", ONNX_TEXT(result->name));
	result->n = tensor->n;
	result->whole = onnx_tensor_is_whole(tensor) && !result->cast;
	*number = result->number;
	return 1;
}

int
onnx_get_numbers(
    const struct onnx_step *step, size_t i, struct onnx_numbers *numbers)
{
	struct onnx_result *in = onnx_in(step, i);

	if (in == NULL)
		return -1;
	*numbers = (struct onnx_numbers){.at = in->number,
	    .n = in->n,
	    .shape = in->shape,
	    .whole = in->whole};
	return 0;
}

double *
onnx_new_numbers(
    const struct onnx_step *step, const struct onnx_shape *shape, bool whole)
{
	struct onnx_import *import = step->import;
	const struct onnx_shape as = *shape;
	struct onnx_result *out;
	int64_t n = 1;

	if (!onnx_is_fixed(&as)) {
		error_set(import->err,
		    "a constant would be as large as the batch, expected one "
		    "of a fixed size");
		return NULL;
	}
	for (int i = 0; i < as.rank; i++)
		if (as.dim[i] < 0 || __builtin_mul_overflow(n, as.dim[i], &n) ||
		    n > CONSTANT_MADE_MAX) {
			error_set(import->err,
			    "a constant would have more than %d numbers",
			    CONSTANT_MADE_MAX);
			return NULL;
		}
	import->n_constants += n;
	if (import->n_constants > CONSTANTS_MAX) {
		error_set(import->err,
		    "the constants have more than %d numbers in all",
		    CONSTANTS_MAX);
		return NULL;
	}
	out = onnx_out(step, 0);
	if (out == NULL)
		return NULL;
	out->kind = ONNX_CONSTANT;
	out->n = n;
	out->whole = whole;
	out->shape = as;
	out->number = memory_new((size_t)n, sizeof(*out->number), import->err);
	return out->number;
}

int
onnx_set_numbers(const struct onnx_step *step, const double *number, int64_t n,
    int rank, bool whole)
{
	const struct onnx_shape shape = {.rank = rank, .dim = {n}};
	double *to = onnx_new_numbers(step, &shape, whole);

	if (to == NULL)
		return -1;
	memcpy(to, number, (size_t)n * sizeof(*number));
	return 0;
}

struct onnx_view
onnx_view_of(const struct onnx_shape *shape)
{
	struct onnx_view view = {0};
	int64_t step = 1;

	for (int i = shape->rank - 1; i >= 0; i--) {
		view.step[i] = step;
		step *= shape->dim[i];
	}
	return view;
}

void
onnx_copy_view(const double *from, const struct onnx_view *view,
    const struct onnx_shape *shape, double *to)
{
	int64_t at[TENSOR_RANK_MAX] = {0}, place = view->start, n = 1;

	for (int i = 0; i < shape->rank; i++)
		n *= shape->dim[i];
	for (int64_t done = 0; done < n; done++) {
		to[done] = from[place];
		for (int i = shape->rank - 1; i >= 0; i--) {
			place += view->step[i];
			if (++at[i] < shape->dim[i])
				break;
			place -= at[i] * view->step[i];
			at[i] = 0;
		}
	}
}

int64_t
onnx_whole(double number)
{
	if (!(number > -0x1p62))
		return -(INT64_C(1) << 62);
	return number < 0x1p62 ? (int64_t)number : INT64_C(1) << 62;
}

int
onnx_ints_or_input(const struct onnx_step *step, const char *name, size_t i,
    int64_t *out, size_t room, size_t *n)
{
	struct onnx_result *in;
	const double *number;

	*n = 0;
	if (onnx_is_attribute(step, name))
		return onnx_ints(step, name, out, room, n);
	if (!onnx_has(step, i))
		return 0;
	in = onnx_in(step, i);
	if (in == NULL)
		return -1;
	if (onnx_numbers(step->import, in, &number) < 0)
		return -1;
	if (number == NULL)
		return error_set(step->import->err,
		    "%s ('%.*s') is not known before the network runs", name,
		    ONNX_TEXT(in->name));
	if ((size_t)in->n > room)
		return error_set(step->import->err,
		    "%s has %lld number%s, expected at most %zu", name,
		    (long long)in->n, plural_s(in->n), room);
	*n = (size_t)in->n;
	for (size_t j = 0; j < *n; j++)
		out[j] = onnx_whole(number[j]);
	return 0;
}
