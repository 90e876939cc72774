#include "direction/diagnosis.h"

#include <math.h>

/* Fewer groups share a factor by chance. */
enum { GROUPS_MIN = 3, DRAWS_MIN = 8 };
/* Standard errors that chance does not bring about. */
#define BEYOND_CHANCE 6.0
/*
 * Half precision, say: so much beyond the tolerance it is still that formula
 * and none with fewer groups, whose lengths rounding spares.  One that was not
 * used is off by more, a per cent and above.
 */
#define ROUGH_TIMES 20.0
#define ROUGH_MAX 2e-3
/* Normal numbers have 3; those divided by numbers around 0 have many more. */
#define KURTOSIS_MAX 4.5

struct tensors {
	const struct imprint *of;
	size_t n;
};

/* Does it say something about the formula of weights? */
static bool
counts(const struct imprint *p)
{
	return !p->small && !p->still;
}

/* ---- lengths of groups ---- */

static double
extremes_off(const struct extremes *s, double factor)
{
	if (s->groups == 0)
		return 0;
	return fmax(fabs(s->most / factor - 1), fabs(s->least / factor - 1));
}

static struct extremes
join(const struct tensors *t, int rule, int power)
{
	struct extremes all = {0};

	for (size_t i = 0; i < t->n; i++)
		if (counts(&t->of[i]))
			extremes_join(&all, &t->of[i].span[rule][power]);
	return all;
}

/*
 * Every rule whose groups are made of those of another fits where that one
 * does: the one with the most groups is the one that was used.
 */
static bool
find_rule(const struct tensors *t, bool scaled, double tolerance,
    struct finding *found)
{
	int64_t groups = scaled ? GROUPS_MIN - 1 : 0;
	bool any = false;

	for (int power = 0; power < POWER_COUNT && !any; power++)
		for (int rule = 0; rule < RULE_COUNT; rule++) {
			const struct extremes s = join(t, rule, power);
			const double factor =
			    scaled ? sqrt(s.least * s.most) : 1;

			if (s.groups <= groups || !(factor > 0) ||
			    !(extremes_off(&s, factor) <= tolerance))
				continue;
			groups = s.groups;
			any = true;
			*found = (struct finding){.form = FORM_RULE,
			    .rule = (enum rule)rule,
			    .power = (enum power)power,
			    .factor = factor,
			    .groups = groups};
		}
	return any;
}

static bool
find_model(const struct tensors *t, double tolerance)
{
	double w[2] = {0, 0}, d[2] = {0, 0};

	for (size_t i = 0; i < t->n; i++)
		for (int all = t->of[i].small; all < 2; all++) {
			w[all] += t->of[i].w_squares;
			d[all] += t->of[i].d_squares;
		}
	for (int all = 0; all < 2; all++)
		if (w[all] > 0 && fabs(sqrt(d[all] / w[all]) - 1) <= tolerance)
			return true;
	return false;
}

/* ---- draws that nothing has scaled ---- */

/* Sums of squares and fourth powers of n draws of a tensor, if d is such. */
struct moments {
	double n, squares, fourths;
};

static struct moments
moments_of(const struct imprint *p, enum form form)
{
	if (form == FORM_WEIGHT)
		return (struct moments){
		    (double)p->n_ratios, p->ratio_squares, p->ratio_fourths};
	return (struct moments){(double)p->n, p->d_squares, 0};
}

/* Have all tensors the same mean square, beyond chance? */
static bool
find_draws(
    const struct tensors *t, enum form form, bool scaled, struct finding *found)
{
	struct moments all = {0};
	double mean;
	size_t tensors = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct moments m = moments_of(&t->of[i], form);

		if (!counts(&t->of[i]))
			continue;
		tensors++;
		all.n += m.n;
		all.squares += m.squares;
		all.fourths += m.fourths;
	}
	mean = scaled ? all.squares / all.n : 1;
	if (all.n < DRAWS_MIN || (scaled && tensors < 2) ||
	    all.n * all.fourths > KURTOSIS_MAX * all.squares * all.squares)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		const struct moments m = moments_of(&t->of[i], form);

		if (counts(&t->of[i]) && m.n > 0 &&
		    !(fabs(m.squares / m.n / mean - 1) <=
			BEYOND_CHANCE * sqrt(2 / m.n)))
			return false;
	}
	*found = (struct finding){.form = form, .factor = sqrt(mean)};
	return true;
}

