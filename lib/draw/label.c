#include "draw/label.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Clear space around a label, and the distance of two on one line; pixels. */
static const double CLEAR = 2, APART = 700, STEP = 5;

static struct xy
minus(struct xy a, struct xy b)
{
	return (struct xy){a.x - b.x, a.y - b.y};
}

static double
length(struct xy a)
{
	return sqrt(a.x * a.x + a.y * a.y);
}

/* Point i of a line, where a closed one has its first point behind the last. */
static struct xy
line_point(const struct line_set *set, const struct line *line, size_t i)
{
	return set->points[line->first + i % line->n];
}

static size_t
segments(const struct line *line)
{
	return line->closed ? line->n : line->n - 1;
}

static double
line_length(const struct line_set *set, const struct line *line)
{
	double sum = 0;

	for (size_t i = 0; i < segments(line); i++)
		sum += length(minus(
		    line_point(set, line, i + 1), line_point(set, line, i)));
	return sum;
}

static struct xy
point_at(const struct line_set *set, const struct line *line, double arc)
{
	for (size_t i = 0; i < segments(line); i++) {
		struct xy a = line_point(set, line, i);
		struct xy d = minus(line_point(set, line, i + 1), a);
		double step = length(d);

		if (arc <= step && step > 0)
			return (struct xy){
			    a.x + d.x * arc / step, a.y + d.y * arc / step};
		arc -= step;
	}
	return line_point(set, line, segments(line));
}

/* Does segment a-b enter the label's box (Liang and Barsky's clipping)? */
static int
enters(const struct label *label, double half_height, struct xy a, struct xy b)
{
	double angle = label->turn * M_PI / 180;
	double c = cos(angle), s = sin(angle), t0 = 0, t1 = 1;
	double half[2] = {label->width / 2 + CLEAR, half_height};
	struct xy p = minus(a, label->at), d = minus(b, a);
	double at[2] = {c * p.x + s * p.y, c * p.y - s * p.x};
	double by[2] = {c * d.x + s * d.y, c * d.y - s * d.x};

	for (int k = 0; k < 2; k++) {
		double u, v;

		if (by[k] == 0) {
			if (fabs(at[k]) > half[k])
				return 0;
			continue;
		}
		u = (-half[k] - at[k]) / by[k];
		v = (half[k] - at[k]) / by[k];
		t0 = fmax(t0, fmin(u, v));
		t1 = fmin(t1, fmax(u, v));
	}
	return t0 <= t1;
}

/* The label as the segment through its middle. */
static void
spine(const struct label *label, struct xy end[2])
{
	double angle = label->turn * M_PI / 180;
	double dx = cos(angle) * label->width / 2;
	double dy = sin(angle) * label->width / 2;

	end[0] = (struct xy){label->at.x - dx, label->at.y - dy};
	end[1] = (struct xy){label->at.x + dx, label->at.y + dy};
}

/* Does the part of a segment from lo to hi, shares of its length, enter it? */
static int
part_enters(const struct label_task *task, const struct label *label,
    const struct xy end[2], double lo, double hi)
{
	const double reach = label->width / 2 + task->height;
	const struct xy d = minus(end[1], end[0]);
	const struct xy a = {end[0].x + lo * d.x, end[0].y + lo * d.y};
	const struct xy b = {end[0].x + hi * d.x, end[0].y + hi * d.y};

	return lo <= hi && fmin(a.x, b.x) < label->at.x + reach &&
	       fmax(a.x, b.x) > label->at.x - reach &&
	       fmin(a.y, b.y) < label->at.y + reach &&
	       fmax(a.y, b.y) > label->at.y - reach &&
	       enters(label, task->height / 2, a, b);
}

/* Does a line enter the label, but for the part that carries it? */
static int
crosses(const struct label_task *task, const struct label *label, size_t set,
    size_t number)
{
	const struct line_set *lines = &task->sets[set];
	const struct line *line = &lines->lines[number];
	const int own = set == label->set && number == label->line;
	/* a bent part is longer than what it carries */
	const double pad = 1 + 0.15 * label->width;
	double arc = 0;

	for (size_t j = 0; j < segments(line); j++) {
		const struct xy end[2] = {
		    line_point(lines, line, j), line_point(lines, line, j + 1)};
		const double n = length(minus(end[1], end[0]));
		/* where the part begins and ends that carries it: shares of n
		 */
		const double from = (label->from - pad - arc) / n;
		const double to = (label->to + pad - arc) / n;

		arc += n;
		if (own && n > 0
			? part_enters(task, label, end, 0, fmin(1, from)) ||
			      part_enters(task, label, end, fmax(0, to), 1)
			: part_enters(task, label, end, 0, 1))
			return 1;
	}
	return 0;
}

static int
crosses_a_line(const struct label_task *task, const struct label *label)
{
	for (size_t k = 0; k < task->n; k++)
		for (size_t i = 0; i < task->sets[k].n; i++)
			if (crosses(task, label, k, i))
				return 1;
	return 0;
}

