/*
 * Streams: the input as it is, and the input as the inside of one record whose
 * magic and CRC are right, so that what lies behind the CRC is reached, too.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "curvature/density.h"
#include "direction/direction.h"
#include "model/histogram.h"
#include "model/model.h"
#include "run/path.h"
#include "stream/reader.h"
#include "surface/grid.h"
#include "surface/points.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
ask(const struct record *record)
{
	const struct grid grid = {
	    .axes = 2, .reps = 2, .sets = 2, .set = {"train", "test"}};
	struct requests requests = {0};
	struct asked_list asked = {0};
	struct error err;

	if (requests_add(&requests, record, &err) == 0 &&
	    requests_add(&requests, record, &err) == 0) {
		requests_unite(&requests);
		if (asked_add_requests(&asked, &requests, &grid, &err) == 0)
			asked_unite(&asked, &err);
	}
	requests_free(&requests);
	asked_free(&asked);
}

/* What programs do with a record that they know. */
static void
take(const struct record *record)
{
	struct error err;
	struct text text = {0};
	struct model model = {0};
	struct direction direction;
	struct grid grid;
	struct path_point point;
	struct histogram histogram;
	struct density density;
	double factor;
	int axis, rep;

	value_print(record->header, &text);
	value_print_json(record->header, &text);
	text_free(&text);
	if (record_is(record, "model")) {
		if (model_unpack(&model, record, &err) == 0)
			model_free(&model);
	} else if (record_is(record, "direction")) {
		direction_unpack(&direction, record->header, &err);
	} else if (record_is(record, "grid")) {
		grid_unpack(&grid, record->header, &err);
	} else if (record_is(record, "histogram")) {
		histogram_unpack(&histogram, record->header, &err);
		histogram_free(&histogram);
	} else if (record_is(record, "density")) {
		density_unpack(&density, record->header, &err);
		density_free(&density);
	} else if (record_is(record, "path")) {
		path_unpack(&point, record->header, &err);
	} else if (record_is(record, "request")) {
		ask(record);
	} else if (record_is(record, "scale")) {
		scale_unpack(record, &axis, &rep, &factor, &err);
	}
}

static void
read_all(const void *bytes, size_t n,
    int (*next)(struct reader *, struct record *, struct error *))
{
	struct error err;
	struct reader *reader = reader_new_bytes(bytes, n, &err);
	struct record record;

	if (reader == NULL)
		return;
	while (next(reader, &record, &err) == 1)
		take(&record);
	reader_free(reader);
}

static void
read_points(const void *bytes, size_t n, bool salvage)
{
	const struct points_rules rules = {.salvage = salvage};
	struct points_list list = {0};
	struct error err;
	struct reader *reader = reader_new_bytes(bytes, n, &err);

	if (reader != NULL && points_read(&list, reader, &rules, &err) == 0)
		for (size_t i = 0; i < list.n; i++)
			points_complete(&list.item[i], &err);
	points_list_free(&list);
	reader_free(reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *forged = malloc(MAGIC_BYTES + n + CRC_BYTES);
	size_t at = MAGIC_BYTES + n;
	uint32_t crc;

	if (forged == NULL)
		return 0;
	read_all(data, n, reader_next);
	read_all(data, n, reader_next_intact);
	read_points(data, n, false);
	read_points(data, n, true);
	memcpy(forged, stream_magic, MAGIC_BYTES);
	memcpy(forged + MAGIC_BYTES, data, n);
	crc = (uint32_t)crc32(0, forged, (uInt)at);
	forged[at++] = 0xce;
	for (int shift = 24; shift >= 0; shift -= 8)
		forged[at++] = (uint8_t)(crc >> shift);
	read_all(forged, at, reader_next_intact);
	free(forged);
	return 0;
}
