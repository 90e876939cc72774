#include "surface/sheet.h"

#include <math.h>

int64_t
sheet_points(const struct grid *grid)
{
	return grid_num(grid, 0) * grid_num(grid, 1);
}

int64_t
sheet_index(const struct grid *grid, int rep, int set, int64_t i)
{
	const struct grid_place place = {.rep = rep,
	    .set = set,
	    .ix = i % grid_num(grid, 0),
	    .iy = i / grid_num(grid, 0)};

	return grid_index(grid, &place);
}

int64_t
sheet_take(const struct points *points, int rep, int set, const char *field,
    double *out)
{
	int64_t found = 0;

	for (int64_t i = 0; i < sheet_points(&points->grid); i++) {
		out[i] = NAN;
		found += points_value(points,
		    sheet_index(&points->grid, rep, set, i), field, &out[i]);
	}
	return found;
}
