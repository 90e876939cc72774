#include "model/histogram.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const histogram_over_words[] = {
    "filters", "weights", "states", NULL};

bool
histogram_takes(const struct histogram_choice *choice, const struct tensor *t)
{
	bool taken = choice->patterns == 0;

	for (int i = 0; i < choice->patterns; i++)
		taken |= fnmatch(choice->pattern[i], t->name, 0) == 0;
	if (!taken || t->type != TENSOR_FLOAT32)
		return false;
	switch (choice->over) {
	case HISTOGRAM_FILTERS:
		return t->role == ROLE_WEIGHT;
	case HISTOGRAM_WEIGHTS:
		return tensor_is_weight(t);
	case HISTOGRAM_STATES:
		break;
	}
	return tensor_is_state(t);
}

/* ---- moments ---- */

/* What single elements add to a spread, in two looks. */
struct moments {
	struct spread spread;
	double sum, squares, about;
};

static void
first_look(struct moments *m, const float *w, int64_t n)
{
	struct spread *s = &m->spread;

	for (int64_t i = 0; i < n; i++) {
		double x = (double)w[i];

		s->min = s->n + i == 0 ? x : fmin(s->min, x);
		s->max = s->n + i == 0 ? x : fmax(s->max, x);
		m->sum += x;
		m->squares += x * x;
	}
	s->n += n;
}

static void
second_look(struct moments *m, const float *w, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		double d = (double)w[i] - m->spread.mean;

		m->about += d * d;
	}
}

static void
finish_mean(struct moments *m)
{
	m->spread.mean = m->sum / (double)m->spread.n;
	m->spread.norm = sqrt(m->squares);
}

struct spread
histogram_spread(const float *elements, int64_t n)
{
	struct moments m = {0};

	if (n == 0)
		return m.spread;
	first_look(&m, elements, n);
	finish_mean(&m);
	second_look(&m, elements, n);
	m.spread.sd = sqrt(m.about / (double)n);
	return m.spread;
}

/* ---- counting ---- */

static struct spread
spread_of_all(
    const struct histogram_choice *choice, const struct graph *g, int *taken)
{
	struct moments m = {0};

	*taken = 0;
	for (size_t i = 0; i < g->n_tensors; i++)
		if (histogram_takes(choice, &g->tensors[i])) {
			first_look(&m, g->tensors[i].f32, g->tensors[i].n);
			++*taken;
		}
	if (m.spread.n == 0)
		return m.spread;
	finish_mean(&m);
	for (size_t i = 0; i < g->n_tensors; i++)
		if (histogram_takes(choice, &g->tensors[i]))
			second_look(&m, g->tensors[i].f32, g->tensors[i].n);
	m.spread.sd = sqrt(m.about / (double)m.spread.n);
	return m.spread;
}

/* The first 1, 2 or 5 times a power of ten that is not below x. */
static double
step_above(double x)
{
	static const double steps[] = {1, 2, 5};
	double decade;

	if (!(x > 0.0) || !isfinite(x))
		return 1.0;
	decade = pow(10.0, floor(log10(x)));
	for (int i = 0; i < 3; i++)
		if (steps[i] * decade >= x)
			return steps[i] * decade;
	return 10.0 * decade;
}

static void
count(struct histogram *h, const float *w, int64_t n)
{
	const struct range *e = &h->edges;
	const int64_t bins = e->num - 1;
	const double per = (double)bins / (e->hi - e->lo);

	for (int64_t i = 0; i < n; i++) {
		double x = (double)w[i];
		int64_t k;

		if (isnan(x)) {
			h->nan++;
		} else if (x < e->lo) {
			h->below++;
		} else if (x > e->hi) {
			h->above++;
		} else {
			k = (int64_t)((x - e->lo) * per);
			k = k < bins ? k : bins - 1;
			/* the division rounds; the edges decide */
			if (x < range_at(e, k))
				k--;
			else if (k < bins - 1 && x >= range_at(e, k + 1))
				k++;
			h->counts[k]++;
		}
	}
}

int
histogram_make(struct histogram *h, const struct histogram_choice *choice,
    const struct model *model, struct error *err)
{
	const struct graph *g = &model->graph;
	int taken;

	*h = (struct histogram){.all = spread_of_all(choice, g, &taken)};
	memcpy(h->label, model->label, sizeof(h->label));
	memcpy(h->arch, model->arch, sizeof(h->arch));
	if (taken == 0)
		return error_set(err, "no tensor of the model is among %s%s",
		    histogram_over_words[choice->over],
		    choice->patterns > 0 ? " with such a name" : "");
	h->edges = (struct range){choice->lo, choice->hi, choice->bins + 1};
	if (!choice->ranged) {
		h->edges.hi = step_above(
		    4.0 * h->all.norm / sqrt(fmax((double)h->all.n, 1.0)));
		h->edges.lo = -h->edges.hi;
	}
	h->counts = memory_new((size_t)choice->bins, sizeof(*h->counts), err);
	if (h->counts == NULL)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++)
		if (histogram_takes(choice, &g->tensors[i]))
			count(h, g->tensors[i].f32, g->tensors[i].n);
	return 0;
}

void
histogram_free(struct histogram *histogram)
{
	free(histogram->counts);
	*histogram = (struct histogram){0};
}
