#include "draw/equal.h"

#include <math.h>

#include "draw/levels.h"

/* Beyond this angle a picture would lie, beyond this ratio it would be a line.
 */
static const double RIGHT = 3, LONG = 8;

double
equal_ratio(const struct drawn_surface *s, const struct plot *range)
{
	const double x =
	    range != NULL ? range->x1 - range->x0 : s->x[s->nx - 1] - s->x[0];
	const double y =
	    range != NULL ? range->y1 - range->y0 : s->y[s->ny - 1] - s->y[0];

	return y * s->length_y / (x * s->length_x);
}

static int
check(const struct drawn_surface *s, struct error *err)
{
	const double angle = acos(fmax(-1, fmin(1, s->cosine))) * 180 / M_PI;
	const char *label = s->label != NULL ? s->label : "the surface";
	char text[LEVEL_TEXT_BYTES];
	double ratio;

	if (!(s->length_x > 0 && s->length_y > 0) || isnan(s->cosine))
		return error_set(err,
		    "--equal: the lengths of the axes of '%.100s' are not "
		    "known, expected a surface of evalgrid along one direction "
		    "set",
		    label);
	if (fabs(angle - 90) > RIGHT)
		return error_set(err,
		    "--equal: the axes of '%.100s' are %s degrees apart, "
		    "expected a right angle to %g degrees (dirgen "
		    "--orthonormal)",
		    label, level_text_short(angle, text), RIGHT);
	ratio = equal_ratio(s, NULL);
	if (ratio > LONG || ratio < 1 / LONG)
		return error_set(err,
		    "--equal: the %s axis of '%.100s' is %s times as long as "
		    "the other, expected at most %g times (--x and --y of "
		    "evalgrid)",
		    ratio > 1 ? "y" : "x", label,
		    level_text_short(fmax(ratio, 1 / ratio), text), LONG);
	return 0;
}

int
equal_check(const struct drawn_surface *surfaces, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (check(&surfaces[i], err) < 0)
			return -1;
	return 0;
}

struct plot
equal_fit(const struct plot *plot, double ratio)
{
	struct plot fit = *plot;

	fit.width = fmin(plot->width, plot->height / ratio);
	fit.height = fit.width * ratio;
	fit.left += (plot->width - fit.width) / 2;
	fit.top += plot->height - fit.height;
	return fit;
}
