#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"
#include "base/plural.h"
#include "direction/plane.h"
#include "hdf5/h5_read.h"
#include "hdf5/h5_write.h"
#include "hdf5/reference.h"
#include "run/path.h"
#include "surface/sheet.h"

const struct output_kind reference_write_kind = {
    .name = "an HDF5 file", .is = h5_is};

enum kind {
	KIND_DIRECTIONS,
	KIND_SURFACE,
	KIND_PROJECTION,
};

/* ---- directions ---- */

/* One axis: the group, and where its next dataset goes. */
struct group {
	struct h5_writer *file;
	const char *name;
	int next;
};

static int
add_tensor(struct group *group, const struct tensor *t, const float *delta,
    struct error *err)
{
	char name[64];
	float *zeros = NULL;
	int status = -1;

	snprintf(name, sizeof(name), "%s/%d", group->name, group->next++);
	if (delta == NULL)
		delta = zeros = memory_new((size_t)t->n, sizeof(*zeros), err);
	if (delta != NULL)
		status =
		    h5_add_f32(group->file, name, t->rank, t->dim, delta, err);
	free(zeros);
	return status;
}

/*
 * Over states the reference has a counter behind every running variance, also
 * where the model has none.
 */
static bool
lacks_counter(const struct graph *g, size_t i)
{
	return g->tensors[i].role == ROLE_RUNNING_VAR &&
	       (i + 1 == g->n_tensors ||
		   g->tensors[i + 1].role != ROLE_BATCHES);
}

static int
add_direction(struct h5_writer *file, const struct plane *p, int rep, int axis,
    struct error *err)
{
	static const char *const names[AXES_MAX] = {"xdirection", "ydirection"};
	const struct graph *g = &p->model.graph;
	const struct tensor counter = {.n = 1};
	const bool states =
	    p->direction[rep * p->axes + axis].over == OVER_STATES;
	struct group group = {.file = file, .name = names[axis]};

	if (h5_add_group(file, names[axis], err) < 0)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		if (!(states ? tensor_is_state(t) : tensor_is_weight(t)))
			continue;
		if (add_tensor(
			&group, t, plane_delta(p, rep, axis, (int)i), err) < 0)
			return -1;
		if (states && lacks_counter(g, i) &&
		    add_tensor(&group, &counter, NULL, err) < 0)
			return -1;
	}
	return 0;
}

static int
write_directions(struct reader *reader, struct h5_writer *file,
    const struct reference_options *options, struct error *err)
{
	struct plane plane = {0}, more = {0};
	int status = plane_read(&plane, reader, err), after = 0;

	if (status == 1)
		after = plane_read(&more, reader, err);
	status = status == 1 && after == 0 ? 0 : -1;
	if (after == 1)
		error_set(err, "the stream has several models, expected one");
	if (status == 0 && plane.axes == 0)
		status = error_set(err, "the model has no directions");
	if (status == 0 && options->rep >= plane.reps)
		status = error_set(err,
		    "--rep is %d, the model has direction sets 0 to %d",
		    options->rep, plane.reps - 1);
	for (int axis = 0; axis < AXES_MAX && axis < plane.axes && status == 0;
	     axis++)
		status = add_direction(file, &plane, options->rep, axis, err);
	plane_free(&more);
	plane_free(&plane);
	return status;
}

/* ---- surfaces ---- */

static int
add_axis(struct h5_writer *file, const char *name, const struct range *range,
    struct error *err)
{
	double *at = memory_new((size_t)range->num, sizeof(*at), err);
	int status;

	if (at == NULL)
		return -1;
	for (int64_t i = 0; i < range->num; i++)
		at[i] = range_at(range, i);
	status = h5_add_f64(file, name, 1, &range->num, at, err);
	free(at);
	return status;
}

