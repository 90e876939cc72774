/* landpage: one page to look around in a loss landscape. */
#include "base/output.h"
#include "frame.h"
#include "geometry/points.h"
#include "page/page.h"

struct settings {
	struct page_wish wish;
};

static int
read_points(struct points_list *list, char **paths, int n,
    const struct frame *frame, struct error *err)
{
	const struct points_rules rules = {.salvage = frame->partial};
	struct reader *reader = frame_reader(frame, paths, n, err);
	int status =
	    reader != NULL ? points_read(list, reader, &rules, err) : -1;

	reader_free(reader);
	if (status == 0 && list->guessed)
		frame_warn(frame, "%s", path_guessed);
	for (size_t i = 0; status == 0 && i < list->n; i++) {
		struct error missing;

		if (points_complete(&list->item[i], &missing) == 0)
			continue;
		if (!frame->partial) {
			*err = missing;
			return error_prefix(err, "incomplete (--partial shows "
						 "what is there)");
		}
		frame_warn(frame, "%s", missing.text);
	}
	return status;
}

static int
write_page(struct text *page, const struct frame *frame, struct error *err)
{
	struct output output;

	if (frame_open_output(frame, &output, err) < 0)
		return -1;
	if (output_text(&output, page, 0, err) < 0) {
		output_abandon(&output);
		return -1;
	}
	return output_commit(&output, err);
}

static int
run(char **paths, int n, const struct settings *set, const struct frame *frame,
    struct error *err)
{
	struct points_list list = {0};
	struct text page = {0};
	int status = read_points(&list, paths, n, frame, err);

	if (status == 0)
		status = page_make(&set->wish, &list, &page, err);
	points_list_free(&list);
	if (status == 0)
		status = write_page(&page, frame, err);
	text_free(&page);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings set = {0};
	const struct option_row options[] = {
	    OPTION_TEXT(0, "field", "NAMES", &set.wish.fields,
		"what to look at, with commas between (loss, acc, se and "
		"eigenvalues, where they are)"),
	    OPTION_TEXT(
		0, "title", "TEXT", &set.wish.title, "title of the page"),
	    OPTION_END};
	struct frame frame = {.name = "landpage",
	    .synopsis = "[FILE...]",
	    .reads = true,
	    .purpose = "one page to look around in a loss landscape",
	    .output = {.manner = OUTPUT_QUICK, .kind = &page_kind},
	    .options = options};
	struct error err;
	int first = frame_start(&frame, argc, argv);

	if (run(argv + first, argc - first, &set, &frame, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
