#include "draw/patches.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "draw/colour.h"

/*
 * Cells are divided into patches so that colours run smoothly: as narrow as
 * they may be in a picture that stays below 1 MB, of whatever number of
 * surfaces.
 */
static const double NARROW = 1.2, PATCHES = 11000;

/*
 * How far a patch reaches under those that are painted after it: where two meet
 * there is paint beneath, so that no seam can show, and no line along it
 * either. Of a slope, the part of its height that the plateau reaches beneath.
 */
static const double UNDER = 0.8, BENEATH = 0.3;

/* A piece of the surface: a square of the grid, cut where the plateau begins.
 */
enum { CORNERS = 6 };
struct patch {
	struct vector at[CORNERS];
	int n;
};

static double
brightness(const struct hill *t, const struct patch *patch)
{
	const struct vector p[4] = {hill_in_box(patch->at[0]),
	    hill_in_box(patch->at[1]), hill_in_box(patch->at[2]),
	    hill_in_box(patch->at[3])};
	const double wide = t->box.wide, deep = t->box.deep;
	struct vector a = {wide * (p[2].x - p[0].x), deep * (p[2].y - p[0].y),
	    p[2].z - p[0].z};
	struct vector b = {wide * (p[3].x - p[1].x), deep * (p[3].y - p[1].y),
	    p[3].z - p[1].z};
	struct vector normal =
	    vector_unit((struct vector){a.y * b.z - a.z * b.y,
		a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x});

	return 0.68 + 0.37 * fmax(0, vector_dot(normal, t->light));
}

static struct patch
make_patch(const struct hill *t, struct hill_place a, struct hill_place b)
{
	return (struct patch){
	    .at = {hill_at(t, a), hill_at(t, (struct hill_place){b.u, a.v}),
		hill_at(t, b), hill_at(t, (struct hill_place){a.u, b.v})},
	    .n = 4};
}

static void
range_of(const struct patch *patch, double *lo, double *hi)
{
	*lo = *hi = patch->at[0].z;
	for (int i = 1; i < patch->n; i++) {
		*lo = fmin(*lo, patch->at[i].z);
		*hi = fmax(*hi, patch->at[i].z);
	}
}

/* What of a patch is above (or below) a height (Sutherland and Hodgman). */
static struct patch
cut(const struct patch *patch, double height, bool above)
{
	struct patch out = {.n = 0};

	for (int i = 0; i < patch->n; i++) {
		const struct vector a = patch->at[i];
		const struct vector b = patch->at[(i + 1) % patch->n];
		const double part = (height - a.z) / (b.z - a.z);

		if ((a.z >= height) == above && out.n < CORNERS)
			out.at[out.n++] = a;
		if ((a.z >= height) != (b.z >= height) && out.n < CORNERS)
			out.at[out.n++] =
			    (struct vector){a.x + part * (b.x - a.x),
				a.y + part * (b.y - a.y), height};
	}
	return out;
}

static void
paint(
    const struct hill *t, const struct patch *patch, double part, double bright)
{
	char attributes[32], text[COLOUR_TEXT_BYTES];

	colour_text(colour_shade(colour_at(t->scale->map, part), bright), text);
	snprintf(attributes, sizeof(attributes), "fill=\"%s\"", text);
	svg_path(t->box.svg, attributes);
	for (int i = 0; i < patch->n; i++) {
		struct xy at = box_project(&t->box, hill_in_box(patch->at[i]));

		if (i == 0)
			svg_move(t->box.svg, at.x, at.y);
		else
			svg_line(t->box.svg, at.x, at.y);
	}
	svg_close(t->box.svg);
	svg_path_end(t->box.svg);
}

static double
mean_height(const struct patch *patch)
{
	double sum = 0;

	for (int i = 0; i < patch->n; i++)
		sum += fmin(1, patch->at[i].z);
	return sum / patch->n;
}

/* The plateau, and a slope beside it that begins beneath it. */
static void
paint_cut(const struct hill *t, const struct patch *patch, double lo, double hi,
    double bright)
{
	const double flat = 0.68 + 0.37 * fmax(0, t->light.z);
	const struct patch top =
	    cut(patch, 1 - BENEATH * fmin(1 - lo, hi - lo), true);
	const struct patch slope = cut(patch, 1, false);

	if (top.n > 2)
		paint(t, &top, 1, flat);
	if (slope.n > 2)
		paint(t, &slope, mean_height(&slope), bright);
}

/* v moved towards the eye by this much, inside the grid. */
static double
reach_under(double v, double eye, double by, int n)
{
	return fmax(0, fmin(n - 1, eye > 0 ? v + by : v - by));
}

