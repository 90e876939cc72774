/* PyTorch's files as checkpoints: the dict of tensors, and notes beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "file/pickle_numpy.h"
#include "model/checkpoint_form.h"
#include "model/torch.h"

static const char advice[] =
    "load it in Python and torch.save(model.state_dict(), FILE); a network of "
    "another class than netnew --list names comes with its graph, as ONNX "
    "(--graph model.onnx for these weights), or through torch-model";

/* Items of dicts that are looked at: a file can have more than it has bytes. */
enum { LOOKS_MAX = 1 << 20 };

/* The dict of tensors, and the one that it stands in, which has the notes. */
struct found {
	const struct pickle_value *state, *around;
	char name[128]; /* under which it stands */
	size_t looks;
};

/* How many tensors a value has under names, when it is a dict. */
static size_t
count_tensors(const struct pickle_value *dict, struct found *found)
{
	size_t n = 0;

	if (dict->kind != PICKLE_DICT)
		return 0;
	for (size_t i = 0; i < dict->items.n && found->looks < LOOKS_MAX;
	     i += 2, found->looks++)
		n += dict->items.at[i]->kind == PICKLE_TEXT &&
		     (torch_is_tensor(dict->items.at[i + 1]) ||
			 torch_find_strange(dict->items.at[i + 1]) != NULL);
	return n;
}

static bool
is_usual(const struct pickle_value *key)
{
	static const char *const usual[] = {
	    "state_dict", "net", "model_state_dict", "model"};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (pickle_is_text(key, usual[i]))
			return true;
	return false;
}

/* How text is shown in a message. */
static int
shown(const struct pickle_value *text)
{
	return text->text.n < 40 ? (int)text->text.n : 40;
}

static int
take_state(struct found *found, const struct pickle_value *around,
    const struct pickle_value *outer, size_t i, struct error *err)
{
	const struct pickle_value *key = around->items.at[i];
	char name[sizeof(found->name)];

	snprintf(name, sizeof(name), "%.*s%s%.*s",
	    outer != NULL ? shown(outer) : 0,
	    outer != NULL ? outer->text.chars : "", outer != NULL ? "." : "",
	    shown(key), key->text.chars);
	if (found->state != NULL)
		return error_set(err,
		    "holds dicts of tensors under '%s' and under '%s', "
		    "expected one: torch.save one of them",
		    found->name, name);
	found->state = around->items.at[i + 1];
	found->around = around;
	memcpy(found->name, name, sizeof(name));
	return 0;
}

/* The dicts of tensors under the usual names of dict, or under the others. */
static int
look(const struct pickle_value *dict, const struct pickle_value *outer,
    bool usual, struct found *found, struct error *err)
{
	for (size_t i = 0; i < dict->items.n; i += 2)
		if (dict->items.at[i]->kind == PICKLE_TEXT &&
		    is_usual(dict->items.at[i]) == usual &&
		    count_tensors(dict->items.at[i + 1], found) > 0 &&
		    take_state(found, dict, outer, i, err) < 0)
			return -1;
	return 0;
}

/*
 * The usual names first; then dict itself, unless another of its values has
 * more tensors: its own are numbers then, or the state of a generator.
 */
static int
look_at(const struct pickle_value *dict, const struct pickle_value *outer,
    struct found *found, struct error *err)
{
	const struct pickle_value *before = found->state;
	const size_t own = count_tensors(dict, found);
	size_t most = 0;

	if (look(dict, outer, true, found, err) < 0)
		return -1;
	if (found->state != before)
		return 0;
	for (size_t i = 0; i < dict->items.n; i += 2) {
		const size_t n = count_tensors(dict->items.at[i + 1], found);

		most = n > most ? n : most;
	}
	if (own <= most)
		return look(dict, outer, false, found, err);
	if (outer == NULL)
		found->state = found->around = dict;
	return 0;
}