static double
rough_tolerance(double tolerance)
{
	return fmax(tolerance, fmin(ROUGH_TIMES * tolerance, ROUGH_MAX));
}

static struct finding
find(const struct tensors *t, double tolerance)
{
	struct finding found = {.form = FORM_UNKNOWN, .factor = 1}, rough;
	bool moves = false, exact, is_rough;

	for (size_t i = 0; i < t->n; i++)
		moves |= counts(&t->of[i]);
	if (!moves) {
		found.form = FORM_STILL;
		return found;
	}
	exact = find_rule(t, false, tolerance, &found);
	is_rough = find_rule(t, false, rough_tolerance(tolerance), &rough);
	rough.rough = true;
	if (exact)
		return is_rough && rough.power == found.power &&
			       rough.groups > found.groups
			   ? rough
			   : found;
	if (find_rule(t, true, tolerance, &found))
		return found;
	if (is_rough)
		return rough;
	if (t->n > 1 && find_model(t, tolerance)) {
		found.form = FORM_MODEL;
		return found;
	}
	for (int scaled = 0; scaled < 2; scaled++)
		if (find_draws(t, FORM_NONE, scaled, &found) ||
		    find_draws(t, FORM_WEIGHT, scaled, &found))
			break;
	return found;
}

/* ---- tensors alone ---- */

struct finding
diagnose_tensor(const struct imprint *imprint, double tolerance)
{
	return find(&(const struct tensors){imprint, 1}, tolerance);
}

enum treatment
diagnose_small(const struct imprint *p, double tolerance)
{
	static const struct {
		enum rule rule;
		enum power power;
		enum treatment is;
	} known[] = {{RULE_ELEMENT, POWER_SAME, TREAT_ELEMENT},
	    {RULE_LAYER, POWER_SAME, TREAT_LAYER},
	    {RULE_ELEMENT, POWER_UNIT, TREAT_UNIT},
	    {RULE_LAYER, POWER_UNIT, TREAT_UNIT}};

	if (p->still)
		return p->w_zero ? TREAT_ZERO : TREAT_STILL;
	if (p->copy)
		return TREAT_COPY;
	for (int k = 0; k < 4; k++) {
		const struct extremes *s =
		    &p->span[known[k].rule][known[k].power];

		if (s->groups > 0 && extremes_off(s, 1) <= tolerance)
			return known[k].is;
	}
	return TREAT_MOVED;
}

double
diagnose_off(const struct imprint *p, enum normalisation norm)
{
	switch (norm) {
	case NORMALISE_FILTER:
		return extremes_off(&p->span[RULE_FILTER][POWER_SAME], 1);
	case NORMALISE_LAYER:
		return extremes_off(&p->span[RULE_LAYER][POWER_SAME], 1);
	case NORMALISE_DFILTER:
		return extremes_off(&p->span[RULE_FILTER][POWER_UNIT], 1);
	case NORMALISE_DLAYER:
		return extremes_off(&p->span[RULE_LAYER][POWER_UNIT], 1);
	case NORMALISE_WEIGHT:
	case NORMALISE_MODEL:
	case NORMALISE_NONE:
		break;
	}
	return NAN;
}

/* ---- all of them ---- */

static enum small_kind
kind_of(const struct tensor *t)
{
	switch (t->role) {
	case ROLE_NORM_WEIGHT:
	case ROLE_NORM_BIAS:
		return SMALL_NORM;
	case ROLE_RUNNING_MEAN:
	case ROLE_RUNNING_VAR:
	case ROLE_BATCHES:
		return SMALL_STATISTIC;
	default:
		return SMALL_BIAS;
	}
}

/* Tensors of one kind that are treated differently are moved somehow. */
static void
judge_small(struct diagnosis *g, const struct imprint *imprint,
    const struct tensor *const *tensor, size_t n, double tolerance)
{
	for (size_t i = 0; i < n; i++) {
		enum treatment *all, one;

		if (!imprint[i].small)
			continue;
		all = &g->small[kind_of(tensor[i])];
		one = diagnose_small(&imprint[i], tolerance);
		if (*all == TREAT_ABSENT || *all == TREAT_ZERO)
			*all = one;
		else if (*all != one && one != TREAT_ZERO)
			*all = TREAT_MOVED;
	}
}

