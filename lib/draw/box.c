#include "draw/box.h"

#include <math.h>

#include "draw/prose.h"

/* Distance of tick texts from their edge, and of a label from those. */
static const double TICK = 9, CLEAR = 5;

/* How far a label may exceed its edge, but for a short one; an edge without
 * texts. */
static const double OVER = 1.05, ROOM = 64, SHORT = 30;

double
vector_dot(struct vector a, struct vector b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

struct vector
vector_unit(struct vector a)
{
	double n = sqrt(vector_dot(a, a));

	return n > 0 ? (struct vector){a.x / n, a.y / n, a.z / n} : a;
}

struct xy
box_project(const struct box *box, struct vector v)
{
	v.x *= box->wide;
	v.y *= box->deep;
	return (struct xy){
	    box->middle.x + box->zoom * vector_dot(v, box->right),
	    box->middle.y - box->zoom * vector_dot(v, box->up)};
}

void
box_look(struct box *box, double azimuth, double elevation)
{
	const struct plot *plot = box->plot;
	double a = azimuth * M_PI / 180, e = elevation * M_PI / 180;
	struct xy lo = {0, 0}, hi = {0, 0};

	box->right = (struct vector){-sin(a), cos(a), 0};
	box->up = (struct vector){-sin(e) * cos(a), -sin(e) * sin(a), cos(e)};
	box->eye = (struct vector){cos(e) * cos(a), cos(e) * sin(a), sin(e)};
	box->zoom = 1;
	box->middle = (struct xy){0, 0};
	for (int i = 0; i < 8; i++) {
		struct xy p = box_project(
		    box, (struct vector){i & 1 ? 1 : -1, i & 2 ? 1 : -1,
			     i & 4 ? BOX_TALL / 2 : -BOX_TALL / 2});

		lo = (struct xy){fmin(lo.x, p.x), fmin(lo.y, p.y)};
		hi = (struct xy){fmax(hi.x, p.x), fmax(hi.y, p.y)};
	}
	box->zoom =
	    fmin(plot->width / (hi.x - lo.x), plot->height / (hi.y - lo.y));
	box->middle = (struct xy){
	    plot->left + plot->width / 2, plot->top + plot->height / 2};
}

static double
distance(const struct box *box, struct vector a, struct vector b)
{
	struct xy p = box_project(box, a), q = box_project(box, b);

	return hypot(q.x - p.x, q.y - p.y);
}

void
box_edges(const struct box *box, double length[3])
{
	const struct vector o = {-1, -1, -BOX_TALL / 2};

	length[0] = distance(box, o, (struct vector){1, -1, -BOX_TALL / 2});
	length[1] = distance(box, o, (struct vector){-1, 1, -BOX_TALL / 2});
	length[2] = distance(box, o, (struct vector){-1, -1, BOX_TALL / 2});
}

/* Tick i of a ruler, on the edges through the box's lowest corner. */
static double
tick_at(const struct box_ruler *ruler, int axis, size_t i)
{
	return axis == 2 ? BOX_TALL * (ruler->at[i] - 0.5) : ruler->at[i];
}

static void
segment(const struct box *box, struct vector a, struct vector b)
{
	struct xy p = box_project(box, a), q = box_project(box, b);

	svg_move(box->svg, p.x, p.y);
	svg_line(box->svg, q.x, q.y);
}

/* The sides of the box that face the eye from behind the surface. */
static double
far_x(const struct box *box)
{
	return box->eye.x > 0 ? -1 : 1;
}

static double
far_y(const struct box *box)
{
	return box->eye.y > 0 ? -1 : 1;
}

void
box_walls(const struct box *box, const struct box_ruler rulers[3])
{
	double fx = far_x(box), fy = far_y(box), z0 = -BOX_TALL / 2;
	double lo = box->eye.z >= 0 ? z0 : -z0;

	svg_path(
	    box->svg, "fill=\"none\" stroke=\"#ddd\" stroke-width=\"0.6\"");
	for (int axis = 0; axis < 3; axis++)
		for (size_t i = 0; i < rulers[axis].ticks.n; i++) {
			double v = tick_at(&rulers[axis], axis, i);

			if (axis == 0) {
				segment(box, (struct vector){v, -1, lo},
				    (struct vector){v, 1, lo});
				segment(box, (struct vector){v, fy, z0},
				    (struct vector){v, fy, -z0});
			} else if (axis == 1) {
				segment(box, (struct vector){-1, v, lo},
				    (struct vector){1, v, lo});
				segment(box, (struct vector){fx, v, z0},
				    (struct vector){fx, v, -z0});
			} else {
				segment(box, (struct vector){fx, -1, v},
				    (struct vector){fx, 1, v});
				segment(box, (struct vector){-1, fy, v},
				    (struct vector){1, fy, v});
			}
		}
	svg_path_end(box->svg);
}

/* An edge on the page: which way is out of the box, and along it. */
struct edge {
	struct xy from, to, out;
	double length;
};

static struct edge
make_edge(const struct box *box, struct vector a, struct vector b)
{
	struct edge e = {box_project(box, a), box_project(box, b), {0, 1}, 0};
	double dx = e.to.x - e.from.x, dy = e.to.y - e.from.y;

	e.length = sqrt(dx * dx + dy * dy);
	if (e.length < 1e-9)
		return e;
	e.out = (struct xy){-dy / e.length, dx / e.length};
	if (e.out.x * ((e.from.x + e.to.x) / 2 - box->middle.x) +
		e.out.y * ((e.from.y + e.to.y) / 2 - box->middle.y) <
	    0)
		e.out = (struct xy){-e.out.x, -e.out.y};
	return e;
}

/* Where texts of ticks are: the middle of each, and half of its width. */
struct texts {
	size_t n;
	struct xy at[3 * LEVELS_MAX];
	double half[3 * LEVELS_MAX];
};

static bool
is_taken(const struct texts *t, struct xy at, double half)
{
	for (size_t i = 0; i < t->n; i++)
		if (fabs(t->at[i].y - at.y) < PLOT_TICK_SIZE &&
		    fabs(t->at[i].x - at.x) < t->half[i] + half + 1)
			return true;
	return false;
}

/* Where two edges meet, texts that would lie on each other are one. */
static void
tick_text(const struct box *box, struct xy p, struct xy out, const char *text,
    struct texts *texts)
{
	const struct svg_font font = {
	    .size = PLOT_TICK_SIZE, .anchor = "middle"};
	const double half = svg_text_width(text, font.size) / 2;
	const double aside = fabs(out.x) > 0.2 ? copysign(half, out.x) : 0;
	const struct xy at = {
	    p.x + TICK * out.x + aside, p.y + (TICK + 2) * out.y};

	if (is_taken(texts, at, half))
		return;
	texts->at[texts->n] = at;
	texts->half[texts->n++] = half;
	svg_text(box->svg, at.x, at.y + 0.35 * font.size, &font, text);
}

/* How far out the texts of the ticks reach. */
static double
reach(const struct box_ruler *ruler, const struct edge *edge)
{
	char text[LEVEL_TEXT_BYTES];
	double widest = 0;

	for (size_t i = 0; i < ruler->ticks.n; i++)
		widest = fmax(
		    widest, svg_text_width(level_text(ruler->ticks.v[i], text),
				PLOT_TICK_SIZE));
	if (fabs(edge->out.x) <= 0.2)
		widest /= 2;
	return TICK + widest * fabs(edge->out.x) +
	       (2 + 0.5 * PLOT_TICK_SIZE) * fabs(edge->out.y);
}

static double
turn_of(const struct edge *edge)
{
	double turn =
	    atan2(edge->to.y - edge->from.y, edge->to.x - edge->from.x) * 180 /
	    M_PI;

	/* upright text is read from below */
	if (turn > 89.9)
		turn -= 180;
	return turn < -90.1 ? turn + 180 : turn;
}

static double
room_along(double length)
{
	return fmax(OVER * length, ROOM);
}

int
box_label_lines(const char *label, double length)
{
	const int lines = prose_rows(label, PLOT_TICK_SIZE, room_along(length));

	return lines <= 2 &&
		       prose_is_whole(label, PLOT_TICK_SIZE, room_along(length))
		   ? lines
		   : 0;
}

/* A label along the edge; of two lines the upper one is the first. */
static void
edge_label(const struct box *box, const struct edge *edge, double out,
    const char *label)
{
	const struct svg_font font = {
	    .anchor = "middle", .turn = turn_of(edge), .size = PLOT_TICK_SIZE};
	const double turn = font.turn * M_PI / 180, step = 0.35 * font.size;
	const double more =
	    PROSE_STEP * font.size *
	    (prose_rows(label, font.size, room_along(edge->length)) - 1);
	/* is what lies farther out also farther down in the text's own sense?
	 */
	const bool down = cos(turn) * edge->out.y > sin(turn) * edge->out.x;

	out += CLEAR + font.size / 2 + (down ? 0 : more);
	prose_write(box->svg,
	    (struct xy){(edge->from.x + edge->to.x) / 2 + out * edge->out.x -
			    step * sin(turn),
		(edge->from.y + edge->to.y) / 2 + out * edge->out.y +
		    step * cos(turn)},
	    room_along(edge->length), &font, label);
}

/* An edge of the box, with the texts of the ruler along it. */
static void
draw_ruler(const struct box *box, const struct box_ruler *ruler, int axis,
    const struct vector end[2], struct texts *texts)
{
	const struct edge edge = make_edge(box, end[0], end[1]);
	char text[LEVEL_TEXT_BYTES];

	svg_path(
	    box->svg, "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	segment(box, end[0], end[1]);
	svg_path_end(box->svg);
	for (size_t i = 0; i < ruler->ticks.n && edge.length >= SHORT; i++) {
		double v = tick_at(ruler, axis, i);
		struct vector at = end[0];

		*(axis == 0 ? &at.x : axis == 1 ? &at.y : &at.z) = v;
		tick_text(box, box_project(box, at), edge.out,
		    level_text(ruler->ticks.v[i], text), texts);
	}
	if (ruler->label != NULL && edge.length >= SHORT)
		edge_label(box, &edge, reach(ruler, &edge), ruler->label);
}

/*
 * The edges of the floor that are lowest on the page, which are the near ones
 * seen from above, and the upright edge at the far left.
 */
struct edges {
	struct vector end[3][2];
};

static struct edges
find_edges(const struct box *box)
{
	const double nx = -far_x(box), ny = -far_y(box), z0 = -BOX_TALL / 2;
	const double below = box->eye.z < 0 ? -1 : 1;
	/* of the two silhouette edges, the one on the left */
	const int left = box->right.x * nx - box->right.y * ny < 0;
	const double px = left ? nx : -nx, py = left ? -ny : ny;

	return (struct edges){{{{-1, below * ny, z0}, {1, below * ny, z0}},
	    {{below * nx, -1, z0}, {below * nx, 1, z0}},
	    {{px, py, z0}, {px, py, -z0}}}};
}

double
box_left(const struct box *box, const struct box_ruler *height)
{
	const struct edges e = find_edges(box);
	const struct edge edge = make_edge(box, e.end[2][0], e.end[2][1]);

	return fmin(edge.from.x, edge.to.x) - reach(height, &edge) - CLEAR -
	       PLOT_TICK_SIZE;
}

void
box_rulers(const struct box *box, const struct box_ruler rulers[3])
{
	const struct edges e = find_edges(box);
	struct texts texts;

	texts.n = 0;
	for (int i = 0; i < 3; i++)
		draw_ruler(box, &rulers[i], i, e.end[i], &texts);
}
