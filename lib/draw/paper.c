#include "draw/paper.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* Of the width and the height, for titles, margins and a plot between them. */
static const double LEAST = 200;

static const struct {
	const char *name;
	double pixels;
} units[] = {
    [PAPER_PX] = {"px", 1},
    [PAPER_PT] = {"pt", 96 / 72.0},
    [PAPER_MM] = {"mm", 96 / 25.4},
    [PAPER_CM] = {"cm", 96 / 2.54},
    [PAPER_IN] = {"in", 96},
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* Which unit the text ends with, and how long the number before it is. */
static enum paper_unit
find_unit(const char *text, size_t *n)
{
	*n = strlen(text);
	for (int i = 0; i<UNITS && * n> 2; i++)
		if (strcmp(text + *n - 2, units[i].name) == 0) {
			*n -= 2;
			return (enum paper_unit)i;
		}
	return PAPER_PX;
}

int
paper_length_parse(const char *text, const char *what, double least,
    double most, struct paper_length *out, struct error *err)
{
	char number[32];
	size_t n;
	const enum paper_unit unit = find_unit(text, &n);
	const double pixels = units[unit].pixels;
	double v = NAN;

	snprintf(number, sizeof(number), "%.*s", (int)n, text);
	if (n >= sizeof(number) || number_parse_real(number, what, &v, err) < 0)
		return error_set(err,
		    "%s is '%.60s', expected a length such as 84mm, 7pt or 640 "
		    "(px, pt, mm, cm, in)",
		    what, text);
	if (!(v * pixels >= least) || !(v * pixels <= most))
		return error_set(err, "%s is '%.60s', expected %g%s to %.0f%s",
		    what, text, ceil(10 * least / pixels) / 10,
		    units[unit].name, floor(most / pixels), units[unit].name);
	*out = (struct paper_length){v * pixels, unit};
	return 0;
}

/* Pixels to a unit. */
static double
paper_scale(const struct paper *paper)
{
	return paper->font.pixels > 0 ? paper->font.pixels / PAPER_FONT : 1;
}

double
paper_width(const struct paper *paper)
{
	return paper->width.pixels / paper_scale(paper);
}

double
paper_height(const struct paper *paper)
{
	return paper->height.pixels / paper_scale(paper);
}

static int
check_room(const char *what, const struct paper_length *length,
    const struct paper *paper, struct error *err)
{
	const double font = length->pixels / LEAST * PAPER_FONT;
	const double unit = units[paper->font.unit].pixels;

	if (length->pixels <= 0 ||
	    length->pixels >= LEAST * paper_scale(paper) * (1 - 1e-9))
		return 0;
	return error_set(err,
	    "--font is %.4g%s, expected at most %.2f%s where %s is %.4g%s",
	    paper->font.pixels / unit, units[paper->font.unit].name,
	    floor(100 * font / unit) / 100, units[paper->font.unit].name, what,
	    length->pixels / units[length->unit].pixels,
	    units[length->unit].name);
}

int
paper_check(const struct paper *paper, struct error *err)
{
	if (check_room("--width", &paper->width, paper, err) < 0)
		return -1;
	return check_room("--height", &paper->height, paper, err);
}

static int
check_held(const char *what, const struct paper_length *length, double needs,
    struct error *err)
{
	const char *unit = units[length->unit].name;
	const double pixels = units[length->unit].pixels;

	/* a picture of whole pixels may have a part of one more */
	if (length->pixels <= 0 || needs < length->pixels + 1)
		return 0;
	return error_set(err,
	    "%s is %.4g%s, this picture needs %.0f%s: fewer --columns, or a "
	    "smaller --font",
	    what, length->pixels / pixels, unit, ceil(needs / pixels), unit);
}

int
paper_holds(
    const struct paper *paper, double width, double height, struct error *err)
{
	const double scale = paper_scale(paper);

	if (check_held("--width", &paper->width, width * scale, err) < 0)
		return -1;
	return check_held("--height", &paper->height, height * scale, err);
}

/* The unit in which the size is written: the one that was asked for. */
static enum paper_unit
size_unit(const struct paper *paper)
{
	return paper->width.pixels > 0 ? paper->width.unit : paper->height.unit;
}

bool
paper_is_measured(const struct paper *paper)
{
	return size_unit(paper) != PAPER_PX;
}

double
paper_points(const struct paper *paper, double length)
{
	return length * paper_scale(paper) / units[PAPER_PT].pixels;
}

void
paper_size(
    const struct paper *paper, double width, double height, struct text *out)
{
	const double scale = paper_scale(paper);
	const enum paper_unit unit = size_unit(paper);

	if (unit != PAPER_PX) {
		const double k = scale / units[unit].pixels;

		text_add(out,
		    "width=\"%.6g%s\" height=\"%.6g%s\" viewBox=\"0 0 %.6g "
		    "%.6g\"",
		    width * k, units[unit].name, height * k, units[unit].name,
		    width, height);
		return;
	}
	width = ceil(width * scale - 1e-9);
	height = ceil(height * scale - 1e-9);
	text_add(out,
	    "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.6g %.6g\"", width,
	    height, width / scale, height / scale);
}
