#include "surface/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"

/* These come first, whether a point has them or not. */
static const char *const leading[] = {"ix", "iy", "x", "y", "loss", "acc"};
enum { LEADING = sizeof(leading) / sizeof(leading[0]) };

static int
add_column(
    struct columns *columns, const char *chars, size_t n, struct error *err)
{
	char *name;

	for (size_t i = 0; i < columns->n; i++)
		if (strlen(columns->name[i]) == n &&
		    memcmp(columns->name[i], chars, n) == 0)
			return 0;
	if (memory_grow(&columns->name, &columns->room, columns->n + 1,
		sizeof(*columns->name), err) < 0)
		return -1;
	name = memory_text_n(chars, n, err);
	if (name == NULL)
		return -1;
	columns->name[columns->n++] = name;
	return 0;
}

static int
add_keys(struct columns *columns, const struct points *points, int64_t index,
    struct error *err)
{
	struct decoded *point = points_decode(points, index, err);
	const struct value *header;
	const char *chars;
	size_t n;
	int status = 0;

	if (point == NULL)
		return -1;
	header = decoded_value(point);
	for (size_t i = 0; i < map_count(header) && status == 0; i++)
		if (value_chars(map_key(header, i), &chars, &n) &&
		    memchr(chars, '\0', n) == NULL)
			status = add_column(columns, chars, n, err);
	decoded_free(point);
	return status;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
columns_of_points(
    struct columns *columns, const struct points_list *list, struct error *err)
{
	for (int i = 0; i < LEADING; i++)
		if (add_column(columns, leading[i], strlen(leading[i]), err) <
		    0)
			return -1;
	for (size_t k = 0; k < list->n; k++)
		for (int64_t i = 0; i < list->item[k].n; i++)
			if (list->item[k].at[i].bytes != NULL &&
			    add_keys(columns, &list->item[k], i, err) < 0)
				return -1;
	qsort(columns->name + LEADING, columns->n - LEADING,
	    sizeof(*columns->name), by_name);
	return 0;
}

void
columns_free(struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		free(columns->name[i]);
	free(columns->name);
	*columns = (struct columns){0};
}

/* A cell that is no text of others', or has passed add_text_cell. */
static void
add_cell(struct text *text, const char *chars, size_t n)
{
	bool quote = false;

	for (size_t i = 0; i < n; i++)
		quote = quote || chars[i] == ',' || chars[i] == '"';
	if (!quote) {
		text_add_bytes(text, chars, n);
		return;
	}
	text_add(text, "\"");
	for (size_t i = 0; i < n; i++)
		text_add(text, chars[i] == '"' ? "\"\"" : "%c", chars[i]);
	text_add(text, "\"");
}

/* Would a spreadsheet compute it?  In some places also the wide forms. */
static bool
is_formula(const char *chars)
{
	static const char *const signs[] = {"=", "+", "-", "@", "\xef\xbc\x9d",
	    "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strncmp(chars, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

/* Also where blanks come first, which a spreadsheet may drop. */
void
table_add_text(struct text *text, const char *chars, size_t n)
{
	struct text cell = {0};
	const char *shown;

	/* the mark comes first, so that it may stand before all or not */
	text_add(&cell, "'");
	text_add_shown_bytes(&cell, chars, n);
	shown = text_chars_for(text, &cell);
	if (*shown != '\0' && !is_formula(shown + 1 + strspn(shown + 1, " ")))
		shown++;
	add_cell(text, shown, strlen(shown));
	text_free(&cell);
}

void
table_add_names(struct text *text, const struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++) {
		text_add(text, "%s", i > 0 ? "," : "");
		table_add_text(
		    text, columns->name[i], strlen(columns->name[i]));
	}
	text_add(text, "\n");
}

static void
add_value(struct text *text, const struct value *value)
{
	struct text cell = {0};
	const char *chars;
	size_t n;

	if (value == NULL)
		return;
	if (value_chars(value, &chars, &n)) {
		table_add_text(text, chars, n);
		return;
	}
	if (array_count(value) > 0 || map_count(value) > 0)
		value_print_json(value, &cell);
	else
		value_print(value, &cell);
	chars = text_chars_for(text, &cell);
	add_cell(text, chars, strlen(chars));
	text_free(&cell);
}

int
table_add_row(struct text *text, const struct columns *columns,
    const struct points *points, int64_t index, struct error *err)
{
	struct decoded *point;

	if (points->at[index].bytes == NULL)
		return 0;
	point = points_decode(points, index, err);
	if (point == NULL)
		return -1;
	for (size_t i = 0; i < columns->n; i++) {
		text_add(text, "%s", i > 0 ? "," : "");
		add_value(
		    text, value_get(decoded_value(point), columns->name[i]));
	}
	text_add(text, "\n");
	decoded_free(point);
	return 0;
}

int
table_add_object(struct text *text, const struct points *points, int64_t index,
    struct error *err)
{
	struct decoded *point;

	if (points->at[index].bytes == NULL)
		return 0;
	point = points_decode(points, index, err);
	if (point == NULL)
		return -1;
	value_print_json(decoded_value(point), text);
	decoded_free(point);
	return 0;
}
