#include "convert/numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "surface/table.h"

static bool
is_place(const char *name)
{
	static const char *const places[] = {"ix", "iy", "x", "y", "rep"};

	for (int i = 0; i < 5; i++)
		if (strcmp(name, places[i]) == 0)
			return true;
	return false;
}

/* Has some point of a grid a number of this name?  The first tells mostly. */
static bool
is_numeric(const struct points_list *list, const char *name)
{
	double value;

	for (size_t k = 0; k < list->n; k++)
		for (int64_t i = 0; i < grid_points(&list->item[k].grid); i++)
			if (points_value(&list->item[k], i, name, &value))
				return true;
	return false;
}

int
fields_of_points(
    struct fields *fields, const struct points_list *list, struct error *err)
{
	struct columns columns = {0};
	int status = columns_of_points(&columns, list, err);

	if (status == 0) {
		fields->name =
		    memory_new(columns.n, sizeof(*fields->name), err);
		status = fields->name != NULL ? 0 : -1;
	}
	for (size_t i = 0; i < columns.n && status == 0; i++) {
		if (is_place(columns.name[i]) ||
		    !is_numeric(list, columns.name[i]))
			continue;
		fields->name[fields->n++] = columns.name[i];
		columns.name[i] = NULL;
	}
	columns_free(&columns);
	return status;
}

void
fields_free(struct fields *fields)
{
	for (size_t i = 0; i < fields->n; i++)
		free(fields->name[i]);
	free(fields->name);
	*fields = (struct fields){0};
}

/* Requested points within the grid. */
static int
take_others(struct numbers *numbers, const struct points *points, int rep,
    int set, struct error *err)
{
	const struct grid *g = &points->grid;
	const struct range *x = &g->range[0], *y = &g->range[1];
	const size_t n = points->asked.n;

	numbers->index = memory_new(n, sizeof(*numbers->index), err);
	for (int a = 0; a < AXES_MAX; a++)
		numbers->other[a] = memory_new(n, sizeof(double), err);
	if (numbers->index == NULL || numbers->other[0] == NULL ||
	    numbers->other[1] == NULL)
		return -1;
	for (size_t i = 0; i < n && numbers->n > 0; i++) {
		const struct asked *a = &points->asked.item[i];
		const int64_t at = grid_points(g) + (int64_t)i * g->sets + set;

		if (a->rep != rep || points->at[at].bytes == NULL ||
		    a->x < x->lo || a->x > x->hi ||
		    (g->axes > 1 && (a->y < y->lo || a->y > y->hi)))
			continue;
		numbers->other[0][numbers->n_other] = a->x;
		numbers->other[1][numbers->n_other] = a->y;
		numbers->index[numbers->n_other++] = at;
	}
	return 0;
}

int
numbers_take(struct numbers *numbers, const struct points *points, int rep,
    int set, const struct fields *fields, struct error *err)
{
	const struct grid *grid = &points->grid;

	numbers->n = sheet_points(grid);
	if (take_others(numbers, points, rep, set, err) < 0)
		return -1;
	numbers->n_fields = fields->n;
	numbers->value = memory_new(fields->n, sizeof(*numbers->value), err);
	if (numbers->value == NULL)
		return -1;
	for (int a = 0; a < AXES_MAX; a++) {
		int64_t num = grid_num(grid, a);

		numbers->at[a] = memory_new((size_t)num, sizeof(double), err);
		if (numbers->at[a] == NULL)
			return -1;
		for (int64_t i = 0; i < num && a < grid->axes; i++)
			numbers->at[a][i] = range_at(&grid->range[a], i);
	}
	for (size_t f = 0; f < fields->n; f++) {
		numbers->value[f] =
		    memory_new((size_t)(numbers->n + numbers->n_other),
			sizeof(double), err);
		if (numbers->value[f] == NULL)
			return -1;
		sheet_take(
		    points, rep, set, fields->name[f], numbers->value[f]);
		for (int64_t i = 0; i < numbers->n_other; i++) {
			double *out = &numbers->value[f][numbers->n + i];

			*out = NAN;
			points_value(
			    points, numbers->index[i], fields->name[f], out);
		}
	}
	return 0;
}

void
numbers_free(struct numbers *numbers)
{
	for (size_t f = 0; numbers->value != NULL && f < numbers->n_fields; f++)
		free(numbers->value[f]);
	free(numbers->value);
	for (int a = 0; a < AXES_MAX; a++)
		free(numbers->at[a]);
	for (int a = 0; a < AXES_MAX; a++)
		free(numbers->other[a]);
	free(numbers->index);
	*numbers = (struct numbers){0};
}
