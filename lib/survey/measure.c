/* What is measured on the points of a survey. */
#include "survey/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "survey/centre.h"

const double survey_radii[RADII] = {0.25, 0.5, 1};
const char *const survey_half_axes[HALF_AXES] = {"-x", "+x", "-y", "+y"};

/* The numbers of a sheet while it is surveyed; owned. */
struct sheet {
	double *at[AXES_MAX], *loss, *se;
	double *groups; /* GROUPS of each point, or NULL */
	int64_t *index; /* of points->at: of the grid's, then requested ones */
	int64_t n, n_other;
	double *other[AXES_MAX]; /* coordinates of the latter */
};

static void
sheet_free(struct sheet *sheet)
{
	for (int a = 0; a < AXES_MAX; a++)
		free(sheet->at[a]);
	for (int a = 0; a < AXES_MAX; a++)
		free(sheet->other[a]);
	free(sheet->index);
	free(sheet->loss);
	free(sheet->se);
	free(sheet->groups);
}

/* The grid's points in the order of a sheet, then requested ones. */
static int
find_points(struct sheet *sheet, const struct points *p, const struct survey *s,
    int set, struct error *err)
{
	const int64_t grid = sheet_points(&p->grid);
	const size_t all = (size_t)grid + p->asked.n;

	sheet->index = memory_new(all, sizeof(*sheet->index), err);
	for (int a = 0; a < AXES_MAX; a++)
		sheet->other[a] = memory_new(p->asked.n, sizeof(double), err);
	if (sheet->index == NULL || sheet->other[0] == NULL ||
	    sheet->other[1] == NULL)
		return -1;
	for (int64_t i = 0; i < grid; i++)
		sheet->index[i] = sheet_index(&p->grid, s->rep, set, i);
	for (size_t i = 0; i < p->asked.n && grid > 0; i++) {
		const struct asked *asked = &p->asked.item[i];
		const int64_t at =
		    grid_points(&p->grid) + (int64_t)i * p->grid.sets + set;

		if (asked->rep != s->rep || p->at[at].bytes == NULL)
			continue;
		sheet->other[0][sheet->n_other] = asked->x;
		sheet->other[1][sheet->n_other] = asked->y;
		sheet->index[grid + sheet->n_other++] = at;
	}
	sheet->n = grid + sheet->n_other;
	return 0;
}

/*
 * A point's standard error; where it says between which bounds it is known, two
 * of them are that.
 */
static bool
take_se(const struct points *p, int64_t index, double *se)
{
	if (!points_value(p, index, "half", se))
		return points_value(p, index, "se", se);
	*se /= 2;
	return true;
}

static double *
take(const struct sheet *sheet, const struct points *p, const char *field,
    struct error *err)
{
	double *out = memory_new((size_t)sheet->n, sizeof(*out), err);

	if (out == NULL)
		return NULL;
	for (int64_t i = 0; i < sheet->n; i++) {
		out[i] = NAN;
		points_value(p, sheet->index[i], field, &out[i]);
	}
	return out;
}

/* The mean of all images says the same as the means of their groups? */
static int
check_groups(
    const struct value *point, const double group[GROUPS], struct error *err)
{
	double loss = NAN, sum = 0;
	int64_t n = 0;

	if (!value_real(value_get(point, "loss"), &loss) ||
	    !value_int(value_get(point, "n"), &n) || n < GROUPS)
		return error_set(err, "a point has groups of images, but no "
				      "loss or not as many images");
	for (int g = 0; g < GROUPS; g++) {
		const int64_t images = (n - g + GROUPS - 1) / GROUPS;

		sum += group[g] * (double)images / (double)n;
	}
	if (fabs(sum - loss) <= 1e-9 * fmax(fabs(sum), fabs(loss)))
		return 0;
	return error_set(err,
	    "the groups of images of a point have a mean loss of %g, the point "
	    "says %g",
	    sum, loss);
}

/* The groups of the point at index: 1, 0 when it has none (NaN), or -1. */
static int
read_groups(const struct points *p, int64_t index, double out[GROUPS],
    struct error *err)
{
	const struct value *groups;
	struct decoded *point;
	int found;

	out[0] = NAN;
	if (p->at[index].bytes == NULL)
		return 0;
	point = points_decode(p, index, err);
	if (point == NULL)
		return -1;
	groups = value_get(decoded_value(point), "groups");
	found = array_count(groups) == GROUPS;
	for (size_t g = 0; g < GROUPS && found; g++)
		found = value_real(array_at(groups, g), &out[g]) &&
			isfinite(out[g]);
	if (found && check_groups(decoded_value(point), out, err) < 0)
		found = -1;
	decoded_free(point);
	if (found != 1)
		out[0] = NAN;
	return found;
}

