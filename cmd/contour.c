/* contour: a loss landscape as a picture. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/output.h"
#include "draw/curve_chart.h"
#include "draw/landscape.h"
#include "draw/picture.h"
#include "drawlists.h"
#include "frame.h"
#include "paper.h"
#include "surfaces.h"
#include "view.h"

enum { HISTOGRAM = PICTURE_SURFACE + 1, DENSITY, TRAINING };

static const char *const styles[] = {
    [PICTURE_LINES] = "lines",
    [PICTURE_FILLED] = "filled",
    [PICTURE_HEAT] = "heat",
    [PICTURE_SURFACE] = "surface",
    [HISTOGRAM] = "histogram",
    [DENSITY] = "density",
    [TRAINING] = "training",
    NULL,
};

enum { CURVATURE_RATIO, CURVATURE_SIGNED, CURVATURE_LINES };

static const char *const curvatures[] = {"ratio", "signed", "lines", NULL};

enum { INTERPOLATE_LINEAR, INTERPOLATE_CUBIC };

static const char *const interpolations[] = {"linear", "cubic", NULL};

static const char *const over_words[] = {
    [LANDSCAPE_MEAN] = "mean", [LANDSCAPE_SD] = "sd", NULL};

struct settings {
	int curvature; /* of curvatures, or -1 */
	int style, log, band, points;
	int panels, letters, equal;
	int directions; /* of over_words, or -1 */
	int64_t columns;
	const char *panel_title;
	int interpolate; /* of interpolations */
	const char *field, *class, *title, *levels_text;
	struct levels levels;
	struct relief_view view;
	double zmax;
	double range[2]; /* of the values of curves: lo < hi, or none */
	int colours;     /* of colour_map_words, or -1 */
	struct paper_options paper;
};

static int
parse_levels(void *target, const char *value, struct error *err)
{
	struct settings *s = target;

	s->levels_text = value;
	return levels_parse(value, &s->levels, err);
}

static int
parse_zmax(void *target, const char *value, struct error *err)
{
	struct settings *s = target;

	return number_parse_real(value, "--zmax", &s->zmax, err);
}

static enum drawlist_kind
kind_of_style(int style)
{
	return style == HISTOGRAM ? DRAWLIST_HISTOGRAM
	       : style == DENSITY ? DRAWLIST_DENSITY
				  : DRAWLIST_TRAINING;
}

/* What the input is, where nobody has said how it is to be drawn. */
static int
guess_style(char **paths, int n)
{
	enum drawlist_kind kind;

	if (!drawlist_guess(paths, n, &kind))
		return PICTURE_LINES;
	return kind == DRAWLIST_HISTOGRAM ? HISTOGRAM
	       : kind == DRAWLIST_DENSITY ? DENSITY
					  : TRAINING;
}

/* How the picture was made, to the last stage. */
static int
describe(struct text *desc, const struct settings *s,
    const struct landscape *landscape, struct error *err)
{
	text_add_text(desc, &landscape->history);
	text_add(desc, "contour %s style=%s field=%s", LOSSPIPE_VERSION,
	    styles[s->style], s->field);
	if (s->class != NULL)
		text_add(desc, " class=%s", s->class);
	if (s->log)
		text_add(desc, " log");
	if (s->curvature >= 0)
		text_add(desc, " curvature=%s", curvatures[s->curvature]);
	if (s->levels_text != NULL)
		text_add(desc, " levels=%s", s->levels_text);
	if (s->style == PICTURE_SURFACE)
		text_add(
		    desc, " view=%g,%g", s->view.azimuth, s->view.elevation);
	if (s->style == PICTURE_SURFACE && s->view.lit)
		text_add(desc, " light=%g,%g", s->view.light_azimuth,
		    s->view.light_elevation);
	if (s->colours >= 0)
		text_add(desc, " colours=%s", colour_map_words[s->colours]);
	if (s->band)
		text_add(desc, " band");
	if (s->directions >= 0)
		text_add(desc, " directions=%s", over_words[s->directions]);
	if (s->interpolate != INTERPOLATE_LINEAR)
		text_add(
		    desc, " interpolate=%s", interpolations[s->interpolate]);
	if (s->points)
		text_add(desc, " points");
	if (s->equal)
		text_add(desc, " equal");
	if (!isnan(s->zmax))
		text_add(desc, " zmax=%g", s->zmax);
	if (s->range[0] < s->range[1])
		text_add(desc, " range=%g:%g", s->range[0], s->range[1]);
	return text_check(desc, err);
}

