#include "surface/point_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

/* ---- where it is ---- */

/* How far a coordinate may be from what ix says, in parts of the range. */
static const double slack = 1e-9;

static int
read_set(
    const struct grid *grid, const struct value *h, int *set, struct error *err)
{
	for (int i = 0; i < grid->sets; i++)
		if (value_is(value_get(h, "set"), grid->set[i])) {
			*set = i;
			return 0;
		}
	return error_set(err, "set is none of the grid's data sets");
}

static int
read_finite(
    const struct value *h, const char *key, double *out, struct error *err)
{
	if (field_real(h, key, out, err) < 0)
		return -1;
	return isfinite(*out)
		   ? 0
		   : error_set(
			 err, "%s is %g, expected a finite number", key, *out);
}

/* A coordinate along an axis that is not there is 0. */
static int
check_axis(const struct grid *g, int axis, double is, struct error *err)
{
	if (axis < g->axes || is == 0.0)
		return 0;
	return error_set(err, "%s is %g, the grid has %d %s", axis_word(axis),
	    is, g->axes, plural(g->axes, "axis", "axes"));
}

static int
check_coordinate(
    const struct grid *g, int axis, int64_t i, double is, struct error *err)
{
	const struct range *r = &g->range[axis];
	double should, most;

	if (axis >= g->axes)
		return check_axis(g, axis, is, err);
	should = range_at(r, i);
	most = slack * (r->num > 1 ? r->hi - r->lo : fabs(r->lo));
	if (fabs(is - should) <= most)
		return 0;
	return error_set(err, "%s is %.17g, i%s says %.17g", axis_word(axis),
	    is, axis_word(axis), should);
}

int
point_read_place(struct point_place *p, const struct grid *g,
    const struct value *h, struct error *err)
{
	const bool grid =
	    value_get(h, "ix") != NULL || value_get(h, "iy") != NULL;
	int64_t rep;

	p->asked = value_get(h, "id") != NULL;
	if (p->asked && grid)
		return error_set(
		    err, "id stands beside ix or iy, expected one of them");
	if (field_int(h, "rep", 0, g->reps - 1, &rep, err) < 0 ||
	    read_set(g, h, &p->at.set, err) < 0 ||
	    read_finite(h, "x", &p->x, err) < 0 ||
	    read_finite(h, "y", &p->y, err) < 0)
		return -1;
	p->at.rep = (int)rep;
	if (p->asked)
		return field_int(h, "id", 0, INT64_MAX, &p->id, err) < 0 ||
			       check_axis(g, 0, p->x, err) < 0 ||
			       check_axis(g, 1, p->y, err) < 0
			   ? -1
			   : 0;
	if (field_int(h, "ix", 0, grid_num(g, 0) - 1, &p->at.ix, err) < 0 ||
	    field_int(h, "iy", 0, grid_num(g, 1) - 1, &p->at.iy, err) < 0 ||
	    check_coordinate(g, 0, p->at.ix, p->x, err) < 0 ||
	    check_coordinate(g, 1, p->at.iy, p->y, err) < 0)
		return -1;
	return 0;
}

/* ---- what it says ---- */

/* What is known of a loss by the status; another word may mean anything. */
static int
check_loss(double loss, const char *status, struct error *err)
{
	static const struct {
		const char *status;
		bool number;
	} rows[] = {{"ok", true}, {"concave", true}, {"unconverged", true},
	    {"nan", false}, {"badvar", false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(status, rows[i].status) != 0)
			continue;
		if (rows[i].number ? isfinite(loss) : isnan(loss))
			return 0;
		return error_set(
		    err, "loss is %g, status is '%s'", loss, status);
	}
	return 0;
}

/* A number from lo to hi if it is there; NaN where the point is not good. */
static int
check_real(const struct value *h, const char *key, double lo, double hi,
    bool good, struct error *err)
{
	double v;

	if (field_real_or_nan(h, key, &v, err) < 0)
		return -1;
	if (value_get(h, key) == NULL || (isnan(v) && !good))
		return 0;
	return field_real_in(h, key, lo, hi, &v, err);
}