/* Once more, in the dicts that stand in dict. */
static int
look_inside(
    const struct pickle_value *dict, struct found *found, struct error *err)
{
	for (size_t i = 0; i < dict->items.n; i += 2)
		if (dict->items.at[i]->kind == PICKLE_TEXT &&
		    dict->items.at[i + 1]->kind == PICKLE_DICT &&
		    look_at(dict->items.at[i + 1], dict->items.at[i], found,
			err) < 0)
			return -1;
	return 0;
}

/* A module, or another object, where the dict of tensors should be. */
static const struct pickle_value *
find_object(const struct pickle_value *root)
{
	if (root->kind != PICKLE_DICT)
		return root;
	for (size_t i = 0; i < root->items.n; i += 2)
		if (root->items.at[i + 1]->kind == PICKLE_CALL &&
		    is_usual(root->items.at[i]) &&
		    !torch_is_tensor(root->items.at[i + 1]))
			return root->items.at[i + 1];
	return NULL;
}

/* What is there in the place of tensors. */
static int
refuse(const struct pickle_value *root, struct error *err)
{
	struct text names = {0};
	const char *list;
	size_t n = 0;

	for (size_t i = 0; i < root->items.n && n < 5; i += 2)
		if (root->items.at[i]->kind == PICKLE_TEXT)
			text_add(&names, "%s%.*s", n++ > 0 ? ", " : " (",
			    shown(root->items.at[i]),
			    root->items.at[i]->text.chars);
	if (n > 0)
		text_add(&names, n < root->items.n / 2 ? ", ...)" : ")");
	list = text_chars(&names, err);
	if (list != NULL)
		error_set(err,
		    "a dict without tensors%s, expected the state of a "
		    "module%s",
		    list,
		    pickle_get(root, "param_groups") != NULL
			? ": model.state_dict(), not that of the optimiser"
			: "");
	text_free(&names);
	return -1;
}

/* The dict of tensors in what the file holds, and *around: NULL failed. */
static const struct pickle_value *
find_state(const struct pickle_value *root, const struct pickle_value **around,
    struct error *err)
{
	struct found found = {0};
	const struct pickle_value *object;
	char text[80];

	if (root->kind == PICKLE_DICT && look_at(root, NULL, &found, err) < 0)
		return NULL;
	object = found.state == NULL ? find_object(root) : NULL;
	if (object != NULL) {
		const bool tensor = torch_is_tensor(object);

		error_set(err, "holds %s%s, expected a dict of tensors: %s",
		    object->kind == PICKLE_CALL && !tensor ? "the object " : "",
		    tensor ? "a single tensor" : pickle_describe(object, text),
		    advice);
		return NULL;
	}
	if (found.state == NULL && look_inside(root, &found, err) < 0)
		return NULL;
	if (found.state == NULL)
		refuse(root, err);
	*around = found.around;
	return found.state;
}

/* The tensors of the state dict; what else is in it is passed over. */
static int
list_entries(const struct pickle_value *state, struct entries *entries,
    struct error *err)
{
	for (size_t i = 0; i < state->items.n; i += 2) {
		const struct pickle_value *key = state->items.at[i];
		const struct pickle_value *value = state->items.at[i + 1];
		const char *strange;

		if (key->kind != PICKLE_TEXT)
			continue;
		strange = torch_find_strange(value);
		if (strange != NULL)
			return error_set(err, "tensor '%.*s' %s",
			    key->text.n < 120 ? (int)key->text.n : 120,
			    key->text.chars, strange);
		if (torch_is_tensor(value) &&
		    entries_add(
			entries, key->text.chars, key->text.n, value, err) < 0)
			return -1;
	}
	return entries->n > 0 ? 0 : refuse(state, err);
}

static int
read_entry(void *context, const void *place, const char *name,
    struct tensor *tensor, struct error *err)
{
	return torch_read_tensor(context, place, name, tensor, err);
}

