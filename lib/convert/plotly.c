/* A figure of plotly, as JSON: surfaces with contours, paths, or curves. */
#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "convert/convert.h"
#include "convert/lift.h"
#include "draw/colour.h"
#include "draw/landscape.h"
#include "draw/trail.h"
#include "stream/value.h"

/*
 * A text that plotly shows.  It takes some of HTML for markup, so that entities
 * stand for what begins one.
 */
static void
add_text(struct text *out, const char *chars)
{
	struct text plain = {0};

	for (const char *c = chars != NULL ? chars : ""; *c != '\0'; c++) {
		if (*c == '<')
			text_add(&plain, "&lt;");
		else if (*c == '>')
			text_add(&plain, "&gt;");
		else if (*c == '&')
			text_add(&plain, "&amp;");
		else
			text_add_bytes(&plain, c, 1);
	}
	value_print_json_chars(
	    text_chars_for(out, &plain), text_length(&plain), out);
	text_free(&plain);
}

static void
add_number(struct text *out, double v)
{
	char number[NUMBER_TEXT_BYTES];

	text_add(out, "%s", isfinite(v) ? number_format(v, number) : "null");
}

static void
add_numbers(struct text *out, const char *key, const double *v, int n)
{
	text_add(out, ",\"%s\":[", key);
	for (int i = 0; i < n; i++) {
		text_add(out, "%s", i > 0 ? "," : "");
		add_number(out, v[i]);
	}
	text_add(out, "]");
}

/* x, y and the rows of z; an array of rows as plotly wants it. */
static void
add_grid(struct text *out, const struct drawn_surface *s)
{
	add_numbers(out, "x", s->x, s->nx);
	add_numbers(out, "y", s->y, s->ny);
	text_add(out, ",\"z\":[");
	for (int i = 0; i < s->nx * s->ny; i++) {
		text_add(out, "%s",
		    i == 0           ? "["
		    : i % s->nx == 0 ? "],\n["
				     : ",");
		add_number(out, s->z[i]);
	}
	text_add(out, "]]");
}

/* plotly's axes and scenes are called x, x2, x3, ... */
static void
add_place(struct text *out, const char *key, const char *name, size_t i)
{
	text_add(out, ",\"%s\":\"%s", key, name);
	text_add(out, i > 0 ? "%zu\"" : "\"", i + 1);
}

static void
add_trail(struct text *out, const struct landscape *l, size_t i, size_t number)
{
	const struct drawn_surface *s = &l->surfaces[i];
	const struct trail *trail = &s->trails[number];
	char colour[COLOUR_TEXT_BYTES];

	colour_text(colour_of_curve((int)number), colour);
	for (int flat = 0; flat < 2; flat++) {
		text_add(out, ",\n{\"type\":\"%s\",\"mode\":\"lines+markers\"",
		    flat ? "scatter" : "scatter3d");
		if (flat) {
			add_place(out, "xaxis", "x", i);
			add_place(out, "yaxis", "y", i);
		} else {
			add_place(out, "scene", "scene", i);
		}
		text_add(out, ",\"name\":");
		add_text(out, trail->name);
		text_add(out,
		    ",\"line\":{\"color\":\"%s\",\"width\":%d},"
		    "\"marker\":{\"size\":3,\"color\":\"%s\"},"
		    "\"showlegend\":%s",
		    colour, flat ? 2 : 5, colour, flat ? "false" : "true");
		for (int a = 0; a < 2; a++) {
			text_add(out, ",\"%c\":[", "xy"[a]);
			for (size_t k = 0; k < trail->n; k++) {
				text_add(out, "%s", k > 0 ? "," : "");
				add_number(out,
				    a == 0 ? trail->at[k].x : trail->at[k].y);
			}
			text_add(out, "]");
		}
		if (!flat) {
			text_add(out, ",\"z\":[");
			for (size_t k = 0; k < trail->n; k++) {
				text_add(out, "%s", k > 0 ? "," : "");
				add_number(out, lift_height(s, trail->at[k].x,
						    trail->at[k].y));
			}
			text_add(out, "]");
		}
		text_add(out, "}");
	}
}

static void
add_surface(struct text *out, const struct landscape *l, size_t i)
{
	const struct drawn_surface *s = &l->surfaces[i];

	for (int flat = 0; flat < 2; flat++) {
		text_add(out, "%s{\"type\":\"%s\",\"colorscale\":\"Viridis\"",
		    i > 0 || flat ? ",\n" : "", flat ? "contour" : "surface");
		if (flat) {
			add_place(out, "xaxis", "x", i);
			add_place(out, "yaxis", "y", i);
		} else {
			add_place(out, "scene", "scene", i);
		}
		text_add(out, ",\"coloraxis\":\"coloraxis\",\"name\":");
		add_text(out, s->label != NULL ? s->label : "surface");
		add_grid(out, s);
		text_add(out, "}");
	}
}

