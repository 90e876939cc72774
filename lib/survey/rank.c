/* Surveys side by side. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/memory.h"
#include "base/plural.h"
#include "survey/rank.h"

const char *const rank_words[] = {
    "sharpness", "width", "bends", "expected", NULL};

/* ---- can they be compared? ---- */

static void
norm_text(const struct survey *s, int axis, char *text, size_t room)
{
	const struct direction *d = &s->direction[axis].direction;

	if (!s->has_direction[axis])
		snprintf(text, room, "unknown");
	else
		snprintf(text, room, "%s %s of %s, ignoring %s",
		    normalisation_words[d->norm], direction_kind_words[d->kind],
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

static bool
same_run(const struct survey *a, const struct survey *b)
{
	return strcmp(a->run, b->run) == 0 && strcmp(a->set, b->set) == 0;
}

static enum measure
measure_of(enum rank_key key)
{
	static const enum measure measures[] = {
	    [RANK_SHARPNESS] = MEASURE_SHARPNESS,
	    [RANK_WIDTH] = MEASURE_WIDTH,
	    [RANK_BENDS] = MEASURE_BENDS,
	    [RANK_EXPECTED] = MEASURE_EXPECTED,
	};

	return measures[key];
}

static struct side
side_of(const struct rank *r)
{
	return (struct side){.survey = r->sets, .n = r->reps};
}

/* A run with its direction sets, which go to sets. */
static struct rank
rank_of(const struct survey_list *list, size_t first, enum rank_key key,
    const struct survey **sets)
{
	struct rank r = {
	    .survey = &list->item[first], .sets = sets, .lo = NAN, .hi = NAN};
	struct side side;

	for (size_t i = first; i < list->n; i++) {
		struct estimate one;

		if (!same_run(&list->item[i], r.survey))
			continue;
		sets[r.reps] = &list->item[i];
		side = (struct side){.survey = &sets[r.reps++], .n = 1};
		one = side_measure(&side, measure_of(key));
		r.lo = fmin(r.lo, one.value);
		r.hi = fmax(r.hi, one.value);
	}
	side = side_of(&r);
	r.mean = side_measure(&side, measure_of(key));
	r.open = key == RANK_WIDTH && isinf(r.mean.hi);
	r.unknown = survey_trained(r.survey, r.why) == TRAINED_UNKNOWN;
	return r;
}

/* Flattest first; then those without a number, then the void ones. */
static bool
comes_before(const struct rank *a, const struct rank *b, enum rank_key key)
{
	const double x = a->mean.value, y = b->mean.value;
	const bool void_a = a->why[0] != '\0', void_b = b->why[0] != '\0';

	if (void_a != void_b)
		return void_b;
	if (isnan(x) || isnan(y))
		return !isnan(x) && isnan(y);
	return key == RANK_WIDTH ? x > y : x < y;
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
insert(struct ranking *ranking, struct rank r, struct error *err)
{
	struct rank *ranks = ranking->item;
	size_t at = ranking->n, end = 0;

	for (size_t i = 0; i < ranking->n; i++) {
		if (strcmp(ranks[i].survey->set, r.survey->set) != 0)
			continue;
		if (survey_comparable(ranks[i].survey, r.survey, err) < 0)
			return error_prefix(err, "not to be ranked");
		end = i + 1;
		if (at == ranking->n &&
		    comes_before(&r, &ranks[i], ranking->key))
			at = i;
	}
	if (at == ranking->n && end > 0)
		at = end;
	memmove(&ranks[at + 1], &ranks[at], (ranking->n - at) * sizeof(r));
	ranks[at] = r;
	ranking->n++;
	return 0;
}

/* Which neighbours cannot be told apart. */
static void
find_ties(struct ranking *ranking)
{
	for (size_t i = 1; i < ranking->n; i++) {
		struct rank *r = &ranking->item[i];
		const struct rank *before = r - 1;
		const struct side a = side_of(before), b = side_of(r);
		struct claim claim;

		if (strcmp(r->survey->set, before->survey->set) != 0)
			continue;
		claim_judge(&claim, &a, &b, measure_of(ranking->key));
		r->tied = claim.outcome == OUTCOME_UNDECIDED;
	}
}

int
survey_rank(struct ranking *ranking, const struct survey_list *list,
    enum rank_key key, struct error *err)
{
	size_t used = 0;

	ranking->key = key;
	ranking->item = memory_new(list->n, sizeof(*ranking->item), err);
	ranking->sets = memory_new(list->n, sizeof(void *), err);
	if (ranking->item == NULL || ranking->sets == NULL)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		struct rank r;

		if (!is_first(list, i))
			continue;
		r = rank_of(list, i, key, ranking->sets + used);
		used += (size_t)r.reps;
		if (insert(ranking, r, err) < 0)
			return -1;
	}
	find_ties(ranking);
	return 0;
}

void
ranking_free(struct ranking *ranking)
{
	free(ranking->item);
	free(ranking->sets);
	*ranking = (struct ranking){0};
}

/* ---- in words ---- */

static const char *const titles[] = {
    [RANK_SHARPNESS] = "sharpness within 0.5, the flattest first",
    [RANK_WIDTH] = "mean width to 0.1 above the centre, the widest first",
    [RANK_BENDS] = "share of non-convex points, the least first",
    [RANK_EXPECTED] = ("rise expected at 0.5 along random directions, the "
		       "flattest first"),
};

static void
print_rank(const struct rank *r, int place, struct text *out)
{
	if (r->why[0] == '\0')
		text_add(out, "  %d  ", place);
	else
		text_add(out, "  -  ");
	estimate_print(&r->mean, out);
	if (r->reps > 1)
		text_add(out, " (%.4g to %.4g, %d direction%s)", r->lo, r->hi,
		    r->reps, plural_s(r->reps));
	text_add(out, "  ");
	text_add_shown(out, name_of(r->survey));
	text_add(out, " (run %s)", r->survey->run);
	if (r->why[0] != '\0')
		text_add(out, ": void, %s", r->why);
	else if (r->tied)
		text_add(out, ": not distinguishable from the one before");
	text_add(out, "\n");
}

/* Has a run on this data set errors of each point alone? */
static bool
is_pointwise(const struct ranking *ranking, const char *set)
{
	for (size_t i = 0; i < ranking->n; i++) {
		const struct survey *s = ranking->item[i].survey;

		if (strcmp(s->set, set) == 0 && s->pointwise)
			return true;
	}
	return false;
}

void
ranking_print(const struct ranking *ranking, struct text *out)
{
	const char *set = NULL;
	int place = 0;

	for (size_t i = 0; i < ranking->n; i++) {
		const struct rank *r = &ranking->item[i];

		if (set == NULL || strcmp(r->survey->set, set) != 0) {
			set = r->survey->set;
			place = 0;
			text_add_shown(out, set);
			text_add(out, ", by %s%s\n", titles[ranking->key],
			    is_pointwise(ranking, set)
				? "; intervals at 95 %, per point"
				: "");
		}
		print_rank(r, ++place, out);
	}
}
