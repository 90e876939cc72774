#include "draw/curves.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "draw/levels.h"

/* How wide the lines of the right axis are. */
static const double THIN = 0.9;

/* Half of the length of a point's line without neighbours. */
static const double ALONE = 2.5;

/* Which of the two axes a line belongs to. */
enum side { LEFT, RIGHT };

struct span {
	double lo, hi;
};

static int
same_label(const struct curve *a, const struct curve *b)
{
	if (a->label == NULL || b->label == NULL)
		return a->label == b->label;
	return strcmp(a->label, b->label) == 0;
}

/* The first curve with the label of curve i, counted among labels. */
static int
label_number(const struct curve *curves, size_t i, size_t *first)
{
	int number = 0;

	for (size_t k = 0; k <= i; k++) {
		int fresh = 1;

		if (same_label(&curves[k], &curves[i])) {
			*first = k;
			return number;
		}
		for (size_t j = 0; j < k; j++)
			if (same_label(&curves[j], &curves[k]))
				fresh = 0;
		number += fresh;
	}
	return number;
}

static int
several_labels(const struct curve *curves, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!same_label(&curves[0], &curves[i]))
			return 1;
	return 0;
}

/* Between these the value lies, at 95 %; both are it where that is not known.
 */
static struct span
span_of(const struct curve *curve, enum side side, size_t k)
{
	const double *v = side == LEFT ? curve->left : curve->right;
	const double *lo = side == LEFT ? curve->left_lo : curve->right_lo;
	const double *hi = side == LEFT ? curve->left_hi : curve->right_hi;
	const double half =
	    side == LEFT && curve->half != NULL ? curve->half[k] : 0;

	if (lo != NULL && isfinite(lo[k]) && isfinite(hi[k]))
		return (struct span){lo[k], hi[k]};
	if (isfinite(half) && half > 0)
		return (struct span){v[k] - half, v[k] + half};
	return (struct span){v[k], v[k]};
}

static bool
has_spans(const struct curve *curve)
{
	for (size_t k = 0; k < curve->n; k++)
		for (int side = LEFT; side <= RIGHT; side++) {
			struct span s;

			if (side == RIGHT && curve->right == NULL)
				continue;
			s = span_of(curve, (enum side)side, k);
			if (s.hi > s.lo)
				return true;
		}
	return false;
}

const char *
curves_note(const struct curve *curves, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has_spans(&curves[i]))
			return "shaded: what all images would give, 95 % "
			       "interval at each point";
	return NULL;
}

static bool
any_number(const struct curve *curves, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < curves[i].n; k++)
			if (!isnan(curves[i].left[k]))
				return true;
	return false;
}

int
curves_range(const struct curve *curves, size_t n, int log, struct plot *plot,
    struct error *err)
{
	double lo = INFINITY, hi = -INFINITY, pad;

	plot->x0 = INFINITY;
	plot->x1 = -INFINITY;
	plot->log_y = log;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < curves[i].n; k++) {
			double y = curves[i].left[k];

			plot->x0 = fmin(plot->x0, curves[i].x[k]);
			plot->x1 = fmax(plot->x1, curves[i].x[k]);
			if (!isfinite(y) || (log && y <= 0))
				continue;
			lo = fmin(lo, y);
			hi = fmax(hi, span_of(&curves[i], LEFT, k).hi);
		}
	if (!(lo <= hi) && !any_number(curves, n))
		return error_set(err, "nothing to draw: every value is NaN");
	if (!(lo <= hi))
		return error_set(err, "nothing to draw: no value is finite%s",
		    log ? " and positive, as a log scale needs" : "");
	/* a loss begins at 0; room above keeps the curve off the border */
	pad = log ? pow(hi / lo, 0.04) : 0.04 * (hi - lo);
	if (levels_flat(lo, hi))
		pad = log ? 2 : lo != 0 ? fabs(lo) / 2 : 1;
	plot->y0 = log ? lo / pad : lo >= 0 && lo < hi / 3 ? 0 : lo - pad;
	plot->y1 = log ? hi * pad : hi + pad;
	return 0;
}

/*
 * One network: blue loss and red accuracy, as in the paper, the latter thinner
 * and with a marker.  Several: a colour and a marker each.
 */
static struct stroke
stroke_of(const struct curve *curves, size_t n, size_t i, enum side side)
{
	struct stroke stroke = {.width = 1.7};
	size_t first;

	if (several_labels(curves, n)) {
		stroke = stroke_of_number(label_number(curves, i, &first));
		if (side == RIGHT)
			stroke.colour = colour_mix(
			    stroke.colour, (struct colour){1, 1, 1}, 0.25);
	} else {
		stroke.colour = colour_of_curve(side == LEFT ? 0 : 1);
		stroke.marker = side == RIGHT;
	}
	if (side == RIGHT)
		stroke.width = THIN;
	stroke.dashed = curves[i].dashed;
	return stroke;
}