/* -1 where there is no point, as the reference has it. */
static int
add_field(struct h5_writer *file, const struct points *p, int rep, int set,
    const char *field, const char *name, struct error *err)
{
	const int64_t dim[] = {grid_num(&p->grid, 0), grid_num(&p->grid, 1)};
	int64_t n = sheet_points(&p->grid), found;
	double *values = memory_new((size_t)n, sizeof(*values), err);
	int status = 0;

	if (values == NULL)
		return -1;
	found = sheet_take(p, rep, set, field, values);
	for (int64_t i = 0; i < n; i++)
		if (p->at[sheet_index(&p->grid, rep, set, i)].bytes == NULL)
			values[i] = -1;
	if (found > 0)
		status = h5_add_f64(file, name, p->grid.axes, dim, values, err);
	free(values);
	return status;
}

static int
add_fields(
    struct h5_writer *file, const struct points *p, int rep, struct error *err)
{
	static const char *const per_set[] = {"loss", "acc"};
	static const char *const alone[] = {"min_eig", "max_eig"};

	for (int set = 0; set < p->grid.sets; set++)
		for (int i = 0; i < 2; i++) {
			char name[SET_NAME_BYTES + 8];

			snprintf(name, sizeof(name), "%s_%s", p->grid.set[set],
			    per_set[i]);
			if (add_field(
				file, p, rep, set, per_set[i], name, err) < 0)
				return -1;
		}
	for (int i = 0; i < 2; i++)
		if (add_field(file, p, rep, 0, alone[i], alone[i], err) < 0)
			return -1;
	return 0;
}

static int
check_surface(const struct points_list *list,
    const struct reference_options *options, struct error *err)
{
	const struct grid *g;

	if (list->n != 1)
		return error_set(err,
		    "the stream has %zu run%s, expected one surface", list->n,
		    plural_s((int64_t)list->n));
	if (options->partial == NULL &&
	    points_complete(&list->item[0], err) < 0)
		return -1;
	g = &list->item[0].grid;
	if (g->axes == 0 || sheet_points(g) == 0)
		return error_set(err, "run %.16s has no grid", g->run);
	if (options->rep >= g->reps)
		return error_set(err,
		    "--rep is %d, the run has direction sets 0 to %d",
		    options->rep, g->reps - 1);
	for (int i = 0; i < g->sets; i++)
		if (strchr(g->set[i], '/') != NULL || g->set[i][0] == '.' ||
		    !text_is_shown(g->set[i], strlen(g->set[i])))
			return error_set(err,
			    "data set '%s' makes no name in HDF5", g->set[i]);
	return 0;
}

static int
write_surface(struct reader *reader, struct h5_writer *file,
    const struct reference_options *options, struct error *err)
{
	const struct points_rules rules = {.salvage = options->partial != NULL};
	struct points_list list = {0};
	const struct points *p;
	int status = points_read(&list, reader, &rules, err);

	if (status == 0)
		status = check_surface(&list, options, err);
	if (status < 0) {
		points_list_free(&list);
		return -1;
	}
	p = &list.item[0];
	*options->left_out = points_asked_there(p);
	status = h5_add_text(file, "dir_file",
	    options->dir_file != NULL ? options->dir_file : p->grid.run, err);
	if (status == 0)
		status = add_axis(file, "xcoordinates", &p->grid.range[0], err);
	if (status == 0 && p->grid.axes > 1)
		status = add_axis(file, "ycoordinates", &p->grid.range[1], err);
	if (status == 0)
		status = add_fields(file, p, options->rep, err);
	points_list_free(&list);
	return status;
}

/* ---- projections ---- */

struct places {
	char name[RUN_NAME_BYTES];
	double *x, *y;
	size_t n, room_x, room_y;
};

static int
take_place(struct places *places, const struct record *record, int rep,
    struct error *err)
{
	struct path_point p;

