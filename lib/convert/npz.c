#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "convert/convert.h"
#include "convert/numbers.h"
#include "file/archive_write.h"

/* The archive of one run after the other. */
struct npz {
	struct archive_writer *archive;
	const struct fields *fields;
	const struct points *points;
	char prefix[16]; /* of names: the run, when there are several */
};

static int
add(const struct npz *npz, const char *set, const char *name, int rank,
    const int64_t *dim, const double *values, struct error *err)
{
	struct text full = {0};
	const char *entry;
	int status = -1;

	text_add(&full, "%s%s%s%s", npz->prefix, set, set[0] != '\0' ? "_" : "",
	    name);
	entry = text_chars(&full, err);
	if (entry != NULL)
		status =
		    npz_add_f64(npz->archive, entry, rank, dim, values, err);
	text_free(&full);
	return status;
}

/* One field on one data set: its reps one behind the other. */
static int
add_field(const struct npz *npz, int set, const char *field, struct error *err)
{
	const struct grid *grid = &npz->points->grid;
	const int64_t n = sheet_points(grid);
	int64_t dim[3] = {grid->reps, grid_num(grid, 1), grid_num(grid, 0)};
	const int64_t *shape = &dim[grid->axes > 1 ? 1 : 2];
	double *values =
	    memory_new((size_t)(n * grid->reps), sizeof(*values), err);
	int status;

	if (values == NULL)
		return -1;
	for (int rep = 0; rep < grid->reps; rep++)
		sheet_take(npz->points, rep, set, field, values + rep * n);
	if (grid->reps > 1) {
		if (grid->axes == 1)
			dim[1] = grid->reps;
		shape--;
	}
	status = add(npz, grid->set[set], field, (int)(dim + 3 - shape), shape,
	    values, err);
	free(values);
	return status;
}

static int
add_coordinates(const struct npz *npz, struct error *err)
{
	const struct grid *grid = &npz->points->grid;
	int status = 0;

	for (int a = 0; a < grid->axes && status == 0; a++) {
		int64_t num = grid_num(grid, a);
		double *at = memory_new((size_t)num, sizeof(*at), err);

		if (at == NULL)
			return -1;
		for (int64_t i = 0; i < num; i++)
			at[i] = range_at(&grid->range[a], i);
		status = add(npz, "", a == 0 ? "xcoordinates" : "ycoordinates",
		    1, &num, at, err);
		free(at);
	}
	return status;
}

static int
add_points(const struct npz *npz, struct error *err)
{
	if (add_coordinates(npz, err) < 0)
		return -1;
	for (int set = 0; set < npz->points->grid.sets; set++)
		for (size_t f = 0; f < npz->fields->n; f++)
			if (add_field(npz, set, npz->fields->name[f], err) < 0)
				return -1;
	return 0;
}

int
convert_npz(
    const struct points_list *list, struct output *output, struct error *err)
{
	struct fields fields = {0};
	struct npz npz = {.fields = &fields};
	uint8_t *bytes = NULL;
	size_t n = 0;
	int status = fields_of_points(&fields, list, err);

	if (status == 0) {
		npz.archive = archive_writer_new(err);
		status = npz.archive != NULL ? 0 : -1;
	}
	for (size_t k = 0; k < list->n && status == 0; k++) {
		npz.points = &list->item[k];
		if (list->n > 1)
			snprintf(npz.prefix, sizeof(npz.prefix), "%.8s/",
			    npz.points->grid.run);
		status = add_points(&npz, err);
	}
	if (status == 0)
		status = archive_writer_finish(npz.archive, &bytes, &n, err);
	if (status == 0)
		status = output_write(output, bytes, n, err);
	archive_writer_free(npz.archive);
	fields_free(&fields);
	free(bytes);
	return status;
}