/*
 * The patch from a to b and what of it lies under its neighbours.  Nothing does
 * where these are a hole, or where the plateau ends.
 */
static struct patch
widen(const struct hill *t, struct hill_place a, struct hill_place b,
    const struct patch *itself, bool flat)
{
	const struct vector eye = t->box.eye;
	struct hill_place *near_u = eye.x > 0 ? &b : &a;
	struct hill_place *near_v = eye.y > 0 ? &b : &a;
	struct patch patch;

	near_u->u =
	    reach_under(near_u->u, eye.x, t->unit.u * UNDER, t->surface->nx);
	near_v->v =
	    reach_under(near_v->v, eye.y, t->unit.v * UNDER, t->surface->ny);
	patch = make_patch(t, a, b);
	for (int i = 0; i < patch.n; i++)
		if (isnan(patch.at[i].z) || (flat && patch.at[i].z < 1))
			patch.at[i] = itself->at[i];
	return patch;
}

static void
draw_patch(const struct hill *t, struct hill_place a, struct hill_place b)
{
	const struct patch itself = make_patch(t, a, b);
	struct patch patch;
	double lo, hi;

	if (isnan(mean_height(&itself)))
		return;
	range_of(&itself, &lo, &hi);
	patch = widen(t, a, b, &itself, lo >= 1);
	if (lo < 1 && hi > 1)
		paint_cut(t, &patch, lo, hi, brightness(t, &itself));
	else
		paint(t, &patch, mean_height(&itself), brightness(t, &itself));
}

/* Into how many patches of this width a cell is divided, along u and v. */
struct pieces {
	int u, v;
};

static int
pieces_along(
    const struct hill *t, struct vector a, struct vector b, double width)
{
	const struct xy p = box_project(&t->box, hill_in_box(a));
	const struct xy q = box_project(&t->box, hill_in_box(b));
	const double n = ceil(hypot(q.x - p.x, q.y - p.y) / width);

	/* both ends are on the plateau, or one is in a hole */
	if (!(n > 1) || (a.z >= 1 && b.z >= 1))
		return 1;
	return n < 200 ? (int)n : 200;
}

static struct pieces
divide(const struct hill *t, struct hill_place at, double width)
{
	const struct patch cell =
	    make_patch(t, at, (struct hill_place){at.u + 1, at.v + 1});
	const int u0 = pieces_along(t, cell.at[0], cell.at[1], width);
	const int u1 = pieces_along(t, cell.at[3], cell.at[2], width);
	const int v0 = pieces_along(t, cell.at[0], cell.at[3], width);
	const int v1 = pieces_along(t, cell.at[1], cell.at[2], width);

	return (struct pieces){u0 > u1 ? u0 : u1, v0 > v1 ? v0 : v1};
}

/* The width of patches of which there are not too many. */
static double
patch_width(const struct hill *t, double most)
{
	double width = NARROW, n = INFINITY;

	for (int k = 0; k < 12 && n > most; k++) {
		width *= k > 0 ? fmin(1.02 * sqrt(n / most), 2) : 1;
		n = 0;
		for (int j = 0; j < t->surface->ny - 1; j++)
			for (int i = 0; i < t->surface->nx - 1; i++) {
				const struct pieces p =
				    divide(t, (struct hill_place){i, j}, width);

				n += (double)p.u * p.v;
			}
	}
	return width;
}

static void
draw_cell(const struct hill *t, struct hill_place at, struct pieces n)
{
	const struct hill_place size = {1.0 / n.u, 1.0 / n.v};

	for (int j = 0; j < n.v; j++)
		for (int k = 0; k < n.u; k++) {
			const int u = t->box.eye.x > 0 ? k : n.u - 1 - k;
			const int v = t->box.eye.y > 0 ? j : n.v - 1 - j;

			draw_patch(t,
			    (struct hill_place){
				at.u + u * size.u, at.v + v * size.v},
			    (struct hill_place){at.u + (u + 1) * size.u,
				at.v + (v + 1) * size.v});
		}
}

/*
 * Seen in parallel projection, a cell can only hide cells that are farther from
 * the eye along x and along y: painting rows from the back hides exactly what
 * is hidden.
 */
void
patches_draw(const struct hill *t)
{
	const int nx = t->surface->nx, ny = t->surface->ny;
	const double width =
	    patch_width(t, PATCHES / (double)t->scale->surfaces);

	for (int j = 0; j < ny - 1; j++)
		for (int i = 0; i < nx - 1; i++) {
			const struct hill_place at = {
			    t->box.eye.x > 0 ? i : nx - 2 - i,
			    t->box.eye.y > 0 ? j : ny - 2 - j};

			draw_cell(t, at, divide(t, at, width));
		}
}
