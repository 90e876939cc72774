/* Runs of training as CSV. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "convert/convert.h"
#include "draw/naming.h"
#include "run/training.h"
#include "surface/table.h"

static void
add_names(struct text *out)
{
	text_add(out, "name");
	for (int i = 0; i < TRAINING_COLUMNS; i++)
		text_add(out, ",%s", training_words[i]);
	text_add(out, "\n");
}

/* What a checkpoint does not know is an empty cell. */
static void
add_row(struct text *out, const char *name, const double *row)
{
	table_add_text(out, name, strlen(name));
	for (int i = 0; i < TRAINING_COLUMNS; i++) {
		char number[NUMBER_TEXT_BYTES];

		text_add(out, ",%s",
		    isnan(row[i]) ? "" : number_format(row[i], number));
	}
	text_add(out, "\n");
}

static int
write_all(const struct training_list *list, const struct naming *naming,
    struct output *output, struct error *err)
{
	struct text out = {0};
	int status = 0;

	add_names(&out);
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->item[i].n && status == 0; k++) {
			add_row(&out, naming->label[i],
			    list->row[list->item[i].first + k]);
			status = output_text(output, &out, OUTPUT_COLLECT, err);
		}
	if (status == 0)
		status = output_text(output, &out, 0, err);
	text_free(&out);
	return status;
}

int
convert_training(
    struct reader *reader, struct output *output, struct error *err)
{
	const struct naming_panels none = {0};
	struct training_list list = {0};
	struct naming naming = {0};
	int status = training_read(&list, reader, err);

	if (status == 0)
		status = naming_make(&naming, &list.from, &none, err);
	if (status == 0)
		status = write_all(&list, &naming, output, err);
	naming_free(&naming);
	training_list_free(&list);
	return status;
}