/* Surfaces on the left, contours on the right, a row for each. */
static void
add_places(struct text *out, const struct landscape *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct drawn_surface *s = &l->surfaces[i];
		double low = 1 - (double)(i + 1) / (double)l->n;
		double high = low + 0.9 / (double)l->n;
		char name[24] = "";

		if (i > 0)
			snprintf(name, sizeof(name), "%zu", i + 1);
		text_add(out,
		    ",\n\"scene%s\":{\"domain\":{\"x\":[0,0.5],\"y\":[%.4f,%."
		    "4f]},"
		    "\"xaxis\":{\"title\":{\"text\":",
		    name, low, high);
		add_text(out, s->x_label);
		text_add(out, "}},\"yaxis\":{\"title\":{\"text\":");
		add_text(out, s->y_label);
		text_add(out, "}},\"zaxis\":{\"title\":{\"text\":");
		add_text(out, l->value_label);
		text_add(out,
		    "}}},\n\"xaxis%s\":{\"domain\":[0.58,0.95],"
		    "\"anchor\":\"y%s\",\"title\":{\"text\":",
		    name, name);
		add_text(out, s->x_label);
		text_add(out,
		    "}},\"yaxis%s\":{\"domain\":[%.4f,%.4f],"
		    "\"anchor\":\"x%s\",\"title\":{\"text\":",
		    name, low, high, name);
		add_text(out, s->y_label);
		text_add(out, "}}");
	}
}

static void
add_surfaces(struct text *out, const struct landscape *l)
{
	text_add(out, "{\"data\":[");
	for (size_t i = 0; i < l->n; i++)
		add_surface(out, l, i);
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->surfaces[i].n_trails; k++)
			add_trail(out, l, i, k);
	text_add(out,
	    "],\n\"layout\":{\"coloraxis\":{\"colorscale\":\"Viridis\","
	    "\"colorbar\":{\"title\":{\"text\":");
	add_text(out, l->value_label);
	text_add(out, "}}},\"height\":%zu", 500 * l->n);
	add_places(out, l);
	text_add(out, "}}\n");
}

static void
add_curves(struct text *out, const struct landscape *l)
{
	text_add(out, "{\"data\":[");
	for (size_t i = 0; i < l->n; i++) {
		const struct curve *c = &l->curves[i];

		for (int right = 0; right < (c->right != NULL ? 2 : 1);
		     right++) {
			char colour[COLOUR_TEXT_BYTES];

			text_add(out,
			    "%s{\"type\":\"scatter\",\"mode\":\"lines\","
			    "\"line\":{\"color\":\"%s\",\"dash\":\"%s\"}",
			    i > 0 || right ? ",\n" : "",
			    colour_text(colour_of_curve((int)i), colour),
			    right ? "dot" : "solid");
			if (right)
				add_place(out, "yaxis", "y", 1);
			text_add(out, ",\"name\":");
			add_text(out, c->label != NULL ? c->label : c->set);
			add_numbers(out, "x", c->x, (int)c->n);
			add_numbers(
			    out, "y", right ? c->right : c->left, (int)c->n);
			text_add(out, "}");
		}
	}
	text_add(out, "],\n\"layout\":{\"xaxis\":{\"title\":{\"text\":");
	add_text(out, l->curves[0].x_label);
	text_add(out, "}},\"yaxis\":{\"title\":{\"text\":");
	add_text(out, l->value_label);
	text_add(out, "}},\"yaxis2\":{\"title\":{\"text\":\"accuracy (%%)\"},"
		      "\"overlaying\":\"y\",\"side\":\"right\","
		      "\"range\":[0,100]}}}\n");
}

int
convert_plotly(
    const struct points_list *list, struct output *output, struct error *err)
{
	struct landscape landscape = {0};
	struct text out = {0};
	int status = landscape_make(&landscape, list, "loss", err);

	if (status == 0)
		status = landscape_refine(&landscape,
		    &(struct landscape_manner){.log = !landscape.negative},
		    err);
	if (status == 0) {
		(landscape.axes == 2 ? add_surfaces : add_curves)(
		    &out, &landscape);
		status = output_text(output, &out, 0, err);
	}
	landscape_free(&landscape);
	text_free(&out);
	return status;
}
