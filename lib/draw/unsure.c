#include "draw/unsure.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "draw/cell.h"

/* The rise of the surface over a step of the measured grid. */
static double
rise_at(const struct drawn_surface *s, const struct cell_spot *p)
{
	const double *z = s->z + p->corner, *up = z + s->nx;
	const double x = (1 - p->b) * (z[1] - z[0]) + p->b * (up[1] - up[0]);
	const double y = (1 - p->a) * (up[0] - z[0]) + p->a * (up[1] - z[1]);

	return hypot(x / p->width * s->step_x, y / p->height * s->step_y);
}

static int
is_unsure(const struct drawn_surface *s, const struct scale *scale,
    double level, struct xy a, struct xy b)
{
	const struct cell_spot p =
	    cell_spot(s, (struct xy){(a.x + b.x) / 2, (a.y + b.y) / 2});
	double half = cell_linear(s, &p, s->half);

	if (scale->log)
		half /= level * log(10);
	return half > rise_at(s, &p);
}

/* ---- parts ---- */

static int
start_line(struct line_set *out, struct error *err)
{
	if (memory_grow(&out->lines, &out->room, out->n + 1,
		sizeof(*out->lines), err) < 0)
		return -1;
	out->lines[out->n++] = (struct line){.first = out->n_points};
	return 0;
}

static int
add_point(struct line_set *out, struct xy p, struct error *err)
{
	if (memory_grow(&out->points, &out->room_points, out->n_points + 1,
		sizeof(*out->points), err) < 0)
		return -1;
	out->points[out->n_points++] = p;
	out->lines[out->n - 1].n++;
	return 0;
}

/* One line, whose pieces are of one kind (flag: unsure) or the other. */
struct cut {
	const struct line_set *from;
	const struct line *line;
	const unsigned char *flag;
	size_t n; /* pieces */
};

static struct xy
point(const struct cut *c, size_t i)
{
	return c->from->points[c->line->first + i % c->line->n];
}

/* A closed line of both kinds is cut where the kind changes. */
static int
distribute(const struct cut *c, struct line_set *out[2], struct error *err)
{
	size_t begin = 0;
	int now = -1;

	for (size_t i = 1; c->line->closed && i < c->n && begin == 0; i++)
		if (c->flag[i] != c->flag[i - 1])
			begin = i;
	for (size_t k = 0; k < c->n; k++) {
		const size_t i = (begin + k) % c->n;

		if (c->flag[i] != now) {
			now = c->flag[i];
			if (start_line(out[now], err) < 0 ||
			    add_point(out[now], point(c, i), err) < 0)
				return -1;
		}
		if (add_point(out[now], point(c, i + 1), err) < 0)
			return -1;
	}
	if (c->line->closed && begin == 0 && now >= 0) {
		struct line *l = &out[now]->lines[out[now]->n - 1];

		/* whole: its first point is not said twice */
		l->closed = 1;
		l->n--;
		out[now]->n_points--;
	}
	return 0;
}

/* Moves the parts of lines that are not sure to unsure. */
static int
unsure_split(const struct drawn_surface *heights, const struct scale *scale,
    double level, struct line_set *lines, struct line_set *unsure,
    struct error *err)
{
	struct line_set sure = {0}, *out[2] = {&sure, unsure};
	unsigned char *flag = memory_new(lines->n_points, 1, err);
	int status = flag != NULL ? 0 : -1;

	for (size_t i = 0; i < lines->n && status == 0; i++) {
		const struct line *l = &lines->lines[i];
		const struct cut c = {.from = lines,
		    .line = l,
		    .flag = flag,
		    .n = l->closed ? l->n : l->n - 1};

		for (size_t k = 0; k < c.n; k++)
			flag[k] = (unsigned char)is_unsure(heights, scale,
			    level, point(&c, k), point(&c, k + 1));
		status = distribute(&c, out, err);
	}
	free(flag);
	if (status == 0) {
		line_set_free(lines);
		*lines = sure;
	} else {
		line_set_free(&sure);
	}
	return status;
}

int
unsure_trace(const struct drawn_surface *heights, const struct scale *scale,
    double level, struct line_set *lines, struct line_set *unsure,
    struct error *err)
{
	/* heights are clamped to the data: no line runs outside them */
	if (level < scale->lo || level > scale->hi)
		return 0;
	if (isoline_trace(heights, scale_height(scale, level), lines, err) < 0)
		return -1;
	if (heights->half == NULL)
		return 0;
	return unsure_split(heights, scale, level, lines, unsure, err);
}

int
unsure_any(const struct drawn_surface *surface, const struct scale *scale,
    struct error *err)
{
	struct drawn_surface heights;
	double *z;
	int found = 0;

	if (surface->half == NULL)
		return 0;
	heights = scale_surface(scale, surface, &z, err);
	if (z == NULL)
		return -1;
	for (size_t k = 0; k < scale->levels.n && found == 0; k++) {
		struct line_set lines = {0}, unsure = {0};

		found = unsure_trace(
		    &heights, scale, scale->levels.v[k], &lines, &unsure, err);
		if (found == 0 && unsure.n > 0)
			found = 1;
		line_set_free(&lines);
		line_set_free(&unsure);
	}
	free(z);
	return found;
}