static bool
is_drawn(const struct plot *plot, double y)
{
	return isfinite(y) && !(plot->log_y && y <= 0);
}

static void
draw_curve(struct svg *svg, const struct plot *plot, const struct curve *curve,
    const double *values)
{
	int drawing = 0;

	for (size_t k = 0; k < curve->n; k++) {
		double x, y;

		if (!is_drawn(plot, values[k])) {
			drawing = 0;
			continue;
		}
		x = plot_x(plot, curve->x[k]);
		y = plot_y(plot, values[k]);
		if (drawing)
			svg_line(svg, x, y);
		else if (k + 1 < curve->n && is_drawn(plot, values[k + 1]))
			svg_move(svg, x, y);
		else {
			/* a point between two gaps is still seen */
			svg_move(svg, x - ALONE, y);
			svg_line(svg, x + ALONE, y);
		}
		drawing = 1;
	}
}

/* The interval of point k on the page; false: the point is not drawn. */
static bool
interval(const struct plot *plot, const struct curve *curve, enum side side,
    size_t k, struct span *page)
{
	const double *v = side == LEFT ? curve->left : curve->right;
	const struct span s = span_of(curve, side, k);

	if (!is_drawn(plot, v[k]))
		return false;
	page->hi = plot_y(plot, s.hi);
	page->lo = plot_y(plot, plot->log_y ? fmax(s.lo, plot->y0) : s.lo);
	return true;
}

/* One piece without gaps, from point k to before `end`. */
static void
draw_interval(struct svg *svg, const struct plot *plot,
    const struct curve *curve, enum side side, size_t k, size_t end)
{
	struct span s = {0, 0};

	for (size_t i = k; i < end; i++) {
		interval(plot, curve, side, i, &s);
		if (i == k)
			svg_move(svg, plot_x(plot, curve->x[i]), s.hi);
		else
			svg_line(svg, plot_x(plot, curve->x[i]), s.hi);
	}
	for (size_t i = end; i-- > k;) {
		interval(plot, curve, side, i, &s);
		svg_line(svg, plot_x(plot, curve->x[i]), s.lo);
	}
	svg_close(svg);
}

static void
draw_intervals(struct svg *svg, const struct plot *plot,
    const struct curve *curve, enum side side, struct colour colour)
{
	char attributes[96], text[COLOUR_TEXT_BYTES];
	struct span s;

	if (!has_spans(curve))
		return;
	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" fill-opacity=\"0.18\" stroke=\"none\"",
	    colour_text(colour, text));
	svg_path(svg, attributes);
	for (size_t k = 0; k < curve->n; k++) {
		size_t end = k;

		while (end < curve->n && interval(plot, curve, side, end, &s))
			end++;
		if (end > k + 1)
			draw_interval(svg, plot, curve, side, k, end);
		k = end;
	}
	svg_path_end(svg);
}

/* 1 where the point is within the plot, and marked. */
static size_t
mark(struct svg *svg, const struct plot *plot, const struct curve *curve,
    const double *values, struct stroke stroke, size_t k)
{
	if (!(values[k] >= plot->y0 && values[k] <= plot->y1))
		return 0;
	stroke_marker(svg, stroke,
	    (struct xy){plot_x(plot, curve->x[k]), plot_y(plot, values[k])});
	return 1;
}

/* The highest of values a to before b. */
static size_t
highest(const double *values, size_t a, size_t b)
{
	size_t best = a;

	for (size_t k = a + 1; k < b; k++)
		if (values[k] > values[best])
			best = k;
	return best;
}

/*
 * A few markers along the line, those of each curve at other places: where
 * curves lie upon each other all are seen.  Each piece between gaps has one.
 */
static void
draw_markers(struct svg *svg, const struct plot *plot,
    const struct curve *curve, const double *values, struct stroke stroke,
    int number)
{
	const size_t every = curve->n > 10 ? curve->n / 6 : 2;
	const size_t start = ((size_t)number * (every + 2) / 3) % every;
	size_t end = 0;

	for (size_t first = 0; first < curve->n; first = end + 1) {
		size_t marked = 0;

		for (end = first; end < curve->n && is_drawn(plot, values[end]);
		     end++)
			if (end % every == start)
				marked +=
				    mark(svg, plot, curve, values, stroke, end);
		if (marked == 0 && end > first)
			mark(svg, plot, curve, values, stroke,
			    highest(values, first, end));
	}
}

struct colour
curves_colour(const struct curve *curves, size_t n, size_t i)
{
	return stroke_of(curves, n, i, LEFT).colour;
}

void
curves_draw_thin(struct svg *svg, const struct plot *plot,
    const struct curve *curve, struct colour colour)
{
	const struct colour white = {1, 1, 1};
	const struct stroke stroke = {.colour = colour_mix(colour, white, 0.45),
	    .width = 0.6,
	    .dashed = curve->dashed};

	stroke_path(svg, stroke);
	draw_curve(svg, plot, curve, curve->left);
	svg_path_end(svg);
}

