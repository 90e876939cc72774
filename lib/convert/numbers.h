/*
 * Points as arrays of numbers, for programs that want columns: every numeric
 * field that some point has, sheet by sheet.
 */
#ifndef CONVERT_NUMBERS_H
#define CONVERT_NUMBERS_H

#include "base/error.h"
#include "surface/points.h"
#include "surface/sheet.h"

/* Names of the fields: loss and acc first, then by name.  Owned. */
struct fields {
	char **name;
	size_t n;
};

/*
 * The fields of all grids of list that hold numbers, but for the place (ix, iy,
 * x, y, rep).  fields is {0} before; fields_free in any case.
 */
int fields_of_points(
    struct fields *fields, const struct points_list *list, struct error *err);
void fields_free(struct fields *fields);

/*
 * The numbers of one sheet: value[field][iy * nx + ix], NaN: none; behind them
 * those of requested points within the grid.  Owned.
 */
struct numbers {
	int64_t n, n_other; /* points of the grid, requested ones */
	size_t n_fields;
	double **value;
	double *at[AXES_MAX]; /* coordinates; {0} on an axis that is not there
			       */
	double *other[AXES_MAX]; /* coordinates of the latter */
	int64_t *index;          /* where these stand in points->at */
};

/* numbers is {0} before; numbers_free in any case. */
int numbers_take(struct numbers *numbers, const struct points *points, int rep,
    int set, const struct fields *fields, struct error *err);
void numbers_free(struct numbers *numbers);

#endif
