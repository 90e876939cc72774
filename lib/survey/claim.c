#include "survey/claim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/character.h"

const char *const measure_words[] = {
    [MEASURE_ERROR] = "error",
    [MEASURE_LOSS] = "loss",
    [MEASURE_SHARPNESS] = "sharpness",
    [MEASURE_WIDTH] = "width",
    [MEASURE_BENDS] = "bends",
    [MEASURE_CURVATURE] = "curvature",
    [MEASURE_OUTWARD] = "outward",
    [MEASURE_EXPECTED] = "expected",
    [MEASURE_BARRIER] = "barrier",
    [MEASURE_HIGHEST] = "highest",
    [MEASURE_VALUES] = "values",
    NULL,
};

/* ---- one survey ---- */

static struct estimate
error_of(const struct survey *s)
{
	const struct influence error = {
	    .se = s->used > 0 ? accuracy_error(s->acc, s->used) : NAN};
	struct estimate e = estimate_of(100 - s->acc, &error, 1);

	if (s->acc_lo < s->acc_hi)
		return estimate_between(
		    100 - s->acc, 100 - s->acc_hi, 100 - s->acc_lo);
	e.lo = fmax(e.lo, fmin(0, e.value));
	e.hi = fmin(e.hi, fmax(100, e.value));
	return e;
}

/* Of all half-axes, which share their images: their errors move together. */
static struct estimate
mean_width(const struct survey *s)
{
	const int n = 2 * s->axes;
	struct influence mean = {.grouped = true};
	double sum = 0, se = 0;
	bool open = false;
	struct estimate e;

	if (s->centre != CENTRE_GRID || !isfinite(s->loss) || n == 0)
		return estimate_exact(NAN);
	for (int h = 0; h < n; h++) {
		const struct crossing *c = &s->width[1][h];

		sum += c->at;
		open |= c->kind != CROSSING_AT;
		if (c->kind != CROSSING_AT)
			continue;
		se += isnan(c->error.se) ? 0 : c->error.se;
		mean.grouped &= c->error.grouped;
		for (int g = 0; g < GROUPS; g++)
			mean.by[g] += c->error.by[g] / n;
	}
	mean.se = mean.grouped ? influence_error(mean.by, s->shrink) : se / n;
	e = estimate_of(sum / n, &mean, s->shrink);
	if (open)
		e.hi = INFINITY;
	return e;
}

static struct estimate
bends_share(const struct survey *s)
{
	const double n = (double)s->bends.points;
	const double share = (double)s->bends.down / n;

	if (s->bends.points == 0)
		return estimate_exact(NAN);
	return estimate_between(
	    share, share, share + (double)s->bends.unsure / n);
}

static struct estimate
outward(const struct survey *s, int end)
{
	const struct crossing *c = &s->end[end].way;
	struct estimate e;

	if (!s->end[end].here || !isfinite(s->end[end].loss))
		return estimate_exact(NAN);
	e = estimate_of(c->at, &c->error, s->shrink);
	if (c->kind != CROSSING_AT)
		e = estimate_between(c->at, c->at, INFINITY);
	return e;
}

/* The mean over the axes, which share their images. */
static struct estimate
expected(const struct survey *s, int radius)
{
	struct influence error = {.grouped = true};
	double mean = 0, se = 0;

	if (s->centre == CENTRE_NONE || s->axes == 0)
		return estimate_exact(NAN);
	for (int a = 0; a < s->axes; a++) {
		const struct rise *r = &s->rise[radius][a];

		mean += r->mean / s->axes;
		se += (isnan(r->error.se) ? 0 : r->error.se) / s->axes;
		error.grouped &= r->error.grouped;
		for (int g = 0; g < GROUPS; g++)
			error.by[g] += r->error.by[g] / s->axes;
	}
	error.se = error.grouped ? influence_error(error.by, s->shrink) : se;
	return estimate_of(mean, &error, s->shrink);
}

