#include "direction/imprint.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "direction/normalise.h"

/* ---- rules ---- */

/* The axis of inputs: the one behind that of outputs, or before it. */
static int
in_axis(const struct tensor *t)
{
	return t->out_axis + 1 < t->rank ? t->out_axis + 1 : t->out_axis - 1;
}

/* Is an element's group told by its place on this axis? */
static bool
tells(enum rule rule, const struct tensor *t, int axis)
{
	switch (rule) {
	case RULE_FILTER:
		return axis == t->out_axis;
	case RULE_LAYER:
		return false;
	case RULE_INPUT:
		return axis == in_axis(t);
	case RULE_KERNEL: /* a matrix has no kernels but its rows */
		return axis == t->out_axis ||
		       (t->rank > 2 && axis == in_axis(t));
	case RULE_AXIS0:
		return axis != 0;
	case RULE_AXIS1:
		return axis != 1;
	case RULE_LAST:
		return axis != t->rank - 1;
	case RULE_ELEMENT:
	case RULE_COUNT:
		break;
	}
	return true;
}

int64_t
rule_groups(enum rule rule, const struct tensor *t)
{
	int64_t k = 1;

	for (int a = 0; a < t->rank; a++)
		if (tells(rule, t, a))
			k *= t->dim[a];
	return k;
}

/* ---- sums of groups ---- */

struct sums {
	double w, d, fourths, sum;
	int64_t n;
};

/* Walks over all elements, the last axis fastest. */
struct walk {
	int64_t at[TENSOR_RANK_MAX], step[TENSOR_RANK_MAX], group;
};

static struct walk
walk_start(enum rule rule, const struct tensor *t)
{
	struct walk walk = {.group = 0};
	int64_t step = 1;

	for (int a = t->rank - 1; a >= 0; a--) {
		if (!tells(rule, t, a))
			continue;
		walk.step[a] = step;
		step *= t->dim[a];
	}
	return walk;
}

static void
walk_on(struct walk *walk, const struct tensor *t)
{
	for (int a = t->rank - 1; a >= 0; a--) {
		walk->group += walk->step[a];
		if (++walk->at[a] < t->dim[a])
			return;
		walk->group -= walk->step[a] * t->dim[a];
		walk->at[a] = 0;
	}
}

static void
add_groups(struct sums *sums, enum rule rule, const struct tensor *t,
    const float *w, const float *d)
{
	struct walk walk = walk_start(rule, t);

	for (int64_t i = 0; i < t->n; i++) {
		struct sums *s = &sums[walk.group];
		const double square = (double)d[i] * d[i];

		s->w += (double)w[i] * w[i];
		s->d += square;
		s->fourths += square * square;
		s->sum += d[i];
		s->n++;
		walk_on(&walk, t);
	}
}

/* ---- what they say ---- */

void
extremes_join(struct extremes *to, const struct extremes *span)
{
	if (span->groups == 0)
		return;
	if (to->groups == 0) {
		*to = *span;
		return;
	}
	to->least = fmin(to->least, span->least);
	to->most = fmax(to->most, span->most);
	to->groups += span->groups;
}

/*
 * A group that is zero in both says nothing; one that is zero in w alone has
 * moved where nothing should.
 */
static void
add_ratio(struct extremes *span, double d, double length)
{
	const double ratio = d / length;
	const double known = isnan(ratio) ? INFINITY : ratio;

	if (d != 0 || length != 0)
		extremes_join(span, &(const struct extremes){known, known, 1});
}

/*
 * m normal numbers of a given length lie anywhere on a sphere: the fourth
 * moments there, exactly.
 */
static void
add_draws(struct draws *draws, const struct sums *s)
{
	const double m = (double)s->n, mean = 3 * m / (m + 2);

	if (s->n < 2 || !(s->d > 0) || !isfinite(s->fourths))
		return;
	draws->groups++;
	draws->kurtosis += m * s->fourths / (s->d * s->d);
	draws->expected += mean;
	draws->variance +=
	    m * m * (9 * m + 96) / ((m + 2) * (m + 4) * (m + 6)) - mean * mean;
	draws->lean += s->sum / sqrt(s->d);
}

static int
measure_rule(struct imprint *p, enum rule rule, const struct tensor *t,
    const float *w, const float *d, struct error *err)
{
	const int64_t k = rule_groups(rule, t);
	struct sums *sums = memory_new((size_t)k, sizeof(*sums), err);

	if (sums == NULL)
		return -1;
	add_groups(sums, rule, t, w, d);
	for (int64_t g = 0; g < k; g++) {
		const double length = sqrt(sums[g].d);

		add_ratio(&p->span[rule][POWER_SAME], length, sqrt(sums[g].w));
		add_ratio(&p->span[rule][POWER_UNIT], length, 1);
		add_ratio(&p->span[rule][POWER_SQUARE], length, sums[g].w);
		add_draws(&p->draws[rule], &sums[g]);
	}
	free(sums);
	return 0;
}

/* Elements are groups whose sums need no memory. */
static void
measure_elements(struct imprint *p, const float *w, const float *d)
{
	for (int64_t i = 0; i < p->n; i++) {
		const double a = fabs((double)w[i]), b = fabs((double)d[i]);

		add_ratio(&p->span[RULE_ELEMENT][POWER_SAME], b, a);
		add_ratio(&p->span[RULE_ELEMENT][POWER_UNIT], b, 1);
		add_ratio(&p->span[RULE_ELEMENT][POWER_SQUARE], b, a * a);
		if (a == 0)
			continue;
		p->n_ratios++;
		p->ratio_squares += b * b / (a * a);
		p->ratio_fourths += pow(b / a, 4);
	}
}

static bool
is_copy(const float *w, const float *d, int64_t n, double tolerance)
{
	for (int64_t i = 0; i < n; i++)
		if (!(fabs((double)d[i] - w[i]) <=
			tolerance * fabs((double)w[i])))
			return false;
	return true;
}

static double
squares_of(const float *x, int64_t n)
{
	double sum = 0;

	for (int64_t i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	return sum;
}

int
imprint_measure(struct imprint *p, const struct tensor *t, const float *w,
    const float *d, double tolerance, struct error *err)
{
	imprint_still(p, t, w);
	p->d_squares = squares_of(d, t->n);
	p->still = p->d_squares == 0;
	if (p->still)
		return 0;
	p->copy = is_copy(w, d, t->n, tolerance);
	for (int r = 0; r < RULE_ELEMENT; r++)
		if (measure_rule(p, (enum rule)r, t, w, d, err) < 0)
			return -1;
	measure_elements(p, w, d);
	return 0;
}

void
imprint_still(struct imprint *p, const struct tensor *t, const float *w)
{
	*p = (struct imprint){
	    .small = normalise_small(t), .still = true, .n = t->n};
	p->w_squares = squares_of(w, t->n);
	p->w_zero = p->w_squares == 0;
}

void
imprint_scale(struct imprint *p, double factor)
{
	p->copy &= factor == 1;
	p->still |= factor == 0;
	p->d_squares *= factor * factor;
	p->ratio_squares *= factor * factor;
	p->ratio_fourths *= pow(factor, 4);
	for (int r = 0; r < RULE_COUNT; r++)
		for (int k = 0; k < POWER_COUNT; k++) {
			p->span[r][k].least *= factor;
			p->span[r][k].most *= factor;
		}
}
