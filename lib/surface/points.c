#include "surface/points.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "surface/points_internal.h"

#define COSINE_SLACK 1e-9

/* ---- one point ---- */

struct decoded *
points_decode(const struct points *points, int64_t index, struct error *err)
{
	return point_decode(&points->at[index], err);
}

bool
points_value(
    const struct points *points, int64_t index, const char *field, double *out)
{
	size_t n;
	const uint8_t *header = point_header(&points->at[index], &n);

	return header != NULL && scan_real(header, n, field, out);
}

bool
points_says(const struct points *points, int64_t index, const char *field,
    const char *text)
{
	size_t n;
	const uint8_t *header = point_header(&points->at[index], &n);

	return header != NULL && scan_says(header, n, field, text);
}

/* ---- reading ---- */

/* What a segment has shown so far. */
struct segment {
	struct pack begin;
	int64_t item, of;         /* its grid's place in the list, -1
				       before; that of the last point */
	bool first;               /* the segment that brought the grid */
	struct point_place place; /* of the last point */
	struct point *last; /* what its classes and losses belong to, or NULL */
	bool has_losses;    /* they were there before */
	struct points_marks marks; /* since the last grid */
};

static struct points *
find_run(struct points_list *list, const char *run, size_t n)
{
	for (size_t i = 0; i < list->n; i++)
		if (strncmp(list->item[i].grid.run, run, n) == 0)
			return &list->item[i];
	return NULL;
}

static int
add_item(struct points_list *list, const struct grid *grid, struct error *err)
{
	struct points p = {
	    .grid = *grid, .n = grid_points(grid), .wanted = grid_points(grid)};

	if (memory_grow(&list->item, &list->room, list->n + 1, sizeof(p), err) <
	    0)
		return -1;
	p.at = memory_new((size_t)p.n, sizeof(*p.at), err);
	if (p.at == NULL)
		return -1;
	p.grid.shard = 0;
	p.grid.shards = 1;
	list->item[list->n++] = p;
	return 0;
}

/* The grid record as an unsharded run writes it. */
static int
keep_header(struct points *p, const struct record *record, struct error *err)
{
	const int64_t whole[2] = {0, 1};
	struct pack over = {0};
	struct decoded *d = NULL;

	pack_open(&over);
	pack_key_ints(&over, "shard", whole, 2);
	pack_close(&over);
	d = pack_decode(&over, err);
	if (d != NULL)
		pack_merge(&p->grid_header, record->header, decoded_value(d));
	decoded_free(d);
	pack_free(&over);
	return d != NULL ? pack_check(&p->grid_header, err) : -1;
}

static int
take_grid(struct points_list *list, struct segment *segment,
    const struct record *record, const struct points_rules *rules,
    struct error *err)
{
	struct points *p;
	struct grid grid;
	char kernel[sizeof(p->kernel)] = "";

	if (grid_unpack(&grid, record->header, err) < 0)
		return -1;
	if (value_get(record->header, "kernel") != NULL &&
	    field_text(record->header, "kernel", kernel, sizeof(kernel), err) <
		0)
		return error_prefix(err, "grid");
	p = find_run(list, grid.run, DIGEST_TEXT_BYTES);
	segment->first = p == NULL;
	if (p == NULL) {
		if (add_item(list, &grid, err) < 0)
			return -1;
		p = &list->item[list->n - 1];
		memcpy(p->kernel, kernel, sizeof(kernel));
		pack_pack(&p->begin, &segment->begin);
		if (keep_header(p, record, err) < 0)
			return -1;
	}
	if (strcmp(p->kernel, kernel) != 0 && !rules->mixed)
		return error_set(err,
		    "shards of run %.16s were computed by different kernels, "
		    "'%s' and '%s': same results are promised per kernel "
		    "only (LOSSPIPE_CPU=avx2 makes machines one; gridmerge "
		    "--mixed joins what is there)",
		    grid.run, p->kernel, kernel);
	if (grid_agrees(&p->grid, &grid, err) < 0)
		return -1;
	segment->item = p - list->item;
	return points_marks_move(&p->marks, &segment->marks, err);
}