static int
has_room(const struct label_task *task, const struct label *label,
    const struct label_list *placed)
{
	struct xy end[2];

	spine(label, end);
	for (int i = 0; i < 2; i++)
		if (end[i].x < task->left + task->height ||
		    end[i].x > task->right - task->height ||
		    end[i].y < task->top + task->height ||
		    end[i].y > task->bottom - task->height)
			return 0;
	for (size_t i = 0; i < task->n_avoid; i++)
		if (enters(label, task->height, task->avoid[i], task->avoid[i]))
			return 0;
	for (size_t i = 0; i < task->n_over; i++)
		if (enters(label, 0.8 * task->height, task->over[i].end[0],
			task->over[i].end[1]))
			return 0;
	for (size_t i = 0; i < placed->n; i++) {
		spine(&placed->labels[i], end);
		if (enters(label, 1.6 * task->height, end[0], end[1]))
			return 0;
	}
	return !crosses_a_line(task, label);
}

/*
 * How badly the line from arc - width/2 to arc + width/2 carries a label: its
 * bend in pixels plus a preference for level text.  Sets place and turn.
 */
static double
badness(const struct line_set *set, const struct line *line, double arc,
    struct label *label)
{
	struct xy a = point_at(set, line, arc - label->width / 2);
	struct xy b = point_at(set, line, arc + label->width / 2);
	struct xy d = minus(b, a);
	double chord = length(d), bend = 0;

	if (chord < 0.9 * label->width)
		return INFINITY;
	for (int i = 1; i < 8; i++) {
		struct xy p = minus(
		    point_at(set, line, arc + label->width * (i / 8.0 - 0.5)),
		    a);

		bend = fmax(bend, fabs(p.x * d.y - p.y * d.x) / chord);
	}
	label->at = (struct xy){(a.x + b.x) / 2, (a.y + b.y) / 2};
	label->turn = atan2(d.y, d.x) * 180 / M_PI;
	if (label->turn > 90)
		label->turn -= 180;
	if (label->turn <= -90)
		label->turn += 180;
	label->from = arc - label->width / 2 - CLEAR;
	label->to = arc + label->width / 2 + CLEAR;
	return bend + 3 * fabs(label->turn) / 90;
}

/* The best label of the part of a line from arc length lo to hi. */
static int
place_one(const struct label_task *task, struct label label, double lo,
    double hi, struct label_list *out, struct error *err)
{
	const struct line_set *set = &task->sets[label.set];
	const struct line *line = &set->lines[label.line];
	double best = task->height / 2 + 3;
	double margin = label.width / 2 + 3 * CLEAR;
	int steps = (int)floor((hi - lo - 2 * margin) / STEP);
	struct label found = {.width = 0};

	for (int i = 0; i <= steps; i++) {
		struct label here = label;
		double bad = badness(set, line, lo + margin + i * STEP, &here);

		if (bad < best && has_room(task, &here, out)) {
			best = bad;
			found = here;
		}
	}
	if (found.width == 0)
		return 0;
	if (memory_grow(&out->labels, &out->room, out->n + 1,
		sizeof(*out->labels), err) < 0)
		return -1;
	out->labels[out->n++] = found;
	return 0;
}

int
labels_place(
    const struct label_task *task, struct label_list *out, struct error *err)
{
	for (size_t k = 0; k < task->n; k++)
		for (size_t i = 0; i < task->sets[k].n; i++) {
			double all = line_length(
			    &task->sets[k], &task->sets[k].lines[i]);
			int parts = all > APART ? (int)(all / APART) : 1;
			struct label label = {
			    .width = task->widths[k], .set = k, .line = i};

			if (all < 2.5 * label.width)
				continue;
			for (int p = 0; p < parts; p++)
				if (place_one(task, label, all * p / parts,
					all * (p + 1) / parts, out, err) < 0)
					return -1;
		}
	return 0;
}

void
label_list_free(struct label_list *list)
{
	free(list->labels);
	*list = (struct label_list){0};
}

/* The next label on this line that ends behind arc, or NULL. */
static const struct label *
next_label(const struct label_list *list, size_t set, size_t line, double arc)
{
	const struct label *next = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct label *l = &list->labels[i];

		if (l->set == set && l->line == line && l->to > arc &&
		    (next == NULL || l->from < next->from))
			next = l;
	}
	return next;
}

void
label_line(struct svg *svg, const struct line_set *sets, size_t set,
    size_t line, const struct label_list *labels)
{
	const struct line_set *lines = &sets[set];
	const struct line *l = &lines->lines[line];
	const struct label *gap = next_label(labels, set, line, 0);
	struct xy p = line_point(lines, l, 0);
	int whole = l->closed && gap == NULL;
	double arc = 0;

	svg_move(svg, p.x, p.y);
	for (size_t i = 0; i < segments(l) - (size_t)whole; i++) {
		struct xy to = line_point(lines, l, i + 1);
		double end = arc + length(minus(to, line_point(lines, l, i)));

		while (gap != NULL && gap->from < end) {
			if (gap->from >= arc) {
				p = point_at(lines, l, gap->from);
				svg_line(svg, p.x, p.y);
			}
			if (gap->to >= end)
				break;
			p = point_at(lines, l, gap->to);
			svg_move(svg, p.x, p.y);
			gap = next_label(labels, set, line, gap->to);
		}
		if (gap == NULL || gap->from >= end)
			svg_line(svg, to.x, to.y);
		arc = end;
	}
	if (whole)
		svg_close(svg);
}
