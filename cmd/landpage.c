/* landpage: one page to look around in a loss landscape. */
#include "frame.h"
#include "page/page.h"
#include "surfaces.h"

struct settings {
	struct page_wish wish;
	const char *class; /* of --class, or NULL */
};

static int
run(char **paths, int n, const struct settings *set, const struct frame *frame,
    struct error *err)
{
	struct points_list list = {0};
	struct text page = {0};
	int status = surfaces_read(&list, paths, n, false, frame, err);

	if (status == 0)
		status = surfaces_view(&list, set->class, err);
	if (status == 0)
		status = page_make(&set->wish, &list, &page, err);
	points_list_free(&list);
	if (status == 0)
		status = frame_write(frame, &page, err);
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
	    OPTION_TEXT(0, "class", "NAME", &set.class, SURFACES_CLASS_HELP),
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