/* A curve's values on one side, then its markers. */
static void
draw_side(struct svg *svg, const struct plot *plot, const struct curve *curves,
    size_t n, size_t i, enum side side)
{
	const struct stroke stroke = stroke_of(curves, n, i, side);
	const double *values = side == LEFT ? curves[i].left : curves[i].right;
	size_t first;

	stroke_path(svg, stroke);
	draw_curve(svg, plot, &curves[i], values);
	svg_path_end(svg);
	draw_markers(svg, plot, &curves[i], values, stroke,
	    label_number(curves, i, &first));
}

void
curves_draw(struct svg *svg, const struct plot *plot,
    const struct curve *curves, size_t n, int right)
{
	struct plot percent = *plot;

	percent.y0 = 0;
	percent.y1 = 100;
	percent.log_y = 0;
	if (plot->x0 < 0 && plot->x1 > 0) {
		svg_path(svg, "stroke=\"#ccc\" stroke-width=\"0.6\"");
		svg_move(svg, plot_x(plot, 0), plot->top);
		svg_line(svg, plot_x(plot, 0), plot->top + plot->height);
		svg_path_end(svg);
	}
	for (int side = RIGHT; side >= LEFT; side--)
		for (size_t i = 0; i < n; i++)
			if (side == LEFT || (curves[i].right != NULL && right))
				draw_intervals(svg,
				    side == LEFT ? plot : &percent, &curves[i],
				    (enum side)side,
				    stroke_of(curves, n, i, (enum side)side)
					.colour);
	for (int side = RIGHT; side >= LEFT; side--)
		for (size_t i = 0; i < n; i++)
			if (side == LEFT || (curves[i].right != NULL && right))
				draw_side(svg, side == LEFT ? plot : &percent,
				    curves, n, i, (enum side)side);
}

static int
single_keys(struct legend_keys *keys, const struct curve *curves, size_t n,
    const char *left_label, const char *right_label, struct error *err)
{
	for (int side = LEFT; side <= RIGHT; side++)
		for (size_t i = 0; i < n; i++) {
			const char *of =
			    side == LEFT ? left_label : right_label;
			const char *set = n > 1 ? curves[i].set : NULL;
			char text[128];

			if (side == RIGHT &&
			    (of == NULL || curves[i].right == NULL))
				continue;
			snprintf(text, sizeof(text), "%s%s%s",
			    set != NULL ? set : "",
			    set != NULL && of[0] != '\0' ? " " : "", of);
			if (text[0] != '\0' &&
			    legend_add(keys,
				stroke_of(curves, n, i, (enum side)side), 0,
				text, err) < 0)
				return -1;
		}
	return 0;
}

/* The set of the first curve that is dashed, or of the first that is not. */
static const char *
set_of(const struct curve *curves, size_t n, int dashed)
{
	for (size_t i = 0; i < n; i++)
		if (!curves[i].dashed == !dashed && curves[i].set != NULL)
			return curves[i].set;
	return dashed ? "test" : "train";
}

/* What thickness and dashes mean, in grey. */
static int
grey_keys(struct legend_keys *keys, const struct curve *curves, size_t n,
    int right, int dashed, const char *left_label, const char *right_label,
    struct error *err)
{
	const struct colour grey = {0.35, 0.35, 0.35};
	struct stroke stroke = {.colour = grey, .width = 1.7};
	struct stroke thin = {.colour = grey, .width = THIN};

	if (right && (legend_add(keys, stroke, 0, left_label, err) < 0 ||
			 legend_add(keys, thin, 0, right_label, err) < 0))
		return -1;
	if (!dashed)
		return 0;
	if (legend_add(keys, stroke, 0, set_of(curves, n, 0), err) < 0)
		return -1;
	stroke.dashed = 1;
	return legend_add(keys, stroke, 0, set_of(curves, n, 1), err);
}

static int
several_keys(struct legend_keys *keys, const struct curve *curves, size_t n,
    const char *left_label, const char *right_label, struct error *err)
{
	int dashed = 0, right = 0;
	size_t first;

	for (size_t i = 0; i < n; i++) {
		struct stroke stroke = stroke_of(curves, n, i, LEFT);
		const char *label = curves[i].label;

		dashed |= curves[i].dashed;
		right |= right_label != NULL && curves[i].right != NULL;
		label_number(curves, i, &first);
		stroke.dashed = 0;
		if (first == i &&
		    legend_add(keys, stroke, 0,
			label != NULL ? label : "unnamed", err) < 0)
			return -1;
	}
	return grey_keys(
	    keys, curves, n, right, dashed, left_label, right_label, err);
}

int
curves_keys(struct legend_keys *keys, const struct curve *curves, size_t n,
    const char *left_label, const char *right_label, struct error *err)
{
	return several_labels(curves, n)
		   ? several_keys(keys, curves, n, left_label, right_label, err)
		   : single_keys(keys, curves, n, left_label, right_label, err);
}
