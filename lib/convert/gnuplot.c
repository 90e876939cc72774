#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/character.h"
#include "base/number.h"
#include "convert/convert.h"
#include "convert/numbers.h"

/*
 * A name in a comment: one word of letters, digits and the like, so that it
 * cannot end the line, continue it or be run.
 */
static void
add_name(struct text *text, const char *name)
{
	struct text shown = {0};
	const char *chars;

	text_add_shown(&shown, name);
	for (chars = text_chars_for(text, &shown); *chars != '\0'; chars++)
		text_add(text, "%c",
		    (unsigned char)*chars >= 0x80 ||
			    isalnum((unsigned char)*chars) ||
			    strchr(".:+-", *chars) != NULL
			? *chars
			: '_');
	text_free(&shown);
}

static void
add_heading(struct text *text, const struct points *p, int rep, int set,
    const struct fields *fields)
{
	text_add(text, "# run %.16s, rep %d, ", p->grid.run, rep);
	add_name(text, p->grid.set[set]);
	text_add(text, "\n# x y");
	for (size_t f = 0; f < fields->n; f++) {
		text_add(text, " ");
		add_name(text, fields->name[f]);
	}
	text_add(text, "\n");
}

static void
add_number(struct text *text, const char *before, double x)
{
	char number[NUMBER_TEXT_BYTES];

	/* gnuplot knows NaN under this name alone */
	text_add(
	    text, "%s%s", before, isnan(x) ? "NaN" : number_format(x, number));
}

static int
add_sheet(struct text *text, const struct grid *grid,
    const struct numbers *numbers, struct output *output, struct error *err)
{
	const int64_t nx = grid_num(grid, 0);

	for (int64_t i = 0; i < numbers->n; i++) {
		add_number(text, "", numbers->at[0][i % nx]);
		add_number(text, " ", numbers->at[1][i / nx]);
		for (size_t f = 0; f < numbers->n_fields; f++)
			add_number(text, " ", numbers->value[f][i]);
		text_add(text, "\n");
		if (grid->axes > 1 && i % nx == nx - 1 && i < numbers->n - 1)
			text_add(text, "\n");
		if (output_text(output, text, OUTPUT_COLLECT, err) < 0)
			return -1;
	}
	return 0;
}

static int
add_points(struct text *text, const struct points *p,
    const struct fields *fields, bool first, struct output *output,
    struct error *err)
{
	for (int k = 0; k < p->grid.reps * p->grid.sets; k++) {
		int rep = k / p->grid.sets, set = k % p->grid.sets;
		struct numbers numbers = {0};
		int status;

		text_add(text, first && k == 0 ? "" : "\n\n");
		add_heading(text, p, rep, set, fields);
		status = numbers_take(&numbers, p, rep, set, fields, err);
		if (status == 0)
			status =
			    add_sheet(text, &p->grid, &numbers, output, err);
		numbers_free(&numbers);
		if (status < 0)
			return -1;
	}
	return 0;
}

int
convert_gnuplot(
    const struct points_list *list, struct output *output, struct error *err)
{
	struct fields fields = {0};
	struct text text = {0};
	int status = fields_of_points(&fields, list, err);

	for (size_t k = 0; k < list->n && status == 0; k++)
		status = add_points(
		    &text, &list->item[k], &fields, k == 0, output, err);
	if (status == 0)
		status = output_text(output, &text, 0, err);
	fields_free(&fields);
	text_free(&text);
	return status;
}
