/* gridconv: points as tables that other programs read. */
#include "base/output.h"
#include "base/text.h"
#include "frame.h"
#include "geometry/points.h"
#include "geometry/table.h"
#include "stream/reader.h"

enum { COLLECT_BYTES = 64 << 10 };

enum form { CSV, JSON };
static const char *const forms[] = {"csv", "json", NULL};

static int
send(struct text *text, size_t at_least, struct output *output,
    struct error *err)
{
	if (text_check(text, err) < 0)
		return -1;
	if (text->n < at_least)
		return 0;
	if (output_write(output, text->chars, text->n, err) < 0)
		return -1;
	text->n = 0;
	return 0;
}

static int
write_csv(struct text *text, const struct points_list *list,
    struct output *output, struct error *err)
{
	struct columns columns = {0};
	int status = columns_of_points(&columns, list, err);

	if (status == 0)
		table_add_names(text, &columns);
	for (size_t k = 0; k < list->n; k++)
		for (int64_t i = 0; i < list->item[k].n && status == 0; i++) {
			status = table_add_row(
			    text, &columns, &list->item[k], i, err);
			if (status == 0)
				status = send(text, COLLECT_BYTES, output, err);
		}
	columns_free(&columns);
	return status;
}

/* {"grid": header, "points": [header, ...]} */
static int
write_surface(struct text *text, const struct points *points,
    struct output *output, struct error *err)
{
	const struct pack *header = &points->grid_header;
	struct decoded *grid =
	    decoded_new(header->bytes.chars, header->bytes.n, err);
	const char *comma = "";

	if (grid == NULL)
		return -1;
	text_add(text, "{\"grid\":");
	value_print_json(decoded_value(grid), text);
	decoded_free(grid);
	text_add(text, ",\n\"points\":[");
	for (int64_t i = 0; i < points->n; i++) {
		if (points->at[i].bytes == NULL)
			continue;
		text_add(text, "%s\n", comma);
		comma = ",";
		if (table_add_object(text, points, i, err) < 0 ||
		    send(text, COLLECT_BYTES, output, err) < 0)
			return -1;
	}
	text_add(text, "]}");
	return 0;
}

static int
write_json(struct text *text, const struct points_list *list,
    struct output *output, struct error *err)
{
	text_add(text, "[");
	for (size_t k = 0; k < list->n; k++) {
		text_add(text, k > 0 ? ",\n" : "");
		if (write_surface(text, &list->item[k], output, err) < 0)
			return -1;
	}
	text_add(text, "]\n");
	return 0;
}

static int
write_all(enum form form, const struct points_list *list, struct output *output,
    struct error *err)
{
	struct text text = {0};
	int status = form == CSV ? write_csv(&text, list, output, err)
				 : write_json(&text, list, output, err);

	if (status == 0)
		status = send(&text, 0, output, err);
	text_free(&text);
	return status;
}

static int
read_points(struct points_list *list, char **paths, int n, int partial,
    struct error *err)
{
	const struct points_rules rules = {.salvage = partial};
	struct reader *reader = reader_new(paths, n, err);
	int status =
	    reader != NULL ? points_read(list, reader, &rules, err) : -1;

	reader_free(reader);
	for (size_t k = 0; k < list->n && status == 0 && !partial; k++)
		status = points_complete(&list->item[k], err);
	if (status == 0 && list->n == 0)
		return error_set(err, "the input has no grid");
	return status;
}

int
main(int argc, char **argv)
{
	int form = CSV, partial = 0, first;
	const char *path = NULL;
	const struct option_row options[] = {
	    OPTION_CHOICE('t', "to", forms, &form, "what to write"),
	    OPTION_FLAG(0, "partial", &partial,
		"take what is there of torn or incomplete input"),
	    OPTION_TEXT('o', "output", "FILE", &path,
		"write to FILE, which appears when it is complete"),
	    OPTION_END,
	};
	struct frame frame = {.name = "gridconv",
	    .synopsis = "[FILE...]",
	    .purpose = "convert points to CSV or JSON",
	    .options = options};
	struct points_list list = {0};
	struct error err;
	struct output output;

	first = frame_start(&frame, argc, argv);
	if (read_points(&list, argv + first, argc - first, partial, &err) < 0)
		frame_fail(&frame, &err);
	if (output_open(&output, path, 0, &err) < 0)
		frame_fail(&frame, &err);
	if (write_all((enum form)form, &list, &output, &err) < 0) {
		output_abandon(&output, 0);
		frame_fail(&frame, &err);
	}
	points_list_free(&list);
	if (output_commit(&output, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
