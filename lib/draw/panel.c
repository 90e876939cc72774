#include "draw/panel.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "model/accuracy.h"
#include "surface/sheet.h"

/* Half of an interval at 95 % where a point says its standard error alone. */
#define HALF_OF_SE 1.96

int64_t
panel_index(const struct panel *panel, int64_t i)
{
	return i < panel->n ? sheet_index(&panel->points->grid, panel->rep,
				  panel->set, i)
			    : panel->asked_index[i - panel->n];
}

/* Half of the interval of a point's loss. */
static double
half_of_loss(const struct points *points, int64_t at)
{
	double half = NAN;

	if (points_value(points, at, "half", &half) ||
	    !points_value(points, at, "se", &half))
		return half;
	return HALF_OF_SE * half;
}

/* The interval of a point's accuracy: as it says, or of its images. */
static struct accuracy_interval
interval_of_accuracy(const struct points *points, int64_t at, int64_t total)
{
	struct accuracy_interval a = {NAN, NAN};
	double acc, n;

	if (points_value(points, at, "acc_lo", &a.lo) &&
	    points_value(points, at, "acc_hi", &a.hi))
		return a;
	if (!points_value(points, at, "acc", &acc) ||
	    !points_value(points, at, "n", &n) || n < 1 || n >= (double)total)
		return (struct accuracy_interval){NAN, NAN};
	return accuracy_interval(acc, (int64_t)n, total, HALF_OF_SE);
}

void
panel_take_intervals(struct panel *panel, bool error)
{
	const struct points *points = panel->points;
	const int64_t total = points->grid.images[panel->set].total;

	for (int64_t i = 0; i < panel->n + (int64_t)panel->n_asked; i++) {
		const int64_t at = panel_index(panel, i);
		const struct accuracy_interval a =
		    interval_of_accuracy(points, at, total);

		panel->half[i] = half_of_loss(points, at);
		panel->lo[i] = error ? 100 - a.hi : a.lo;
		panel->hi[i] = error ? 100 - a.lo : a.hi;
	}
}

int
panel_take_asked(struct panel *panel, struct error *err)
{
	const struct points *p = panel->points;
	const int64_t grid = grid_points(&p->grid);

	panel->asked = memory_new(p->asked.n, sizeof(*panel->asked), err);
	panel->asked_index =
	    memory_new(p->asked.n, sizeof(*panel->asked_index), err);
	if (panel->asked == NULL || panel->asked_index == NULL)
		return -1;
	for (size_t i = 0; i < p->asked.n; i++) {
		const struct asked *a = &p->asked.item[i];
		const int64_t at =
		    grid + (int64_t)i * p->grid.sets + panel->set;

		if (a->rep != panel->rep || p->at[at].bytes == NULL)
			continue;
		panel->asked_index[panel->n_asked] = at;
		panel->asked[panel->n_asked++] = (struct xy){a->x, a->y};
	}
	return 0;
}

static void
add_part(char *note, size_t room, const char *part)
{
	const size_t at = strlen(note);

	if (part[0] != '\0')
		snprintf(
		    note + at, room - at, "%s%s", at > 0 ? "; " : "", part);
}

/* A curve that has no number at a point has a gap there. */
static void
add_nan(char *note, size_t room, const struct panel *panels, size_t n)
{
	int64_t nan = 0, all = 0;
	char text[96];

	for (size_t i = 0; i < n; i++) {
		nan -= panels[i].gaps.badvar;
		all += panels[i].n;
		for (int64_t k = 0; k < panels[i].n; k++)
			nan += isnan(panels[i].z[k]) && !panels[i].missing[k];
	}
	if (nan <= 0)
		return;
	snprintf(text, sizeof(text),
	    "no number at %" PRId64 " of %" PRId64 " point%s", nan, all,
	    plural_s(all));
	add_part(note, room, text);
}

void
panels_note(const struct panel *panels, size_t n, char *note, size_t room)
{
	const char *norms = panels[0].norms;
	struct caption_gaps gaps = {0};
	char subset[192] = "";

	for (size_t i = 0; i < n; i++) {
		gaps.n += panels[i].gaps.n;
		gaps.no_end |= panels[i].gaps.no_end;
		gaps.missing += panels[i].gaps.missing;
		gaps.badvar += panels[i].gaps.badvar;
		caption_add_subset(subset, sizeof(subset), panels[i].subset);
		if (strcmp(norms, panels[i].norms) != 0)
			norms = "bn: what batch norms do on the way";
	}
	caption_gaps(&gaps, note, room);
	add_nan(note, room, panels, n);
	add_part(note, room, norms);
	add_part(note, room, subset);
}

void
panel_free(struct panel *p)
{
	for (int a = 0; a < AXES_MAX; a++)
		free(p->at[a]);
	free(p->z);
	free(p->half);
	free(p->lo);
	free(p->hi);
	free(p->between);
	free(p->asked);
	free(p->asked_index);
	free(p->measured);
	free(p->accuracy);
	free(p->missing);
	free(p->layer.doubtful);
	free(p->layer.over);
	routes_free(&p->routes);
	facts_free(&p->facts);
	*p = (struct panel){0};
}
