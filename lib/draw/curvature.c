#include "draw/curvature.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/isoline.h"
#include "draw/label.h"
#include "draw/levels.h"
#include "surface/points.h"

const char *
curvature_label(const char *field)
{
	static const char *const names[][2] = {
	    {"ratio", "|λmin / λmax|"},
	    {"signed_ratio", "λmin / λmax"},
	    {"max_eig", "λmax"},
	    {"min_eig", "λmin"},
	    {"bound", "error bound of λmin / λmax"},
	    {"trace", "trace of the Hessian"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(field, names[i][0]) == 0)
			return names[i][1];
	return field;
}

bool
curvature_value(
    const struct points *points, int64_t index, const char *field, double *out)
{
	double lo, hi;

	if (strcmp(field, "signed_ratio") != 0)
		return points_value(points, index, field, out);
	if (!points_value(points, index, "min_eig", &lo) ||
	    !points_value(points, index, "max_eig", &hi))
		return false;
	*out = hi > 0 ? lo / hi : NAN;
	return true;
}

int
curvature_layer_make(struct curvature_layer *layer, const struct points *points,
    int rep, int set, const char *field, struct error *err)
{
	const bool ratio =
	    strcmp(field, "ratio") == 0 || strcmp(field, "signed_ratio") == 0;
	struct grid_place place = {.rep = rep, .set = set};
	const int64_t nx = grid_num(&points->grid, 0);
	const int64_t n = nx * grid_num(&points->grid, 1);
	int64_t found = 0, at;

	*layer =
	    (struct curvature_layer){.doubtful = memory_new((size_t)n, 1, err),
		.over = memory_new((size_t)n, sizeof(double), err)};
	if (layer->doubtful == NULL || layer->over == NULL)
		return -1;
	for (int64_t i = 0; i < n; i++) {
		double bound;

		place.ix = i % nx;
		place.iy = i / nx;
		at = grid_index(&points->grid, &place);
		layer->over[i] = NAN;
		found += points_value(points, at, "min_eig", &layer->over[i]);
		/* NaN: there is no ratio, and no number is drawn */
		if (ratio && points_value(points, at, "bound", &bound))
			layer->doubtful[i] = bound > CURVATURE_BOUND;
	}
	if (found > 0)
		return 0;
	free(layer->doubtful);
	free(layer->over);
	*layer = (struct curvature_layer){0};
	return 0;
}

void
curvature_subset(const char *field, char *text, size_t room)
{
	const size_t n = strlen(text);

	if (n > 0 && curvature_label(field) != field)
		snprintf(text + n, room - n, ", extremes biased outward");
}

/* ---- lines ---- */

/* What is drawn over a surface: heights, levels, their lines and labels. */
struct over {
	struct svg *svg;
	const struct plot *plot;
	struct levels levels;
	struct line_set *sets;
	struct label_list labels;
};

static void
find_levels(const struct drawn_surface *s, struct levels *levels)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < (size_t)s->nx * (size_t)s->ny; i++)
		if (isfinite(s->z[i])) {
			lo = fmin(lo, s->z[i]);
			hi = fmax(hi, s->z[i]);
		}
	levels->n = 0;
	if (lo < hi)
		levels_linear(lo, hi, 7, levels);
}

static int
place_labels(struct over *o, struct error *err)
{
	const struct plot *plot = o->plot;
	const struct xy centre = {plot_x(plot, 0), plot_y(plot, 0)};
	double widths[LEVELS_MAX];
	char text[LEVEL_TEXT_BYTES];

	for (size_t k = 0; k < o->levels.n; k++)
		widths[k] = svg_text_width(
		    level_text(o->levels.v[k], text), PLOT_SMALL_SIZE);
	return labels_place(&(struct label_task){.sets = o->sets,
				.widths = widths,
				.n = o->levels.n,
				.height = PLOT_SMALL_SIZE,
				.left = plot->left,
				.top = plot->top,
				.right = plot->left + plot->width,
				.bottom = plot->top + plot->height,
				.avoid = &centre,
				.n_avoid = 1},
	    &o->labels, err);
}

static void
stroke(struct over *o)
{
	for (size_t k = 0; k < o->levels.n; k++) {
		if (o->sets[k].n == 0)
			continue;
		svg_path(o->svg,
		    o->levels.v[k] == 0
			? "fill=\"none\" stroke=\"#000\" stroke-width=\"1.8\""
			: "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
		for (size_t i = 0; i < o->sets[k].n; i++)
			label_line(o->svg, o->sets, k, i, &o->labels);
		svg_path_end(o->svg);
	}
}

static void
write_labels(struct over *o)
{
	const double down = 0.36 * PLOT_SMALL_SIZE;
	char text[LEVEL_TEXT_BYTES];

	for (size_t i = 0; i < o->labels.n; i++) {
		const struct label *l = &o->labels.labels[i];
		const double angle = l->turn * M_PI / 180;
		const struct svg_font font = {.size = PLOT_SMALL_SIZE,
		    .anchor = "middle",
		    .turn = l->turn,
		    .fill = "#000"};

		svg_text(o->svg, l->at.x - down * sin(angle),
		    l->at.y + down * cos(angle), &font,
		    level_text(o->levels.v[l->set], text));
	}
}

int
curvature_lines(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, struct error *err)
{
	struct drawn_surface heights = *surface;
	struct over o = {.svg = svg, .plot = plot};
	int status = 0;

	heights.z = surface->over;
	find_levels(&heights, &o.levels);
	o.sets = memory_new(LEVELS_MAX, sizeof(*o.sets), err);
	if (o.sets == NULL)
		return -1;
	for (size_t k = 0; k < o.levels.n && status == 0; k++) {
		status =
		    isoline_trace(&heights, o.levels.v[k], &o.sets[k], err);
		plot_points(plot, &o.sets[k]);
	}
	if (status == 0)
		status = place_labels(&o, err);
	if (status == 0) {
		stroke(&o);
		write_labels(&o);
	}
	for (size_t k = 0; k < LEVELS_MAX; k++)
		line_set_free(&o.sets[k]);
	free(o.sets);
	label_list_free(&o.labels);
	return status;
}
