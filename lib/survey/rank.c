/* Surveys side by side. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "survey/survey.h"

const char *const rank_words[] = {"sharpness", "width", "bends", NULL};

/* ---- can they be compared? ---- */

static void
norm_text(const struct survey *s, int axis, char *text, size_t room)
{
	const struct direction *d = &s->direction[axis].direction;

	if (!s->has_direction[axis])
		snprintf(text, room, "unknown");
	else
		snprintf(text, room, "%s %s of %s, ignoring %s",
		    direction_norm_words[d->norm],
		    direction_kind_words[d->kind],
		    direction_over_words[d->over],
		    direction_ignore_words[d->ignore]);
}

static const char *
name_of(const struct survey *s)
{
	return s->name[0] != '\0' ? s->name : s->run;
}

static int
same_data(const struct survey *a, const struct survey *b, struct error *err)
{
	if (strcmp(a->set, b->set) != 0)
		return error_set(err,
		    "the data set differs: %.100s %s, %.100s "
		    "%s",
		    name_of(a), a->set, name_of(b), b->set);
	if (a->n != b->n || a->total != b->total)
		return error_set(err,
		    "images differ: %.100s %" PRId64 " of %" PRId64
		    ", %.100s %" PRId64 " of %" PRId64,
		    name_of(a), a->n, a->total, name_of(b), b->n, b->total);
	if (strcmp(a->data, b->data) != 0)
		return error_set(err,
		    "the images of %.100s and %.100s are not the same",
		    name_of(a), name_of(b));
	if (strcmp(a->loss_kind, b->loss_kind) != 0)
		return error_set(err, "the loss differs: %.100s %s, %.100s %s",
		    name_of(a), a->loss_kind, name_of(b), b->loss_kind);
	return 0;
}

int
survey_comparable(
    const struct survey *a, const struct survey *b, struct error *err)
{
	if (a->axes != b->axes)
		return error_set(err, "axes differ: %.100s %d, %.100s %d",
		    name_of(a), a->axes, name_of(b), b->axes);
	for (int x = 0; x < a->axes; x++) {
		const struct range *r = &a->range[x], *q = &b->range[x];
		char one[128], other[128];

		norm_text(a, x, one, sizeof(one));
		norm_text(b, x, other, sizeof(other));
		if (strcmp(one, other) != 0)
			return error_set(err,
			    "normalisation differs: %.100s is %s, %.100s %s",
			    name_of(a), one, name_of(b), other);
		if (r->lo != q->lo || r->hi != q->hi || r->num != q->num)
			return error_set(err,
			    "the range of %s differs: %.100s %g:%g:%" PRId64
			    ", %.100s %g:%g:%" PRId64,
			    axis_word(x), name_of(a), r->lo, r->hi, r->num,
			    name_of(b), q->lo, q->hi, q->num);
	}
	return same_data(a, b, err);
}

/* ---- in order ---- */

static double
mean_width(const struct survey *s, bool *open)
{
	double sum = 0;

	for (int h = 0; h < 2 * s->axes; h++) {
		const struct crossing *c = &s->width[1][h];

		if (c->kind == CROSSING_BROKEN)
			return NAN;
		*open |= c->kind == CROSSING_OPEN;
		sum += c->at;
	}
	return sum / (2 * s->axes);
}

static double
value_of(const struct survey *s, enum rank_key key, bool *open)
{
	switch (key) {
	case RANK_SHARPNESS:
		return s->sharpness[1].rise;
	case RANK_WIDTH:
		return mean_width(s, open);
	default:
		return s->bends.points > 0
			   ? (double)s->bends.down / (double)s->bends.points
			   : NAN;
	}
}

static bool
same_run(const struct survey *a, const struct survey *b)
{
	return strcmp(a->run, b->run) == 0 && strcmp(a->set, b->set) == 0;
}

/* Mean, lowest and highest over the direction sets of one run. */
static struct rank
rank_of(const struct survey_list *list, size_t first, enum rank_key key)
{
	struct rank r = {.survey = &list->item[first], .lo = NAN, .hi = NAN};

	for (size_t i = first; i < list->n; i++) {
		double value;

		if (!same_run(&list->item[i], r.survey))
			continue;
		value = value_of(&list->item[i], key, &r.open);
		r.reps++;
		r.mean += value;
		r.lo = fmin(r.lo, value);
		r.hi = fmax(r.hi, value);
	}
	r.mean /= r.reps;
	return r;
}

/* Flattest first, NaN last. */
static bool
comes_before(const struct rank *a, const struct rank *b, enum rank_key key)
{
	if (isnan(a->mean) || isnan(b->mean))
		return !isnan(a->mean) && isnan(b->mean);
	return key == RANK_WIDTH ? a->mean > b->mean : a->mean < b->mean;
}

static bool
is_first(const struct survey_list *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_run(&list->item[k], &list->item[i]))
			return false;
	return true;
}

/* Puts r behind all of its data set that come before it. */
static int
insert(struct rank *ranks, size_t *n, struct rank r, enum rank_key key,
    struct error *err)
{
	size_t at = *n, end = 0;

	for (size_t i = 0; i < *n; i++) {
		if (strcmp(ranks[i].survey->set, r.survey->set) != 0)
			continue;
		if (survey_comparable(ranks[i].survey, r.survey, err) < 0)
			return error_prefix(err, "not to be ranked");
		end = i + 1;
		if (at == *n && comes_before(&r, &ranks[i], key))
			at = i;
	}
	if (at == *n && end > 0)
		at = end;
	memmove(&ranks[at + 1], &ranks[at], (*n - at) * sizeof(r));
	ranks[at] = r;
	++*n;
	return 0;
}

int
survey_rank(const struct survey_list *list, enum rank_key key,
    struct rank **ranks, size_t *n, struct error *err)
{
	*n = 0;
	*ranks = memory_new(list->n, sizeof(**ranks), err);
	if (*ranks == NULL)
		return -1;
	for (size_t i = 0; i < list->n; i++)
		if (is_first(list, i) &&
		    insert(*ranks, n, rank_of(list, i, key), key, err) < 0)
			return -1;
	return 0;
}
