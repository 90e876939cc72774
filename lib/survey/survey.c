#include "survey/survey.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/accuracy.h"

const double survey_radii[RADII] = {0.25, 0.5, 1};
const char *const survey_half_axes[HALF_AXES] = {"-x", "+x", "-y", "+y"};

/* The numbers of a sheet while it is surveyed; owned. */
struct sheet {
	double *at[AXES_MAX], *loss, *se, *acc, *top1, *n;
};

static void
sheet_free(struct sheet *sheet)
{
	for (int a = 0; a < AXES_MAX; a++)
		free(sheet->at[a]);
	free(sheet->loss);
	free(sheet->se);
	free(sheet->acc);
	free(sheet->top1);
	free(sheet->n);
}

static int
take(double **out, const struct points *p, const struct survey *s, int set,
    const char *field, struct error *err)
{
	*out = memory_new((size_t)sheet_points(&p->grid), sizeof(double), err);
	if (*out == NULL)
		return -1;
	sheet_take(p, s->rep, set, field, *out);
	return 0;
}

static int
sheet_fill(struct sheet *sheet, const struct points *p, const struct survey *s,
    int set, struct error *err)
{
	/* an axis that is not there has the coordinate 0 */
	for (int a = 0; a < AXES_MAX; a++) {
		int64_t num = grid_num(&p->grid, a);

		sheet->at[a] = memory_new((size_t)num, sizeof(double), err);
		if (sheet->at[a] == NULL)
			return -1;
		for (int64_t i = 0; i < num; i++)
			sheet->at[a][i] = range_at(&p->grid.range[a], i);
	}
	if (take(&sheet->loss, p, s, set, "loss", err) < 0 ||
	    take(&sheet->se, p, s, set, "se", err) < 0 ||
	    take(&sheet->acc, p, s, set, "acc", err) < 0 ||
	    take(&sheet->top1, p, s, set, "top1", err) < 0 ||
	    take(&sheet->n, p, s, set, "n", err) < 0)
		return -1;
	return 0;
}

/* ---- what it is of ---- */

/* The entry of the grid's "data" for this set: images used and there. */
static void
read_data(struct survey *s, const struct value *header)
{
	const struct value *data = value_get(header, "data");

	for (size_t i = 0; i < value_count(data); i++) {
		const struct value *entry = value_at(data, i);

		if (!value_is(value_get(entry, "set"), s->set))
			continue;
		value_int(value_get(entry, "n"), &s->n);
		value_int(value_get(entry, "total"), &s->total);
		if (field_text(
			entry, "digest", s->data, sizeof(s->data), NULL) < 0)
			s->data[0] = '\0';
	}
}

static int
read_header(struct survey *s, const struct points *p, struct error *err)
{
	struct decoded *header = decoded_new(
	    p->grid_header.bytes.chars, p->grid_header.bytes.n, err);
	const struct value *h;

	if (header == NULL)
		return -1;
	h = decoded_value(header);
	if (field_text(h, "label", s->name, sizeof(s->name), NULL) < 0 ||
	    s->name[0] == '\0')
		if (field_text(h, "arch", s->name, sizeof(s->name), NULL) < 0)
			s->name[0] = '\0';
	s->stored = NAN;
	accuracy_noted(value_get(h, "meta"), &s->stored);
	read_data(s, h);
	decoded_free(header);
	for (int a = 0; a < s->axes; a++) {
		int found =
		    sheet_direction(p, s->rep, a, &s->direction[a], err);

		if (found < 0)
			return -1;
		s->has_direction[a] = found > 0;
	}
	return 0;
}

/* ---- what is measured ---- */

static void
count(struct tally *tally, const struct points *p, int64_t index)
{
	const struct value *status;
	struct decoded *point;

	tally->all++;
	point =
	    p->at[index].bytes != NULL ? points_decode(p, index, NULL) : NULL;
	if (point == NULL) {
		tally->missing++;
		return;
	}
	status = value_get(decoded_value(point), "status");
	/* hessgrid's concave points have a loss like others */
	if (value_is(status, "ok") || value_is(status, "concave"))
		tally->ok++;
	else if (value_is(status, "nan"))
		tally->nan++;
	else if (value_is(status, "overflow"))
		tally->overflow++;
	else if (value_is(status, "badvar"))
		tally->badvar++;
	else
		tally->other++;
	decoded_free(point);
}

