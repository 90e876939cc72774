#include "survey/survey.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/loss.h"
#include "survey/centre.h"

const double survey_radii[RADII] = {0.25, 0.5, 1};
const char *const survey_half_axes[HALF_AXES] = {"-x", "+x", "-y", "+y"};

/* The numbers of a sheet while it is surveyed; owned. */
struct sheet {
	double *at[AXES_MAX], *loss, *se;
	double *groups; /* GROUPS of each point, or NULL */
};

static void
sheet_free(struct sheet *sheet)
{
	for (int a = 0; a < AXES_MAX; a++)
		free(sheet->at[a]);
	free(sheet->loss);
	free(sheet->se);
	free(sheet->groups);
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

/* The groups of the point at index: 1, 0 when it has none (NaN), or -1. */
static int
read_groups(const struct points *p, int64_t index, double out[GROUPS],
    struct error *err)
{
	const struct value *groups;
	struct decoded *point;
	bool found;

	out[0] = NAN;
	if (p->at[index].bytes == NULL)
		return 0;
	point = points_decode(p, index, err);
	if (point == NULL)
		return -1;
	groups = value_get(decoded_value(point), "groups");
	found = array_count(groups) == GROUPS;
	for (size_t g = 0; g < GROUPS && found; g++)
		found = value_real(array_at(groups, g), &out[g]);
	decoded_free(point);
	if (!found)
		out[0] = NAN;
	return found;
}

/* Only where the first point has them: most surfaces have none. */
static int
take_groups(struct sheet *sheet, const struct points *p, const struct survey *s,
    int set, struct error *err)
{
	const int64_t n = sheet_points(&p->grid);
	double first[GROUPS];
	int status =
	    read_groups(p, sheet_index(&p->grid, s->rep, set, 0), first, err);

	if (status <= 0)
		return status;
	sheet->groups =
	    memory_new((size_t)n, GROUPS * sizeof(*sheet->groups), err);
	if (sheet->groups == NULL)
		return -1;
	for (int64_t i = 0; i < n; i++)
		if (read_groups(p, sheet_index(&p->grid, s->rep, set, i),
			sheet->groups + i * GROUPS, err) < 0)
			return -1;
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
	    take_groups(sheet, p, s, set, err) < 0)
		return -1;
	return 0;
}

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
	read_data(s, h);
	read_chance(s, h);
	decoded_free(header);
	for (int a = 0; a < s->axes; a++) {
		const struct sheet_direction *d = sheet_direction(p, s->rep, a);

		s->has_direction[a] = d != NULL;
		if (d != NULL)
			s->direction[a] = *d;
	}
	return 0;
}

/* ---- what is measured ---- */

static void
count(struct tally *tally, const struct points *p, int64_t index)
{
	tally->all++;
	if (p->at[index].bytes == NULL)
		tally->missing++;
	/* hessgrid's concave points have a loss like others */
	else if (points_says(p, index, "status", "ok") ||
		 points_says(p, index, "status", "concave"))
		tally->ok++;
	else if (points_says(p, index, "status", "nan"))
		tally->nan++;
	else if (points_says(p, index, "status", "overflow"))
		tally->overflow++;
	else if (points_says(p, index, "status", "badvar"))
		tally->badvar++;
	else
		tally->other++;
}

/* Of a loss itself, given its groups. */
static struct influence
error_of_loss(double loss, double se, const double *groups)
{
	struct influence error = {.se = se};

	error.grouped = groups != NULL && !isnan(groups[0]);
	for (int g = 0; g < GROUPS && error.grouped; g++)
		error.by[g] = groups[g] - loss;
	return error;
}

static void
measure_centre(struct survey *s, const struct centre_point *at,
    const double groups[GROUPS])
{
	double n;

	s->loss = s->acc = s->se = s->top1 = NAN;
	s->centre = at->kind;
	s->centre_missing = at->missing;
	if (at->kind == CENTRE_NONE)
		return;
	points_value(at->points, at->index, "loss", &s->loss);
	points_value(at->points, at->index, "acc", &s->acc);
	points_value(at->points, at->index, "se", &s->se);
	points_value(at->points, at->index, "top1", &s->top1);
	s->loss_error = error_of_loss(s->loss, s->se, groups);
	if (s->n == 0 && points_value(at->points, at->index, "n", &n) && n > 0)
		s->n = (int64_t)n;
	s->fit = accuracy_compare(&(struct accuracy){.acc = s->acc,
				      .n = s->n,
				      .set = s->set,
				      .recomputed = s->recomputed},
	    &s->stored);
}

/*
 * A grid whose centre is no point has no widths; without any centre it has no
 * sharpness.
 */
static void
measure_outward(
    struct survey *s, const struct terrain *t, const double groups[GROUPS])
{
	static const struct level levels[LEVELS] = {
	    {SURVEY_LEVEL, false}, {SURVEY_LEVEL, true}};
	const int64_t place = terrain_place(t, 0);
	const struct centre centre = {
	    s->loss, s->se, place, s->loss_error.grouped ? groups : NULL};