/*
 * A loss spans decades, so levels and colours are logarithmic unless levels are
 * given; a relief and curves are drawn as asked.
 */
static int
wants_log(const struct settings *s, const struct landscape *landscape)
{
	return s->log ||
	       (landscape->axes == 2 && s->directions != LANDSCAPE_SD &&
		   s->style != PICTURE_SURFACE && s->levels.n == 0 &&
		   strcmp(s->field, "loss") == 0 && !landscape->negative &&
		   landscape->highest > 0);
}

/* A line has no heading of its own for the model's name. */
static const char *
title(const struct settings *s, const struct landscape *landscape)
{
	if (s->title != NULL || landscape->axes == 2 || landscape->n > 1)
		return s->title;
	return landscape->curves[0].label;
}

/* What the paper's maps of curvature are in terms of style and field. */
static void
apply_curvature(struct settings *s)
{
	if (s->curvature == CURVATURE_LINES)
		s->style = PICTURE_FILLED;
	if (s->curvature != CURVATURE_RATIO && s->curvature != CURVATURE_SIGNED)
		return;
	s->style = PICTURE_HEAT;
	s->field = s->curvature == CURVATURE_RATIO ? "ratio" : "signed_ratio";
}

/* The ratio from 0 to 0.5, as in the paper; the signed one around 0. */
static void
fix_range(const struct settings *s, const struct landscape *landscape,
    struct picture *picture)
{
	if (s->curvature == CURVATURE_RATIO)
		picture->hi = 0.5;
	if (s->curvature != CURVATURE_SIGNED)
		return;
	for (size_t i = 0; i < landscape->n; i++) {
		const struct drawn_surface *f = &landscape->surfaces[i];

		for (int k = 0; k < f->nx * f->ny; k++)
			if (isfinite(f->z[k]))
				picture->hi = fmax(picture->hi, fabs(f->z[k]));
	}
	picture->lo = -picture->hi;
	if (s->colours < 0)
		picture->map = COLOUR_COOLWARM;
}

/* What lies between points, and requested ones; curves of a band stay alike. */
static int
refine(const struct settings *s, struct landscape *landscape, struct error *err)
{
	const struct landscape_manner manner = {.log = wants_log(s, landscape),
	    .cubic = s->interpolate == INTERPOLATE_CUBIC &&
		     s->style <= PICTURE_FILLED,
	    .points = s->points,
	    .lines = s->style <= PICTURE_FILLED};

	return s->band ? 0 : landscape_refine(landscape, &manner, err);
}

/* The value axis of curves; --zmax Z is its upper end alone. */
static void
set_range(const struct settings *s, struct picture *picture)
{
	picture->range.lo = s->range[0];
	picture->range.hi = s->range[1];
	if (s->range[0] < s->range[1] || isnan(s->zmax))
		return;
	picture->range.lo = -INFINITY;
	picture->range.hi = s->zmax;
}

/* Options that only curves, or only surfaces, have a use for. */
static int
check_axes(const struct settings *s, int axes, struct error *err)
{
	if (axes == 1)
		return s->equal ? error_set(err, "--equal is for grids of two "
						 "axes, these have one")
				: 0;
	if (s->range[0] < s->range[1])
		return error_set(err, "--range is for curves, these are "
				      "surfaces (--zmax, --levels)");
	if (s->panels)
		return error_set(err, "--panels is for curves, surfaces are "
				      "panels by themselves");
	if (s->band)
		return error_set(
		    err, "--band is for grids of one axis, these have two");
	return 0;
}

static int
draw(const struct settings *s, const struct landscape *landscape,
    struct text *svg, struct error *err)
{
	struct text desc = {0};
	struct picture picture = {.style = (enum picture_style)s->style,
	    .log = wants_log(s, landscape),
	    .band = s->band,
	    .highest = strcmp(s->field, "acc") == 0,
	    .levels = s->levels,
	    .map =
		s->colours >= 0 ? (enum colour_map)s->colours : COLOUR_VIRIDIS,
	    .limit = s->zmax,
	    .view = s->view,
	    .title = title(s, landscape),
	    .z_label = landscape->value_label,
	    .right_label = landscape->has_accuracy ? "accuracy (%)" : NULL,
	    .paper = s->paper.paper,
	    .columns = s->columns,
	    .letters = s->letters,
	    .equal = s->equal};
	int status = describe(&desc, s, landscape, err);
	const char *how = status == 0 ? text_chars(&desc, err) : NULL;