static int
take_grid_point(struct points *p, struct segment *segment,
    const struct record *record, bool mixed, struct error *err)
{
	const struct grid_place *place = &segment->place.at;
	const struct point came = {(uint8_t *)record->bytes, record->n_bytes};
	struct point *at = &p->at[grid_index(&p->grid, place)];
	enum point_choice choice = POINT_REPLACE;

	p->present += at->bytes == NULL;
	if (at->bytes != NULL)
		choice = point_choose(at, &came, mixed, err);
	if (choice == POINT_REPLACE || choice == POINT_SAME)
		segment->last = at;
	/* the second one's losses, where the first has none */
	segment->has_losses =
	    choice == POINT_SAME && point_losses(at, NULL, 0) > 0;
	if (choice == POINT_REPLACE) {
		free(at->bytes);
		return point_keep(at, record, err);
	}
	if (choice != POINT_DIFFERS)
		return choice == POINT_FAILED ? -1 : 0;
	return error_set(err,
	    "point rep %d, ix %" PRId64 ", iy %" PRId64
	    " comes twice and the two disagree",
	    place->rep, place->ix, place->iy);
}

static int
take_point(struct points_list *list, struct segment *segment,
    const struct record *record, const struct points_rules *rules,
    struct error *err)
{
	struct point_place *place = &segment->place;
	struct points *p = NULL;
	char run[RUN_BYTES];

	segment->last = NULL;
	if (field_hex(record->header, "run", run, RUN_BYTES - 1, err) < 0)
		return error_prefix(err, "point");
	/* most often that of the segment's grid */
	if (segment->item >= 0)
		p = &list->item[segment->item];
	if (p == NULL || strncmp(p->grid.run, run, RUN_BYTES - 1) != 0)
		p = find_run(list, run, RUN_BYTES - 1);
	if (p == NULL && rules->salvage) {
		list->strays++;
		return 0;
	}
	if (p == NULL || (!rules->salvage && segment->item != p - list->item))
		return error_set(err,
		    "a point of run %s stands in a segment that is not of this "
		    "run",
		    run);
	if (point_unpack(place, &p->grid, record->header, err) < 0)
		return -1;
	segment->of = p - list->item;
	if (!place->asked)
		return take_grid_point(p, segment, record, rules->mixed, err);
	if (points_take_asked(p, place, record, err) < 0)
		return -1;
	segment->last = &p->loose[p->n_loose - 1].point;
	segment->has_losses = false;
	return 0;
}

/* Of classes or single images: they stay with the point they stand behind. */
static int
take_images(const struct points_list *list, const struct segment *segment,
    const struct record *record, const struct points_rules *rules,
    struct error *err)
{
	if (segment->last == NULL ||
	    (segment->has_losses && record_is(record, "losses")) ||
	    point_append(segment->last, &segment->place,
		&list->item[segment->of].grid, record, rules->mixed, err) == 0)
		return 0;
	/* a damaged input has lost what was between them */
	return rules->salvage && !err->memory ? 0 : -1;
}

/* 1 when the summary does not have this record of a later shard, 0, or -1. */
static int
is_new(struct points *p, const struct record *record, struct error *err)
{
	const char *chars = text_chars(&p->summary, err);
	const uint8_t *at = (const uint8_t *)chars;
	size_t left = p->seen.n == 0 ? text_length(&p->summary) : 0, need;
	struct scan scan;

	if (chars == NULL)
		return -1;
	/* what the first shard brought, when the second one comes */
	for (; left > 0; at += scan.bytes, left -= scan.bytes)
		if (scan_record(at, left, &scan, &need, err) != 1 ||
		    digest_set_add(&p->seen, at, scan.bytes, err) < 0)
			return -1;
	return digest_set_add(&p->seen, record->bytes, record->n_bytes, err);
}

/*
 * Each direction of the surface once; x and y say the same of their angle.
 * 1 when it is new, 0 when another kernel's says the same, or -1.
 */
static int
take_direction(struct points *p, const struct record *record, bool mixed,
    struct error *err)
{
	const int axes = p->grid.axes;
	struct sheet_direction d, *at;
	const struct sheet_direction *other;

