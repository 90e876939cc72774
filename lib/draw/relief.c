#include "draw/relief.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/patches.h"
#include "draw/plane.h"

enum { LABEL_BYTES = 128 };

/* How many ticks an edge has room for. */
static int
few(double length, double each)
{
	return (int)fmax(2, fmin(6, length / each));
}

/* Round places whose texts do not cover each other on a short edge. */
static void
place_ticks(struct box_ruler *ruler, double lo, double hi, double length)
{
	static const double EACH = 42, APART = 15;
	const int want = few(length, EACH);
	struct levels *t = &ruler->ticks;

	levels_linear(lo, hi, want, t);
	while (t->n > 2 && (t->v[1] - t->v[0]) / (hi - lo) * length < APART) {
		for (size_t i = 0; 2 * i < t->n; i++)
			t->v[i] = t->v[2 * i];
		t->n = (t->n + 1) / 2;
	}
	for (size_t i = 0; i < ruler->ticks.n; i++)
		ruler->at[i] = 2 * (ruler->ticks.v[i] - lo) / (hi - lo) - 1;
}

/* Round heights, from the highest down, as far as their texts stay apart. */
static void
place_heights(const struct hill *t, struct box_ruler *ruler, double length)
{
	const double apart = 12 / fmax(length, 1);
	struct levels all = {.n = 0};
	double last = INFINITY;

	if (t->scale->log)
		levels_log(t->scale->lo, t->scale->top, 6, &all);
	if (all.n < 2)
		levels_linear(
		    t->scale->lo, t->scale->top, few(length, 22), &all);
	ruler->ticks.n = 0;
	for (size_t i = all.n; i-- > 0;) {
		const double at = scale_part(t->scale, all.v[i]);

		if (last - at < apart)
			continue;
		ruler->ticks.v[ruler->ticks.n] = all.v[i];
		ruler->at[ruler->ticks.n++] = last = at;
	}
}

/* What is in parentheses stands at the colour bar, too, and so does all. */
static const char *
height_label(const char *label, double length, char *text, size_t room)
{
	snprintf(text, room, "%s", label != NULL ? label : "");
	if (box_label_lines(text, length) == 0 && strstr(text, " (") != NULL)
		*strstr(text, " (") = '\0';
	return box_label_lines(text, length) > 0 ? text : NULL;
}

static void
make_rulers(const struct hill *t, const struct relief_task *task,
    char z_label[LABEL_BYTES], struct box_ruler out[3])
{
	const struct drawn_surface *s = t->surface;
	double length[3];

	box_edges(&t->box, length);
	place_ticks(&out[0], s->x[0], s->x[s->nx - 1], length[0]);
	place_ticks(&out[1], s->y[0], s->y[s->ny - 1], length[1]);
	place_heights(t, &out[2], length[2]);
	out[0].label = task->labels[0];
	out[1].label = task->labels[1];
	out[2].label =
	    height_label(task->labels[2], length[2], z_label, LABEL_BYTES);
}

/* Draws a mark at a place unless it is hidden; false there. */
static bool
draw_mark(const struct hill *t, struct hill_place at,
    void (*mark)(struct svg *svg, struct xy at))
{
	const struct vector v = hill_at(t, at);

	if (isnan(v.z))
		return true;
	if (hill_hides(t, at))
		return false;
	mark(t->box.svg, box_project(&t->box, hill_in_box(v)));
	return true;
}

/* ---- trails ---- */

static struct hill_place
find_place(const struct drawn_surface *s, struct xy at)
{
	return (struct hill_place){
	    hill_find(s->x, s->nx, at.x), hill_find(s->y, s->ny, at.y)};
}

static int
place_on_hill(const void *context, struct xy at, struct xy *page)
{
	const struct hill *t = context;
	const struct hill_place place = find_place(t->surface, at);
	const struct vector v = hill_at(t, place);

	if (isnan(v.z))
		return -1;
	*page = box_project(&t->box, hill_in_box(v));
	return !hill_hides(t, place);
}

/* Short on the floor of the page, and some to each cell: it goes up and down.
 */
