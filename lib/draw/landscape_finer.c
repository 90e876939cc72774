/* landscape_refine: what is drawn between the points that are there. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/cell.h"
#include "draw/coarse.h"
#include "draw/cubic.h"
#include "draw/finer.h"
#include "draw/landscape.h"
#include "draw/panel.h"

static bool
has_gaps(const struct panel *panel)
{
	return memchr(panel->missing, 1, (size_t)panel->n) != NULL;
}

static bool
needs_filling(const struct panel *panel)
{
	return panel->n_asked > 0 || has_gaps(panel);
}

/* The smallest number above 0: what a logarithm of 0 or less stands for. */
static double
least(const double *z, size_t n)
{
	double lo = INFINITY;

	for (size_t i = 0; i < n; i++)
		if (z[i] > 0 && z[i] < lo)
			lo = z[i];
	return lo;
}

static double
to_height(double z, int log, double lo)
{
	return log && !isnan(z) ? log10(fmax(z, lo)) : z;
}

static double
from_height(double height, int log)
{
	return log ? pow(10, height) : height;
}

struct heights {
	double *z;
	int log;
	double lo;
};

static int
heights_make(
    struct heights *h, const double *z, size_t n, int log, struct error *err)
{
	h->log = log;
	h->lo = least(z, n);
	h->z = memory_new(n, sizeof(*h->z), err);
	for (size_t i = 0; h->z != NULL && i < n; i++)
		h->z[i] = to_height(z[i], log, h->lo);
	return h->z != NULL ? 0 : -1;
}

/*
 * Heights for the cubic: an infinity is a decade above all others, or as far as
 * they reach.  Returns the highest of those.
 */
static double
tame(struct heights *h, size_t n)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < n; i++)
		if (isfinite(h->z[i])) {
			lo = fmin(lo, h->z[i]);
			hi = fmax(hi, h->z[i]);
		}
	for (size_t i = 0; i < n; i++)
		if (isinf(h->z[i]))
			h->z[i] = h->z[i] < 0 ? lo
				  : h->log    ? hi + 1
					      : hi + (hi - lo);
	return hi;
}

/* The new arrays of a surface while they are filled; owned. */
struct fresh {
	double *z, *half, *over;
	unsigned char *missing, *between, *doubtful;
};

static int
fresh_make(struct fresh *f, size_t n, struct error *err)
{
	f->z = memory_new(n, sizeof(*f->z), err);
	f->half = memory_new(n, sizeof(*f->half), err);
	f->over = memory_new(n, sizeof(*f->over), err);
	f->missing = memory_new(n, 1, err);
	f->between = memory_new(n, 1, err);
	f->doubtful = memory_new(n, 1, err);
	return f->z != NULL && f->half != NULL && f->over != NULL &&
		       f->missing != NULL && f->between != NULL &&
		       f->doubtful != NULL
		   ? 0
		   : -1;
}

static void
fresh_free(struct fresh *f)
{
	free(f->z);
	free(f->half);
	free(f->over);
	free(f->missing);
	free(f->between);
	free(f->doubtful);
}

/* A layer of the grid's points alone has nothing of requested ones. */
static bool
of_grid(const struct blend *b, int64_t n)
{
	for (int k = 0; k < b->n; k++)
		if ((int64_t)b->point[k] >= n)
			return false;
	return b->n > 0;
}

static void
fill_layers(
    struct fresh *f, size_t i, const struct panel *p, const struct blend *b)
{
	const bool known = of_grid(b, p->n);

	f->over[i] = known && p->layer.over != NULL
			 ? blend_value(b, p->layer.over)
			 : NAN;
	for (int k = 0; known && p->layer.doubtful != NULL && k < b->n; k++)
		f->doubtful[i] |= p->layer.doubtful[b->point[k]];
}

/* A measured value keeps its bits. */
static void
fill_place(struct fresh *f, size_t i, const struct panel *p,
    const struct heights *h, const struct blend *b)
{
	f->missing[i] = b->n == 0;
	f->between[i] = b->n != 1 || (p->between != NULL && of_grid(b, p->n) &&
					 p->between[b->point[0]]);
	f->half[i] = blend_value(b, p->half);
	f->z[i] = b->n == 1 ? p->z[b->point[0]]
			    : from_height(blend_value(b, h->z), h->log);
	fill_layers(f, i, p, b);
}

