/* Numbers with their errors, and whether one is less than another. */
#include <math.h>

#include "survey/estimate.h"

/* Standard errors of an interval at 95 %. */
#define ERRORS 2.0

const char *const outcome_words[] = {
    [OUTCOME_HOLDS] = "holds",
    [OUTCOME_FAILS] = "does not hold",
    [OUTCOME_UNDECIDED] = "not distinguishable",
    [OUTCOME_VOID] = "void",
};

struct estimate
estimate_exact(double value)
{
	return estimate_between(value, value, value);
}

struct estimate
estimate_between(double value, double lo, double hi)
{
	return (struct estimate){.value = value, .lo = lo, .hi = hi};
}

struct estimate
estimate_of(double value, const struct influence *error, double shrink)
{
	const double half = isnan(error->se) ? 0 : ERRORS * error->se;
	struct estimate e = {.value = value,
	    .lo = value - half,
	    .hi = value + half,
	    .grouped = error->grouped,
	    .shrink = shrink};

	for (int g = 0; g < GROUPS; g++)
		e.by[g] = error->by[g];
	return e;
}

/* Also of two infinities. */
static double
apart(double x, double y)
{
	return x == y ? 0 : fabs(x - y);
}

struct margin
estimate_margin(const struct estimate *a, const struct estimate *b, bool paired)
{
	struct margin m = {
	    .up = hypot(apart(b->value, b->lo), apart(a->hi, a->value)),
	    .down = hypot(apart(b->hi, b->value), apart(a->value, a->lo))};
	double by[GROUPS], half;

	if (!paired || !a->grouped || !b->grouped)
		return m;
	for (int g = 0; g < GROUPS; g++)
		by[g] = b->by[g] - a->by[g];
	half = ERRORS * influence_error(by, a->shrink);
	/* a bound stays one */
	m.up = isinf(m.up) ? m.up : half;
	m.down = isinf(m.down) ? m.down : half;
	return m;
}

enum outcome
estimate_less(const struct estimate *a, const struct estimate *b,
    const struct margin *margin)
{
	const double rise = b->value - a->value;

	if (isnan(rise))
		return OUTCOME_VOID;
	if (rise > margin->up)
		return OUTCOME_HOLDS;
	return -rise > margin->down ? OUTCOME_FAILS : OUTCOME_UNDECIDED;
}

void
estimate_print(const struct estimate *e, struct text *out)
{
	if (isnan(e->value))
		text_add(out, "unknown");
	else if (isinf(e->lo) && isinf(e->hi) && !isinf(e->value))
		text_add(out, "%.4g [?, ?]", e->value);
	else if (isinf(e->hi) && !isinf(e->value))
		text_add(out, "at least %.4g", e->value);
	else if (e->lo < e->hi)
		text_add(out, "%.4g [%.4g, %.4g]", e->value, e->lo, e->hi);
	else
		text_add(out, "%.4g", e->value);
}
