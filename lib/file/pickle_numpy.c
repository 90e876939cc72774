#include "file/pickle_numpy.h"

#include "base/plural.h"

/* Values as Python 2 (text) and 3 (bytes) wrote them. */
static bool
has_bytes(const struct pickle_value *value)
{
	return value != NULL &&
	       (value->kind == PICKLE_BYTES || value->kind == PICKLE_TEXT);
}

/* dtype('f8', 0, 1) whose state is (3, '<', ...). */
static int
parse_type(const struct pickle_value *dtype, struct element *element,
    struct error *err)
{
	const struct pickle_value *descr, *order;

	if (!pickle_is_call(dtype, "numpy.dtype"))
		return error_set(err, "numpy object without a type");
	descr = pickle_item(dtype->call.arguments, 0);
	order = pickle_item(dtype->call.state, 1);
	if (!has_bytes(descr))
		return error_set(err, "numpy object without a type");
	if (element_parse(descr->text.chars, descr->text.n, element, err) < 0)
		return -1;
	if (has_bytes(order) && order->text.n == 1)
		element->swapped = order->text.chars[0] == '>';
	return 0;
}

/* multiarray.scalar(dtype, bytes) */
static bool
scalar(const struct pickle_value *value, double *out)
{
	const struct pickle_value *bytes;
	struct element element = {ELEMENT_U8, false};
	struct error lost; /* another kind of value is no error */

	if (!pickle_is_call(value, "numpy.core.multiarray.scalar") &&
	    !pickle_is_call(value, "numpy._core.multiarray.scalar"))
		return false;
	bytes = pickle_item(value->call.arguments, 1);
	if (!has_bytes(bytes) ||
	    parse_type(pickle_item(value->call.arguments, 0), &element, &lost) <
		0 ||
	    bytes->text.n != element_bytes(element.kind))
		return false;
	return element_real(element, (const uint8_t *)bytes->text.chars, out,
		   &lost) == 0;
}

bool
pickle_number(const struct pickle_value *value, double *out)
{
	if (value == NULL)
		return false;
	if (value->kind == PICKLE_REAL)
		*out = value->real;
	else if (value->kind == PICKLE_INT || value->kind == PICKLE_BOOL)
		*out = (double)value->integer;
	else
		return scalar(value, out);
	return true;
}

static int
parse_shape(const struct pickle_value *shape, struct pickle_array *array,
    struct error *err)
{
	const struct pickle_value *dim;

	if (shape == NULL || shape->kind != PICKLE_TUPLE ||
	    shape->items.n > TENSOR_RANK_MAX)
		return error_set(err,
		    "numpy array has no shape of at most %d "
		    "dimensions",
		    TENSOR_RANK_MAX);
	array->n = 1;
	array->rank = (int)shape->items.n;
	for (int i = 0; i < array->rank; i++) {
		dim = pickle_item(shape, (size_t)i);
		if (dim->kind != PICKLE_INT || dim->integer < 0 ||
		    __builtin_mul_overflow(array->n, dim->integer, &array->n))
			return error_set(
			    err, "numpy array has an impossible shape");
		array->dim[i] = dim->integer;
	}
	return 0;
}

/* _reconstruct(...) whose state is (version, shape, dtype, fortran, bytes). */
int
pickle_array_view(const struct pickle_value *value, struct pickle_array *array,
    struct error *err)
{
	const struct pickle_value *state, *fortran, *bytes;
	uint64_t want;
	char text[80];

	*array = (struct pickle_array){0};
	if (!pickle_is_call(value, "numpy.core.multiarray._reconstruct") &&
	    !pickle_is_call(value, "numpy._core.multiarray._reconstruct"))
		return error_set(err, "%s where a numpy array was expected",
		    value != NULL ? pickle_describe(value, text) : "nothing");
	state = value->call.state;
	fortran = pickle_item(state, 3);
	bytes = pickle_item(state, 4);
	if (fortran == NULL || !has_bytes(bytes))
		return error_set(err, "numpy array without data");
	if (parse_shape(pickle_item(state, 1), array, err) < 0 ||
	    parse_type(pickle_item(state, 2), &array->element, err) < 0)
		return -1;
	if (__builtin_mul_overflow((uint64_t)array->n,
		element_bytes(array->element.kind), &want) ||
	    want != bytes->text.n)
		return error_set(err,
		    "numpy array has %zu byte%s of data, its shape wants %lld "
		    "element%s",
		    bytes->text.n, plural_s((int64_t)bytes->text.n),
		    (long long)array->n, plural_s(array->n));
	array->fortran =
	    (fortran->kind == PICKLE_BOOL || fortran->kind == PICKLE_INT) &&
	    fortran->integer != 0;
	array->bytes = (const uint8_t *)bytes->text.chars;
	return 0;
}