static void
measure_centre(struct survey *s, const struct sheet *sheet, int64_t centre)
{
	s->loss = s->acc = s->se = s->top1 = NAN;
	s->has_centre = centre >= 0;
	if (centre < 0)
		return;
	s->loss = sheet->loss[centre];
	s->acc = sheet->acc[centre];
	s->se = sheet->se[centre];
	s->top1 = sheet->top1[centre];
	if (s->n == 0 && sheet->n[centre] > 0)
		s->n = (int64_t)sheet->n[centre];
	s->stored_far =
	    accuracy_is_far(s->acc, s->stored, strcmp(s->set, "test") == 0);
}

/*
 * A grid whose centre is no point, or has no number, has no widths and no
 * sharpness.
 */
static void
measure_outward(struct survey *s, const struct terrain *t)
{
	const double levels[LEVELS] = {SURVEY_LEVEL, s->loss + SURVEY_LEVEL};

	for (int r = 0; r < RADII; r++)
		s->sharpness[r] = terrain_sharpness(t, survey_radii[r]);
	for (int l = 0; l < LEVELS; l++)
		for (int h = 0; h < HALF_AXES; h++) {
			struct crossing *c = &s->width[l][h];

			*c = (struct crossing){CROSSING_BROKEN, 0};
			if (s->has_centre && h / 2 < s->axes)
				*c = terrain_width(
				    t, h / 2, h % 2 == 0 ? -1 : 1, levels[l]);
		}
}

static void
measure_lowest(struct survey *s, const struct terrain *t)
{
	int64_t lowest = terrain_lowest(t);

	s->lowest = NAN;
	s->has_lowest = lowest >= 0;
	if (lowest < 0)
		return;
	s->lowest = t->loss[lowest];
	s->lowest_at[0] = t->x[lowest % t->nx];
	s->lowest_at[1] = t->y[lowest / t->nx];
	/* of equal losses the centre is as low as any */
	s->lowest_is_centre = s->has_centre && s->loss == s->lowest;
}

static int
survey_sheet(
    struct survey *s, const struct points *p, int set, struct error *err)
{
	struct sheet sheet = {0};
	int status = read_header(s, p, err);

	if (status == 0)
		status = sheet_fill(&sheet, p, s, set, err);
	if (status == 0) {
		const struct terrain t = {.nx = grid_num(&p->grid, 0),
		    .ny = grid_num(&p->grid, 1),
		    .x = sheet.at[0],
		    .y = sheet.at[1],
		    .loss = sheet.loss,
		    .se = sheet.se};

		for (int64_t i = 0; i < t.nx * t.ny; i++)
			count(&s->tally, p,
			    sheet_index(&p->grid, s->rep, set, i));
		measure_centre(s, &sheet, terrain_centre(&t));
		measure_outward(s, &t);
		measure_lowest(s, &t);
		s->bends = terrain_bends(&t);
	}
	sheet_free(&sheet);
	return status;
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

int
survey_make(struct survey_list *list, const struct points_list *points,
    struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < points->n; i++) {
		const struct grid *grid = &points->item[i].grid;

		if (grid->axes == 0 || sheet_points(grid) == 0)
			return error_set(err,
			    "run %.16s has no %s, expected a grid of 1 or 2 "
			    "axes",
			    grid->run,
			    grid->axes == 0 ? "axes" : "points of a grid");
		n += (size_t)grid->reps * (size_t)grid->sets;
	}
	if (n == 0)
		return error_set(err, "the input has no grid, expected the "
				      "points of evalgrid or gridmerge");
	list->item = memory_new(n, sizeof(*list->item), err);
	if (list->item == NULL)
		return -1;
	for (size_t i = 0; i < points->n; i++) {
		const struct points *p = &points->item[i];

		for (int k = 0; k < p->grid.reps * p->grid.sets; k++) {
			struct survey *s = &list->item[list->n++];
			int set = k % p->grid.sets;

			*s = survey_of(p, k / p->grid.sets, set);
			if (survey_sheet(s, p, set, err) < 0)
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
