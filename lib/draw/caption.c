#include "draw/caption.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "geometry/points.h"

static void
add_mark(char *out, size_t room, const char *mark)
{
	size_t n = strlen(out);

	snprintf(out + n, room - n, "%s%s", n > 0 ? ", " : "", mark);
}

static void
mark_norms(char *out, size_t room, const struct value *grid)
{
	char word[32], mark[48];

	if (field_text(grid, "bn", word, sizeof(word), NULL) < 0 ||
	    strcmp(word, "fixed") == 0)
		return;
	snprintf(mark, sizeof(mark), "bn %s", word);
	add_mark(out, room, mark);
}

static void
mark_ghosts(char *out, size_t room, const struct value *begin)
{
	const struct value *history = value_get(begin, "history");

	for (size_t i = 0; i < value_count(history); i++) {
		const struct value *entry = value_at(history, i);
		const struct value *options = value_get(entry, "options");
		int64_t n;
		char mark[64];

		if (!value_is(value_get(entry, "program"), "nettrain") ||
		    !value_int(value_get(options, "bn_batch"), &n) || n < 1)
			continue;
		snprintf(mark, sizeof(mark), "ghost batches of %" PRId64, n);
		add_mark(out, room, mark);
		return;
	}
}

int
caption_marks(
    const struct points *points, char *out, size_t room, struct error *err)
{
	const struct text *grid = &points->grid_header.bytes;
	const struct text *begin = &points->begin.bytes;
	struct decoded *header = decoded_new(grid->chars, grid->n, err);

	out[0] = '\0';
	if (header == NULL)
		return -1;
	mark_norms(out, room, decoded_value(header));
	decoded_free(header);
	if (begin->n == 0)
		return 0;
	header = decoded_new(begin->chars, begin->n, err);
	if (header == NULL)
		return -1;
	mark_ghosts(out, room, decoded_value(header));
	decoded_free(header);
	return 0;
}
