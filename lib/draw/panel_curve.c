/* Curves through all points that are there. */
#include <stdlib.h>

#include "base/memory.h"
#include "draw/panel.h"

struct curve_point {
	double x;
	int64_t number;
};

static int
by_x(const void *a, const void *b)
{
	const struct curve_point *p = a, *q = b;

	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return (p->number > q->number) - (p->number < q->number);
}

/* The points that are there in the order of x, each x once. */
static size_t
sort_points(const struct panel *p, struct curve_point *out)
{
	size_t n = 0, kept = 0;

	for (int64_t i = 0; i < p->n; i++)
		if (!p->missing[i])
			out[n++] = (struct curve_point){p->at[0][i], i};
	for (size_t i = 0; i < p->n_asked; i++)
		out[n++] =
		    (struct curve_point){p->asked[i].x, p->n + (int64_t)i};
	if (n > 0)
		qsort(out, n, sizeof(*out), by_x);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || out[i].x > out[kept - 1].x)
			out[kept++] = out[i];
	return kept;
}

/* values in the order of points; the old array is freed. */
static int
reorder(double **values, const struct curve_point *points, size_t n,
    struct error *err)
{
	double *out = memory_new(n, sizeof(*out), err);

	if (out == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		out[i] = (*values)[points[i].number];
	free(*values);
	*values = out;
	return 0;
}

int
panel_fill_curve(struct panel *p, struct curve *c, struct error *err)
{
	struct curve_point *points =
	    memory_new((size_t)p->n + p->n_asked, sizeof(*points), err);
	double *x;
	size_t n;
	int status = -1;

	if (points == NULL)
		return -1;
	n = sort_points(p, points);
	x = memory_new(n, sizeof(*x), err);
	if (x != NULL && n > 1 && reorder(&p->z, points, n, err) == 0 &&
	    reorder(&p->half, points, n, err) == 0 &&
	    reorder(&p->accuracy, points, n, err) == 0 &&
	    reorder(&p->lo, points, n, err) == 0 &&
	    reorder(&p->hi, points, n, err) == 0) {
		for (size_t i = 0; i < n; i++)
			x[i] = points[i].x;
		free(p->at[0]);
		c->x = p->at[0] = x;
		c->n = n;
		c->left = p->z;
		c->half = c->half != NULL ? p->half : NULL;
		c->right = c->right != NULL ? p->accuracy : NULL;
		c->left_lo = c->left_lo != NULL ? p->lo : NULL;
		c->left_hi = c->left_hi != NULL ? p->hi : NULL;
		c->right_lo = c->right_lo != NULL ? p->lo : NULL;
		c->right_hi = c->right_hi != NULL ? p->hi : NULL;
		x = NULL;
		status = 0;
	}
	if (n < 2) /* nothing to join */
		status = x != NULL ? 0 : -1;
	free(x);
	free(points);
	return status;
}
