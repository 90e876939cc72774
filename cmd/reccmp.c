/* reccmp: are two streams equal up to rounding? */
#include <string.h>

#include "base/character.h"
#include "base/output.h"
#include "base/plural.h"
#include "frame.h"
#include "stream/compare.h"
#include "stream/reader.h"

enum { SAME = 0, DIFFERENT = 1, TROUBLE = 2 };

/* Writes the line that says where they differ; what is "where: a, b". */
static int
report(struct output *output, char *const names[2], uint64_t number,
    const struct record *record, struct comparison *c, struct error *err)
{
	struct text line = {0};
	int status;

	text_add_shown(&line, names[0]);
	text_add(&line, " ");
	text_add_shown(&line, names[1]);
	text_add(&line, " differ: record %llu (", (unsigned long long)number);
	value_print_chars(record->kind, strlen(record->kind), &line);
	text_add(&line, "): ");
	text_add_text(&line, &c->what);
	text_add(&line, "\n");
	status = output_text(output, &line, 0, err);
	text_free(&line);
	return status < 0 ? TROUBLE : DIFFERENT;
}

/* SAME, DIFFERENT (and reported) or TROUBLE (with an error). */
static int
compare_streams(struct reader *reader[2], char *const names[2],
    struct comparison *c, struct output *output, struct error *err)
{
	for (uint64_t number = 1;; number++) {
		struct record record[2];
		int got[2], equal;

		for (int i = 0; i < 2; i++) {
			got[i] = reader_next(reader[i], &record[i], err);
			if (got[i] < 0)
				return TROUBLE;
		}
		if (got[0] == 0 && got[1] == 0)
			return SAME;
		if (got[0] != got[1]) {
			text_add(&c->what, "only in ");
			text_add_shown(&c->what, names[got[1]]);
			return report(
			    output, names, number, &record[got[1]], c, err);
		}
		equal = compare_records(c, &record[0], &record[1], err);
		if (equal < 0)
			return TROUBLE;
		if (!equal)
			return report(
			    output, names, number, &record[0], c, err);
	}
}

int
main(int argc, char **argv)
{
	struct comparison c = {.rtol = 0.0, .atol = 0.0};
	int history = 0, first, status;
	const struct option_row options[] = {
	    OPTION_REAL(0, "rtol", "R", &c.rtol,
		"allow differences of R times the larger number"),
	    OPTION_REAL(0, "atol", "A", &c.atol, "allow differences of A"),
	    OPTION_FLAG(
		0, "history", &history, "compare provenance and digests, too"),
	    OPTION_END,
	};
	struct frame frame = {.name = "reccmp",
	    .synopsis = "A B",
	    .reads = true,
	    .purpose = "compare two streams up to rounding",
	    .options = options,
	    .failure = TROUBLE};
	struct error err;
	struct output output;
	struct reader *reader[2];

	first = frame_start(&frame, argc, argv);
	if (argc - first != 2)
		frame_usage(&frame, "%d operand%s, expected two streams",
		    argc - first, plural_s((argc - first)));
	if (c.rtol < 0.0 || c.atol < 0.0)
		frame_usage(&frame, "a tolerance is negative");
	c.history = history != 0;
	output_open_standard(&output);
	for (int i = 0; i < 2; i++) {
		reader[i] = frame_reader(&frame, argv + first + i, 1, &err);
		if (reader[i] == NULL)
			frame_fail(&frame, &err);
	}
	status = compare_streams(reader, argv + first, &c, &output, &err);
	if (status == TROUBLE || output_commit(&output, &err) < 0)
		frame_fail(&frame, &err);
	frame_say(&frame, "largest difference %g", c.largest);
	comparison_free(&c);
	reader_free(reader[0]);
	reader_free(reader[1]);
	return status;
}
