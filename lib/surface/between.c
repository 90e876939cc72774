#include "surface/between.h"

#include <math.h>

/* Coordinates that went through text are the same to this part of the range. */
static const double SAME = 1e-9;

/* Where a coordinate lies: in the cell behind line i, and how far. */
struct cell {
	int64_t i;
	double part;
};

static bool
find_cell(const struct grid *grid, int axis, double v, struct cell *cell)
{
	const struct range *r = &grid->range[axis];
	const int64_t n = grid_num(grid, axis);

	*cell = (struct cell){0, 0};
	if (n < 2)
		return n == 1 && (axis >= grid->axes || v == range_at(r, 0));
	if (!(v >= range_at(r, 0) && v <= range_at(r, n - 1)))
		return false;
	while (cell->i < n - 2 && range_at(r, cell->i + 1) <= v)
		cell->i++;
	cell->part = (v - range_at(r, cell->i)) /
		     (range_at(r, cell->i + 1) - range_at(r, cell->i));
	if (fabs(cell->part - round(cell->part)) < SAME)
		cell->part = round(cell->part);
	return true;
}

static bool
is_same(const struct range *range, double a, double b)
{
	return fabs(a - b) <= SAME * fmax(fabs(a), range->hi - range->lo);
}

/* A requested point at this very place. */
static bool
find_asked(const struct points *p, const struct grid_place *sheet,
    const char *field, const double at[AXES_MAX], double *value)
{
	for (size_t i = 0; i < p->asked.n; i++) {
		const struct asked *a = &p->asked.item[i];
		const double place[AXES_MAX] = {a->x, a->y};
		bool same = a->rep == sheet->rep;

		for (int k = 0; k < AXES_MAX; k++)
			same &= k >= p->grid.axes ||
				is_same(&p->grid.range[k], place[k], at[k]);
		if (same && points_value(p,
				grid_points(&p->grid) +
				    (int64_t)i * p->grid.sets + sheet->set,
				field, value))
			return true;
	}
	return false;
}

/* A corner without weight may be missing. */
static double
blend(const struct points *p, const struct grid_place *sheet, const char *field,
    const struct cell cell[AXES_MAX])
{
	double sum = 0;

	for (int k = 0; k < 4; k++) {
		const int right = k & 1, up = k >> 1;
		struct grid_place place = *sheet;
		const double weight =
		    (right ? cell[0].part : 1 - cell[0].part) *
		    (up ? cell[1].part : 1 - cell[1].part);
		double v;

		if (weight == 0)
			continue;
		place.ix = cell[0].i + right;
		place.iy = cell[1].i + up;
		if (!points_value(p, grid_index(&p->grid, &place), field, &v))
			return NAN;
		sum += weight * v;
	}
	return sum;
}

struct between
points_between(const struct points *points, const struct grid_place *sheet,
    const char *field, const double at[AXES_MAX])
{
	struct cell cell[AXES_MAX];
	double value;

	if (find_asked(points, sheet, field, at, &value))
		return (struct between){value, true};
	if (!find_cell(&points->grid, 0, at[0], &cell[0]) ||
	    !find_cell(&points->grid, 1, at[1], &cell[1]))
		return (struct between){NAN, false};
	value = blend(points, sheet, field, cell);
	return (struct between){
	    value, !isnan(value) && floor(cell[0].part) == cell[0].part &&
		       floor(cell[1].part) == cell[1].part};
}

bool
points_of_images(
    const struct points *points, int set, const struct path_point *point)
{
	const struct grid_images *images = &points->grid.images[set];

	/* of a class view the images have a number, but no digest */
	return (images->total == 0 || images->digest[0] != '\0') &&
	       path_is_of(point, points->grid.set[set], images->digest);
}
