#include "view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

static int
parse_angles(
    const char *value, const char *what, double v[2], struct error *err)
{
	size_t n;

	if (number_parse_reals(value, what, v, 2, &n, err) < 0)
		return -1;
	if (n != 2 || fabs(v[0]) > 360 || fabs(v[1]) > 90)
		return error_set(err,
		    "%s is '%.60s', expected azimuth,elevation with elevation "
		    "from -90 to 90",
		    what, value);
	return 0;
}

static int
parse_view(void *target, const char *value, struct error *err)
{
	struct relief_view *view = target;
	double v[2];

	if (parse_angles(value, "--view", v, err) < 0)
		return -1;
	view->azimuth = v[0];
	view->elevation = v[1];
	return 0;
}

static int
parse_light(void *target, const char *value, struct error *err)
{
	struct relief_view *view = target;
	double v[2];

	if (parse_angles(value, "--light", v, err) < 0)
		return -1;
	view->lit = true;
	view->light_azimuth = v[0];
	view->light_elevation = v[1];
	return 0;
}

void
view_options_add(struct option_table *table, struct relief_view *view)
{
	const struct option_row rows[] = {
	    OPTION_CALL(0, "view", "AZ,EL", view, parse_view,
		"where a surface is seen from, in degrees (-60,32)"),
	    OPTION_CALL(0, "light", "AZ,EL", view, parse_light,
		"where its light comes from (over the left shoulder)"),
	    OPTION_END};

	options_add(table, rows);
}

int
view_parse_range(void *target, const char *value, struct error *err)
{
	double *range = target;
	char lo[64];
	const char *colon = strchr(value, ':');

	range[0] = -INFINITY;
	range[1] = INFINITY;
	if (colon == NULL || (size_t)(colon - value) >= sizeof(lo) ||
	    strcmp(value, ":") == 0)
		return error_set(err,
		    "--range is '%.60s', expected LO:HI, LO: or :HI", value);
	snprintf(lo, sizeof(lo), "%.*s", (int)(colon - value), value);
	if ((lo[0] != '\0' &&
		number_parse_real(lo, "--range", &range[0], err) < 0) ||
	    (colon[1] != '\0' &&
		number_parse_real(colon + 1, "--range", &range[1], err) < 0))
		return -1;
	if (range[0] < range[1])
		return 0;
	return error_set(
	    err, "--range is '%.60s', expected LO below HI", value);
}
