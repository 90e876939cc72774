#include "surfaces.h"

#include <inttypes.h>

#include "base/plural.h"
#include "run/path.h"

static int
check_complete(const struct points_list *list, const struct frame *frame,
    struct error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		if (points_complete(&list->item[i], err) == 0)
			continue;
		if (err->memory)
			return -1;
		if (!frame->partial)
			return error_prefix(
			    err, "incomplete (--partial takes what is there)");
		frame_warn(frame, "incomplete: %s", err->text);
	}
	return 0;
}

int
surfaces_read(struct points_list *list, char **paths, int n, bool mixed,
    const struct frame *frame, struct error *err)
{
	const struct points_rules rules = {
	    .salvage = frame->partial, .mixed = mixed};
	struct reader *reader = frame_reader(frame, paths, n, err);
	size_t skipped;

	if (reader == NULL || points_read(list, reader, &rules, err) < 0) {
		reader_free(reader);
		return -1;
	}
	skipped = reader_skipped(reader);
	reader_free(reader);
	if (list->guessed)
		frame_warn(frame, "%s", path_guessed);
	if (skipped > 0 || list->strays > 0)
		frame_warn(frame,
		    "salvaged: %zu damaged byte%s skipped, %zu point%s without "
		    "their grid left out",
		    skipped, plural_s((int64_t)skipped), list->strays,
		    plural_s((int64_t)list->strays));
	return check_complete(list, frame, err);
}

void
surfaces_tell_asked(
    const struct frame *frame, int64_t left_out, const char *why)
{
	if (left_out > 0)
		frame_warn(frame,
		    "%" PRId64 " requested point%s beside the grid %s left out "
		    "(%s)",
		    left_out, plural_s(left_out), plural(left_out, "is", "are"),
		    why);
}

void
surfaces_leave_asked(
    const struct frame *frame, const struct points_list *list, const char *why)
{
	int64_t left_out = 0;

	for (size_t k = 0; k < list->n; k++)
		left_out += points_asked_there(&list->item[k]);
	surfaces_tell_asked(frame, left_out, why);
}

int
surfaces_view(struct points_list *list, const char *class, struct error *err)
{
	return class != NULL ? class_view(list, class, err) : 0;
}