	for (int r = 0; r < RADII; r++)
		s->sharpness[r] =
		    terrain_sharpness(t, &centre, survey_radii[r]);
	for (int l = 0; l < LEVELS; l++)
		for (int h = 0; h < HALF_AXES; h++) {
			struct crossing *c = &s->width[l][h];

			*c = (struct crossing){CROSSING_BROKEN, 0, {.se = NAN}};
			if (s->centre == CENTRE_GRID && h / 2 < s->axes)
				*c = terrain_width(t, place, h / 2,
				    h % 2 == 0 ? -1 : 1, levels[l]);
		}
}

static void
measure_lowest(struct survey *s, const struct terrain *t)
{
	int64_t lowest = terrain_lowest(t);

	s->lowest = s->lowest_error.se = NAN;
	s->has_lowest = lowest >= 0;
	if (lowest < 0)
		return;
	s->lowest = t->loss[lowest];
	s->lowest_error = error_of_loss(s->lowest, t->se[lowest],
	    t->groups != NULL ? t->groups + lowest * GROUPS : NULL);
	s->lowest_at[0] = t->x[lowest % t->nx];
	s->lowest_at[1] = t->y[lowest / t->nx];
	/* of equal losses the centre is as low as any */
	s->lowest_is_centre = s->centre != CENTRE_NONE && s->loss <= s->lowest;
}

/* Places 0 and 1 of a line, from each away from the other. */
static void
measure_ends(
    struct survey *s, const struct terrain *t, const struct points *p, int set)
{
	static const struct level above = {SURVEY_LEVEL, true};

	for (int k = 0; k < 2 && s->axes == 1; k++) {
		const int64_t place = terrain_place(t, k);
		struct line_end *end = &s->end[k];

		end->loss = end->acc = NAN;
		end->here = place >= 0;
		if (place < 0)
			continue;
		end->loss = t->loss[place];
		points_value(p, sheet_index(&p->grid, s->rep, set, place),
		    "acc", &end->acc);
		end->way = terrain_width(t, place, 0, k == 0 ? -1 : 1, above);
	}
}

/* A point of a map of curvature. */
struct bend {
	double loss, ratio, bound;
};

static int
by_loss(const void *a, const void *b)
{
	const struct bend *x = a, *y = b;

	return (x->loss > y->loss) - (x->loss < y->loss);
}

static int
measure_curvature(
    struct survey *s, const struct points *p, int set, struct error *err)
{
	const int64_t all = sheet_points(&p->grid);
	struct bend *bend = memory_new((size_t)all, sizeof(*bend), err);
	double ratio = 0, bound = 0;
	int64_t n = 0, half;

	if (bend == NULL)
		return -1;
	for (int64_t i = 0; i < all; i++) {
		const int64_t at = sheet_index(&p->grid, s->rep, set, i);
		struct bend *b = &bend[n];

		n += points_value(p, at, "loss", &b->loss) &&
		     points_value(p, at, "ratio", &b->ratio) &&
		     points_value(p, at, "bound", &b->bound) &&
		     isfinite(b->loss) && isfinite(b->ratio);
	}
	qsort(bend, (size_t)n, sizeof(*bend), by_loss);
	half = (n + 1) / 2;
	for (int64_t i = 0; i < half; i++) {
		ratio += bend[i].ratio / (double)half;
		bound += bend[i].bound / (double)half;
	}
	free(bend);
	s->curvature = estimate_exact(NAN);
	if (half > 0)
		s->curvature =
		    estimate_between(ratio, ratio - bound, ratio + bound);
	return 0;
}

/* All that the terrain tells, once it is known where the centre stands. */
static int
measure(struct survey *s, const struct terrain *t, const struct points *p,
    int set, const struct centre_point *centre, struct error *err)
{
	double groups[GROUPS] = {NAN};

	if (centre->kind != CENTRE_NONE &&
	    read_groups(centre->points, centre->index, groups, err) < 0)
		return -1;
	for (int64_t i = 0; i < t->nx * t->ny; i++)
		count(&s->tally, p, sheet_index(&p->grid, s->rep, set, i));
	measure_centre(s, centre, groups);
	measure_outward(s, t, groups);
	measure_lowest(s, t);
	measure_ends(s, t, p, set);
	s->bends = terrain_bends(t);
	return measure_curvature(s, p, set, err);
}

static int
survey_sheet(struct survey *s, const struct points *p, int set,
    const struct points_list *all, struct error *err)
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
		    .se = sheet.se,
		    .groups = sheet.groups,
		    .shrink = s->shrink};
		struct centre_point centre = {.points = p};

		status = centre_find(
		    &centre, all, s->rep, set, terrain_place(&t, 0), err);
		if (status == 0)
			status = measure(s, &t, p, set, &centre, err);
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
			if (survey_sheet(s, p, set, points, err) < 0)
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
