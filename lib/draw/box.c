#include "draw/box.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Distance of tick texts from their edge, and of a label from those. */
static const double TICK = 9, CLEAR = 5;

/* Labels that would be smaller stand in two lines; an edge without texts. */
static const double SMALLEST = 8, SHORT = 30;

/* A label may be longer than a short edge. */
static const double ROOM = 64;

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

static void
tick_text(const struct box *box, struct xy p, struct xy out, const char *text)
{
	struct svg_font font = {.size = PLOT_TICK_SIZE, .anchor = "middle"};

	if (fabs(out.x) > 0.2)
		font.anchor = out.x > 0 ? "start" : "end";
	svg_text(box->svg, p.x + TICK * out.x,
	    p.y + (TICK + 2) * out.y + 0.35 * font.size, &font, text);
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

static void
label_line(const struct box *box, const struct edge *edge, double out,
    const struct svg_font *font, const char *text)
{
	struct xy at = {(edge->from.x + edge->to.x) / 2 + out * edge->out.x,
	    (edge->from.y + edge->to.y) / 2 + out * edge->out.y};
	double turn = font->turn * M_PI / 180, down = 0.35 * font->size;

	svg_text(box->svg, at.x - down * sin(turn), at.y + down * cos(turn),
	    font, text);
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

/* A label as it fits its edge: whole, or cut in two lines. */
struct lines {
	char text[2][256];
	double size;
};

static struct lines
break_label(const char *label, double room)
{
	struct lines lines = {
	    .size = svg_text_fit(label, PLOT_TICK_SIZE, room)};
	const char *cut = strrchr(label, ',');
	int n = (int)strlen(label);

	if (lines.size >= SMALLEST || (cut != NULL && cut[1] == '\0'))
		cut = NULL;
	else if (cut != NULL)
		n = (int)(cut + 1 - label);
	else if (strchr(label, '(') != NULL)
		/* what is in parentheses stands at the colour bar, too */
		n = (int)strcspn(label, "(") - 1;
	snprintf(lines.text[0], sizeof(lines.text[0]), "%.*s", n, label);
	if (cut != NULL)
		snprintf(lines.text[1], sizeof(lines.text[1]), "%s", cut + 2);
	lines.size = fmin(svg_text_fit(lines.text[0], PLOT_TICK_SIZE, room),
	    svg_text_fit(lines.text[1], PLOT_TICK_SIZE, room));
	return lines;
}

/* A label along the edge; of two lines the upper one is the first. */
static void
edge_label(const struct box *box, const struct edge *edge, double out,
    const struct lines *lines, double size)
{
	const struct svg_font font = {
	    .anchor = "middle", .turn = turn_of(edge), .size = size};
	const int two = lines->text[1][0] != '\0';
	/* is what lies farther out also farther down in the text's own sense?
	 */
	const double turn = font.turn * M_PI / 180;
	const int down = -sin(turn) * edge->out.x + cos(turn) * edge->out.y > 0;

	out += CLEAR + size / 2;
	for (int i = 0; i <= two; i++)
		label_line(box, edge, out + 1.2 * size * i, &font,
		    lines->text[down ? i : two - i]);
}

/* An edge of the box, with the texts of the ruler along it. */
static void
draw_ruler(const struct box *box, const struct box_ruler *ruler, int axis,
    const struct vector end[2])
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
		    level_text(ruler->ticks.v[i], text));
	}
}

/* The labels of the floor in one size. */
static void
draw_labels(const struct box *box, const struct box_ruler rulers[3],
    const struct vector end[3][2])
{
	struct edge edge[3];
	struct lines lines[3];

	for (int i = 0; i < 3; i++) {
		edge[i] = make_edge(box, end[i][0], end[i][1]);
		lines[i] = break_label(
		    rulers[i].label, fmax(edge[i].length * 1.05, ROOM));
	}
	if (edge[0].length >= SHORT && edge[1].length >= SHORT)
		lines[0].size = lines[1].size =
		    fmin(lines[0].size, lines[1].size);
	for (int i = 0; i < 3; i++)
		if (edge[i].length >= SHORT && !rulers[i].bare)
			edge_label(box, &edge[i], reach(&rulers[i], &edge[i]),
			    &lines[i], lines[i].size);
}

/* The near edges of the floor, and the upright edge at the far left. */
void
box_rulers(const struct box *box, const struct box_ruler rulers[3])
{
	double nx = -far_x(box), ny = -far_y(box), z0 = -BOX_TALL / 2;
	/* of the two silhouette edges, the one on the left */
	int left = box->right.x * nx - box->right.y * ny < 0;
	double px = left ? nx : -nx, py = left ? -ny : ny;
	const struct vector end[3][2] = {{{-1, ny, z0}, {1, ny, z0}},
	    {{nx, -1, z0}, {nx, 1, z0}}, {{px, py, z0}, {px, py, -z0}}};

	for (int i = 0; i < 3; i++)
		draw_ruler(box, &rulers[i], i, end[i]);
	draw_labels(box, rulers, end);
}
