#include "model/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "file/pickle_numpy.h"
#include "model/torch.h"

enum {
	TENSORS_MAX = 1 << 16,
	NOTES_MAX = 64,
	NOTE_BYTES_MAX = 255,
	MEMORY_FACTOR = 16,
	MEMORY_BYTES = 16 << 20,
};

static const char advice[] =
    "load it in Python and torch.save(model.state_dict(), FILE)";

static bool
starts(const uint8_t *bytes, size_t n, const char *magic, size_t n_magic)
{
	return n >= n_magic && memcmp(bytes, magic, n_magic) == 0;
}

int
checkpoint_known(const uint8_t *bytes, size_t n, struct error *err)
{
	if (starts(bytes, n, "PK\x03\x04", 4) || starts(bytes, n, "\x80", 1))
		return 0;
	if (n == 0)
		return error_set(err, "empty, expected a checkpoint");
	if (n >= 262 && memcmp(bytes + 257, "ustar", 5) == 0)
		return error_set(err,
		    "a tar archive, which only the oldest versions of PyTorch "
		    "wrote: %s",
		    advice);
	if (starts(bytes, n, "\x89HDF", 4))
		return error_set(err,
		    "an HDF5 file, expected a checkpoint of PyTorch: %s",
		    advice);
	return error_set(err,
	    "not a checkpoint of PyTorch: neither a zip archive nor a pickle");
}

static void
notes_free(struct checkpoint_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(notes[i].name);
		free(notes[i].text);
	}
	free(notes);
}

void
checkpoint_free(struct checkpoint *checkpoint)
{
	tensors_free(checkpoint->tensors, checkpoint->n_tensors);
	notes_free(checkpoint->notes, checkpoint->n_notes);
	*checkpoint = (struct checkpoint){0};
}

const struct checkpoint_note *
checkpoint_find_note(const struct checkpoint *checkpoint, const char *name)
{
	for (size_t i = 0; i < checkpoint->n_notes; i++)
		if (strcmp(checkpoint->notes[i].name, name) == 0)
			return &checkpoint->notes[i];
	return NULL;
}

/* The dict of tensors in what the file holds. */
static const struct pickle_value *
find_state(const struct pickle_value *root, struct error *err)
{
	static const char *const keys[] = {
	    "state_dict", "net", "model_state_dict", "model"};
	const struct pickle_value *state = root;
	char text[80];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct pickle_value *inner = pickle_get(root, keys[i]);

		if (inner != NULL && !torch_is_tensor(inner)) {
			state = inner;
			break;
		}
	}
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

/* A tensor of the state, still to be read. */
struct entry {
	const char *name; /* n characters */
	size_t n;
	const struct pickle_value *value;
};

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *p = a, *q = b;
	int order = memcmp(p->name, q->name, p->n < q->n ? p->n : q->n);

	return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

static int
check_names(const struct entry *entries, size_t n, struct error *err)
{
	struct entry *sorted = memory_new(n, sizeof(*sorted), err);
	int status = 0;

	if (sorted == NULL)
		return -1;
	memcpy(sorted, entries, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_entries);
	for (size_t i = 0; status == 0 && i < n; i++) {
		const struct entry *e = &sorted[i];
		int shown = e->n > 120 ? 120 : (int)e->n;

		if (!text_is_printable(e->name, e->n))
			status = error_set(
			    err, "a tensor's name is not printable text");
		else if (i > 0 && compare_entries(e, e - 1) == 0)
			status = error_set(
			    err, "tensor '%.*s' occurs twice", shown, e->name);
	}
	free(sorted);
	return status;
}

/* Wrappers' prefixes go when all names have them, however often. */
static void
strip_prefixes(struct entry *entries, size_t n)
{
	static const char *const prefixes[] = {"module.", "_orig_mod."};

	for (size_t p = 0; p < 2;) {
		size_t len = strlen(prefixes[p]), i = 0;

		while (i < n && entries[i].n > len &&
		       memcmp(entries[i].name, prefixes[p], len) == 0)
			i++;
		if (i < n || n == 0) {
			p++;
			continue;
		}
		for (i = 0; i < n; i++) {
			entries[i].name += len;
			entries[i].n -= len;
		}
		p = 0;
	}
}

/* The tensors of the state dict; what else is in it is passed over. */
static int
list_entries(const struct pickle_value *state, struct entry **entries,
    size_t *n, struct error *err)
{
	size_t room = 0;

	for (size_t i = 0; i < state->items.n; i += 2) {
		const struct pickle_value *key = state->items.at[i];
		const struct pickle_value *value = state->items.at[i + 1];

		if (key->kind != PICKLE_TEXT || !torch_is_tensor(value))
			continue;
		if (*n == TENSORS_MAX)
			return error_set(
			    err, "more than %d tensors", TENSORS_MAX);
		if (memory_grow(
			entries, &room, *n + 1, sizeof(**entries), err) < 0)
			return -1;
		(*entries)[(*n)++] =
		    (struct entry){key->text.chars, key->text.n, value};
	}
	if (*n == 0)
		return error_set(err,
		    "a dict without tensors, expected the state of a module");
	strip_prefixes(*entries, *n);
	return check_names(*entries, *n, err);
}

