#include <math.h>
#include <stdio.h>

#include "draw/bar.h"
#include "draw/curves.h"
#include "draw/plane.h"
#include "page/page_internal.h"

/* Room around the axes, and their size, in pixels. */
static const double LEFT = 56, RIGHT = 14, TOP = 10, FOOT = 44;
static const double SIDE = 400, WIDE = 720, HIGH = 400;

/* As contour's panels: both axes alike unless one is far longer. */
struct plot
page_plot(const struct drawn_surface *s)
{
	double x = s->x[s->nx - 1] - s->x[0], y = s->y[s->ny - 1] - s->y[0];
	double ratio = y / x > 0.4 && y / x < 2.5 ? y / x : 1;
	struct plot plot = {
	    .left = LEFT, .top = TOP, .width = SIDE, .height = SIDE * ratio};

	plane_range(s, PLANE_LINES, &plot);
	return plot;
}

/*
 * The page's own root element: it has a class, its size is the reader's, its
 * hatches are defined once for all pictures.
 */
static struct svg
start(struct text *out, double width, double height, const char *title)
{
	struct svg svg = {.out = out};

	text_add(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f "
	    "%.0f\" font-family=\"Helvetica, Arial, 'Nimbus Sans', 'Liberation "
	    "Sans', 'DejaVu Sans', sans-serif\" role=\"img\">\n<title>",
	    width, height);
	svg_escape(&svg, title);
	text_add(out, "</title>\n");
	return svg;
}

int
page_surface_figure(const struct page_field *field, size_t sheet,
    struct text *out, struct error *err)
{
	const struct drawn_surface *s = &page_drawn(field)->surfaces[sheet];
	const struct plot plot = page_plot(s);
	struct svg svg = start(out, LEFT + plot.width + RIGHT,
	    TOP + plot.height + FOOT, field->landscape.value_label);

	svg_box(&svg, plot.left, plot.top, plot.width, plot.height,
	    "class=\"paper\" fill=\"#fff\"");
	if (plane_draw_layers(
		&svg, &plot, s, &field->scale, page_highest(field), err) < 0)
		return -1;
	plot_axes(&svg, &plot, s->x_label, s->y_label);
	svg_end(&svg);
	return text_check(out, err);
}

/* ---- curves ---- */

static const char *
right_label(const struct page_field *field)
{
	return page_drawn(field)->has_accuracy ? "accuracy (%)" : NULL;
}

bool
page_curve_log(const struct page_field *field)
{
	const struct landscape *l = page_drawn(field);

	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->curves[i].n; k++)
			if (l->curves[i].left[k] <= 0)
				return false;
	return true;
}

static int
make_keys(
    const struct page_field *field, struct legend_keys *keys, struct error *err)
{
	const struct landscape *l = page_drawn(field);

	return curves_keys(
	    keys, l->curves, l->n, l->value_label, right_label(field), err);
}

int
page_curve_plot(const struct page_field *field, bool log, struct plot *plot,
    struct error *err)
{
	double right = right_label(field) != NULL ? LEFT : RIGHT;
	struct legend_keys keys = {0};
	int status = make_keys(field, &keys, err);

	*plot = (struct plot){.left = LEFT, .width = WIDE - LEFT - right};
	plot->top = TOP + legend_height(&keys, plot->width);
	legend_free(&keys);
	if (status < 0)
		return -1;
	plot->height = HIGH - plot->top - FOOT;
	return curves_range(
	    page_drawn(field)->curves, field->landscape.n, log, plot, err);
}

int
page_curve_figure(const struct page_field *field, bool log, struct text *out,
    struct error *err)
{
	const struct landscape *l = page_drawn(field);
	struct legend_keys keys = {0};
	struct plot plot, percent;
	struct svg svg;

	if (page_curve_plot(field, log, &plot, err) < 0)
		return -1;
	svg = start(out, WIDE, HIGH, l->value_label);
	svg_box(&svg, plot.left, plot.top, plot.width, plot.height,
	    "class=\"paper\" fill=\"#fff\"");
	if (make_keys(field, &keys, err) == 0)
		legend_draw(&svg, &keys, plot.left, 4, plot.width);
	legend_free(&keys);
	curves_draw(&svg, &plot, l->curves, l->n, right_label(field) != NULL);
	plot_axes(&svg, &plot, l->curves[0].x_label, l->value_label);
	percent = plot;
	percent.y0 = 0;
	percent.y1 = 100;
	percent.log_y = 0;
	if (right_label(field) != NULL)
		plot_right_axis(&svg, &percent, right_label(field));
	svg_end(&svg);
	return text_check(out, err);
}