/* The panel's arrays give way to those of the surface. */
static void
replace(struct panel *p, struct drawn_surface *s, struct fresh *f, double *x,
    double *y, int nx, int ny)
{
	free(p->z);
	free(p->half);
	free(p->missing);
	free(p->between);
	free(p->at[0]);
	free(p->at[1]);
	s->nx = nx;
	s->ny = ny;
	s->x = p->at[0] = x;
	s->y = p->at[1] = y;
	s->z = p->z = f->z;
	s->missing = p->missing = f->missing;
	s->between = p->between = f->between;
	p->half = f->half;
	s->half = s->half != NULL ? p->half : NULL;
	f->z = f->half = NULL;
	f->missing = f->between = NULL;
	if (p->layer.over != NULL) {
		free(p->layer.over);
		p->layer.over = f->over;
		s->over = s->over != NULL ? p->layer.over : NULL;
		f->over = NULL;
	}
	if (p->layer.doubtful != NULL) {
		free(p->layer.doubtful);
		s->doubtful = p->layer.doubtful = f->doubtful;
		f->doubtful = NULL;
	}
}

/* In whole cells of the grid, where heights are to be smooth. */
static void
smooth_cells(struct fresh *f, const struct finer *finer,
    const struct drawn_surface *s, struct heights *h)
{
	struct drawn_surface heights = *s;
	const double hi = tame(h, (size_t)s->nx * (size_t)s->ny);

	heights.z = h->z;
	for (int i = 0; i < finer->nx * finer->ny; i++) {
		double height;

		if (!finer->blend[i].cell || finer->blend[i].n < 2)
			continue;
		height = cubic_at(
		    &heights, finer->x[i % finer->nx], finer->y[i / finer->nx]);
		f->z[i] = height > hi ? INFINITY : from_height(height, h->log);
	}
}

/*
 * Places of the grid without a point, between those of coarser grids, for
 * smooth heights: what lies between triangles would have their edges.
 */
static int
fill_gaps(struct panel *p, struct drawn_surface *s,
    const struct landscape_manner *manner, struct error *err)
{
	struct heights h = {0};
	struct coarse coarse = {
	    .half = p->half, .over = p->layer.over, .missing = p->missing};
	double hi;

	p->between = memory_new((size_t)p->n, 1, err);
	if (p->between == NULL ||
	    heights_make(&h, p->z, (size_t)p->n, manner->log, err) < 0)
		return -1;
	hi = tame(&h, (size_t)p->n);
	coarse.heights = h.z;
	coarse.filled = p->between;
	if (coarse_fill(&coarse, s, err) < 0) {
		free(h.z);
		return -1;
	}
	for (int64_t i = 0; i < p->n; i++)
		if (p->between[i])
			p->z[i] =
			    h.z[i] > hi ? INFINITY : from_height(h.z[i], h.log);
	s->between = p->between;
	free(h.z);
	return 0;
}

static int
fill_panel(struct panel *p, struct drawn_surface *s,
    const struct landscape_manner *manner, struct error *err)
{
	const struct finer_task task = {.nx = s->nx,
	    .ny = s->ny,
	    .x = s->x,
	    .y = s->y,
	    .missing = p->missing,
	    .other = p->asked,
	    .n_other = p->n_asked};
	struct finer finer = {0};
	struct heights h = {0};
	struct fresh f = {0};
	int status = finer_make(&finer, &task, err);

	if (status == 0)
		status = heights_make(
		    &h, p->z, (size_t)p->n + p->n_asked, manner->log, err);
	if (status == 0)
		status =
		    fresh_make(&f, (size_t)finer.nx * (size_t)finer.ny, err);
	if (status == 0) {
		for (int i = 0; i < finer.nx * finer.ny; i++)
			fill_place(&f, (size_t)i, p, &h, &finer.blend[i]);
		if (manner->cubic)
			smooth_cells(&f, &finer, s, &h);
		replace(p, s, &f, finer.x, finer.y, finer.nx, finer.ny);
		finer.x = finer.y = NULL;
	}
	free(h.z);
	fresh_free(&f);
	finer_free(&finer);
	return status;
}

/* ---- smooth ---- */

/* The heights of a finer grid by the cubic of this one. */
static void
smooth_fill(struct fresh *f, const struct panel *p,
    const struct drawn_surface *s, const struct drawn_surface *to,
    struct heights *h)
{
	struct drawn_surface heights = *s;
	const double hi = tame(h, (size_t)s->nx * (size_t)s->ny);

	heights.z = h->z;
	for (int i = 0; i < to->nx * to->ny; i++) {
		const struct xy at = {to->x[i % to->nx], to->y[i / to->nx]};
		const struct cell_spot spot = cell_spot(s, at);
		const double height = cubic_at(&heights, at.x, at.y);

		f->z[i] = height > hi ? INFINITY : from_height(height, h->log);
		f->between[i] = 1;
		f->half[i] = cell_linear(s, &spot, p->half);
		if (p->layer.over != NULL)
			f->over[i] = cell_linear(s, &spot, p->layer.over);
	}
}