/* Only where the first point has them: most surfaces have none. */
static int
take_groups(struct sheet *sheet, const struct points *p, struct error *err)
{
	const int64_t n = sheet->n;
	double first[GROUPS];
	int status = n > 0 ? read_groups(p, sheet->index[0], first, err) : 0;

	if (status <= 0)
		return status;
	sheet->groups =
	    memory_new((size_t)n, GROUPS * sizeof(*sheet->groups), err);
	if (sheet->groups == NULL)
		return -1;
	for (int64_t i = 0; i < n; i++)
		if (read_groups(p, sheet->index[i], sheet->groups + i * GROUPS,
			err) < 0)
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
	if (find_points(sheet, p, s, set, err) < 0)
		return -1;
	sheet->loss = take(sheet, p, "loss", err);
	sheet->se = take(sheet, p, "se", err);
	if (sheet->loss == NULL || sheet->se == NULL)
		return -1;
	for (int64_t i = 0; i < sheet->n; i++)
		take_se(p, sheet->index[i], &sheet->se[i]);
	return take_groups(sheet, p, err);
}

/* ---- measures ---- */

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

/* The images of a point: its own number, or that of its grid. */
static int64_t
images_used(const struct survey *s, const struct points *p, size_t index)
{
	double n;

	return points_value(p, index, "n", &n) && n > 0 ? (int64_t)n : s->n;
}

static void
measure_centre(struct survey *s, const struct centre_point *at,
    const double groups[GROUPS])
{
	s->loss = s->acc = s->se = s->top1 = NAN;
	s->acc_lo = s->acc_hi = NAN;
	s->used = s->n;
	s->centre = at->kind;
	s->centre_missing = at->missing;
	if (at->kind == CENTRE_NONE)
		return;
	points_value(at->points, at->index, "loss", &s->loss);
	points_value(at->points, at->index, "acc", &s->acc);
	points_value(at->points, at->index, "acc_lo", &s->acc_lo);
	points_value(at->points, at->index, "acc_hi", &s->acc_hi);
	take_se(at->points, at->index, &s->se);
	points_value(at->points, at->index, "top1", &s->top1);
	s->loss_error = error_of_loss(s->loss, s->se, groups);
	s->used = images_used(s, at->points, at->index);
	if (s->n == 0)
		s->n = s->used;
	s->fit = accuracy_compare(&(struct accuracy){.acc = s->acc,
				      .n = s->used,
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
	const struct centre centre = {.loss = s->loss,
	    .se = s->se,
	    .place = place,
	    .groups = s->loss_error.grouped ? groups : NULL};

	for (int r = 0; r < RADII; r++) {
		s->sharpness[r] =
		    terrain_sharpness(t, &centre, survey_radii[r]);
		for (int a = 0; a < s->axes; a++)
			s->rise[r][a] =
			    terrain_rise(t, &centre, a, survey_radii[r]);
	}
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
	s->lowest_at[0] = terrain_x(t, lowest);
	s->lowest_at[1] = terrain_y(t, lowest);
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
		size_t index;

		end->loss = end->acc = NAN;
		end->here = place >= 0;
		if (place < 0)
			continue;
		end->loss = t->loss[place];
		index = sheet_index(&p->grid, s->rep, set, place);
		points_value(p, index, "acc", &end->acc);
		end->used = images_used(s, p, index);
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

static bool
is_pointwise(const struct sheet *sheet, const struct points *p)
{
	double half;

	for (int64_t i = 0; i < sheet->n; i++)
		if (points_value(p, sheet->index[i], "half", &half) && half > 0)
			return true;
	return false;
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
	s->barrier = terrain_barrier(t);
	s->bends = terrain_bends(t);
	return measure_curvature(s, p, set, err);
}

int
survey_measure(struct survey *s, const struct points *p, int set,
    const struct points_list *all, struct error *err)
{
	struct sheet sheet = {0};
	int status = sheet_fill(&sheet, p, s, set, err);

	if (status == 0) {
		const struct terrain t = {.nx = grid_num(&p->grid, 0),
		    .ny = grid_num(&p->grid, 1),
		    .x = sheet.at[0],
		    .y = sheet.at[1],
		    .loss = sheet.loss,
		    .se = sheet.se,
		    .groups = sheet.groups,
		    .shrink = s->shrink,
		    .n_other = sheet.n_other,
		    .other_x = sheet.other[0],
		    .other_y = sheet.other[1]};
		struct centre_point centre = {.points = p};

		s->pointwise = is_pointwise(&sheet, p);
		status = centre_find(
		    &centre, all, s->rep, set, terrain_place(&t, 0), err);
		if (status == 0)
			status = measure(s, &t, p, set, &centre, err);
		if (status == 0)
			status = survey_look_beside(s, p, set, all, err);
	}
	sheet_free(&sheet);
	return status;
}