	if (landscape->axes == 2)
		fix_range(s, landscape, &picture);
	set_range(s, &picture);
	/* a path starts high above the levels of a minimum */
	if (landscape->paths > 0 && s->levels.n > 0)
		levels_add_decades(&picture.levels, landscape->highest);
	picture.desc = how;
	if (how == NULL)
		status = -1;
	if (status == 0)
		status = check_axes(s, landscape->axes, err);
	if (status == 0 && landscape->axes == 2)
		status = picture_surfaces(
		    &picture, landscape->surfaces, landscape->n, svg, err);
	else if (status == 0)
		status = curve_chart_draw(&picture, landscape->curves,
		    landscape->n, landscape->note, svg, err);
	text_free(&desc);
	return status;
}

/* ---- histograms, densities, runs of training ---- */

static int
run_list(char **paths, int n, const struct settings *s,
    const struct frame *frame, struct error *err)
{
	struct text words = {0}, svg = {0};
	struct drawlist list = {.kind = kind_of_style(s->style),
	    .picture = {.log = s->log,
		.title = s->title,
		.paper = s->paper.paper,
		.columns = s->columns,
		.letters = s->letters},
	    .panels = {s->panels || s->panel_title != NULL, s->panel_title},
	    .field = s->field};
	int status;

	set_range(s, &list.picture);
	text_add(&words, "contour %s style=%s%s", LOSSPIPE_VERSION,
	    styles[s->style], s->log ? " log" : "");
	list.words = text_chars(&words, err);
	status = list.words != NULL
		     ? drawlist_draw(&list, paths, n, frame, &svg, err)
		     : -1;
	text_free(&words);
	if (status == 0)
		status = paper_write(&s->paper, frame, &svg, err);
	text_free(&svg);
	return status;
}

static bool
have_paths(const struct points_list *list)
{
	bool found = !text_is_empty(&list->paths);

	for (size_t i = 0; i < list->n; i++)
		found |= list->item[i].has_paths;
	return found;
}

static int
run_points(char **paths, int n, const struct settings *s,
    const struct frame *frame, struct error *err)
{
	struct points_list list = {0};
	struct landscape landscape = {
	    .eigenvalues = s->curvature == CURVATURE_LINES};
	struct text svg = {0};
	int status = surfaces_read(&list, paths, n, false, frame, err);

	if (status == 0 &&
	    (s->band || s->directions >= 0 || s->curvature == CURVATURE_LINES))
		surfaces_leave_asked(frame, &list,
		    "--band, --directions and eigenvalues take grids alone");
	if (status == 0)
		status = surfaces_view(&list, s->class, err);
	if (status == 0)
		status = landscape_make(&landscape, &list, s->field, err);
	if (status == 0 && landscape.axes == 1 && have_paths(&list))
		frame_warn(frame, "a line shows no path: a plane does, and "
				  "gridconv -t path has its numbers");
	points_list_free(&list);
	if (status == 0 && s->directions >= 0)
		status = landscape_over_directions(
		    &landscape, (enum landscape_over)s->directions, err);
	if (status == 0 && (s->panels || s->panel_title != NULL))
		status = landscape_titles(&landscape, s->panel_title, err);
	if (status == 0)
		status = refine(s, &landscape, err);
	if (status == 0)
		status = draw(s, &landscape, &svg, err);
	landscape_free(&landscape);
	if (status == 0)
		status = paper_write(&s->paper, frame, &svg, err);
	text_free(&svg);
	return status;
}

/* Which styles have a use for an option. */
#define STYLE(n) (1U << (n))
#define POINTS                                                                \
	(STYLE(PICTURE_LINES) | STYLE(PICTURE_FILLED) | STYLE(PICTURE_HEAT) | \
	    STYLE(PICTURE_SURFACE))
static const struct frame_belongs belongs[] = {{"levels", POINTS},
    {"band", POINTS}, {"interpolate", POINTS}, {"points", POINTS},
    {"colours", POINTS}, {"directions", POINTS},
    {"field", POINTS | STYLE(TRAINING)}, {"view", STYLE(PICTURE_SURFACE)},
    {"light", STYLE(PICTURE_SURFACE)}, {0}};