static int
pieces_on_hill(const void *context, struct xy from, struct xy to)
{
	static const double SHORT = 1.5, A_CELL = 4, MOST = 1000;
	const struct hill *t = context;
	const struct hill_place a = find_place(t->surface, from);
	const struct hill_place b = find_place(t->surface, to);
	const double u = fabs(b.u - a.u), v = fabs(b.v - a.v);
	const double page = hypot(u / t->unit.u, v / t->unit.v) / SHORT;

	return (int)fmin(MOST, ceil(fmax(page, A_CELL * fmax(u, v))));
}

static struct trail_count
draw_trails(const struct hill *t)
{
	const struct drawn_surface *s = t->surface;
	const struct plot *plot = t->box.plot;
	const struct trail_view view = {.x = {s->x[0], s->x[s->nx - 1]},
	    .y = {s->y[0], s->y[s->ny - 1]},
	    .left = plot->left,
	    .top = plot->top,
	    .right = plot->left + plot->width,
	    .bottom = plot->top + plot->height,
	    .place = place_on_hill,
	    .pieces = pieces_on_hill,
	    .context = t};

	return trails_draw(t->box.svg, &view, s->trails, s->n_trails);
}

/* Trails run over the best point and end under the centre, as in the plane. */
static void
draw_marks(const struct hill *t, int highest, struct relief_hidden *hidden)
{
	const struct drawn_surface *s = t->surface;
	const struct plane_marks marks = plane_marks(s, highest);
	const size_t nx = (size_t)s->nx, row = marks.best / nx;
	const struct hill_place centre = {
	    hill_find(s->x, s->nx, 0), hill_find(s->y, s->ny, 0)};
	const struct hill_place best = {(double)(marks.best % nx), (double)row};

	*hidden = (struct relief_hidden){0};
	if (marks.has_best && s->n_trails > 0)
		hidden->best = !draw_mark(t, best, plane_best_mark);
	hidden->trails = draw_trails(t);
	if (marks.has_centre)
		hidden->centre = !draw_mark(t, centre, plane_centre_mark);
	if (marks.has_best && s->n_trails == 0)
		hidden->best = !draw_mark(t, best, plane_best_mark);
}

static struct box
box_of(struct svg *svg, const struct plot *plot, const struct relief_task *task)
{
	const double ratio = task->ratio > 0 ? task->ratio : 1;

	return (struct box){.svg = svg,
	    .plot = plot,
	    .wide = fmin(1, 1 / ratio),
	    .deep = fmin(1, ratio)};
}

/* Moves the box to the right until the texts on its left have room. */
static bool
make_room(struct hill *t, struct plot *plot, const struct relief_task *task,
    const struct box_ruler *height)
{
	const double over = plot->left - task->room - box_left(&t->box, height);

	if (task->room <= 0 || over <= 0)
		return false;
	plot->left += over;
	plot->width = fmax(1, plot->width - over);
	hill_look(t, &task->view);
	return true;
}

int
relief_draw(struct svg *svg, const struct plot *plot,
    const struct relief_task *task, struct relief_hidden *hidden,
    struct error *err)
{
	struct plot fitted = *plot;
	struct hill t = {.box = box_of(svg, &fitted, task),
	    .surface = task->surface,
	    .scale = task->scale};
	struct box_ruler *rulers = memory_new(3, sizeof(*rulers), err);
	char z_label[LABEL_BYTES];
	int status = rulers == NULL ? -1 : hill_make(&t, &task->view, err);

	if (status == 0) {
		make_rulers(&t, task, z_label, rulers);
		if (make_room(&t, &fitted, task, &rulers[2]))
			make_rulers(&t, task, z_label, rulers);
		box_walls(&t.box, rulers);
		patches_draw(&t);
		box_rulers(&t.box, rulers);
		draw_marks(&t, task->highest, hidden);
	}
	free(t.part);
	free(rulers);
	return status;
}

int
relief_label_lines(const struct plot *plot, const struct relief_task *task)
{
	struct box box = box_of(NULL, plot, task);
	double length[3];
	int x, y;

	box_look(&box, task->view.azimuth, task->view.elevation);
	box_edges(&box, length);
	x = box_label_lines(task->labels[0], length[0]);
	y = box_label_lines(task->labels[1], length[1]);
	return x == 0 || y == 0 ? 0 : x > y ? x : y;
}