static int
read_entry(struct torch_file *file, const struct entry *entry,
    struct tensor *tensor, struct error *err)
{
	char name[TENSOR_NAME_MAX + 1];

	if (entry->n > TENSOR_NAME_MAX)
		return error_set(err,
		    "a tensor's name has %zu bytes, expected 1 to %d", entry->n,
		    TENSOR_NAME_MAX);
	memcpy(name, entry->name, entry->n);
	name[entry->n] = '\0';
	if (torch_read_tensor(file, entry->value, name, tensor, err) < 0)
		return error_prefix(err, "tensor '%s'", name);
	return 0;
}

static int
read_state(struct checkpoint *checkpoint, struct torch_file *file,
    const struct pickle_value *state, struct error *err)
{
	struct entry *entries = NULL;
	size_t n = 0;
	int status = list_entries(state, &entries, &n, err);

	if (status == 0) {
		checkpoint->tensors =
		    memory_new(n, sizeof(*checkpoint->tensors), err);
		status = checkpoint->tensors != NULL ? 0 : -1;
	}
	for (size_t i = 0; status == 0 && i < n; i++) {
		status =
		    read_entry(file, &entries[i], &checkpoint->tensors[i], err);
		if (status == 0)
			checkpoint->n_tensors++;
	}
	free(entries);
	return status;
}

/* Numbers also come as tensors of one element (a stored best_prec1). */
static bool
read_number(struct torch_file *file, const struct pickle_value *value,
    struct checkpoint_note *note)
{
	struct tensor tensor;
	bool found = false;

	note->kind = NOTE_REAL;
	if (pickle_number(value, &note->real)) {
		if (value->kind == PICKLE_INT || value->kind == PICKLE_BOOL) {
			note->kind = NOTE_INTEGER;
			note->integer = value->integer;
		}
		return true;
	}
	if (torch_read_tensor(file, value, "note", &tensor, NULL) == 0) {
		found = tensor.n == 1;
		if (found && tensor.type == TENSOR_INT64) {
			note->kind = NOTE_INTEGER;
			note->integer = tensor.i64[0];
			note->real = (double)tensor.i64[0];
		} else if (found) {
			note->real = (double)tensor.f32[0];
		}
		tensor_free(&tensor);
	}
	return found;
}

/* 1 with a note, 0 when the value is nothing to note, -1. */
static int
read_note(struct torch_file *file, const struct pickle_value *key,
    const struct pickle_value *value, struct checkpoint_note *note,
    struct error *err)
{
	*note = (struct checkpoint_note){0};
	if (key->kind != PICKLE_TEXT || key->text.n == 0 ||
	    key->text.n > NOTE_BYTES_MAX ||
	    !text_is_printable(key->text.chars, key->text.n))
		return 0;
	if (value->kind == PICKLE_TEXT && value->text.n <= NOTE_BYTES_MAX &&
	    text_is_printable(value->text.chars, value->text.n)) {
		note->kind = NOTE_TEXT;
		note->text =
		    memory_text_n(value->text.chars, value->text.n, err);
		if (note->text == NULL)
			return -1;
	} else if (!read_number(file, value, note)) {
		return 0;
	}
	note->name = memory_text_n(key->text.chars, key->text.n, err);
	if (note->name != NULL)
		return 1;
	free(note->text);
	return -1;
}

/* Counts the note behind the last one, unless its name is there already. */
static void
keep_note(struct checkpoint *checkpoint)
{
	struct checkpoint_note *note = &checkpoint->notes[checkpoint->n_notes];

	if (checkpoint_find_note(checkpoint, note->name) == NULL) {
		checkpoint->n_notes++;
		return;
	}
	free(note->name);
	free(note->text);
}

static int
read_notes(struct checkpoint *checkpoint, struct torch_file *file,
    const struct pickle_value *root, struct error *err)
{
	checkpoint->notes =
	    memory_new(NOTES_MAX, sizeof(*checkpoint->notes), err);
	if (checkpoint->notes == NULL)
		return -1;
	for (size_t i = 0; i < root->items.n && checkpoint->n_notes < NOTES_MAX;
	     i += 2) {
		int found =
		    read_note(file, root->items.at[i], root->items.at[i + 1],
			&checkpoint->notes[checkpoint->n_notes], err);

		if (found < 0)
			return -1;
		if (found > 0)
			keep_note(checkpoint);
	}
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

static int
read_content(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err)
{
	struct torch_file file;
	int status;

	*checkpoint = (struct checkpoint){0};
	if (checkpoint_known(content->bytes, content->n, err) < 0)
		return -1;
	if (content->bytes[0] == 'P')
		status = torch_open_zip(&file, content, err);
	else
		status = torch_open_legacy(&file, content, err);
	file.left_bytes = (uint64_t)content->n * MEMORY_FACTOR + MEMORY_BYTES;
	if (status == 0)
		status = read_file(checkpoint, &file, tensors, err);
	torch_close(&file);
	if (status < 0)
		checkpoint_free(checkpoint);
	return status;
}

int
checkpoint_read(struct checkpoint *checkpoint, const struct content *content,
    struct error *err)
{
	return read_content(checkpoint, content, true, err);
}

int
checkpoint_read_notes(struct checkpoint *checkpoint,
    const struct content *content, struct error *err)
{
	return read_content(checkpoint, content, false, err);
}
