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
	return (struct estimate){value, value, value};
}

struct estimate
estimate_of(double value, double error)
{
	const double half = isnan(error) ? 0 : ERRORS * error;

	return (struct estimate){value, value - half, value + half};
}

/* Also of two infinities. */
static double
apart(double x, double y)
{
	return x == y ? 0 : fabs(x - y);
}

enum outcome
estimate_less(const struct estimate *a, const struct estimate *b)
{
	const double rise = b->value - a->value;

	if (isnan(rise))
		return OUTCOME_VOID;
	if (rise > hypot(apart(b->value, b->lo), apart(a->hi, a->value)))
		return OUTCOME_HOLDS;
	if (-rise > hypot(apart(b->hi, b->value), apart(a->value, a->lo)))
		return OUTCOME_FAILS;
	return OUTCOME_UNDECIDED;
}

void
estimate_print(const struct estimate *e, struct text *out)
{
	if (isnan(e->value))
		text_add(out, "unknown");
	else if (isinf(e->hi) && !isinf(e->value))
		text_add(out, "at least %.4g", e->value);
	else if (e->lo < e->hi)
		text_add(out, "%.4g [%.4g, %.4g]", e->value, e->lo, e->hi);
	else
		text_add(out, "%.4g", e->value);
}
