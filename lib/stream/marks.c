#include "stream/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "stream/value.h"

bool
record_is_mark(const struct record *record)
{
	return record_is(record, "open") || record_is(record, "close");
}

static struct mark *
find(const struct marks *marks, const char *run)
{
	for (size_t i = 0; i < marks->n; i++)
		if (strcmp(marks->open[i].run, run) == 0)
			return &marks->open[i];
	return NULL;
}

static int
open_run(struct marks *m, const char *run, const char *name, const void *bytes,
    size_t n, struct error *err)
{
	struct mark *mark = find(m, run);

	if (mark != NULL) {
		mark->times++;
		return 1;
	}
	if (m->n == MARKS_OPEN_MAX)
		return error_set(
		    err, "more than %d runs are open at once", MARKS_OPEN_MAX);
	if (memory_grow(&m->open, &m->room, m->n + 1, sizeof(*mark), err) < 0)
		return -1;
	mark = &m->open[m->n++];
	*mark = (struct mark){.times = 1, .name = name};
	memcpy(mark->run, run, sizeof(mark->run));
	text_add_bytes(&mark->record, bytes, n);
	return text_check(&mark->record, err) == 0 ? 1 : -1;
}

static int
close_run(struct marks *m, const char *run)
{
	struct mark *mark = find(m, run);

	if (mark == NULL)
		return 0;
	if (--mark->times > 0)
		return 1;
	text_free(&mark->record);
	m->n--;
	memmove(
	    mark, mark + 1, (size_t)(m->open + m->n - mark) * sizeof(*mark));
	return 1;
}

int
marks_take(struct marks *marks, const struct record *record, const char *name,
    struct error *err)
{
	char run[DIGEST_TEXT_BYTES];

	if (record->n_bytes > MARK_BYTES_MAX)
		return error_set(err,
		    "%s has %zu byte%s, at most %d are allowed", record->kind,
		    record->n_bytes, plural_s((int64_t)record->n_bytes),
		    MARK_BYTES_MAX);
	if (field_text(record->header, "run", run, sizeof(run), err) < 0)
		return error_prefix(err, "%s", record->kind);
	if (strspn(run, "0123456789abcdef") != sizeof(run) - 1)
		return error_set(err,
		    "%s: run is '%.64s', expected 64 hexadecimal digits",
		    record->kind, run);
	return record_is(record, "open")
		   ? open_run(
			 marks, run, name, record->bytes, record->n_bytes, err)
		   : close_run(marks, run);
}

int
marks_add(struct marks *marks, const struct marks *other, struct error *err)
{
	for (size_t i = 0; i < other->n; i++) {
		const struct mark *m = &other->open[i];
		const char *chars = text_chars(&m->record, err);

		if (chars == NULL || open_run(marks, m->run, m->name, chars,
					 text_length(&m->record), err) < 0)
			return -1;
	}
	return 0;
}

void
marks_free(struct marks *marks)
{
	for (size_t i = 0; i < marks->n; i++)
		text_free(&marks->open[i].record);
	free(marks->open);
	*marks = (struct marks){0};
}