static struct estimate
measure_of(const struct side *side, int i, enum measure measure)
{
	const struct survey *s = side->survey[i];

	switch (measure) {
	case MEASURE_ERROR:
		return error_of(s);
	case MEASURE_LOSS:
		return estimate_of(s->loss, &s->loss_error, s->shrink);
	case MEASURE_SHARPNESS:
		return estimate_of(s->sharpness[RADII / 2 + side->radius].rise,
		    &s->sharpness[RADII / 2 + side->radius].error, s->shrink);
	case MEASURE_WIDTH:
		return mean_width(s);
	case MEASURE_BENDS:
		return bends_share(s);
	case MEASURE_CURVATURE:
		return s->curvature;
	case MEASURE_OUTWARD:
		return outward(s, side->end);
	case MEASURE_EXPECTED:
		return expected(s, RADII / 2 + side->radius);
	case MEASURE_BARRIER:
		return estimate_of(
		    s->barrier.height, &s->barrier.error, s->shrink);
	case MEASURE_HIGHEST:
		return estimate_of(
		    s->barrier.highest, &s->barrier.highest_error, s->shrink);
	default:
		return side->given;
	}
}

/* ---- several direction sets ---- */

/* Student's t: 95 % lie within so many standard errors of the mean of n. */
static double
student(int n)
{
	static const double t[] = {12.71, 4.303, 3.182, 2.776, 2.571, 2.447,
	    2.365, 2.306, 2.262, 2.228};
	const int freedom = n - 1;

	if (freedom <= 10)
		return t[freedom - 1];
	return 1.96 + 2.5 / freedom;
}

/* Half the interval of the mean of n numbers, themselves exact. */
static double
spread(const double *v, int n)
{
	double mean = 0, squares = 0;

	if (n < 2)
		return 0;
	for (int i = 0; i < n; i++)
		mean += v[i] / n;
	for (int i = 0; i < n; i++)
		squares += (v[i] - mean) * (v[i] - mean);
	return student(n) * sqrt(squares / (n - 1) / n);
}

/*
 * The mean.  The sets share their images: so the mean of the errors or, where
 * groups are known, the error of the mean of each.
 */
static struct estimate
mean_of(const struct side *side, enum measure measure)
{
	struct estimate sum = {.grouped = true};
	double half;

	for (int i = 0; i < side->n; i++) {
		const struct estimate e = measure_of(side, i, measure);

		sum.value += e.value / side->n;
		sum.lo += e.lo / side->n;
		sum.hi += e.hi / side->n;
		sum.shrink = e.shrink;
		sum.grouped &= e.grouped;
		for (int g = 0; g < GROUPS; g++)
			sum.by[g] += e.by[g] / side->n;
	}
	if (sum.grouped && side->n > 1) {
		half = 2 * influence_error(sum.by, sum.shrink);
		sum.lo = sum.value - half;
		sum.hi = isinf(sum.hi) ? sum.hi : sum.value + half;
	}
	return sum;
}

static struct estimate
widened(struct estimate e, double half)
{
	e.lo = e.value - hypot(e.value - e.lo, half);
	e.hi = e.value + hypot(e.hi - e.value, half);
	return e;
}

enum { VALUES_MAX = REPS_MAX * AXES_MAX };

/*
 * The numbers whose spread tells how well their mean is known: one of each set
 * or, of what is expected of random directions, of each direction.
 */
static int
values_of(const struct side *side, enum measure measure, double *out)
{
	int n = 0;

	for (int i = 0; i < side->n; i++) {
		const struct survey *s = side->survey[i];

		if (measure != MEASURE_EXPECTED)
			out[n++] = measure_of(side, i, measure).value;
		else
			for (int a = 0; a < s->axes; a++)
				out[n++] =
				    s->rise[RADII / 2 + side->radius][a].mean;
	}
	return n;
}

/* What one direction alone tells of others is not known. */
static double
half_interval(const double *values, int n, enum measure measure)
{
	return measure == MEASURE_EXPECTED && n < 2 ? INFINITY
						    : spread(values, n);
}

struct estimate
side_measure(const struct side *side, enum measure measure)
{
	double values[VALUES_MAX];
	const int n = values_of(side, measure, values);

	return widened(
	    mean_of(side, measure), half_interval(values, n, measure));
}