	if (direction_unpack_summary(&d, record->header, err) < 0)
		return -1;
	if (d.direction.rep >= p->grid.reps || d.direction.axis >= axes)
		return error_set(err,
		    "direction %s, rep %d: the grid has %d %s and %d "
		    "direction set%s",
		    axis_word(d.direction.axis), d.direction.rep, axes,
		    plural(axes, "axis", "axes"), p->grid.reps,
		    plural_s(p->grid.reps));
	if (p->direction == NULL)
		p->direction = memory_new((size_t)p->grid.reps * (size_t)axes,
		    sizeof(*p->direction), err);
	if (p->direction == NULL)
		return -1;
	at = &p->direction[d.direction.rep * axes + d.direction.axis];
	if (at->there && mixed &&
	    fabs(at->length - d.length) <= MIXED_RTOL * d.length)
		return 0;
	if (at->there)
		return error_set(err,
		    "direction %s, rep %d comes twice and the two disagree",
		    axis_word(d.direction.axis), d.direction.rep);
	*at = d;
	other =
	    &p->direction[d.direction.rep * axes + axes - 1 - d.direction.axis];
	if (axes > 1 && other->there &&
	    fabs(other->cosine - d.cosine) > COSINE_SLACK)
		return error_set(err,
		    "direction %s, rep %d: cosine is %g, that of the other "
		    "axis %g",
		    axis_word(d.direction.axis), d.direction.rep, d.cosine,
		    other->cosine);
	return 1;
}

/* Records beside grid and points: kept once, byte for byte. */
static int
take_other(struct points_list *list, const struct segment *segment,
    const struct record *record, const struct points_rules *rules,
    struct error *err)
{
	struct points *p;
	int status = 1;

	if (segment->item < 0 && record_is(record, "density")) {
		text_add_bytes(
		    &list->densities, record->bytes, record->n_bytes);
		return text_check(&list->densities, err);
	}
	if (segment->item < 0)
		return record_is(record, "path")
			   ? points_take_beside(
				 list, &segment->begin, record, err)
			   : 0;
	p = &list->item[segment->item];
	if (record_is(record, "request"))
		return requests_add(&p->requests, record, err);
	p->has_paths |= record_is(record, "path");
	if (!segment->first)
		status = is_new(p, record, err);
	if (status == 1 && record_is(record, "direction"))
		status = take_direction(p, record, rules->mixed, err);
	if (status != 1)
		return status;
	text_add_bytes(&p->summary, record->bytes, record->n_bytes);
	return text_check(&p->summary, err);
}

static int
take(struct points_list *list, struct segment *segment,
    const struct record *record, const struct points_rules *rules,
    struct error *err)
{
	if (record_is(record, "begin")) {
		pack_free(&segment->begin);
		pack_value(&segment->begin, record->header);
		segment->item = -1;
		segment->last = NULL;
		return pack_check(&segment->begin, err);
	}
	if (record_is(record, "end"))
		return 0;
	if (segment->item < 0 && record_is_mark(record))
		return points_marks_add(
		    &segment->marks, &segment->begin, record, err);
	if (record_is(record, "grid"))
		return take_grid(list, segment, record, rules, err);
	if (record_is(record, "point"))
		return take_point(list, segment, record, rules, err);
	if (record_is(record, "losses") || record_is(record, "classes"))
		return take_images(list, segment, record, rules, err);
	return take_other(list, segment, record, rules, err);
}

/* Of damaged input whole points are taken, though their losses may be torn. */
static int
check_losses(
    const struct points *p, const struct points_rules *rules, struct error *err)
{
	for (int64_t i = 0; i < p->n && !rules->salvage; i++)
		if (point_check_losses(&p->at[i], err) < 0)
			return error_prefix(err, "run %.16s", p->grid.run);
	return 0;
}

/* All records are there: what can be said of them together. */
static int
settle(struct points_list *list, const struct points_rules *rules,
    struct error *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (points_append_asked(&list->item[i], rules, err) < 0 ||
		    check_losses(&list->item[i], rules, err) < 0)
			return -1;
	return points_check_paths(list, err);
}

