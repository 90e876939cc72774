#include "survey/survey.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/loss.h"
#include "survey/centre.h"
#include "survey/measure.h"

/* ---- what it is of ---- */

/* The entry of the grid's "data" for this set: images used and there. */
static void
read_data(struct survey *s, const struct value *header)
{
	const struct value *entry = centre_data(header, s->set);

	value_int(value_get(entry, "n"), &s->n);
	value_int(value_get(entry, "total"), &s->total);
	value_text(value_get(entry, "digest"), s->data, sizeof(s->data));
	s->shrink = 1;
	if (s->n > 0 && s->total >= s->n)
		s->shrink = sqrt(1 - (double)s->n / (double)s->total);
}

static void
read_chance(struct survey *s, const struct value *header)
{
	int64_t classes;

	s->chance = s->chance_acc = NAN;
	if (!value_int(value_get(header, "classes"), &classes) || classes < 2)
		return;
	for (int k = 0; k < LOSS_COUNT; k++)
		if (strcmp(s->loss_kind, loss_words[k]) == 0) {
			s->chance = loss_of_guessing(
			    (enum loss_kind)k, (size_t)classes);
			s->chance_acc = 100.0 / (double)classes;
		}
}

static int
read_header(struct survey *s, const struct points *p, struct error *err)
{
	struct decoded *header = pack_decode(&p->grid_header, err);
	const struct value *h;

	if (header == NULL)
		return -1;
	h = decoded_value(header);
	if (!value_text(value_get(h, "label"), s->name, sizeof(s->name)) ||
	    s->name[0] == '\0')
		value_text(value_get(h, "arch"), s->name, sizeof(s->name));
	s->stored = NAN;
	accuracy_noted(value_get(h, "meta"), &s->stored);
	s->recomputed = value_is(value_get(h, "bn"), "recompute");
	value_text(value_get(h, "bn"), s->norms, sizeof(s->norms));
	s->has_norms = grid_norms(h);
	read_data(s, h);
	read_chance(s, h);
	decoded_free(header);
	for (int a = 0; a < s->axes; a++) {
		const struct sheet_direction *d =
		    points_direction(p, s->rep, a);

		s->has_direction[a] = d != NULL;
		if (d != NULL)
			s->direction[a] = *d;
	}
	return 0;
}

static struct survey
survey_of(const struct points *p, int rep, int set)
{
	struct survey s = {
	    .rep = rep, .reps = p->grid.reps, .axes = p->grid.axes};

	snprintf(s.run, sizeof(s.run), "%.16s", p->grid.run);
	memcpy(s.set, p->grid.set[set], sizeof(s.set));
	memcpy(s.loss_kind, p->grid.loss, sizeof(s.loss_kind));
	for (int a = 0; a < s.axes; a++) {
		const struct range *r = &p->grid.range[a];

		s.range[a] = *r;
		s.step[a] =
		    r->num > 1 ? (r->hi - r->lo) / (double)(r->num - 1) : NAN;
	}
	return s;
}

/* How many surveys there are; which runs are of them. */
static int
count_surveys(const struct points_list *points, bool with_axes, size_t *n,
    struct error *err)
{
	*n = 0;
	for (size_t i = 0; i < points->n; i++) {
		const struct grid *grid = &points->item[i].grid;

		if (sheet_points(grid) == 0)
			return error_set(err,
			    "run %.16s has no points of a grid, expected some",
			    grid->run);
		if (!with_axes || grid->axes > 0)
			*n += (size_t)grid->reps * (size_t)grid->sets;
	}
	return *n > 0 ? 0
		      : error_set(err,
			    "the input has no grid, expected the points of "
			    "evalgrid or gridmerge");
}

int
survey_make(struct survey_list *list, const struct points_list *points,
    struct error *err)
{
	bool with_axes = false;
	size_t n;

	for (size_t i = 0; i < points->n; i++)
		with_axes |= points->item[i].grid.axes > 0;
	if (count_surveys(points, with_axes, &n, err) < 0)
		return -1;
	list->item = memory_new(n, sizeof(*list->item), err);
	if (list->item == NULL)
		return -1;
	for (size_t i = 0; i < points->n; i++) {
		const struct points *p = &points->item[i];

		if (with_axes && p->grid.axes == 0) {
			int serves = centre_serves(p, points, err);

			if (serves < 0)
				return -1;
			list->alone += serves == 0;
			continue;
		}
		for (int k = 0; k < p->grid.reps * p->grid.sets; k++) {
			struct survey *s = &list->item[list->n++];
			int set = k % p->grid.sets;

			*s = survey_of(p, k / p->grid.sets, set);
			if (read_header(s, p, err) < 0 ||
			    survey_measure(s, p, set, points, err) < 0)
				return -1;
		}
	}
	return 0;
}

void
survey_list_free(struct survey_list *list)
{
	free(list->item);
	*list = (struct survey_list){0};
}
