/* gridmerge: shards of a surface in, the whole surface out. */

#include <inttypes.h>
#include <stdio.h>

#include "frame.h"
#include "stream/kind.h"
#include "surfaces.h"

struct settings {
	int mixed;
};

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
	return output_close(&output, status, err);
}

static int
merge(const struct frame *frame, const struct settings *set, char **operands,
    int n, struct error *err)
{
	struct points_list list = {0};
	int status = surfaces_read(&list, operands, n, set->mixed, frame, err);

	if (status == 0 && list.n == 0)
		status = error_set(err,
		    "no grid in the input, expected streams that evalgrid "
		    "wrote");
	if (status == 0)
		status = write_all(frame, &list, err);
	points_list_free(&list);
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
