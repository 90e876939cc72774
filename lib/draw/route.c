#include "draw/route.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest_set.h"
#include "base/memory.h"
#include "draw/levels.h"
#include "draw/others.h"
#include "run/path.h"
#include "stream/reader.h"
#include "surface/between.h"

void
routes_free(struct routes *routes)
{
	free(routes->trails);
	free(routes->points);
	free(routes->at);
	free(routes->drop);
	free(routes->epoch);
	free(routes->loss);
	free(routes->off);
	free(routes->plane);
	*routes = (struct routes){0};
}

/* The point is drawn once, however often it comes. */
static int
take_point(struct routes *r, struct digest_set *seen,
    const struct path_point *p, struct error *err)
{
	struct text key = {0};
	const char *chars;
	int status = -1;

	text_add(&key, "%s\n%" PRId64 " %a %a", p->name, p->i, p->x, p->y);
	chars = text_chars(&key, err);
	if (chars != NULL)
		status = digest_set_add(seen, chars, text_length(&key), err);
	text_free(&key);
	if (status != 1)
		return status;
	if (memory_grow(&r->points, &r->room, r->n_points + 1,
		sizeof(*r->points), err) < 0)
		return -1;
	r->points[r->n_points++] = *p;
	return 0;
}

/* Closer than this, a path of one point is the network itself. */
static const double NEAR = 1e-3;

/* Where points are taken from, and which. */
struct taking {
	struct path_plane plane;
	int rep;
	struct digest_set seen;
};

static int
take_all(struct routes *r, struct taking *taking, const struct text *records,
    struct error *err)
{
	struct reader *reader = reader_new_text(records, err);
	int status = reader != NULL ? 1 : -1;
	struct record record;
	struct path_point p;

	while (status == 1 &&
	       (status = reader_next_intact(reader, &record, err)) == 1) {
		if (!record_is(&record, "path"))
			continue;
		if (path_unpack(&p, record.header, err) < 0 ||
		    (p.rep == taking->rep &&
			path_lies_in(&p, &taking->plane) != PLANE_OTHER &&
			take_point(r, &taking->seen, &p, err) < 0))
			status = -1;
	}
	reader_free(reader);
	return status;
}

/* Does point i begin a trail? */
static int
begins(const struct routes *r, size_t i)
{
	return i == 0 || i + r->networks >= r->n_points ||
	       strcmp(r->points[i].name, r->points[i - 1].name) != 0 ||
	       r->points[i].i <= r->points[i - 1].i;
}

/* Of paths, what is off the plane; networks alone are told by name. */
static void
count_shares(struct routes *r)
{
	r->least = 1;
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; r->trails[i].n > 1 && k < r->trails[i].n;
		     k++) {
			const double off = r->trails[i].off[k];

			r->least = fmin(r->least, isnan(off) ? 1 : off);
			r->most = fmax(r->most, isnan(off) ? 0 : off);
		}
}

static void
make_trails(struct routes *r)
{
	for (size_t i = 0; i < r->n_points; i++) {
		const struct path_point *p = &r->points[i];

		if (begins(r, i))
			r->trails[r->n++] = (struct trail){.name = p->name,
			    .at = r->at + i,
			    .drop = r->drop + i,
			    .epoch = r->epoch + i,
			    .loss = r->loss + i,
			    .plane = r->plane + i,
			    .off = r->off + i};
		r->trails[r->n - 1].n++;
		r->at[i] = (struct xy){p->x, p->y};
		r->drop[i] = p->drop;
		r->epoch[i] = p->epoch;
		r->loss[i] = p->loss;
		r->off[i] = p->norm > 0 ? p->off / p->norm : NAN;
	}
	count_shares(r);
}

static bool
is_in_range(const struct grid *grid, const double at[AXES_MAX])
{
	for (int a = 0; a < AXES_MAX; a++)
		if (a < grid->axes &&
		    (at[a] < grid->range[a].lo || at[a] > grid->range[a].hi))
			return false;
	return true;
}

/* The largest gap between a checkpoint's loss and that of the plane. */
static void
compare_loss(struct routes *r, const struct path_point *p, double plane,
    const struct points *surface, int set)
{
	const double gap = fabs(p->loss - plane);

	if (isnan(gap) || strcmp(p->set, surface->grid.set[set]) != 0)
		return;
	if (!points_of_images(surface, set, p))
		r->other_images = true;
	else if (!r->gap.known || gap > fabs(r->gap.at->loss - r->gap.plane))
		r->gap = (struct route_gap){true, p, plane};
}

/* The loss of the plane beside that of each checkpoint. */
static void
compare_losses(struct routes *r, const struct points *surface,
    const struct grid_place *sheet)
{
	for (size_t t = 0, i = 0; t < r->n; t++)
		for (size_t k = 0; k < r->trails[t].n; k++, i++) {
			const double at[AXES_MAX] = {r->at[i].x, r->at[i].y};

			r->plane[i] =
			    points_between(surface, sheet, "loss", at).value;
			r->trails[t].outside +=
			    !is_in_range(&surface->grid, at);
			if (i + r->networks < r->n_points)
				compare_loss(r, &r->points[i], r->plane[i],
				    surface, sheet->set);
		}
}

