#include <stdlib.h>
#include <string.h>

#include "base/plural.h"
#include "model/checkpoint_form.h"
#include "model/torch.h"

/* PyTorch's names for element types: of storages, and of dtypes. */
static const struct {
	const char *storage, *dtype;
	enum element_kind kind;
} types[] = {
    {"FloatStorage", "float32", ELEMENT_F32},
    {"DoubleStorage", "float64", ELEMENT_F64},
    {"HalfStorage", "float16", ELEMENT_F16},
    {"BFloat16Storage", "bfloat16", ELEMENT_BF16},
    {"LongStorage", "int64", ELEMENT_I64},
    {"IntStorage", "int32", ELEMENT_I32},
    {"ShortStorage", "int16", ELEMENT_I16},
    {"CharStorage", "int8", ELEMENT_I8},
    {"ByteStorage", "uint8", ELEMENT_U8},
    {"BoolStorage", "bool", ELEMENT_BOOL},
    {"UntypedStorage", NULL, ELEMENT_U8},
    {"_UntypedStorage", NULL, ELEMENT_U8},
    {NULL, "uint16", ELEMENT_U16},
    {NULL, "uint32", ELEMENT_U32},
    {NULL, "uint64", ELEMENT_U64},
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

/*
 * "torch.FloatStorage", "torch.cuda.FloatStorage", "torch.float32": PyTorch's
 * own, of whatever device; another module's class of that name is not.
 */
static int
find_type(const struct pickle_value *global, bool dtype, struct error *err)
{
	static const char torch[] = "torch.";
	const char *name = "", *dot;
	size_t n = 0;
	char text[80];

	if (global == NULL || global->kind != PICKLE_GLOBAL)
		return error_set(err, "a storage has no type");
	if (global->text.n >= sizeof(torch) &&
	    memcmp(global->text.chars, torch, sizeof(torch) - 1) == 0) {
		name = global->text.chars;
		n = global->text.n;
	}
	while (n > 0 && (dot = memchr(name, '.', n)) != NULL) {
		n -= (size_t)(dot + 1 - name);
		name = dot + 1;
	}
	for (int i = 0; i < TYPES; i++) {
		const char *want = dtype ? types[i].dtype : types[i].storage;

		if (want != NULL && strlen(want) == n &&
		    memcmp(want, name, n) == 0)
			return i;
	}
	return error_set(err,
	    "elements are %s, expected floating-point numbers, integers or "
	    "truth values",
	    pickle_describe(global, text));
}

static bool
integer(const struct pickle_value *value, int64_t *out)
{
	if (value == NULL || value->kind != PICKLE_INT)
		return false;
	*out = value->integer;
	return true;
}

/* Old files describe a part of a storage: (key, first, n), or None. */
static int
parse_view(const struct pickle_value *view, struct torch_storage *storage,
    struct error *err)
{
	int64_t end;

	storage->first = 0;
	storage->part = storage->n;
	if (view == NULL || view->kind == PICKLE_NONE)
		return 0;
	if (!integer(pickle_item(view, 1), &storage->first) ||
	    !integer(pickle_item(view, 2), &storage->part) ||
	    storage->first < 0 || storage->part < 0 ||
	    __builtin_add_overflow(storage->first, storage->part, &end) ||
	    end > storage->n)
		return error_set(err, "a view lies outside its storage");
	return 0;
}

int
torch_parse_storage(const struct pickle_value *persistent,
    struct torch_storage *storage, struct error *err)
{
	const struct pickle_value *id = persistent->id, *key;
	int type;

	*storage = (struct torch_storage){0};
	if (pickle_is_text(pickle_item(id, 0), "module"))
		return error_set(err,
		    "holds a whole module, expected its state: load it in "
		    "Python and torch.save(model.state_dict(), FILE); a "
		    "network of another class than netnew --list names comes "
		    "with its graph, as ONNX (--graph model.onnx for these "
		    "weights), or through torch-model");
	key = pickle_item(id, 2);
	if (!pickle_is_text(pickle_item(id, 0), "storage") || key == NULL ||
	    key->kind != PICKLE_TEXT ||
	    !integer(pickle_item(id, 4), &storage->n) || storage->n < 0 ||
	    storage->n > INT64_MAX / 8)
		return error_set(err, "a tensor has no storage");
	type = find_type(pickle_item(id, 1), false, err);
	if (type < 0)
		return -1;
	storage->key = key->text.chars;
	storage->n_key = key->text.n;
	storage->kind = types[type].kind;
	return parse_view(pickle_item(id, 5), storage, err);
}

/* A call of one of PyTorch's rebuilding functions, wrappers taken off. */
struct rebuild {
	const struct pickle_value *callable, *arguments;
};

static bool
unwrap(const struct pickle_value *value, struct rebuild *r)
{
	if (value == NULL || value->kind != PICKLE_CALL)
		return false;
	r->callable = value->call.callable;
	r->arguments = value->call.arguments;
	/* _rebuild_parameter(tensor, ...) and _rebuild_from_type_v2(function,
	 * type, arguments, state), in either order, not without end. */
	for (int i = 0; i < 4; i++) {
		if (pickle_is_global(
			r->callable, "torch._utils._rebuild_parameter") ||
		    pickle_is_global(r->callable,
			"torch._utils._rebuild_parameter_with_state")) {
			value = pickle_item(r->arguments, 0);
			if (value == NULL || value->kind != PICKLE_CALL)
				return false;
			r->callable = value->call.callable;
			r->arguments = value->call.arguments;
		} else if (pickle_is_global(r->callable,
			       "torch._tensor._rebuild_from_type_v2")) {
			r->callable = pickle_item(r->arguments, 0);
			r->arguments = pickle_item(r->arguments, 2);
		} else {
			break;
		}
	}
	return true;
}

static bool
find_rebuild(const struct pickle_value *value, struct rebuild *r)
{
	if (!unwrap(value, r))
		return false;
	return pickle_is_global(r->callable, "torch._utils._rebuild_tensor") ||
	       pickle_is_global(
		   r->callable, "torch._utils._rebuild_tensor_v2") ||
	       pickle_is_global(r->callable, "torch._utils._rebuild_tensor_v3");
}

bool
torch_is_tensor(const struct pickle_value *value)
{
	struct rebuild r;

	return find_rebuild(value, &r);
}

/* Tensors whose elements are no plain numbers in a storage. */
static const struct {
	const char *callable;
	const char *is;
} strange[] = {
    {"torch._utils._rebuild_qtensor",
	"is quantised, expected plain numbers: torch.save the state of the "
	"network before it was quantised, or tensor.dequantize()"},
    {"torch._utils._rebuild_sparse_tensor",
	"is sparse, expected a dense one: torch.save tensor.to_dense()"},
    {"torch._utils._rebuild_sparse_csr_tensor",
	"is sparse, expected a dense one: torch.save tensor.to_dense()"},
    {"torch._utils._rebuild_nested_tensor",
	"is nested (rows of different lengths), expected a dense one"},
    {"torch._utils._rebuild_meta_tensor_no_storage",
	"is of the device 'meta' and has no elements: load the weights "
	"before torch.save"},
    {"torch._utils._rebuild_device_tensor_from_numpy",
	"is of another device, expected one of the CPU: torch.save "
	"tensor.cpu()"},
    {"torch._utils._rebuild_device_tensor_from_cpu_tensor",
	"is of another device, expected one of the CPU: torch.save "
	"tensor.cpu()"},
    {"torch._utils._rebuild_wrapper_subclass",
	"is of a class of its own that wraps others, expected plain numbers: "
	"torch.save the state before it was quantised or distributed"},
};

/* A quantised layer keeps weight and bias as a pair. */
const char *
torch_find_strange(const struct pickle_value *value)
{
	struct rebuild r;

	if (value != NULL && value->kind == PICKLE_TUPLE)
		value = pickle_item(value, 0);
	if (!unwrap(value, &r))
		return NULL;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		if (pickle_is_global(r.callable, strange[i].callable))
			return strange[i].is;
	return NULL;
}

/* How a tensor lies in its storage, all in elements. */
struct layout {
	struct torch_storage storage;
	enum element_kind kind;
	int rank;
	int64_t offset, n; /* n: elements of the tensor */
	int64_t dim[TENSOR_RANK_MAX], stride[TENSOR_RANK_MAX];
};

static int
parse_axes(const struct pickle_value *size, const struct pickle_value *stride,
    struct layout *l, struct error *err)
{
	if (size == NULL || size->kind != PICKLE_TUPLE || stride == NULL ||
	    stride->kind != PICKLE_TUPLE || size->items.n != stride->items.n)
		return error_set(err, "a tensor has no size and stride");
	if (size->items.n > TENSOR_RANK_MAX)
		return error_set(err,
		    "a tensor has %u dimension%s, expected at most %d",
		    size->items.n, plural_s((int64_t)size->items.n),
		    TENSOR_RANK_MAX);
	l->rank = (int)size->items.n;
	l->n = 1;
	for (int i = 0; i < l->rank; i++)
		if (!integer(size->items.at[i], &l->dim[i]) ||
		    !integer(stride->items.at[i], &l->stride[i]) ||
		    l->dim[i] < 0 || l->stride[i] < 0 ||
		    __builtin_mul_overflow(l->n, l->dim[i], &l->n))
			return error_set(
			    err, "a tensor has an impossible size or stride");
	return 0;
}

/* Every element must lie inside the (part of the) storage. */
static int
check_reach(const struct layout *l, int64_t available, struct error *err)
{
	int64_t last = l->offset, step;

	if (l->n == 0)
		return 0;
	for (int i = 0; i < l->rank; i++)
		if (__builtin_mul_overflow(
			l->dim[i] - 1, l->stride[i], &step) ||
		    __builtin_add_overflow(last, step, &last))
			last = INT64_MAX;
	if (l->offset < 0 || last >= available)
		return error_set(err,
		    "element %lld is outside the storage of %lld",
		    (long long)last, (long long)available);
	return 0;
}

/*
 * _rebuild_tensor(storage, offset, size, stride), _v2 with more behind it, _v3
 * with the dtype at 6 because the storage has none.
 */
static int
parse_layout(const struct rebuild *r, struct layout *l, struct error *err)
{
	const struct pickle_value *storage = pickle_item(r->arguments, 0);
	int64_t available;
	int type;

	if (storage == NULL || storage->kind != PICKLE_PERSISTENT)
		return error_set(err, "a tensor has no storage");
	if (torch_parse_storage(storage, &l->storage, err) < 0 ||
	    parse_axes(pickle_item(r->arguments, 2),
		pickle_item(r->arguments, 3), l, err) < 0)
		return -1;
	if (!integer(pickle_item(r->arguments, 1), &l->offset))
		return error_set(err, "a tensor has no offset");
	l->kind = l->storage.kind;
	available = l->storage.part;
	if (pickle_is_global(r->callable, "torch._utils._rebuild_tensor_v3")) {
		type = find_type(pickle_item(r->arguments, 6), true, err);
		if (type < 0)
			return -1;
		l->kind = types[type].kind;
		available = available *
			    (int64_t)element_bytes(l->storage.kind) /
			    (int64_t)element_bytes(l->kind);
	}
	return check_reach(l, available, err);
}

int
torch_find_view(const struct pickle_value *value, struct torch_view *view,
    struct error *err)
{
	struct layout l = {0};
	struct rebuild r;
	int64_t last = 0;

	if (!find_rebuild(value, &r))
		return error_set(err, "not a tensor");
	if (parse_layout(&r, &l, err) < 0)
		return -1;
	for (int i = 0; i < l.rank && l.n > 0; i++)
		last += (l.dim[i] - 1) * l.stride[i];
	*view = (struct torch_view){.key = l.storage.key,
	    .n_key = l.storage.n_key,
	    .kind = l.kind,
	    .n = l.n,
	    .rank = l.rank};
	view->first = l.storage.first * (int64_t)element_bytes(l.storage.kind) +
		      l.offset * (int64_t)element_bytes(l.kind);
	view->end = view->first +
		    (l.n > 0 ? last + 1 : 0) * (int64_t)element_bytes(l.kind);
	memcpy(view->dim, l.dim, sizeof(l.dim));
	memcpy(view->stride, l.stride, sizeof(l.stride));
	return 0;
}

int
torch_read_tensor(struct torch_file *file, const struct pickle_value *value,
    const char *name, struct tensor *tensor, struct error *err)
{
	struct rebuild r;
	struct layout l = {0};
	const uint8_t *bytes;

	*tensor = (struct tensor){0};
	if (!find_rebuild(value, &r))
		return error_set(err, "not a tensor");
	if (parse_layout(&r, &l, err) < 0 ||
	    tensor_init(tensor, name, element_tensor_type(l.kind), l.rank,
		l.dim, err) < 0 ||
	    checkpoint_pay(&file->left_bytes, tensor, err) < 0 ||
	    tensor_allocate(tensor, err) < 0)
		goto failed;
	if (l.n == 0)
		return 0;
	bytes = file->fetch(file, &l.storage, err);
	if (bytes == NULL)
		goto failed;
	bytes += (size_t)l.storage.first * element_bytes(l.storage.kind) +
		 (size_t)l.offset * element_bytes(l.kind);
	if (element_gather((struct element){l.kind, file->swapped}, bytes,
		l.rank, l.dim, l.stride, tensor->type, tensor->data, err) == 0)
		return 0;
failed:
	tensor_free(tensor);
	return -1;
}