static void
judge_draws(struct diagnosis *g, const struct tensors *t)
{
	const enum rule rule =
	    g->finding.form == FORM_RULE ? g->finding.rule : RULE_LAYER;
	struct draws all = {0};

	g->kurtosis = g->kurtosis_off = g->mean_off = NAN;
	if (g->finding.form == FORM_WEIGHT || rule == RULE_ELEMENT)
		return;
	for (size_t i = 0; i < t->n; i++) {
		const struct draws *d = &t->of[i].draws[rule];

		if (!counts(&t->of[i]))
			continue;
		all.kurtosis += d->kurtosis;
		all.expected += d->expected;
		all.variance += d->variance;
		all.lean += d->lean;
		all.groups += d->groups;
	}
	if (all.groups == 0 || !(all.variance > 0))
		return;
	g->kurtosis = 3 * all.kurtosis / all.expected;
	g->kurtosis_off = (all.kurtosis - all.expected) / sqrt(all.variance);
	g->mean_off = all.lean / sqrt((double)all.groups);
}

/* What fnorm's formulas are here. */
static const struct finding formulas[] = {
    [NORMALISE_NONE] = {.form = FORM_NONE, .factor = 1},
    [NORMALISE_FILTER] = {FORM_RULE, RULE_FILTER, POWER_SAME, 1, 0, false},
    [NORMALISE_LAYER] = {FORM_RULE, RULE_LAYER, POWER_SAME, 1, 0, false},
    [NORMALISE_WEIGHT] = {.form = FORM_WEIGHT, .factor = 1},
    [NORMALISE_DFILTER] = {FORM_RULE, RULE_FILTER, POWER_UNIT, 1, 0, false},
    [NORMALISE_DLAYER] = {FORM_RULE, RULE_LAYER, POWER_UNIT, 1, 0, false},
    [NORMALISE_MODEL] = {.form = FORM_MODEL, .factor = 1},
};

static bool
is_rule(const struct finding *f, enum normalisation norm)
{
	const struct finding *is = &formulas[norm];

	return f->form == is->form && f->factor == is->factor &&
	       (f->form != FORM_RULE ||
		   (f->rule == is->rule && f->power == is->power));
}

/*
 * Where every filter is a tensor, or one tensor is all, formulas are the same:
 * then what was found is called by the name that is expected.
 */
static void
call_as_expected(struct finding *f, const struct tensors *t,
    const struct expectation *expected)
{
	const struct finding *is = &formulas[expected->norm];
	struct extremes found, wanted;

	if (f->form != FORM_RULE || f->factor != 1)
		return;
	found = join(t, f->rule, f->power);
	wanted = join(t, is->rule, is->power);
	if (is->form == FORM_RULE
		? wanted.groups == found.groups &&
		      extremes_off(&wanted, 1) <= expected->tolerance
		: is->form == FORM_MODEL && found.groups == 1 &&
		      find_model(t, expected->tolerance))
		*f = *is;
}

static bool
small_wrong(enum treatment t, const struct expectation *expected)
{
	const enum treatment wanted =
	    expected->ignore == IGNORE_NONE ? TREAT_COPY : TREAT_STILL;

	return !expected->any_ignore && t != TREAT_ABSENT && t != TREAT_ZERO &&
	       t != wanted;
}

void
diagnose(struct diagnosis *g, const struct imprint *imprint,
    const struct tensor *const *tensor, size_t n,
    const struct expectation *expected)
{
	const struct tensors all = {imprint, n};
	double squares = 0;

	*g = (struct diagnosis){.off = -1};
	g->finding = find(&all, expected->tolerance);
	call_as_expected(&g->finding, &all, expected);
	for (size_t i = 0; i < n; i++) {
		const struct imprint *p = &imprint[i];
		const double off = diagnose_off(p, expected->norm);

		if (p->small)
			continue;
		g->big++;
		squares += p->w_squares;
		g->still += p->still && !p->w_zero;
		if (p->still || isnan(off))
			continue;
		g->follow += off <= expected->tolerance;
		if (off > g->off) {
			g->off = off;
			g->worst = i;
		}
	}
	g->w_norm = sqrt(squares);
	judge_small(g, imprint, tensor, n, expected->tolerance);
	judge_draws(g, &all);
	g->norm_right = is_rule(&g->finding, expected->norm);
	g->right = g->norm_right && !g->finding.rough && g->still == 0;
	for (int k = 0; k < SMALL_KINDS; k++) {
		g->small_wrong[k] = small_wrong(g->small[k], expected);
		g->right &= !g->small_wrong[k];
	}
}