static int
run(char **paths, int n, const struct settings *given,
    const struct frame *frame, struct error *err)
{
	struct settings s = *given;

	if (s.style < 0)
		s.style = guess_style(paths, n);
	frame_check_belongs(frame, belongs, "style", styles, s.style);
	if (s.style > PICTURE_SURFACE && s.equal)
		return error_set(err, "--equal is for surfaces");
	if (s.style > PICTURE_SURFACE && s.class != NULL)
		return error_set(err, "--class is for points of a grid");
	if (s.style > PICTURE_SURFACE)
		return run_list(paths, n, &s, frame, err);
	if (s.field == NULL)
		s.field = "loss";
	return run_points(paths, n, &s, frame, err);
}

/* How a surface looks. */
static void
add_look_options(struct option_table *table, struct settings *s)
{
	const struct option_row rows[] = {
	    OPTION_CHOICE(0, "colours", colour_map_words, &s->colours,
		"colours of heights (viridis)"),
	    OPTION_FLAG(0, "equal", &s->equal,
		"both axes in one scale: distances in weights"),
	    OPTION_END};

	options_add(table, rows);
	view_options_add(table, &s->view);
}

/* How several plots share the page. */
static void
add_panel_options(struct option_table *table, struct settings *s)
{
	const struct option_row rows[] = {
	    OPTION_CALL(0, "range", "LO:HI", s->range, view_parse_range,
		"values of curves, histograms and densities: what lies outside "
		"is cut"),
	    OPTION_CHOICE(0, "directions", over_words, &s->directions,
		"surfaces along several directions as one"),
	    OPTION_FLAG(0, "panels", &s->panels,
		"curves of each network, histograms and densities in a panel "
		"of their own"),
	    OPTION_TEXT(0, "panel-title", "TEXT", &s->panel_title,
		"title of each panel, with {label} and other facts; those of "
		"one title share a panel"),
	    OPTION_INT(0, "columns", "N", &s->columns, 1, 100,
		"panels in a row (up to 3)"),
	    OPTION_FLAG(0, "letters", &s->letters, "panels have letters: (a)"),
	    OPTION_TEXT(0, "title", "TEXT", &s->title, "title of the picture"),
	    OPTION_END};

	options_add(table, rows);
}

int
main(int argc, char **argv)
{
	struct settings s = {.style = -1,
	    .directions = -1,
	    .curvature = -1,
	    .colours = -1,
	    .zmax = NAN,
	    .view = {.azimuth = -60, .elevation = 32},
	    .paper = {.form = -1}};
	const struct option_row options[] = {
	    OPTION_CHOICE(0, "style", styles, &s.style,
		"how two axes are drawn (lines), or what else is in the input"),
	    OPTION_CALL(0, "levels", "LIST", &s, parse_levels,
		"heights to draw: paper, or numbers and lo:hi:step"),
	    OPTION_FLAG(0, "band", &s.band,
		"curves along several directions as a band and their mean"),
	    OPTION_FLAG(0, "log", &s.log, "a log scale of values"),
	    OPTION_CHOICE(0, "interpolate", interpolations, &s.interpolate,
		"how lines and bands run between points (linear)"),
	    OPTION_FLAG(0, "points", &s.points, "mark where was measured"),
	    OPTION_TEXT(0, "field", "NAME", &s.field,
		"loss, acc, error, or any number of a point (loss)"),
	    OPTION_TEXT(0, "class", "NAME", &s.class, SURFACES_CLASS_HELP),
	    OPTION_CHOICE(0, "curvature", curvatures, &s.curvature,
		"of hessgrid's points: the ratio of the eigenvalues, with its "
		"sign, or lines of the smallest over the loss"),
	    OPTION_CALL(
		0, "zmax", "Z", &s, parse_zmax, "cut or hatch what is higher"),
	    OPTION_END};
	struct option_table table = {0};
	struct frame frame = {.name = "contour",
	    .synopsis = "[FILE...]",
	    .reads = true,
	    .purpose = "a loss landscape as a picture",
	    .output = {.manner = OUTPUT_QUICK},
	    .options = table.row};
	struct error err;
	int first;

	options_add(&table, options);
	add_look_options(&table, &s);
	add_panel_options(&table, &s);
	paper_options_add(&table, &s.paper);
	first = frame_start(&frame, argc, argv);
	paper_options_check(&s.paper, &frame);
	apply_curvature(&s);
	if (run(argv + first, argc - first, &s, &frame, &err) < 0)
		frame_fail(&frame, &err);
	return 0;
}
