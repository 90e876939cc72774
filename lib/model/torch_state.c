/* PyTorch's files as checkpoints: the dict of tensors, and notes beside it. */
#include <stdlib.h>

#include "base/memory.h"
#include "file/pickle_numpy.h"
#include "model/checkpoint_form.h"
#include "model/torch.h"

static const char advice[] =
    "load it in Python and torch.save(model.state_dict(), FILE)";

static bool
has_tensors(const struct pickle_value *dict)
{
	if (dict->kind != PICKLE_DICT)
		return false;
	for (size_t i = 0; i < dict->items.n; i += 2)
		if (torch_is_tensor(dict->items.at[i + 1]))
			return true;
	return false;
}

/*
 * What stands under one of the names that programs use: the dict of tensors, or
 * what is there in its place.  root when there is none, NULL with an error when
 * there are several.
 */
static const struct pickle_value *
find_inner(const struct pickle_value *root, struct error *err)
{
	static const char *const keys[] = {
	    "state_dict", "net", "model_state_dict", "model"};
	const struct pickle_value *found = root;
	const char *where = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct pickle_value *inner = pickle_get(root, keys[i]);

		if (inner == NULL || torch_is_tensor(inner))
			continue;
		if (!has_tensors(inner)) {
			if (found == root &&
			    (inner->kind == PICKLE_CALL || !has_tensors(root)))
				found = inner;
			continue;
		}
		if (where != NULL) {
			error_set(err,
			    "holds dicts of tensors under '%s' and under '%s', "
			    "expected one: torch.save one of them",
			    where, keys[i]);
			return NULL;
		}
		where = keys[i];
		found = inner;
	}
	return found;
}

/* The dict of tensors in what the file holds. */
static const struct pickle_value *
find_state(const struct pickle_value *root, struct error *err)
{
	const struct pickle_value *state = find_inner(root, err);
	char text[80];

	if (state == NULL)
		return NULL;
	if (state->kind == PICKLE_CALL && !torch_is_tensor(state))
		error_set(err,
		    "holds the object %s, expected a dict of tensors: %s",
		    pickle_describe(state, text), advice);
	else if (state->kind != PICKLE_DICT)
		error_set(err, "holds %s, expected a dict of tensors: %s",
		    pickle_describe(state, text), advice);
	else
		return state;
	return NULL;
}

/* The tensors of the state dict; what else is in it is passed over. */
static int
list_entries(const struct pickle_value *state, struct entries *entries,
    struct error *err)
{
	for (size_t i = 0; i < state->items.n; i += 2) {
		const struct pickle_value *key = state->items.at[i];
		const struct pickle_value *value = state->items.at[i + 1];

		if (key->kind == PICKLE_TEXT && torch_is_tensor(value) &&
		    entries_add(
			entries, key->text.chars, key->text.n, value, err) < 0)
			return -1;
	}
	if (entries->n == 0)
		return error_set(err,
		    "a dict without tensors, expected the state of a module");
	return 0;
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
	const struct pickle_value *state = find_state(root, err);

	if (state == NULL ||
	    (tensors && read_state(checkpoint, file, state, err) < 0))
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