	if (path_unpack(&p, record->header, err) < 0)
		return -1;
	if (p.rep != rep)
		return 0;
	if (places->n == 0)
		memcpy(places->name, p.name, sizeof(p.name));
	if (strcmp(places->name, p.name) != 0)
		return error_set(err,
		    "the paths of '%.60s' and '%.60s', expected one",
		    places->name, p.name);
	if (p.i != (int64_t)places->n)
		return error_set(err,
		    "checkpoint %lld comes where %zu is expected",
		    (long long)p.i, places->n);
	if (memory_grow(&places->x, &places->room_x, places->n + 1,
		sizeof(double), err) < 0 ||
	    memory_grow(&places->y, &places->room_y, places->n + 1,
		sizeof(double), err) < 0)
		return -1;
	places->x[places->n] = p.x;
	places->y[places->n++] = p.y;
	return 0;
}

static int
write_projection(struct reader *reader, struct h5_writer *file,
    const struct reference_options *options, struct error *err)
{
	struct places places = {0};
	struct record record;
	int64_t n;
	int status;

	while ((status = reader_next(reader, &record, err)) == 1)
		if (record_is(&record, "path") &&
		    take_place(&places, &record, options->rep, err) < 0) {
			status = -1;
			break;
		}
	n = (int64_t)places.n;
	if (status == 0 && n == 0)
		status =
		    error_set(err, "no path in direction set %d", options->rep);
	if (status == 0)
		status = h5_add_f64(file, "proj_xcoord", 1, &n, places.x, err);
	if (status == 0)
		status = h5_add_f64(file, "proj_ycoord", 1, &n, places.y, err);
	free(places.x);
	free(places.y);
	return status;
}

/* ---- whichever it is ---- */

/* The first record that tells: 1 with *kind, 0 when none does. */
static int
find_kind(const struct content *content, const struct partial *partial,
    enum kind *kind, struct error *err)
{
	struct reader *reader =
	    reader_new_bytes(content->bytes, content->n, err);
	struct record record;
	int status, found = 0;

	if (reader == NULL)
		return -1;
	reader_take_partial(reader, partial);
	while (!found && (status = reader_next(reader, &record, err)) == 1) {
		found = 1;
		if (record_is(&record, "model"))
			*kind = KIND_DIRECTIONS;
		else if (record_is(&record, "grid"))
			*kind = KIND_SURFACE;
		else if (record_is(&record, "path"))
			*kind = KIND_PROJECTION;
		else
			found = 0;
	}
	reader_free(reader);
	return found ? 1 : status;
}

static int
fill(const struct content *content, enum kind kind, struct h5_writer *file,
    const struct reference_options *options, struct error *err)
{
	struct reader *reader =
	    reader_new_bytes(content->bytes, content->n, err);
	int status = -1;

	if (reader == NULL)
		return -1;
	reader_take_partial(reader, options->partial);
	switch (kind) {
	case KIND_DIRECTIONS:
		status = write_directions(reader, file, options, err);
		break;
	case KIND_SURFACE:
		status = write_surface(reader, file, options, err);
		break;
	case KIND_PROJECTION:
		status = write_projection(reader, file, options, err);
		break;
	}
	reader_free(reader);
	return status;
}

int
reference_write(const struct content *content, const char *name,
    const struct reference_options *options, struct output *output,
    struct error *err)
{
	struct h5_writer *file;
	enum kind kind = KIND_SURFACE;
	uint8_t *bytes = NULL;
	size_t n = 0;
	int status = find_kind(content, options->partial, &kind, err);

	if (status == 0)
		error_set(err, "the stream has neither a model with "
			       "directions, nor points, nor a path");
	if (status <= 0)
		return error_prefix(err, "%s", name);
	file = h5_writer_new(err);
	if (file == NULL)
		return -1;
	status = fill(content, kind, file, options, err);
	if (status < 0)
		error_prefix(err, "%s", name);
	else
		status = h5_finish(file, &bytes, &n, err);
	h5_writer_free(file);
	if (status == 0)
		status = output_write(output, bytes, n, err);
	free(bytes);
	return status;
}
