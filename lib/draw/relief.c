#include "draw/relief.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw/levels.h"
#include "draw/plane.h"

/* The box is 2 wide, 2 deep and TALL high around the origin. */
static const double TALL = 1.2;

/* Distance of tick texts and axis labels from their edge, in pixels. */
static const double TICK = 9, LABEL = 36;

/*
 * About how wide a patch is, in pixels.  A coarse grid is subdivided so that
 * colours run smoothly; a picture of 51 x 51 points stays near 1 MB.
 */
static const double PATCH = 3;

struct vector {
	double x, y, z;
};

struct relief {
	struct svg *svg;
	const struct plot *plot;
	const struct drawn_surface *surface;
	const struct scale *scale;
	struct drawn_surface heights;
	struct vector right, up,
	    eye; /* the screen's axes, and toward the eye */
	struct vector light;
	double zoom;
	struct xy middle;
};

static double
dot(struct vector a, struct vector b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

static struct vector
unit(struct vector a)
{
	double n = sqrt(dot(a, a));

	return n > 0 ? (struct vector){a.x / n, a.y / n, a.z / n} : a;
}

static struct xy
project(const struct relief *r, struct vector v)
{
	return (struct xy){r->middle.x + r->zoom * dot(v, r->right),
	    r->middle.y - r->zoom * dot(v, r->up)};
}

static void
look_from(struct relief *r, struct relief_view view)
{
	double a = view.azimuth * M_PI / 180, e = view.elevation * M_PI / 180;
	struct xy lo = {0, 0}, hi = {0, 0};

	r->right = (struct vector){-sin(a), cos(a), 0};
	r->up = (struct vector){-sin(e) * cos(a), -sin(e) * sin(a), cos(e)};
	r->eye = (struct vector){cos(e) * cos(a), cos(e) * sin(a), sin(e)};
	/* over the viewer's left shoulder */
	r->light = unit((struct vector){r->eye.x - 0.9 * r->right.x,
	    r->eye.y - 0.9 * r->right.y, r->eye.z + 1.0});
	r->zoom = 1;
	for (int i = 0; i < 8; i++) {
		struct xy p =
		    project(r, (struct vector){i & 1 ? 1 : -1, i & 2 ? 1 : -1,
				   i & 4 ? TALL / 2 : -TALL / 2});

		lo = (struct xy){fmin(lo.x, p.x), fmin(lo.y, p.y)};
		hi = (struct xy){fmax(hi.x, p.x), fmax(hi.y, p.y)};
	}
	r->zoom = fmin(
	    r->plot->width / (hi.x - lo.x), r->plot->height / (hi.y - lo.y));
	r->middle = (struct xy){r->plot->left + r->plot->width / 2,
	    r->plot->top + r->plot->height / 2};
}

/* The place in the box of grid coordinates (u, v) and a height 0..1. */
static struct vector
in_box(const struct relief *r, double x, double y, double part)
{
	const struct drawn_surface *s = r->surface;
	double x0 = s->x[0], x1 = s->x[s->nx - 1];
	double y0 = s->y[0], y1 = s->y[s->ny - 1];

	return (struct vector){2 * (x - x0) / (x1 - x0) - 1,
	    2 * (y - y0) / (y1 - y0) - 1, TALL * (part - 0.5)};
}

/* A cell's corner heights, 0..1 of the scale, cut at its top. */
struct patch_cell {
	int ix, iy;
	double z[4]; /* 00 10 01 11 */
};

static struct vector
cell_point(const struct relief *r, const struct patch_cell *c, double u,
    double v, double *part)
{
	const struct drawn_surface *s = r->surface;
	double x = s->x[c->ix] + u * (s->x[c->ix + 1] - s->x[c->ix]);
	double y = s->y[c->iy] + v * (s->y[c->iy + 1] - s->y[c->iy]);
	double z = (1 - v) * ((1 - u) * c->z[0] + u * c->z[1]) +
		   v * ((1 - u) * c->z[2] + u * c->z[3]);

	*part = fmax(0, fmin(1, z));
	return in_box(r, x, y, *part);
}

static double
brightness(const struct relief *r, const struct vector p[4])
{
	struct vector a = {p[2].x - p[0].x, p[2].y - p[0].y, p[2].z - p[0].z};
	struct vector b = {p[3].x - p[1].x, p[3].y - p[1].y, p[3].z - p[1].z};
	struct vector normal = unit((struct vector){a.y * b.z - a.z * b.y,
	    a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x});

	return 0.68 + 0.37 * fmax(0, dot(normal, r->light));
}

/* One piece of a cell; its stroke covers the seam to its neighbours. */
static void
draw_patch(const struct relief *r, const struct vector p[4], double part)
{
	char attributes[32], text[COLOUR_TEXT_BYTES];

	colour_text(
	    colour_shade(colour_at(r->scale->map, part), brightness(r, p)),
	    text);
	snprintf(attributes, sizeof(attributes), "color=\"%s\"", text);
	svg_path(r->svg, attributes);
	for (int i = 0; i < 4; i++) {
		struct xy at = project(r, p[i]);

		if (i == 0)
			svg_move(r->svg, at.x, at.y);
		else
			svg_line(r->svg, at.x, at.y);
	}
	svg_close(r->svg);
	svg_path_end(r->svg);
}

/*
 * Draws the part of a cell from (u, v) to (u + step, v + step) in pieces times
 * pieces patches, the far ones first.  Where the plateau begins they are
 * divided again, or its rim would be a saw.
 */
static void
draw_pieces(const struct relief *r, const struct patch_cell *c, double u,
    double v, double step, int pieces, int divide)
{
	double small = step / pieces;

	for (int j = 0; j < pieces; j++)
		for (int k = 0; k < pieces; k++) {
			double du = r->eye.x > 0 ? k : pieces - 1 - k;
			double dv = r->eye.y > 0 ? j : pieces - 1 - j;
			double u0 = u + du * small, v0 = v + dv * small;
			struct vector p[4];
			double part[4];
			int high = 0;

			p[0] = cell_point(r, c, u0, v0, &part[0]);
			p[1] = cell_point(r, c, u0 + small, v0, &part[1]);
			p[2] =
			    cell_point(r, c, u0 + small, v0 + small, &part[2]);
			p[3] = cell_point(r, c, u0, v0 + small, &part[3]);
			for (int i = 0; i < 4; i++)
				high += part[i] >= 1;
			if (divide && high % 4 != 0)
				draw_pieces(r, c, u0, v0, small, 4, 0);
			else
				draw_patch(r, p,
				    (part[0] + part[1] + part[2] + part[3]) /
					4);
		}
}

static void
draw_cell(const struct relief *r, int ix, int iy, int pieces)
{
	size_t nx = (size_t)r->surface->nx;
	size_t i = (size_t)iy * nx + (size_t)ix;
	size_t corner[4] = {i, i + 1, i + nx, i + nx + 1};
	double low = scale_height(r->scale, r->scale->lo);
	double high = scale_height(r->scale, r->scale->top);
	struct patch_cell c = {.ix = ix, .iy = iy};

	for (int k = 0; k < 4; k++) {
		double h = r->heights.z[corner[k]];

		if (isnan(h))
			return;
		c.z[k] = high > low ? (h - low) / (high - low) : 0.5;
	}
	draw_pieces(r, &c, 0, 0, 1, pieces, 1);
}

/*
 * Seen in parallel projection, a cell can only hide cells that are farther from
 * the eye along x and along y: painting rows from the back hides exactly what
 * is hidden.
 */
static void
draw_cells(const struct relief *r)
{
	int nx = r->surface->nx, ny = r->surface->ny;
	int most = nx > ny ? nx : ny,
	    pieces = (int)(r->plot->width / PATCH / most);

	if (pieces < 1)
		pieces = 1;
	text_add(r->svg->out,
	    "<g fill=\"currentColor\" stroke=\"currentColor\" "
	    "stroke-width=\"0.4\" stroke-linejoin=\"round\">\n");
	for (int j = 0; j < ny - 1; j++)
		for (int i = 0; i < nx - 1; i++)
			draw_cell(r, r->eye.x > 0 ? i : nx - 2 - i,
			    r->eye.y > 0 ? j : ny - 2 - j, pieces);
	text_add(r->svg->out, "</g>\n");
}

/* One of the three directions in which the box has ticks. */
struct ruler {
	struct levels ticks;
	int axis; /* 0 x, 1 y, 2 z */
};

static struct vector
ruler_point(const struct relief *r, const struct ruler *ruler, size_t i)
{
	double v = ruler->ticks.v[i];
	const struct drawn_surface *s = r->surface;

	return in_box(r, ruler->axis == 0 ? v : s->x[0],
	    ruler->axis == 1 ? v : s->y[0],
	    ruler->axis == 2 ? scale_part(r->scale, v) : 0);
}

static void
make_rulers(const struct relief *r, struct ruler out[3])
{
	const struct drawn_surface *s = r->surface;
	struct levels *z = &out[2].ticks;

	levels_linear(s->x[0], s->x[s->nx - 1], 5, &out[0].ticks);
	levels_linear(s->y[0], s->y[s->ny - 1], 5, &out[1].ticks);
	z->n = 0;
	if (r->scale->log)
		levels_log(r->scale->lo, r->scale->top, 9, z);
	if (z->n < 3)
		levels_linear(r->scale->lo, r->scale->top, 5, z);
	for (int i = 0; i < 3; i++)
		out[i].axis = i;
}

static void
segment(const struct relief *r, struct vector a, struct vector b)
{
	struct xy p = project(r, a), q = project(r, b);

	svg_move(r->svg, p.x, p.y);
	svg_line(r->svg, q.x, q.y);
}

/* The sides of the box that face the eye from behind the surface. */
static double
far_x(const struct relief *r)
{
	return r->eye.x > 0 ? -1 : 1;
}

static double
far_y(const struct relief *r)
{
	return r->eye.y > 0 ? -1 : 1;
}

/* Grid lines on the floor and the two far walls, then their border. */
static void
draw_walls(const struct relief *r, const struct ruler *rulers)
{
	double fx = far_x(r), fy = far_y(r);
	double lo = r->eye.z >= 0 ? -TALL / 2 : TALL / 2, z0 = -TALL / 2;

	svg_path(r->svg, "fill=\"none\" stroke=\"#ddd\" stroke-width=\"0.6\"");
	for (int axis = 0; axis < 3; axis++)
		for (size_t i = 0; i < rulers[axis].ticks.n; i++) {
			struct vector v = ruler_point(r, &rulers[axis], i);

			if (axis == 0) {
				segment(r, (struct vector){v.x, -1, lo},
				    (struct vector){v.x, 1, lo});
				segment(r, (struct vector){v.x, fy, z0},
				    (struct vector){v.x, fy, -z0});
			} else if (axis == 1) {
				segment(r, (struct vector){-1, v.y, lo},
				    (struct vector){1, v.y, lo});
				segment(r, (struct vector){fx, v.y, z0},
				    (struct vector){fx, v.y, -z0});
			} else {
				segment(r, (struct vector){fx, -1, v.z},
				    (struct vector){fx, 1, v.z});
				segment(r, (struct vector){-1, fy, v.z},
				    (struct vector){1, fy, v.z});
			}
		}
	svg_path_end(r->svg);
}

/* Which way is out of the box, at right angles to the edge from a to b. */
static struct xy
outward(const struct relief *r, struct vector a, struct vector b)
{
	struct xy p = project(r, a), q = project(r, b);
	double dx = q.x - p.x, dy = q.y - p.y, n = sqrt(dx * dx + dy * dy);
	struct xy out = {-dy / n, dx / n};

	if (n < 1e-9)
		return (struct xy){0, 1};
	if (out.x * ((p.x + q.x) / 2 - r->middle.x) +
		out.y * ((p.y + q.y) / 2 - r->middle.y) <
	    0)
		out = (struct xy){-out.x, -out.y};
	return out;
}

static void
tick_text(
    const struct relief *r, struct vector at, struct xy out, const char *text)
{
	struct xy p = project(r, at);
	struct svg_font font = {.size = PLOT_TICK_SIZE, .anchor = "middle"};

	if (fabs(out.x) > 0.2)
		font.anchor = out.x > 0 ? "start" : "end";
	svg_text(r->svg, p.x + TICK * out.x,
	    p.y + (TICK + 2) * out.y + 0.35 * font.size, &font, text);
}

/* A label along the edge from a to b. */
static void
edge_label(
    const struct relief *r, struct vector a, struct vector b, const char *text)
{
	struct xy p = project(r, a), q = project(r, b), out = outward(r, a, b);
	struct svg_font font = {.size = PLOT_TICK_SIZE, .anchor = "middle"};

	if (fabs(q.x - p.x) + fabs(q.y - p.y) < 40)
		return;
	font.turn = atan2(q.y - p.y, q.x - p.x) * 180 / M_PI;
	if (font.turn > 90)
		font.turn -= 180;
	if (font.turn <= -90)
		font.turn += 180;
	svg_text(r->svg, (p.x + q.x) / 2 + LABEL * out.x,
	    (p.y + q.y) / 2 + LABEL * out.y + 0.35 * font.size, &font, text);
}

/* An edge of the box, with the texts of the ruler along it. */
static void
draw_ruler(const struct relief *r, const struct ruler *ruler, struct vector a,
    struct vector b)
{
	struct xy out = outward(r, a, b);
	char text[LEVEL_TEXT_BYTES];

	svg_path(r->svg, "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	segment(r, a, b);
	svg_path_end(r->svg);
	for (size_t i = 0; i < ruler->ticks.n; i++) {
		struct vector v = ruler_point(r, ruler, i), at = a;

		if (ruler->axis == 0)
			at.x = v.x;
		else if (ruler->axis == 1)
			at.y = v.y;
		else
			at.z = v.z;
		tick_text(r, at, out, level_text(ruler->ticks.v[i], text));
	}
}

/* The near edges of the floor, and the upright edge at the far left. */
static void
draw_rulers(const struct relief *r, const struct ruler *rulers)
{
	double nx = -far_x(r), ny = -far_y(r), z0 = -TALL / 2;
	/* of the two silhouette edges, the one on the left */
	int left = r->right.x * nx - r->right.y * ny < 0;
	double px = left ? nx : -nx, py = left ? -ny : ny;
	struct vector x[2] = {{-1, ny, z0}, {1, ny, z0}};
	struct vector y[2] = {{nx, -1, z0}, {nx, 1, z0}};

	draw_ruler(r, &rulers[0], x[0], x[1]);
	draw_ruler(r, &rulers[1], y[0], y[1]);
	draw_ruler(r, &rulers[2], (struct vector){px, py, z0},
	    (struct vector){px, py, -z0});
	edge_label(r, x[0], x[1], r->surface->x_label);
	edge_label(r, y[0], y[1], r->surface->y_label);
}

/* The cell i, i + 1 of at that holds v, and where in it. */
static int
find_cell(const double *at, int n, double v, double *part)
{
	int i = 0;

	while (i < n - 2 && at[i + 1] < v)
		i++;
	*part = (v - at[i]) / (at[i + 1] - at[i]);
	return i;
}

/* Where (x, y) lies on the surface; NaN where it has a hole. */
static struct xy
on_surface(const struct relief *r, double x, double y)
{
	const struct drawn_surface *s = r->surface;
	double low = scale_height(r->scale, r->scale->lo);
	double high = scale_height(r->scale, r->scale->top), u, v, h;
	int ix = find_cell(s->x, s->nx, x, &u);
	int iy = find_cell(s->y, s->ny, y, &v);
	const double *z = r->heights.z + (size_t)iy * (size_t)s->nx + ix;

	/* a corner without weight may be a hole */
	h = (1 - v) * ((u < 1 ? (1 - u) * z[0] : 0) + (u > 0 ? u * z[1] : 0));
	if (v > 0)
		h += v * ((u < 1 ? (1 - u) * z[s->nx] : 0) +
			     (u > 0 ? u * z[s->nx + 1] : 0));
	h = high > low ? (h - low) / (high - low) : 0.5;
	if (isnan(h))
		return (struct xy){NAN, NAN};
	return project(r, in_box(r, x, y, fmax(0, fmin(1, h))));
}

/* The marks stand before the surface: they are what one looks for. */
static void
draw_marks(const struct relief *r, int highest)
{
	const struct drawn_surface *s = r->surface;
	struct plane_marks marks = plane_marks(s, highest);
	const size_t nx = (size_t)s->nx;
	struct xy at;

	if (marks.has_centre) {
		at = on_surface(r, 0, 0);
		if (!isnan(at.x))
			plane_centre_mark(r->svg, at);
	}
	if (marks.has_best) {
		at =
		    on_surface(r, s->x[marks.best % nx], s->y[marks.best / nx]);
		if (!isnan(at.x))
			plane_best_mark(r->svg, at);
	}
}

int
relief_draw(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale,
    struct relief_view view, int highest, struct error *err)
{
	struct relief r = {
	    .svg = svg, .plot = plot, .surface = surface, .scale = scale};
	struct ruler rulers[3] = {{.axis = 0}};
	double *heights;

	r.heights = scale_surface(scale, surface, &heights, err);
	if (heights == NULL)
		return -1;
	look_from(&r, view);
	make_rulers(&r, rulers);
	draw_walls(&r, rulers);
	if (view.elevation < 0)
		draw_rulers(&r, rulers);
	draw_cells(&r);
	if (view.elevation >= 0)
		draw_rulers(&r, rulers);
	draw_marks(&r, highest);
	free(heights);
	return 0;
}