/* Points of the coarser grid keep their bits, and what they are. */
static void
smooth_keep(struct fresh *f, const struct drawn_surface *s, int parts_x,
    int parts_y, int nx)
{
	for (int iy = 0; iy < s->ny; iy++)
		for (int ix = 0; ix < s->nx; ix++) {
			const int from = iy * s->nx + ix;
			const int to = iy * parts_y * nx + ix * parts_x;

			f->z[to] = s->z[from];
			f->between[to] = s->between != NULL && s->between[from];
			f->doubtful[to] =
			    s->doubtful != NULL && s->doubtful[from];
		}
}

/* Cells without a corner are gaps, whatever is beside them. */
static void
smooth_gaps(struct fresh *f, const struct drawn_surface *s, int parts_x,
    int parts_y, int nx, int ny)
{
	for (int i = 0; i < nx * ny; i++) {
		const int x = i % nx, y = i / nx;

		for (int k = 0; k < 4; k++) {
			const int ix =
			    k % 2 ? (x + parts_x - 1) / parts_x : x / parts_x;
			const int iy =
			    k / 2 ? (y + parts_y - 1) / parts_y : y / parts_y;

			f->missing[i] |= s->missing[iy * s->nx + ix];
		}
	}
}

static int
smooth_panel(struct panel *p, struct drawn_surface *s,
    const struct landscape_manner *manner, struct error *err)
{
	struct drawn_surface to = *s;
	double *x = finer_lines(s->x, &to.nx, err);
	double *y = finer_lines(s->y, &to.ny, err);
	const int px = (to.nx - 1) / (s->nx - 1),
		  py = (to.ny - 1) / (s->ny - 1);
	const size_t n = (size_t)s->nx * (size_t)s->ny;
	struct heights h = {0};
	struct fresh f = {0};
	int status = -1;

	to.x = x;
	to.y = y;
	if (x != NULL && y != NULL &&
	    heights_make(&h, s->z, n, manner->log, err) == 0 &&
	    fresh_make(&f, (size_t)to.nx * (size_t)to.ny, err) == 0) {
		smooth_fill(&f, p, s, &to, &h);
		smooth_keep(&f, s, px, py, to.nx);
		smooth_gaps(&f, s, px, py, to.nx, to.ny);
		replace(p, s, &f, x, y, to.nx, to.ny);
		x = y = NULL;
		status = 0;
	}
	free(x);
	free(y);
	free(h.z);
	fresh_free(&f);
	return status;
}

/* ---- all panels ---- */

static int
take_measured(struct panel *p, struct drawn_surface *s, struct error *err)
{
	p->measured =
	    memory_new((size_t)p->n + p->n_asked, sizeof(*p->measured), err);
	if (p->measured == NULL)
		return -1;
	for (int64_t i = 0; i < p->n; i++)
		if (!p->missing[i])
			p->measured[s->n_measured++] =
			    (struct xy){s->x[i % s->nx], s->y[i / s->nx]};
	for (size_t i = 0; i < p->n_asked; i++)
		if (p->asked[i].x >= s->x[0] &&
		    p->asked[i].x <= s->x[s->nx - 1] &&
		    p->asked[i].y >= s->y[0] &&
		    p->asked[i].y <= s->y[s->ny - 1])
			p->measured[s->n_measured++] = p->asked[i];
	s->measured = p->measured;
	return 0;
}

int
landscape_refine(struct landscape *l, const struct landscape_manner *manner,
    struct error *err)
{
	for (size_t i = 0; i < l->n; i++) {
		struct panel *p = &l->panels[i];

		if (l->axes == 1) {
			if (needs_filling(p) &&
			    panel_fill_curve(p, &l->curves[i], err) < 0)
				return -1;
			continue;
		}
		if (manner->lines && l->surfaces[i].half != NULL)
			l->surfaces[i].captions[CAPTION_DASHED] =
			    caption_dashed;
		if (manner->points &&
		    take_measured(p, &l->surfaces[i], err) < 0)
			return -1;
		if (manner->cubic && has_gaps(p) &&
		    fill_gaps(p, &l->surfaces[i], manner, err) < 0)
			return -1;
		if (needs_filling(p) &&
		    fill_panel(p, &l->surfaces[i], manner, err) < 0)
			return -1;
		if (manner->cubic &&
		    smooth_panel(p, &l->surfaces[i], manner, err) < 0)
			return -1;
	}
	return 0;
}
