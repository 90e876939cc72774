#include "model/checkpoint_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"
#include "base/plural.h"
#include "base/text.h"

enum {
	TENSORS_MAX = 1 << 16,
	NOTES_MAX = 64,
	NOTE_BYTES_MAX = 255,
	MEMORY_FACTOR = 16,
	MEMORY_BYTES = 16 << 20,
};

int
entries_add(struct entries *entries, const char *name, size_t n,
    const void *place, struct error *err)
{
	if (entries->n == TENSORS_MAX)
		return error_set(err, "more than %d tensors", TENSORS_MAX);
	if (memory_grow(&entries->at, &entries->room, entries->n + 1,
		sizeof(*entries->at), err) < 0)
		return -1;
	entries->at[entries->n++] = (struct entry){name, n, place};
	return 0;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *p = a, *q = b;
	int order = memcmp(p->name, q->name, p->n < q->n ? p->n : q->n);

	return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

/* Are the names printable, and is each there once? */
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

int
entries_read(struct entries *entries, struct checkpoint *checkpoint,
    int (*read)(void *context, const void *place, const char *name,
	struct tensor *tensor, struct error *err),
    void *context, struct error *err)
{
	size_t n = entries->n;

	strip_prefixes(entries->at, n);
	if (check_names(entries->at, n, err) < 0)
		return -1;
	checkpoint->tensors = memory_new(n, sizeof(struct tensor), err);
	if (checkpoint->tensors == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct entry *e = &entries->at[i];
		char name[TENSOR_NAME_MAX + 1];

		if (e->n > TENSOR_NAME_MAX)
			return error_set(err,
			    "a tensor's name has %zu byte%s, expected 1 to %d",
			    e->n, plural_s((int64_t)e->n), TENSOR_NAME_MAX);
		memcpy(name, e->name, e->n);
		name[e->n] = '\0';
		if (read(context, e->place, name, &checkpoint->tensors[i],
			err) < 0)
			return error_prefix(err, "tensor '%s'", name);
		checkpoint->n_tensors++;
	}
	return 0;
}

uint64_t
checkpoint_memory(size_t n)
{
	return (uint64_t)n * MEMORY_FACTOR + MEMORY_BYTES;
}

int
checkpoint_pay(
    uint64_t *left_bytes, const struct tensor *tensor, struct error *err)
{
	uint64_t bytes = tensor_bytes(tensor);

	if (bytes > *left_bytes)
		return error_set(err,
		    "the tensors would take more than %d times the memory of "
		    "their file",
		    MEMORY_FACTOR);
	*left_bytes -= bytes;
	return 0;
}

static bool
is_short_text(const char *text, size_t n)
{
	return n <= NOTE_BYTES_MAX && text_is_printable(text, n);
}

/* The note of this name, to be filled; *note NULL when it is passed over. */
static int
new_note(struct checkpoint *checkpoint, const char *name, size_t n,
    enum note_kind kind, struct checkpoint_note **note, struct error *err)
{
	char *copy;

	*note = NULL;
	if (n == 0 || !is_short_text(name, n) ||
	    checkpoint->n_notes == NOTES_MAX)
		return 0;
	if (checkpoint->notes == NULL)
		checkpoint->notes =
		    memory_new(NOTES_MAX, sizeof(*checkpoint->notes), err);
	copy = memory_text_n(name, n, err);
	if (checkpoint->notes == NULL || copy == NULL) {
		free(copy);
		return -1;
	}
	if (checkpoint_find_note(checkpoint, copy) != NULL) {
		free(copy);
		return 0;
	}
	*note = &checkpoint->notes[checkpoint->n_notes++];
	**note = (struct checkpoint_note){.name = copy, .kind = kind};
	return 0;
}

int
checkpoint_note_integer(struct checkpoint *checkpoint, const char *name,
    size_t n, int64_t value, struct error *err)
{
	struct checkpoint_note *note;

	if (new_note(checkpoint, name, n, NOTE_INTEGER, &note, err) < 0)
		return -1;
	if (note != NULL) {
		note->integer = value;
		note->real = (double)value;
	}
	return 0;
}

int
checkpoint_note_real(struct checkpoint *checkpoint, const char *name, size_t n,
    double value, struct error *err)
{
	struct checkpoint_note *note;

	if (new_note(checkpoint, name, n, NOTE_REAL, &note, err) < 0)
		return -1;
	if (note != NULL)
		note->real = value;
	return 0;
}

int
checkpoint_note_text(struct checkpoint *checkpoint, const char *name, size_t n,
    const char *text, size_t n_text, struct error *err)
{
	struct checkpoint_note *note;

	if (!is_short_text(text, n_text))
		return 0;
	if (new_note(checkpoint, name, n, NOTE_TEXT, &note, err) < 0)
		return -1;
	if (note == NULL)
		return 0;
	note->text = memory_text_n(text, n_text, err);
	if (note->text != NULL)
		return 0;
	free(note->name);
	checkpoint->n_notes--;
	return -1;
}

const struct checkpoint_note *
checkpoint_find_note(const struct checkpoint *checkpoint, const char *name)
{
	for (size_t i = 0; i < checkpoint->n_notes; i++)
		if (strcmp(checkpoint->notes[i].name, name) == 0)
			return &checkpoint->notes[i];
	return NULL;
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
	free(checkpoint->shares);
	notes_free(checkpoint->notes, checkpoint->n_notes);
	*checkpoint = (struct checkpoint){0};
}
