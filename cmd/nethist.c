/* nethist: models in, histograms and norms of their weights out. */
#include <math.h>

#include "base/number.h"
#include "direction/plane.h"
#include "frame.h"
#include "model/histogram.h"
#include "stream/kind.h"

static int
parse_pattern(void *target, const char *value, struct error *err)
{
	struct histogram_choice *choice = target;

	if (choice->patterns == PATTERNS_MAX)
		return error_set(err, "more than %d patterns", PATTERNS_MAX);
	choice->pattern[choice->patterns++] = value;
	return 0;
}

static int
parse_range(void *target, const char *value, struct error *err)
{
	struct histogram_choice *choice = target;
	double v[2];
	size_t n;

	if (number_parse_reals(value, "--range", v, 2, &n, err) < 0)
		return -1;
	if (n != 2 || !(v[0] < v[1]))
		return error_set(err,
		    "--range is '%.60s', expected lo,hi with lo below hi",
		    value);
	choice->lo = v[0];
	choice->hi = v[1];
	choice->ranged = true;
	return 0;
}

static int
begin(struct writer *writer, const struct histogram_choice *choice,
    const struct plane *plane, struct error *err)
{
	const double range[2] = {choice->lo, choice->hi};
	struct pack entry = {0};
	int status;

	history_open(&entry, "nethist");
	pack_key_text(&entry, "over", histogram_over_words[choice->over]);
	pack_key_int(&entry, "bins", choice->bins);
	if (choice->patterns > 0) {
		pack_key(&entry, "tensors");
		pack_array(&entry, (size_t)choice->patterns);
		for (int i = 0; i < choice->patterns; i++)
			pack_text(&entry, choice->pattern[i]);
	}
	if (choice->ranged)
		pack_key_reals(&entry, "range", range, 2);
	history_close(&entry);
	status = writer_begin_after(writer, &plane->begin, &entry, err);
	pack_free(&entry);
	return status;
}

static int
write_model(void *context, const struct plane *plane, struct writer *writer,
    struct error *err)
{
	const struct histogram_choice *choice = context;
	struct histogram histogram;
	int status = histogram_make(&histogram, choice, &plane->model, err);

	if (status == 0)
		status = begin(writer, choice, plane, err);
	if (status == 0)
		status = histogram_write(
		    writer, &histogram, choice, &plane->model, err);
	if (status == 0)
		status = writer_copy_scratch(writer, &plane->others, err);
	histogram_free(&histogram);
	return status == 0 ? writer_end(writer, err) : -1;
}

static int
run(void *context, struct reader *reader, struct output *output,
    struct error *err)
{
	return plane_each(reader, output, write_model, context, err);
}

int
main(int argc, char **argv)
{
	struct histogram_choice choice = {.bins = 100};
	int over = HISTOGRAM_FILTERS, first;
	const struct option_row options[] = {
	    OPTION_CHOICE(0, "over", histogram_over_words, &over,
		"which tensors are counted (filters)"),
	    OPTION_CALL(0, "tensors", "PATTERN", &choice, parse_pattern,
		"only those with such a name; may be repeated"),
	    OPTION_INT(0, "bins", "N", &choice.bins, 1, BINS_MAX,
		"bins of equal width (100)"),
	    OPTION_CALL(0, "range", "LO,HI", &choice, parse_range,
		"what the bins span (four times the root mean square)"),
	    OPTION_END};
	struct frame frame = {.name = "nethist",
	    .synopsis = "[model ...]",
	    .reads = true,
	    .purpose = "histograms and norms of a network's weights",
	    .output = {.manner = OUTPUT_QUICK, .kind = &stream_of_histograms},
	    .options = options};
	struct reader *reader;
	struct error err;

	first = frame_start(&frame, argc, argv);
	choice.over = (enum histogram_over)over;
	frame_refuse_terminal(&frame);
	reader = frame_reader(&frame, argv + first, argc - first, &err);
	if (frame_filter(&frame, reader, run, &choice, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
