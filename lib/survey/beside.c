/* The Hessian at the centre, which other programs have found. */
#include <math.h>

#include "stream/scan.h"
#include "survey/centre.h"
#include "survey/measure.h"

/* The place of the model itself in a run of hessgrid, or -1. */
static int64_t
origin_of(const struct points *p, int set)
{
	int64_t at[AXES_MAX] = {0, 0};

	if (sheet_points(&p->grid) == 0)
		return -1;
	for (int a = 0; a < p->grid.axes; a++) {
		const struct range *r = &p->grid.range[a];
		const double step =
		    r->num > 1 ? (r->hi - r->lo) / (double)(r->num - 1) : 1;
		const double i = round(-r->lo / step);

		if (!(i >= 0 && i < (double)r->num) ||
		    fabs(range_at(r, (int64_t)i)) > 1e-9 * (r->hi - r->lo))
			return -1;
		at[a] = (int64_t)i;
	}
	return sheet_index(
	    &p->grid, 0, set, at[1] * grid_num(&p->grid, 0) + at[0]);
}

static int
look_at_run(struct beside *b, const struct points *of, int set,
    const struct points *p, struct error *err)
{
	const int same = centre_same_network(of, set, p, err);
	const int64_t at = same > 0 ? origin_of(p, same - 1) : -1;

	if (at < 0)
		return same;
	if (!points_value(p, at, "max_eig", &b->max_eig))
		return 0;
	points_value(p, at, "max_res", &b->max_res);
	if (points_value(p, at, "trace", &b->trace))
		points_value(p, at, "trace_se", &b->trace_se);
	return 0;
}

/* A density of the same model on the same images, with its trace. */
static void
look_at_density(struct beside *b, const struct survey *s, const char *model,
    const uint8_t *header, size_t n)
{
	double images, trace;

	if (!scan_says(header, n, "model", model) ||
	    !scan_says(header, n, "data", s->data) ||
	    !scan_says(header, n, "loss", s->loss_kind) ||
	    !scan_real(header, n, "images", &images) ||
	    (int64_t)images != s->n || !scan_real(header, n, "trace", &trace) ||
	    !scan_real(header, n, "trace_se", &b->trace_se))
		return;
	b->trace = trace;
	b->from_density = true;
}

static int
look_at_densities(struct beside *b, const struct survey *s, const char *model,
    const struct text *densities, struct error *err)
{
	const char *chars = text_chars(densities, err);
	const uint8_t *at = (const uint8_t *)chars;
	size_t left = text_length(densities), need;
	struct scan scan;

	if (chars == NULL)
		return -1;
	for (; left > 0; at += scan.bytes, left -= scan.bytes) {
		if (scan_record(at, left, &scan, &need, err) != 1)
			return -1;
		look_at_density(
		    b, s, model, at + scan.header, scan.header_bytes);
	}
	return 0;
}

int
survey_look_beside(struct survey *s, const struct points *p, int set,
    const struct points_list *all, struct error *err)
{
	struct beside *b = &s->beside;

	*b = (struct beside){
	    .max_eig = NAN, .max_res = NAN, .trace = NAN, .trace_se = NAN};
	for (size_t i = 0; i < all->n; i++)
		if (isnan(b->max_eig) &&
		    look_at_run(b, p, set, &all->item[i], err) < 0)
			return -1;
	if (isnan(b->trace))
		return look_at_densities(
		    b, s, p->grid.model, &all->densities, err);
	return 0;
}
