/* gridmerge: shards of a surface in, the whole surface out. */

#include <inttypes.h>
#include <stdio.h>

#include "frame.h"
#include "geometry/points.h"
#include "stream/kind.h"

struct settings {
	int mixed;
};

static int
check(const struct frame *frame, const struct points_list *list,
    struct error *err)
{
	if (list->n == 0)
		return error_set(err, "no grid in the input, expected streams "
				      "that evalgrid wrote");
	for (size_t i = 0; i < list->n; i++) {
		if (points_complete(&list->item[i], err) == 0)
			continue;
		if (!frame->partial)
			return error_prefix(err, "incomplete");
		frame_warn(frame, "incomplete: %s", err->text);
	}
	return 0;
}

static int
write_all(const struct frame *frame, const struct points_list *list,
    struct error *err)
{
	struct output output;
	struct writer *writer;
	int status;

	if (frame_open_output(frame, &output, err) < 0)
		return -1;
	writer = writer_new(&output, 0, err);
	status = writer != NULL ? 0 : -1;
	for (size_t i = 0; i < list->n && status == 0; i++)
		status = points_write(&list->item[i], writer, err);
	if (status == 0)
		status = points_marks_write(&list->marks, writer, err);
	writer_free(writer);
	if (status == 0)
		return output_commit(&output, err);
	output_abandon(&output);
	return -1;
}

static int
merge(const struct frame *frame, const struct settings *set, char **operands,
    int n, struct error *err)
{
	const struct points_rules rules = {
	    .salvage = frame->partial, .mixed = set->mixed};
	struct reader *reader = frame_reader(frame, operands, n, err);
	struct points_list list = {0};
	int status = -1;

	if (reader == NULL)
		return -1;
	if (points_read(&list, reader, &rules, err) == 0 &&
	    check(frame, &list, err) == 0)
		status = write_all(frame, &list, err);
	if (status == 0 && (reader_skipped(reader) > 0 || list.strays > 0))
		frame_warn(frame,
		    "salvaged: %zu damaged bytes skipped, %zu points without "
		    "their grid left out",
		    reader_skipped(reader), list.strays);
	points_list_free(&list);
	reader_free(reader);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings set = {0};
	const struct option_row options[] = {
	    OPTION_FLAG(0, "mixed", &set.mixed,
		"join shards computed by different kernels"),
	    OPTION_END};
	struct frame frame = {.name = "gridmerge",
	    .synopsis = "[SHARD ...]",
	    .reads = true,
	    .purpose = "join the shards of a surface",
	    .output = {.manner = OUTPUT_QUICK, .kind = &stream_of_points},
	    .options = options};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	frame_refuse_terminal(&frame);
	if (merge(&frame, &set, argv + first, argc - first, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
