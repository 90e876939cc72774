/* Surveys as text for people. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/character.h"
#include "base/number.h"
#include "base/plural.h"
#include "stream/value.h"
#include "survey/survey.h"

static void
print_heading(const struct survey *s, struct text *out)
{
	const struct direction *d = &s->direction[0].direction;

	text_add_shown(out, s->name[0] != '\0' ? s->name : "model");
	text_add(out, " (run %s), ", s->run);
	text_add_shown(out, s->set);
	if (s->reps > 1)
		text_add(out, ", rep %d", s->rep);
	if (s->has_direction[0] && d->kind == DIRECTION_RANDOM)
		text_add(out, ", seed %" PRIu64, d->seed);
	text_add(out, "\n  grid       %s",
	    s->axes == 0 ? " the model itself, without directions" : "");
	for (int a = 0; a < s->axes; a++)
		text_add(out, "%s %s %g to %g, %" PRId64 " point%s",
		    a > 0 ? ";" : "", axis_word(a), s->range[a].lo,
		    s->range[a].hi, s->range[a].num, plural_s(s->range[a].num));
	if (s->has_direction[0])
		text_add(out, "\n  directions  %s, normalised by %s, over %s",
		    direction_kind_words[d->kind],
		    d->norm == NORMALISE_NONE ? "nothing"
					      : normalisation_words[d->norm],
		    direction_over_words[d->over]);
	if (s->has_direction[0] && !isnan(s->direction[0].cosine))
		text_add(out, ", cosine %.3g", s->direction[0].cosine);
	text_add(out, "\n");
}

/* Nothing for a number without an error. */
static void
print_error(double error, struct text *out)
{
	if (error > 0)
		text_add(out, " +- %.2g", error);
}

static void
print_centre(const struct survey *s, struct text *out)
{
	if (s->centre == CENTRE_NONE)
		return;
	text_add(out, "  centre      loss %.6g", s->loss);
	print_error(s->se, out);
	if (!isnan(s->acc))
		text_add(out, ", accuracy %.4g %%", s->acc);
	if (s->acc_lo < s->acc_hi)
		text_add(out, " [%.4g, %.4g]", s->acc_lo, s->acc_hi);
	if (!isnan(s->stored))
		text_add(out, " (checkpoint: %.4g %%)", s->stored);
	if (s->used > 0)
		text_add(out, ", %" PRId64, s->used);
	if (s->used > 0 && s->total > 0)
		text_add(out, " of %" PRId64, s->total);
	text_add(out, "%s\n", s->used > 0 ? " images" : "");
}

static void
print_lowest(const struct survey *s, struct text *out)
{
	if (!s->has_lowest || s->axes == 0)
		return;
	text_add(out, "  lowest      %.6g at ", s->lowest);
	if (s->lowest_is_centre)
		text_add(out, "the centre\n");
	else if (s->axes > 1)
		text_add(
		    out, "(%.4g, %.4g)\n", s->lowest_at[0], s->lowest_at[1]);
	else
		text_add(out, "x = %.4g\n", s->lowest_at[0]);
}

/* Where it lies at 95 %, not beyond the start. */
static void
print_width_at(const struct crossing *c, struct text *out)
{
	const struct estimate e = estimate_of(c->at, &c->error, 1);

	text_add(out, "%.4g", c->at);
	if (e.lo < e.hi)
		text_add(out, " [%.4g, %.4g]", fmax(e.lo, 0), e.hi);
}

static void
print_width(const struct survey *s, int level, struct text *out)
{
	text_add(out, "%s",
	    level == 0 ? "  width       to loss 0.1  "
		       : "              to centre+0.1");
	for (int h = 0; h < 2 * s->axes; h++) {
		const struct crossing *c = &s->width[level][h];

		text_add(out, "  %s ", survey_half_axes[h]);
		switch (c->kind) {
		case CROSSING_AT:
			print_width_at(c, out);
			break;
		case CROSSING_OPEN:
			text_add(out, "open");
			break;
		case CROSSING_ABOVE:
			text_add(out, "above");
			break;
		case CROSSING_BROKEN:
			text_add(out, "broken");
			break;
		}
	}
	text_add(out, "\n");
}

static void
print_sharpness(const struct survey *s, int r, struct text *out)
{
	const struct sharpness *h = &s->sharpness[r];

	text_add(out, "%s r %-4g  ", r == 0 ? "  sharpness  " : "             ",
	    survey_radii[r]);
	if (isnan(h->rise)) {
		text_add(out, "no points\n");
		return;
	}
	text_add(out, "%.4g", h->rise);
	if (h->lo < h->hi)
		text_add(out, " [%.4g, %.4g]", h->lo, h->hi);
	text_add(out, "  keskar %.4g%s\n", h->keskar,
	    h->reached ? "" : "  (the grid ends before)");
}

static void
print_barrier(const struct barrier *b, struct text *out)
{
	text_add(out, "  barrier     %.4g", b->height);
	print_error(b->error.se, out);
	text_add(out,
	    " at x = %.4g, above the ends' %.4g and %.4g\n"
	    "              highest loss %.4g",
	    b->at, b->end[0], b->end[1], b->highest);
	print_error(b->highest_error.se, out);
	text_add(out, " at x = %.4g%s\n", b->highest_at,
	    b->missing ? ", points without a number between" : "");
}

static void
print_bends(const struct bends *b, struct text *out)
{
	const double percent = 100.0 / (double)b->points;

	text_add(out, "  non-convex  %.3g %%", percent * (double)b->down);
	if (b->unsure > 0)
		text_add(out, " [%.3g, %.3g]", percent * (double)b->down,
		    percent * (double)(b->down + b->unsure));
	text_add(out, " (%" PRId64 " of %" PRId64 " inner point%s", b->down,
	    b->points, plural_s(b->points));
	if (b->unsure > 0)
		text_add(out, ", of %" PRId64 " it cannot be told", b->unsure);
	text_add(out, "), lowest eigenvalue %.4g\n", b->lowest);
}

static void
print_measures(const struct survey *s, struct text *out)
{
	if (s->centre == CENTRE_GRID && s->axes > 0)
		for (int l = 0; l < LEVELS; l++)
			print_width(s, l, out);
	if (s->centre != CENTRE_NONE && s->axes > 0)
		for (int r = 0; r < RADII; r++)
			print_sharpness(s, r, out);
	if (s->axes == 1 && !isnan(s->barrier.height))
		print_barrier(&s->barrier, out);
	if (s->bends.points > 0)
		print_bends(&s->bends, out);
	if (!isnan(s->curvature.value)) {
		text_add(out, "  curvature   |min/max| ");
		estimate_print(&s->curvature, out);
		text_add(out, " in the lower half, on average\n");
	}
}

void
survey_print_numbers(const struct survey *s, struct text *out)
{
	print_heading(s, out);
	print_centre(s, out);
	print_lowest(s, out);
	print_measures(s, out);
	if (s->pointwise)
		text_add(out, "  intervals   at 95 %%, per point; those of "
			      "sharpness for all points at once\n");
}

void
survey_print(const struct survey *s, struct text *out)
{
	struct verdict verdicts[VERDICTS_MAX];
	size_t n = survey_judge(s, verdicts);

	survey_print_numbers(s, out);
	for (size_t i = 0; i < n; i++)
		text_add(out, "%s  %-5s %s\n",
		    i == 0 ? "  verdict   " : "            ",
		    verdict_words[verdicts[i].kind], verdicts[i].text);
}
