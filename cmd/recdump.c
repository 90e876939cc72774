/* recdump: the records of a stream as readable text, one line each. */
#include <string.h>

#include "base/output.h"
#include "base/plural.h"
#include "base/text.h"
#include "frame.h"
#include "stream/reader.h"

static void
print_plain(const struct record *record, struct text *out)
{
	value_print_chars(record->kind, strlen(record->kind), out);
	text_add(out, " ");
	value_print(record->header, out);
	if (record->payload_bytes > 0)
		text_add(out, " +%zu byte%s", record->payload_bytes,
		    plural_s((int64_t)record->payload_bytes));
	text_add(out, "\n");
}

static void
print_json(const struct record *record, struct text *out)
{
	text_add(out, "{\"kind\":");
	value_print_json_chars(record->kind, strlen(record->kind), out);
	text_add(out, ",\"header\":");
	value_print_json(record->header, out);
	text_add(out, ",\"payload_bytes\":%zu}\n", record->payload_bytes);
}

/* What came before an error is shown before it. */
static int
dump(struct reader *reader, int json, struct output *output, struct error *err)
{
	struct text text = {0};
	struct record record;
	struct error late;
	int status;

	while ((status = reader_next(reader, &record, err)) == 1) {
		if (json)
			print_json(&record, &text);
		else
			print_plain(&record, &text);
		if (output_text(output, &text, OUTPUT_COLLECT, err) < 0) {
			text_free(&text);
			return -1;
		}
	}
	if (output_text(output, &text, 0, &late) < 0 && status == 0) {
		*err = late;
		status = -1;
	}
	text_free(&text);
	return status;
}

int
main(int argc, char **argv)
{
	int json = 0, first;
	const struct option_row options[] = {
	    OPTION_FLAG(0, "json", &json, "one JSON object per line"),
	    OPTION_END,
	};
	struct frame frame = {.name = "recdump",
	    .synopsis = "[FILE...]",
	    .reads = true,
	    .purpose = "show the records of a stream as text",
	    .options = options};
	struct error err;
	struct output output;
	struct reader *reader;

	first = frame_start(&frame, argc, argv);
	output_open_standard(&output);
	reader = frame_reader(&frame, argv + first, argc - first, &err);
	if (reader == NULL || dump(reader, json, &output, &err) < 0)
		frame_fail(&frame, &err);
	reader_free(reader);
	if (output_commit(&output, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