/* Do both have the same directions, set by set? */
static bool
is_paired(const struct side *a, const struct side *b)
{
	if (a->n != b->n || a->n < 2)
		return false;
	for (int i = 0; i < a->n; i++)
		for (int x = 0; x < a->survey[i]->axes; x++) {
			const struct survey *s = a->survey[i];
			const struct survey *t = b->survey[i];

			if (s->axes != t->axes || !s->has_direction[x] ||
			    !t->has_direction[x] ||
			    s->direction[x].direction.kind !=
				DIRECTION_RANDOM ||
			    t->direction[x].direction.kind !=
				DIRECTION_RANDOM ||
			    s->direction[x].direction.seed !=
				t->direction[x].direction.seed)
				return false;
		}
	return true;
}

/* Are both of the same images: in the same order, so in the same groups? */
static bool
same_images(const struct side *a, const struct side *b)
{
	const struct survey *s = a->survey[0], *t = b->survey[0];

	return s->data[0] != '\0' && strcmp(s->data, t->data) == 0 &&
	       s->total == t->total;
}

/*
 * The same directions: what they have in common does not matter to the
 * difference, whose spread is that of the differences.
 */
static double
direction_spread(const struct side *a, const struct side *b, enum measure m)
{
	double va[VALUES_MAX], vb[VALUES_MAX];
	const int na = values_of(a, m, va), nb = values_of(b, m, vb);

	if (!is_paired(a, b) || na != nb)
		return hypot(
		    half_interval(va, na, m), half_interval(vb, nb, m));
	for (int i = 0; i < nb; i++)
		vb[i] -= va[i];
	return half_interval(vb, nb, m);
}

static enum outcome
judge(const struct side *a, const struct side *b, enum measure measure)
{
	const struct estimate from = mean_of(a, measure);
	const struct estimate to = mean_of(b, measure);
	const double spread = direction_spread(a, b, measure);
	struct margin margin = estimate_margin(&from, &to, same_images(a, b));

	margin.up = hypot(margin.up, spread);
	margin.down = hypot(margin.down, spread);
	return estimate_less(&from, &to, &margin);
}

/* ---- did they train? ---- */

static enum trained
side_trained(const struct side *side, enum measure measure, char why[WHY_BYTES])
{
	const struct survey *s = side->survey[0];

	if (measure == MEASURE_OUTWARD)
		return survey_trained_end(s, &s->end[side->end], why);
	return survey_trained(s, why);
}

/* Of a line between two models each end is another network. */
static void
add_reason(struct claim *claim, const struct side *side, enum measure measure,
    const char *why)
{
	const struct survey *s = side->survey[0];
	const size_t n = strlen(claim->why);
	char *end = claim->why + n;
	const size_t room = sizeof(claim->why) - n;

	if (measure == MEASURE_OUTWARD)
		snprintf(end, room, "%sat x = %d %s", n > 0 ? "; " : "",
		    side->end, why);
	else if (strstr(claim->why, why) == NULL)
		snprintf(end, room, "%s%.100s: %s", n > 0 ? "; " : "",
		    s->name[0] != '\0' ? s->name : s->run, why);
}

void
claim_judge(struct claim *claim, const struct side *a, const struct side *b,
    enum measure measure)
{
	const struct side *const sides[] = {a, b};
	bool untrained = false;

	*claim = (struct claim){
	    .a = side_measure(a, measure), .b = side_measure(b, measure)};
	claim->outcome = judge(a, b, measure);
	if (claim->outcome == OUTCOME_VOID)
		snprintf(claim->why, sizeof(claim->why), "there is no number");
	for (int i = 0; i < 2; i++) {
		char why[WHY_BYTES];
		const enum trained t = side_trained(sides[i], measure, why);

		claim->unknown |= t == TRAINED_UNKNOWN;
		claim->pointwise |=
		    measure != MEASURE_VALUES && sides[i]->survey[0]->pointwise;
		if (t != UNTRAINED)
			continue;
		if (!untrained)
			claim->why[0] = '\0';
		untrained = true;
		add_reason(claim, sides[i], measure, why);
		claim->outcome = OUTCOME_VOID;
	}
}

void
claim_print(const struct claim *claim, struct text *out)
{
	text_add(out, "%s: ", outcome_words[claim->outcome]);
	estimate_print(&claim->a, out);
	text_add(out, " < ");
	estimate_print(&claim->b, out);
	if (claim->why[0] != '\0') {
		text_add(out, ": ");
		text_add_shown(out, claim->why);
	} else if (claim->pointwise) {
		text_add(out, ": intervals at 95 %%, per point");
	}
	text_add(out, "\n");
}
