/* What classes do, as CSV: a line for each class of each point. */
#include "convert/convert.h"

#include "base/text.h"
#include "surface/table.h"

static const char *const columns[] = {"set", "rep", "ix", "iy", "id", "x", "y",
    "class", "name", "n", "loss", "acc", "sd"};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* The entry of the class, or what is said of the point. */
static void
add_cell(struct text *text, const struct value *h, const char *key, size_t i)
{
	const struct value *value = value_get(h, key);
	const char *chars;
	size_t n;

	if (value == NULL)
		return;
	if (value_type(value) == VALUE_TYPE_ARRAY)
		value = array_at(value, i);
	if (value_chars(value, &chars, &n))
		table_add_text(text, chars, n);
	else
		value_print(value, text);
}

static void
add_lines(struct text *text, const struct value *h)
{
	for (size_t i = 0; i < array_count(value_get(h, "class")); i++)
		for (int c = 0; c < COLUMNS; c++) {
			add_cell(text, h, columns[c], i);
			text_add(text, "%s", c + 1 < COLUMNS ? "," : "\n");
		}
}

int
convert_classes(
    const struct points_list *list, struct output *output, struct error *err)
{
	struct text text = {0};
	int status = 0;

	for (int c = 0; c < COLUMNS; c++)
		text_add(&text, "%s%s", c > 0 ? "," : "", columns[c]);
	text_add(&text, "\n");
	for (size_t k = 0; k < list->n; k++)
		for (int64_t i = 0; i < list->item[k].n && status == 0; i++) {
			const struct points *p = &list->item[k];
			struct decoded *classes;

			if (!points_says(p, i, "status", "ok"))
				continue;
			classes = point_decode_classes(&p->at[i], err);
			status = classes != NULL ? 0 : -1;
			if (status == 0)
				add_lines(&text, decoded_value(classes));
			decoded_free(classes);
			if (status == 0)
				status = output_text(
				    output, &text, OUTPUT_COLLECT, err);
		}
	if (status == 0)
		status = output_text(output, &text, 0, err);
	text_free(&text);
	return status;
}
