/* gridstat: the numbers beside the picture.  Is my plot right? */
#include <stdlib.h>

#include "base/output.h"
#include "frame.h"
#include "survey/survey.h"

struct settings {
	int json, partial, rank; /* rank: -1 for none */
};

static int
read_points(struct points_list *list, char **paths, int n,
    const struct settings *set, struct error *err)
{
	const struct points_rules rules = {.salvage = set->partial};
	struct reader *reader = reader_new(paths, n, err);
	int status =
	    reader != NULL ? points_read(list, reader, &rules, err) : -1;

	reader_free(reader);
	for (size_t i = 0; i < list->n && status == 0 && !set->partial; i++)
		status = points_complete(&list->item[i], err);
	return status;
}

static void
print_text(const struct survey_list *list, const struct rank *ranks, size_t n,
    const struct settings *set, struct text *out)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			text_add(out, "\n");
		survey_print(&list->item[i], out);
	}
	if (ranks == NULL)
		return;
	text_add(out, "\n");
	rank_print(ranks, n, (enum rank_key)set->rank, out);
}

static void
print_json(const struct survey_list *list, const struct rank *ranks, size_t n,
    const struct settings *set, struct text *out)
{
	text_add(out, "{\"surfaces\":[");
	for (size_t i = 0; i < list->n; i++) {
		text_add(out, i > 0 ? ",\n" : "\n");
		survey_print_json(&list->item[i], out);
	}
	text_add(out, "]");
	if (ranks != NULL) {
		text_add(out, ",\n\"rank\":");
		rank_print_json(ranks, n, (enum rank_key)set->rank, out);
	}
	text_add(out, "}\n");
}

static int
write_text(struct text *text, const struct frame *frame, struct error *err)
{
	struct output output;

	if (text_check(text, err) < 0 ||
	    frame_open_output(frame, &output, err) < 0)
		return -1;
	if (output_text(&output, text, 0, err) < 0) {
		output_abandon(&output);
		return -1;
	}
	return output_commit(&output, err);
}

static int
run(char **paths, int n, const struct settings *set, const struct frame *frame,
    struct error *err)
{
	struct points_list points = {0};
	struct survey_list list = {0};
	struct rank *ranks = NULL;
	struct text out = {0};
	size_t n_ranks = 0;
	int status = read_points(&points, paths, n, set, err);

	if (status == 0)
		status = survey_make(&list, &points, err);
	if (status == 0 && list.alone > 0)
		frame_warn(frame,
		    "%zu evaluations without directions are of no surface in "
		    "the input",
		    list.alone);
	points_list_free(&points);
	if (status == 0 && set->rank >= 0)
		status = survey_rank(
		    &list, (enum rank_key)set->rank, &ranks, &n_ranks, err);
	if (status == 0) {
		(set->json ? print_json : print_text)(
		    &list, ranks, n_ranks, set, &out);
		status = write_text(&out, frame, err);
	}
	free(ranks);
	text_free(&out);
	survey_list_free(&list);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings set = {.rank = -1};
	const struct option_row options[] = {
	    OPTION_FLAG(0, "json", &set.json, "one JSON object"),
	    OPTION_CHOICE(0, "rank", rank_words, &set.rank,
		"order the runs; refused when they cannot be compared"),
	    OPTION_FLAG(0, "partial", &set.partial,
		"take what is there of torn or incomplete input"),
	    OPTION_END};
	struct frame frame = {.name = "gridstat",
	    .synopsis = "[FILE...]",
	    .purpose = "the numbers beside the picture",
	    .output = {.manner = OUTPUT_QUICK},
	    .options = options};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	if (run(argv + first, argc - first, &set, &frame, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
