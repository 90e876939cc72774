#include "draw/band.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "draw/colour.h"
#include "draw/curves.h"

static struct band *
find_band(const struct bands *bands, size_t group)
{
	for (size_t i = 0; i < bands->n; i++)
		if (bands->item[i].group == group)
			return &bands->item[i];
	return NULL;
}

static int
start_band(struct bands *bands, const struct curve *c, struct error *err)
{
	struct band *b = &bands->item[bands->n];

	bands->means[bands->n++] = *c;
	b->group = c->group;
	b->lo = memory_new(c->n, sizeof(double), err);
	b->hi = memory_new(c->n, sizeof(double), err);
	b->mean = memory_new(c->n, sizeof(double), err);
	b->right = memory_new(c->n, sizeof(double), err);
	if (b->lo == NULL || b->hi == NULL || b->mean == NULL ||
	    b->right == NULL)
		return -1;
	for (size_t k = 0; k < c->n; k++)
		b->lo[k] = b->hi[k] = NAN;
	return 0;
}

/* Means are sums until all curves are in. */
static void
add_curve(struct band *b, const struct curve *c)
{
	b->members++;
	for (size_t k = 0; k < c->n; k++) {
		double y = c->left[k];

		b->mean[k] += isfinite(y) ? y : NAN;
		b->right[k] += c->right != NULL ? c->right[k] : NAN;
		if (!isfinite(y))
			continue;
		b->lo[k] = fmin(b->lo[k], y);
		b->hi[k] = fmax(b->hi[k], y);
	}
}

static void
finish_band(struct band *b, struct curve *mean)
{
	for (size_t k = 0; k < mean->n; k++) {
		b->mean[k] /= (double)b->members;
		b->right[k] /= (double)b->members;
	}
	mean->left = b->mean;
	mean->right = mean->right != NULL ? b->right : NULL;
	mean->label = mean->family;
	/* these are of one direction */
	mean->half = mean->left_lo = mean->left_hi = NULL;
	mean->right_lo = mean->right_hi = NULL;
}

static int
write_caption(struct bands *bands, struct error *err)
{
	size_t least = SIZE_MAX, most = 0;
	char of[64];

	for (size_t i = 0; i < bands->n; i++) {
		size_t members = bands->item[i].members;

		least = members < least ? members : least;
		most = members > most ? members : most;
	}
	if (most < 2)
		return error_set(err,
		    "one direction set, expected several for a band (dirgen "
		    "-s 1:10)");
	if (least == most)
		snprintf(of, sizeof(of), "%zu direction%s", most,
		    plural_s((int64_t)most));
	else
		snprintf(of, sizeof(of), "%zu to %zu direction%s", least, most,
		    plural_s((int64_t)most));
	snprintf(bands->caption, sizeof(bands->caption),
	    "thick: mean of %s; thin: each; band: lowest to highest", of);
	return 0;
}

int
bands_make(struct bands *bands, const struct curve *curves, size_t n,
    struct error *err)
{
	bands->item = memory_new(n, sizeof(*bands->item), err);
	bands->means = memory_new(n, sizeof(*bands->means), err);
	if (bands->item == NULL || bands->means == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (find_band(bands, curves[i].group) == NULL &&
		    start_band(bands, &curves[i], err) < 0)
			return -1;
		add_curve(find_band(bands, curves[i].group), &curves[i]);
	}
	for (size_t i = 0; i < bands->n; i++)
		finish_band(&bands->item[i], &bands->means[i]);
	return write_caption(bands, err);
}

void
bands_free(struct bands *bands)
{
	for (size_t i = 0; i < bands->n; i++) {
		free(bands->item[i].lo);
		free(bands->item[i].hi);
		free(bands->item[i].mean);
		free(bands->item[i].right);
	}
	free(bands->item);
	free(bands->means);
	*bands = (struct bands){0};
}

/* ---- drawing ---- */

static int
is_drawn(const struct plot *plot, double y)
{
	return isfinite(y) && (!plot->log_y || y > 0);
}

/* One piece without gaps, from point k to before `end`: along the top and back.
 */
static void
draw_piece(struct svg *svg, const struct plot *plot, const struct band *b,
    const double *x, size_t k, size_t end)
{
	svg_move(svg, plot_x(plot, x[k]), plot_y(plot, b->hi[k]));
	for (size_t i = k + 1; i < end; i++)
		svg_line(svg, plot_x(plot, x[i]), plot_y(plot, b->hi[i]));
	for (size_t i = end; i-- > k;)
		svg_line(svg, plot_x(plot, x[i]), plot_y(plot, b->lo[i]));
	svg_close(svg);
}

static void
draw_band(struct svg *svg, const struct plot *plot, const struct band *b,
    const struct curve *mean, struct colour colour)
{
	char attributes[96], text[COLOUR_TEXT_BYTES];

	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" fill-opacity=\"0.14\" stroke=\"none\"",
	    colour_text(colour, text));
	svg_path(svg, attributes);
	for (size_t k = 0; k < mean->n; k++) {
		size_t end = k;

		while (end < mean->n && is_drawn(plot, b->lo[end]) &&
		       is_drawn(plot, b->hi[end]))
			end++;
		if (end > k + 1)
			draw_piece(svg, plot, b, mean->x, k, end);
		k = end;
	}
	svg_path_end(svg);
}

void
bands_draw(struct svg *svg, const struct plot *plot, const struct bands *bands,
    const struct curve *shown, size_t n_shown, const struct curve *curves,
    size_t n)
{
	for (size_t i = 0; i < n_shown; i++) {
		const struct band *band = find_band(bands, shown[i].group);
		const struct colour colour = curves_colour(shown, n_shown, i);

		if (band == NULL)
			continue;
		draw_band(svg, plot, band, &shown[i], colour);
		for (size_t k = 0; k < n; k++)
			if (curves[k].group == band->group)
				curves_draw_thin(svg, plot, &curves[k], colour);
	}
}