int
points_read(struct points_list *list, struct reader *reader,
    const struct points_rules *rules, struct error *err)
{
	struct segment segment = {.item = -1};
	struct record record;
	int status;

	while (
	    (status = rules->salvage ? reader_next_intact(reader, &record, err)
				     : reader_next(reader, &record, err)) == 1)
		if (take(list, &segment, &record, rules, err) < 0) {
			status = error_prefix(err, "%s", reader_name(reader));
			break;
		} else if (segment.first && record_is(&record, "grid")) {
			struct points *p = &list->item[segment.item];

			reader_short_name(reader, p->file, sizeof(p->file));
		}
	list->no_end = reader_open_runs(reader)->n > 0;
	if (status == 0)
		status = points_marks_move(&list->marks, &segment.marks, err);
	points_marks_free(&segment.marks);
	pack_free(&segment.begin);
	return status == 0 ? settle(list, rules, err) : -1;
}

void
points_list_free(struct points_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct points *p = &list->item[i];

		for (int64_t j = 0; j < p->n; j++)
			free(p->at[j].bytes);
		free(p->at);
		points_free_asked(p);
		pack_free(&p->grid_header);
		pack_free(&p->begin);
		text_free(&p->summary);
		free(p->direction);
		digest_set_free(&p->seen);
		points_marks_free(&p->marks);
	}
	points_free_beside(list);
	text_free(&list->densities);
	points_marks_free(&list->marks);
	free(list->item);
	*list = (struct points_list){0};
}

/* ---- what is missing ---- */

static void
name_place(const struct points *points, int64_t index, struct text *out)
{
	const struct grid *g = &points->grid;
	int64_t grid = grid_points(g), set = index % g->sets;
	int rep;

	if (index < grid) {
		struct grid_place p = grid_place(g, index);

		rep = p.rep;
		text_add(out, " (%" PRId64 ",%" PRId64, p.ix, p.iy);
	} else {
		const struct asked *a =
		    &points->asked.item[(index - grid) / g->sets];

		rep = a->rep;
		text_add(out, " (id %" PRId64, a->id);
	}
	if (g->reps > 1)
		text_add(out, " rep %d", rep);
	if (g->sets > 1)
		text_add(out, " %s", g->set[set]);
	text_add(out, ")");
}

int
points_complete(const struct points *points, struct error *err)
{
	struct text missing = {0};
	const char *names;
	int shown = 0;

	if (points->present == points->wanted)
		return 0;
	for (int64_t i = 0; i < points->n && shown < 5; i++)
		if (points->at[i].bytes == NULL && points_wanted(points, i)) {
			name_place(points, i, &missing);
			shown++;
		}
	names = text_chars(&missing, err);
	if (names != NULL)
		error_set(err,
		    "run %.16s: %" PRId64 " of %" PRId64
		    " point%s %s missing:%s%s",
		    points->grid.run, points->wanted - points->present,
		    points->wanted, plural_s(points->wanted),
		    plural(points->wanted - points->present, "is", "are"),
		    names,
		    points->wanted - points->present > shown ? " ..." : "");
	text_free(&missing);
	return -1;
}

/* ---- writing ---- */

int
points_write(
    const struct points *points, struct writer *writer, struct error *err)
{
	if (points_marks_write(&points->marks, writer, err) < 0 ||
	    writer_begin_after(writer, &points->begin, NULL, err) < 0 ||
	    writer_record(writer, "grid", &points->grid_header, NULL, 0, err) <
		0 ||
	    writer_copy_text(writer, &points->summary, err) < 0)
		return -1;
	for (size_t i = 0; i < points->requests.n; i++)
		if (writer_copy_all(writer, points->requests.item[i].bytes,
			points->requests.item[i].n_bytes, err) < 0)
			return -1;
	for (int64_t i = 0; i < points->n; i++)
		if (writer_copy_all(writer, points->at[i].bytes,
			points->at[i].n_bytes, err) < 0)
			return -1;
	return writer_end(writer, err);
}