static int
check_images(const struct value *h, const struct grid_images *images, bool good,
    struct error *err)
{
	const int64_t most = images->total > 0 ? images->n : INT64_MAX;
	double se, sd, should;
	int64_t n = 0;

	if (value_get(h, "n") == NULL)
		return 0;
	if (field_int(h, "n", 1, most, &n, err) < 0 ||
	    field_real_or_nan(h, "se", &se, err) < 0 ||
	    field_real_or_nan(h, "sd", &sd, err) < 0)
		return -1;
	if (!good || images->total == 0)
		return 0;
	should = sd / sqrt((double)n) *
		 sqrt(1.0 - (double)n / (double)images->total);
	if (fabs(se - should) > 1e-6 * fabs(should))
		return error_set(err,
		    "se is %g, sd of %" PRId64 " of %" PRId64 " image%s makes "
		    "%g",
		    se, n, images->total, plural_s(images->total), should);
	return 0;
}

/* The interval of an accuracy holds it, and lies within 0 ... 100. */
static int
check_accuracy(const struct value *h, bool good, struct error *err)
{
	double acc, lo, hi;

	if (value_get(h, "acc_lo") == NULL && value_get(h, "acc_hi") == NULL)
		return 0;
	if (check_real(h, "acc_lo", 0, 100, good, err) < 0 ||
	    check_real(h, "acc_hi", 0, 100, good, err) < 0 ||
	    field_real(h, "acc", &acc, err) < 0 ||
	    field_real(h, "acc_lo", &lo, err) < 0 ||
	    field_real(h, "acc_hi", &hi, err) < 0)
		return -1;
	if (lo > acc + slack || hi < acc - slack)
		return error_set(err,
		    "acc is %g, outside of acc_lo to acc_hi, %g to %g", acc, lo,
		    hi);
	return 0;
}

/* Of hessgrid: eigenvalues in order, residuals, and their arrays. */
static int
check_eigenvalues(const struct value *h, struct error *err)
{
	static const char *const first[][2] = {{"top", "max_eig"},
	    {"bottom", "min_eig"}, {"top_res", "max_res"},
	    {"bottom_res", "min_res"}};
	const size_t k = array_count(value_get(h, "top"));
	double lo, hi, lo_res, hi_res, ratio, bound, a, b;

	if (field_real_or_nan(h, "min_eig", &lo, err) < 0 ||
	    field_real_or_nan(h, "max_eig", &hi, err) < 0 ||
	    field_real_or_nan(h, "min_res", &lo_res, err) < 0 ||
	    field_real_or_nan(h, "max_res", &hi_res, err) < 0 ||
	    field_real_or_nan(h, "ratio", &ratio, err) < 0 ||
	    field_real_or_nan(h, "bound", &bound, err) < 0)
		return -1;
	if (lo > hi)
		return error_set(err, "min_eig is %g, max_eig is %g", lo, hi);
	if (fabs(ratio - fabs(lo / hi)) > slack * ratio)
		return error_set(err,
		    "ratio is %g, min_eig and max_eig make %g", ratio,
		    fabs(lo / hi));
	if (fabs(bound - (lo_res + ratio * hi_res) / hi) > slack * bound)
		return error_set(err, "bound is %g, the residuals make %g",
		    bound, (lo_res + ratio * hi_res) / hi);
	for (size_t i = 0; i < 4; i++) {
		const struct value *all = value_get(h, first[i][0]);

		if (all == NULL)
			continue;
		if (array_count(all) != k || k == 0)
			return error_set(err,
			    "%s has %zu number%s, top has %zu", first[i][0],
			    array_count(all),
			    plural_s((int64_t)array_count(all)), k);
		if (value_real(array_at(all, 0), &a) &&
		    value_real(value_get(h, first[i][1]), &b) && a != b &&
		    !(isnan(a) && isnan(b)))
			return error_set(err, "%s is %g, %s begins with %g",
			    first[i][1], b, first[i][0], a);
	}
	return 0;
}