/* Networks at their places, unless a path of one point has told of them. */
static int
add_networks(struct routes *r, const struct others *others, struct error *err)
{
	for (int k = 0; k < others->n; k++) {
		const struct other *o = &others->item[k];
		struct path_point p = {
		    .x = o->at.x, .y = o->at.y, .epoch = NAN, .loss = NAN};
		bool known = false;

		for (size_t i = 0; i < r->n_points; i++)
			known |= fabs(r->points[i].x - p.x) < NEAR &&
				 fabs(r->points[i].y - p.y) < NEAR;
		if (known)
			continue;
		snprintf(p.name, sizeof(p.name), "%.*s",
		    (int)sizeof(p.name) - 1, o->label);
		if (memory_grow(&r->points, &r->room, r->n_points + 1,
			sizeof(*r->points), err) < 0)
			return -1;
		r->points[r->n_points++] = p;
		r->networks++;
	}
	return 0;
}

int
routes_make(struct routes *r, const struct points *surface,
    const struct grid_place *sheet, const struct text *beside,
    const struct others *others, struct error *err)
{
	struct taking taking = {
	    .rep = sheet->rep, .plane = points_plane(surface, sheet->rep)};
	int status = take_all(r, &taking, &surface->summary, err);

	if (status == 0)
		status = take_all(r, &taking, beside, err);
	digest_set_free(&taking.seen);
	if (status == 0)
		status = add_networks(r, others, err);
	if (status < 0)
		return -1;
	r->trails = memory_new(r->n_points, sizeof(*r->trails), err);
	r->at = memory_new(r->n_points, sizeof(*r->at), err);
	r->drop = memory_new(r->n_points, 1, err);
	r->epoch = memory_new(r->n_points, sizeof(*r->epoch), err);
	r->loss = memory_new(r->n_points, sizeof(*r->loss), err);
	r->off = memory_new(r->n_points, sizeof(*r->off), err);
	r->plane = memory_new(r->n_points, sizeof(*r->plane), err);
	if (r->trails == NULL || r->at == NULL || r->drop == NULL ||
	    r->epoch == NULL || r->loss == NULL || r->off == NULL ||
	    r->plane == NULL)
		return -1;
	make_trails(r);
	compare_losses(r, surface, sheet);
	return 0;
}

/* Appends a part of a sentence; the first one stands alone. */
static void
add_part(char *out, size_t room, const char *between, const char *part)
{
	const size_t at = strlen(out);

	snprintf(out + at, room - at, "%s%s", at > 0 ? between : "", part);
}

void
routes_say_off(const struct routes *r, char *out, size_t room)
{
	size_t n = 0, outside = 0;
	char part[96], most[32];

	out[0] = '\0';
	for (size_t i = 0; i < r->n; i++)
		if (r->trails[i].n > 1) {
			n += r->trails[i].n;
			outside += r->trails[i].outside;
		}
	if (n == 0)
		return;
	snprintf(part, sizeof(part), "%.0f", 100 * r->least);
	snprintf(most, sizeof(most), "%.0f", 100 * r->most);
	snprintf(out, room,
	    "%s%s%s %% of a checkpoint's distance is off the plane", part,
	    strcmp(part, most) != 0 ? " to " : "",
	    strcmp(part, most) != 0 ? most : "");
	snprintf(part, sizeof(part), "%zu of %zu outside the grid", outside, n);
	if (outside > 0)
		add_part(out, room, "; ", part);
}

void
routes_say_networks(const struct routes *r, char *out, size_t room)
{
	char part[160], outside[256] = "";

	out[0] = '\0';
	for (size_t i = 0; i < r->n; i++) {
		const struct trail *t = &r->trails[i];

		if (t->n > 1)
			continue;
		snprintf(part, sizeof(part),
		    "%.60s is %.0f %% of its distance "
		    "off the plane",
		    t->name, 100 * t->off[0]);
		if (t->off[0] >= 0.005)
			add_part(out, room, "; ", part);
		snprintf(part, sizeof(part), "%.60s", t->name);
		if (t->outside > 0)
			add_part(outside, sizeof(outside), ", ", part);
	}
	if (outside[0] == '\0')
		return;
	add_part(out, room, "; ", "outside the grid: ");
	add_part(out, room, "", outside);
}

void
routes_say_gap(const struct routes *r, char *out, size_t room)
{
	const struct path_point *p = r->gap.at;
	char plane[LEVEL_TEXT_BYTES], own[LEVEL_TEXT_BYTES];
	char which[LEVEL_TEXT_BYTES];
	const bool several = r->n > r->networks + 1;

	out[0] = '\0';
	if (!r->gap.known) {
		snprintf(out, room, "%s",
		    r->other_images
			? "the checkpoints' own losses are of other images"
			: "");
		return;
	}
	snprintf(out, room,
	    "largest gap: %s in the plane, own loss %s (%.60s%s%s %s)",
	    level_text_short(r->gap.plane, plane),
	    level_text_short(p->loss, own), several ? p->name : "",
	    several ? ", " : "", isnan(p->epoch) ? "checkpoint" : "epoch",
	    level_text_short(isnan(p->epoch) ? (double)p->i : p->epoch, which));
}
