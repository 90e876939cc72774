#include "draw/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/below.h"
#include "draw/caption.h"
#include "draw/equal.h"
#include "draw/layout.h"
#include "draw/plane.h"
#include "draw/prose.h"

/* A plateau has no lines: it is called so. */
static void
say_flat(struct svg *svg, const struct plot *plot, const struct scale *scale)
{
	const struct svg_font font = {
	    .size = PLOT_LABEL_SIZE, .anchor = "middle", .fill = "#222"};
	const double room = plot->width - 8, step = PROSE_STEP * font.size;
	char text[64];
	double width, rows;

	if (!scale->flat)
		return;
	caption_flat(scale->lo, scale->finite, text, sizeof(text));
	rows = prose_rows(text, font.size, room);
	width = fmin(room, svg_text_width(text, font.size)) + 8;
	svg_box(svg, plot->left + (plot->width - width) / 2,
	    plot->top + plot->height / 8, width, rows * step + 5,
	    "fill=\"#fff\" fill-opacity=\"0.8\"");
	prose_write(svg,
	    (struct xy){plot->left + plot->width / 2,
		plot->top + plot->height / 8 + font.size + 1},
	    room, &font, text);
}

static int
draw_plane(struct svg *svg, const struct picture *picture,
    const struct layout *l, const struct drawn_surface *s,
    const struct scale *scale, const struct plot *plot, struct error *err)
{
	if (plane_draw(svg, plot, s, scale, (enum plane_style)picture->style,
		picture->highest, err) < 0)
		return -1;
	plot_axes(svg, plot, layout_x_label(l, s), layout_y_label(l, s));
	return 0;
}

static int
draw_panel(struct svg *svg, const struct picture *picture,
    const struct layout *l, size_t i, const struct drawn_surface *s,
    const struct scale *scale, const struct below_common *common,
    struct error *err)
{
	struct below below = {.picture = picture,
	    .surface = s,
	    .scale = scale,
	    .axes = l->axis_words,
	    .common = common};
	const struct plot cell = layout_cell(l, i);
	const struct plot plot = layout_surface(picture, &cell, s);
	const struct relief_task task = layout_relief(l, picture, i, s, scale);

	panels_title(
	    svg, picture->equal ? &plot : &cell, i, picture->letters, s->label);
	if ((picture->style == PICTURE_SURFACE
		    ? relief_draw(svg, &plot, &task, &below.hidden, err)
		    : draw_plane(svg, picture, l, s, scale, &plot, err)) < 0)
		return -1;
	below_draw(&below, svg, cell.left,
	    cell.top + cell.height + layout_foot(l, i / l->panels.columns),
	    layout_width_below(l));
	say_flat(svg, &plot, scale);
	return 0;
}

/* The labels of axes that all panels share. */
static void
draw_shared_labels(struct svg *svg, const struct layout *l,
    const struct drawn_surface *surfaces)
{
	const struct plot all = layout_all(l);

	if (l->same_x)
		plot_label_below(svg, &all, surfaces[0].x_label);
	if (l->same_y)
		plot_label_beside(svg, &all, surfaces[0].y_label);
}

static const char *
document_title(const struct picture *picture)
{
	return picture->title != NULL ? picture->title : picture->z_label;
}

static int
make_scale(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, struct scale *scale, struct error *err)
{
	if (scale_make(surfaces, n, picture->log,
		picture->style == PICTURE_FILLED, &picture->levels,
		picture->limit, scale, err) < 0)
		return -1;
	scale->map = picture->map;
	if (picture->lo < picture->hi)
		scale_fix(scale, surfaces, n, picture->lo, picture->hi);
	/* a relief says in words where it is cut */
	if (picture->style == PICTURE_SURFACE)
		scale->beyond = 0;
	return 0;
}

static int
draw_page(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, const struct scale *scale, struct text *out, struct error *err)
{
	const struct layout l = layout_make(picture, surfaces, n, scale);
	const struct plot all = layout_all(&l);
	const struct below_common common =
	    below_common_find(surfaces, n, l.axis_words);
	struct svg svg;

	if (paper_holds(&picture->paper, l.width, l.height, err) < 0)
		return -1;
	svg = svg_start(out, &picture->paper, l.width, l.height,
	    document_title(picture), picture->desc);
	bar_patterns(&svg);
	panels_page_title(&svg, all.left + all.width / 2, LAYOUT_EDGE,
	    layout_title_width(&l), picture->title);
	for (size_t i = 0; i < n; i++)
		if (draw_panel(&svg, picture, &l, i, &surfaces[i], scale,
			&common, err) < 0)
			return -1;
	if (picture->style != PICTURE_SURFACE)
		draw_shared_labels(&svg, &l, surfaces);
	below_common_draw(&common, &svg, l.left, l.height - l.common,
	    l.width - l.left - LAYOUT_EDGE);
	bar_draw(&svg, scale, layout_bar(picture), picture->z_label,
	    l.width - l.bar, l.top + l.head, layout_bar_height(&l));
	svg_end(&svg);
	return text_check(out, err);
}

int
picture_surfaces(const struct picture *picture,
    const struct drawn_surface *surfaces, size_t n, struct text *out,
    struct error *err)
{
	struct drawn_surface *settled;
	struct scale scale;
	int status;

	if ((picture->equal && equal_check(surfaces, n, err) < 0) ||
	    make_scale(picture, surfaces, n, &scale, err) < 0)
		return -1;
	settled = below_settle(surfaces, n, &scale, err);
	if (settled == NULL)
		return -1;
	status = draw_page(picture, settled, n, &scale, out, err);
	free(settled);
	return status;
}