static int
check_numbers(
    const struct grid *g, const struct value *h, int set, struct error *err)
{
	char status[32];
	double loss;
	bool good;

	if (field_text(h, "status", status, sizeof(status), err) < 0 ||
	    field_real(h, "loss", &loss, err) < 0 ||
	    check_loss(loss, status, err) < 0)
		return -1;
	good = strcmp(status, "ok") == 0;
	if (check_real(h, "acc", 0, 100, good, err) < 0 ||
	    check_real(h, "se", 0, INFINITY, good, err) < 0 ||
	    check_real(h, "sd", 0, INFINITY, good, err) < 0 ||
	    check_real(h, "half", 0, INFINITY, good, err) < 0 ||
	    check_real(h, "top1", 0, 1 + slack, false, err) < 0 ||
	    check_real(h, "max_res", 0, INFINITY, false, err) < 0 ||
	    check_real(h, "min_res", 0, INFINITY, false, err) < 0 ||
	    check_real(h, "bound", 0, INFINITY, false, err) < 0 ||
	    check_real(h, "trace_se", 0, INFINITY, false, err) < 0)
		return -1;
	return check_images(h, &g->images[set], good, err) < 0 ||
		       check_accuracy(h, good, err) < 0
		   ? -1
		   : check_eigenvalues(h, err);
}

int
point_unpack(struct point_place *place, const struct grid *grid,
    const struct value *header, struct error *err)
{
	*place = (struct point_place){0};
	if (point_read_place(place, grid, header, err) < 0)
		return error_prefix(err, "point");
	if (check_numbers(grid, header, place->at.set, err) == 0)
		return 0;
	if (place->asked)
		return error_prefix(err, "point id %" PRId64, place->id);
	return error_prefix(err, "point ix %" PRId64 ", iy %" PRId64,
	    place->at.ix, place->at.iy);
}

/* ---- twice ---- */

static bool
reals_agree(double a, double b)
{
	return a == b || (isnan(a) && isnan(b)) ||
	       fabs(a - b) <= MIXED_RTOL * fmax(fabs(a), fabs(b));
}

/* Same keys, numbers within MIXED_RTOL, all else equal. */
static bool
headers_agree(const struct value *a, const struct value *b)
{
	if (map_count(a) != map_count(b))
		return false;
	for (size_t i = 0; i < map_count(a); i++) {
		const struct value *x = map_item(a, i), *y = map_item(b, i);
		double rx, ry;

		if (!value_equal(map_key(a, i), map_key(b, i)))
			return false;
		if (value_real(x, &rx) && value_real(y, &ry)
			? !reals_agree(rx, ry)
			: !value_equal(x, y))
			return false;
	}
	return true;
}

/* How many images the point is of; 0 where it does not say. */
static double
images_of(const struct point *point)
{
	size_t bytes;
	const uint8_t *header = point_header(point, &bytes);
	double n;

	return header != NULL && scan_real(header, bytes, "n", &n) ? n : 0.0;
}

/* 1: the same bytes or, mixed, the same within MIXED_RTOL; 0; -1 failed. */
static int
agrees(
    const struct point *a, const struct point *b, bool mixed, struct error *err)
{
	struct decoded *da, *db;
	size_t n_a, n_b;
	const uint8_t *bytes_a = point_part(a, POINT_ITSELF, &n_a);
	const uint8_t *bytes_b = point_part(b, POINT_ITSELF, &n_b);
	int agree = -1;

	if (n_a == n_b && memcmp(bytes_a, bytes_b, n_b) == 0)
		return 1;
	if (!mixed)
		return 0;
	da = point_decode(a, err);
	db = da != NULL ? point_decode(b, err) : NULL;
	if (db != NULL)
		agree = headers_agree(decoded_value(da), decoded_value(db));
	decoded_free(da);
	decoded_free(db);
	return agree;
}

enum point_choice
point_choose(const struct point *have, const struct point *came, bool mixed,
    struct error *err)
{
	const double before = images_of(have), now = images_of(came);
	int same;

	if (before > 0.0 && now > 0.0 && before != now)
		return now > before ? POINT_REPLACE : POINT_KEEP;
	same = agrees(have, came, mixed, err);
	if (same <= 0)
		return same < 0 ? POINT_FAILED : POINT_DIFFERS;
	return POINT_SAME;
}