/* What the tensors have in common. */
static int
find_shares(const struct entries *entries, struct checkpoint *checkpoint,
    struct error *err)
{
	struct torch_view *views = memory_new(entries->n, sizeof(*views), err);
	int status = views != NULL ? 0 : -1;

	for (size_t i = 0; status == 0 && i < entries->n; i++) {
		const struct entry *e = &entries->at[i];

		if (torch_find_view(e->place, &views[i], err) < 0)
			status = error_prefix(err, "tensor '%.*s'",
			    e->n < 120 ? (int)e->n : 120, e->name);
	}
	if (status == 0)
		status = torch_find_shares(
		    views, entries->n, &checkpoint->shares, err);
	free(views);
	return status;
}

static int
read_state(struct checkpoint *checkpoint, struct torch_file *file,
    const struct pickle_value *state, struct error *err)
{
	struct entries entries = {0};
	int status = list_entries(state, &entries, err);

	if (status == 0)
		status =
		    entries_read(&entries, checkpoint, read_entry, file, err);
	if (status == 0)
		status = find_shares(&entries, checkpoint, err);
	free(entries.at);
	return status;
}

/* A number that is a tensor of one element (a stored best_prec1). */
static int
note_tensor(struct checkpoint *checkpoint, struct torch_file *file,
    const struct pickle_value *key, const struct pickle_value *value,
    struct error *err)
{
	struct tensor tensor;
	int status = 0;

	/* what is no tensor is no note */
	if (torch_read_tensor(file, value, "note", &tensor, err) < 0)
		return err->memory ? -1 : 0;
	if (tensor.n == 1 && tensor.type == TENSOR_INT64)
		status = checkpoint_note_integer(checkpoint, key->text.chars,
		    key->text.n, tensor.i64[0], err);
	else if (tensor.n == 1)
		status = checkpoint_note_real(checkpoint, key->text.chars,
		    key->text.n, (double)tensor.f32[0], err);
	tensor_free(&tensor);
	return status;
}

static int
read_note(struct checkpoint *checkpoint, struct torch_file *file,
    const struct pickle_value *key, const struct pickle_value *value,
    struct error *err)
{
	double real;

	if (key->kind != PICKLE_TEXT)
		return 0;
	if (value->kind == PICKLE_TEXT)
		return checkpoint_note_text(checkpoint, key->text.chars,
		    key->text.n, value->text.chars, value->text.n, err);
	if (value->kind == PICKLE_INT || value->kind == PICKLE_BOOL)
		return checkpoint_note_integer(checkpoint, key->text.chars,
		    key->text.n, value->integer, err);
	if (pickle_number(value, &real))
		return checkpoint_note_real(
		    checkpoint, key->text.chars, key->text.n, real, err);
	return note_tensor(checkpoint, file, key, value, err);
}

static int
read_notes(struct checkpoint *checkpoint, struct torch_file *file,
    const struct pickle_value *root, struct error *err)
{
	for (size_t i = 0; i < root->items.n; i += 2)
		if (read_note(checkpoint, file, root->items.at[i],
			root->items.at[i + 1], err) < 0)
			return -1;
	return 0;
}

static int
read_file(struct checkpoint *checkpoint, struct torch_file *file, bool tensors,
    struct error *err)
{
	const struct pickle_value *root = file->pickle.root;
	const struct pickle_value *around = root;
	const struct pickle_value *state = find_state(root, &around, err);

	if (state == NULL ||
	    (tensors && read_state(checkpoint, file, state, err) < 0) ||
	    (around != root && read_notes(checkpoint, file, around, err) < 0))
		return -1;
	return state != root ? read_notes(checkpoint, file, root, err) : 0;
}

int
torch_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err)
{
	struct torch_file file;
	int status;

	if (content->bytes[0] == 'P')
		status = torch_open_zip(&file, content, err);
	else
		status = torch_open_legacy(&file, content, err);
	file.left_bytes = checkpoint_memory(content->n);
	if (status == 0)
		status = read_file(checkpoint, &file, tensors, err);
	torch_close(&file);
	return status;
}
