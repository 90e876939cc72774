/* h5conv: the reference tool's HDF5 files to and from streams. */
#include <stdbool.h>
#include <string.h>

#include "base/magic.h"
#include "base/output.h"
#include "base/plural.h"
#include "frame.h"
#include "hdf5/h5_read.h"
#include "hdf5/reference.h"
#include "surfaces.h"
#include "tensor/chunk.h"

static const char stream_begins[] = "\x95\xa4LLv1";

static bool
is_stream(const uint8_t *bytes, size_t n)
{
	return n >= sizeof(stream_begins) - 1 &&
	       memcmp(bytes, stream_begins, sizeof(stream_begins) - 1) == 0;
}

/* For content_open: what can be converted. */
static int
is_known(const uint8_t *bytes, size_t n, struct error *err)
{
	if (h5_is(bytes, n) || is_stream(bytes, n))
		return 0;
	return magic_refuse(bytes, n,
	    "losspipe records or an HDF5 file of the reference tool",
	    MAGIC_RECORDS, err);
}

static int
convert(const struct content *content, const char *name, struct frame *frame,
    const struct reference_options *options, struct error *err)
{
	const bool h5 = h5_is(content->bytes, content->n);
	struct output output;
	int status;

	*options->left_out = 0;
	frame_set_kind(
	    frame, h5 ? &reference_read_kind : &reference_write_kind);

	if (frame_open_output(frame, &output, err) < 0)
		return -1;
	if (h5)
		status = reference_read(content, name, &output, err);
	else
		status = reference_write(content, name, options, &output, err);
	surfaces_tell_asked(frame, *options->left_out,
	    "files of the reference tool have the points of grids alone");
	return output_close(&output, status, err);
}

static int
run(const char *from, struct frame *frame,
    const struct reference_options *options, struct error *err)
{
	const char *name = from != NULL ? from : "standard input";
	struct content content;
	int status;

	if (content_open(&content, from, is_known, err) < 0)
		return -1;
	if (is_known(content.bytes, content.n, err) < 0)
		status = error_prefix(err, "%s", name);
	else
		status = convert(&content, name, frame, options, err);
	content_close(&content);
	return status;
}

int
main(int argc, char **argv)
{
	struct reference_options reference = {0};
	int64_t rep = 0, left_out;
	const struct option_row options[] = {
	    OPTION_INT(0, "rep", "N", &rep, 0, REPS_MAX - 1,
		"which direction set goes into the file, from 0 (0)"),
	    OPTION_TEXT(0, "dir-file", "TEXT", &reference.dir_file,
		"what a surface file calls its directions (the run)"),
	    OPTION_END};
	struct frame frame = {.name = "h5conv",
	    .synopsis = "[FILE]",
	    .reads = true,
	    .purpose = "the reference tool's HDF5 files to and from streams",
	    .output = {.manner = OUTPUT_QUICK},
	    .options = options};
	int first = frame_start(&frame, argc, argv);
	struct error err;

	reference.rep = (int)rep;
	reference.left_out = &left_out;
	reference.partial = frame_partial(&frame);
	if (argc - first > 1)
		frame_usage(&frame, "%d file%s, expected at most one",
		    argc - first, plural_s((argc - first)));
	frame_refuse_terminal(&frame);
	if (run(argc > first ? argv[first] : NULL, &frame, &reference, &err) <
	    0)
		frame_fail(&frame, &err);
	return 0;
}
