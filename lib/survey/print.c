/* Surveys as text for people, and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/character.h"
#include "base/number.h"
#include "stream/value.h"
#include "survey/survey.h"

/* ---- text ---- */

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
		text_add(out, "%s %s %g to %g, %" PRId64 " points",
		    a > 0 ? ";" : "", axis_word(a), s->range[a].lo,
		    s->range[a].hi, s->range[a].num);
	if (s->has_direction[0])
		text_add(out, "\n  directions  %s, normalised by %s, over %s",
		    direction_kind_words[d->kind],
		    d->norm == NORM_NONE ? "nothing"
					 : direction_norm_words[d->norm],
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
	if (!isnan(s->stored))
		text_add(out, " (checkpoint: %.4g %%)", s->stored);
	if (s->n > 0)
		text_add(out, ", %" PRId64, s->n);
	if (s->n > 0 && s->total > 0)
		text_add(out, " of %" PRId64, s->total);
	text_add(out, "%s\n", s->n > 0 ? " images" : "");
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
			text_add(out, "%.4g", c->at);
			print_error(c->error, out);
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
	print_error(h->error, out);
	text_add(out, "  keskar %.4g%s\n", h->keskar,
	    h->reached ? "" : "  (the grid ends before)");
}

static void
print_bends(const struct bends *b, struct text *out)
{
	text_add(out,
	    "  non-convex  %.3g %% (%" PRId64 " of %" PRId64 " inner points",
	    100.0 * (double)b->down / (double)b->points, b->down, b->points);
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
	if (s->bends.points > 0)
		print_bends(&s->bends, out);
}

void
survey_print(const struct survey *s, struct text *out)
{
	struct verdict verdicts[VERDICTS_MAX];
	size_t n = survey_judge(s, verdicts);

	print_heading(s, out);
	print_centre(s, out);
	print_lowest(s, out);
	print_measures(s, out);
	for (size_t i = 0; i < n; i++)
		text_add(out, "%s  %-5s %s\n",
		    i == 0 ? "  verdict   " : "            ",
		    verdict_words[verdicts[i].kind], verdicts[i].text);
}

static const char *const rank_titles[] = {
    [RANK_SHARPNESS] = "sharpness within 0.5, the flattest first",
    [RANK_WIDTH] = "mean width to 0.1 above the centre, the widest first",
    [RANK_BENDS] = "share of non-convex points, the least first",
};

void
rank_print(
    const struct rank *ranks, size_t n, enum rank_key key, struct text *out)
{
	int place = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rank *r = &ranks[i];
		const struct survey *s = r->survey;

		if (i == 0 || strcmp(s->set, ranks[i - 1].survey->set) != 0) {
			place = 0;
			text_add_shown(out, s->set);
			text_add(out, ", by %s\n", rank_titles[key]);
		}
		text_add(out, "  %d  %s%.6g", ++place,
		    r->open ? "at least " : "", r->mean);
		if (r->reps > 1)
			text_add(out, " (%.4g to %.4g, %d directions)", r->lo,
			    r->hi, r->reps);
		text_add(out, "  ");
		text_add_shown(out, s->name[0] != '\0' ? s->name : "model");
		text_add(out, " (run %s)\n", s->run);
	}
}

/* ---- JSON ---- */

/* What is not known is null, what is infinite a text, as everywhere. */
static void
add_number(struct text *out, double x)
{
	char text[NUMBER_TEXT_BYTES];

	if (isnan(x))
		text_add(out, "null");
	else
		text_add(
		    out, isinf(x) ? "\"%s\"" : "%s", number_format(x, text));
}

static void
add_real(struct text *out, const char *key, double x)
{
	text_add(out, ",\"%s\":", key);
	add_number(out, x);
}

static void
add_text(struct text *out, const char *key, const char *value)
{
	text_add(out, ",\"%s\":", key);
	value_print_json_chars(value, strlen(value), out);
}

static void
add_whole(struct text *out, const char *key, int64_t n)
{
	text_add(out, ",\"%s\":%" PRId64, key, n);
}

static void
add_bool(struct text *out, const char *key, bool yes)
{
	text_add(out, ",\"%s\":%s", key, yes ? "true" : "false");
}

/* true, false, or null: not known. */
static void
add_trained(struct text *out, const struct survey *s)
{
	static const char *const words[] = {
	    [TRAINED] = "true",
	    [UNTRAINED] = "false",
	    [TRAINED_UNKNOWN] = "null",
	};
	char why[WHY_BYTES];

	text_add(out, ",\"trained\":%s", words[survey_trained(s, why)]);
}

static void
json_axis(const struct survey *s, int axis, struct text *out)
{
	const struct direction *d = &s->direction[axis].direction;

	text_add(
	    out, "%s{\"axis\":\"%s\"", axis > 0 ? "," : "", axis_word(axis));
	add_real(out, "lo", s->range[axis].lo);
	add_real(out, "hi", s->range[axis].hi);
	add_whole(out, "num", s->range[axis].num);
	if (s->has_direction[axis]) {
		add_text(out, "kind", direction_kind_words[d->kind]);
		add_text(out, "norm", direction_norm_words[d->norm]);
		add_text(out, "over", direction_over_words[d->over]);
		add_text(out, "ignore", direction_ignore_words[d->ignore]);
		if (d->kind == DIRECTION_RANDOM)
			add_whole(out, "seed", (int64_t)d->seed);
		add_real(out, "length", s->direction[axis].length);
	}
	text_add(out, "}");
}

static void
json_widths(const struct survey *s, struct text *out)
{
	static const char *const keys[LEVELS] = {"0.1", "centre+0.1"};
	static const char *const kinds[] = {
	    [CROSSING_AT] = "at",
	    [CROSSING_OPEN] = "open",
	    [CROSSING_ABOVE] = "above",
	    [CROSSING_BROKEN] = "broken",
	};

	text_add(out, ",\n\"width\":{");
	for (int l = 0; l < LEVELS; l++) {
		text_add(out, "%s\"%s\":{", l > 0 ? "," : "", keys[l]);
		for (int h = 0; h < 2 * s->axes; h++) {
			const struct crossing *c = &s->width[l][h];
			char text[NUMBER_TEXT_BYTES];

			text_add(out, "%s\"%s\":", h > 0 ? "," : "",
			    survey_half_axes[h]);
			if (c->kind == CROSSING_AT)
				text_add(out, "%s", number_format(c->at, text));
			else
				text_add(out, "\"%s\"", kinds[c->kind]);
		}
		text_add(out, "}");
	}
	text_add(out, "},\n\"width_se\":{");
	for (int l = 0; l < LEVELS; l++) {
		text_add(out, "%s\"%s\":{", l > 0 ? "," : "", keys[l]);
		for (int h = 0; h < 2 * s->axes; h++) {
			text_add(out, "%s\"%s\":", h > 0 ? "," : "",
			    survey_half_axes[h]);
			add_number(out, s->width[l][h].error);
		}
		text_add(out, "}");
	}
	text_add(out, "}");
}

static void
json_measures(const struct survey *s, struct text *out)
{
	json_widths(s, out);
	text_add(out, ",\n\"sharpness\":[");
	for (int r = 0; r < RADII; r++) {
		text_add(out, "%s{\"r\":%g", r > 0 ? "," : "", survey_radii[r]);
		add_real(out, "rise", s->sharpness[r].rise);
		add_real(out, "rise_se", s->sharpness[r].error);
		add_real(out, "keskar", s->sharpness[r].keskar);
		add_whole(out, "points", s->sharpness[r].points);
		add_bool(out, "reached", s->sharpness[r].reached);
		text_add(out, "}");
	}
	text_add(
	    out, "],\n\"nonconvex\":{\"points\":%" PRId64, s->bends.points);
	add_whole(out, "down", s->bends.down);
	add_whole(out, "unsure", s->bends.unsure);
	add_real(out, "share",
	    s->bends.points > 0
		? (double)s->bends.down / (double)s->bends.points
		: NAN);
	add_real(out, "lowest", s->bends.lowest);
	text_add(out, "}");
}

static void
json_points(const struct survey *s, struct text *out)
{
	const struct tally *t = &s->tally;

	text_add(out, ",\n\"points\":{\"all\":%" PRId64, t->all);
	add_whole(out, "missing", t->missing);
	add_whole(out, "ok", t->ok);
	add_whole(out, "nan", t->nan);
	add_whole(out, "overflow", t->overflow);
	add_whole(out, "badvar", t->badvar);
	add_whole(out, "other", t->other);
	text_add(out, "}");
}

static void
json_centre(const struct survey *s, struct text *out)
{
	text_add(out, ",\n\"centre\":");
	if (s->centre == CENTRE_NONE) {
		text_add(out, "null");
	} else {
		text_add(out, "{\"here\":true");
		add_text(out, "from", centre_words[s->centre]);
		add_real(out, "loss", s->loss);
		add_real(out, "acc", s->acc);
		add_real(out, "se", s->se);
		add_real(out, "top1", s->top1);
		add_real(out, "stored_acc", s->stored);
		add_real(out, "guessing", s->chance);
		add_real(out, "guessing_acc", s->chance_acc);
		add_trained(out, s);
		text_add(out, "}");
	}
	text_add(out, ",\n\"lowest\":");
	if (!s->has_lowest) {
		text_add(out, "null");
	} else {
		text_add(out, "{\"centre\":%s",
		    s->lowest_is_centre ? "true" : "false");
		add_real(out, "loss", s->lowest);
		add_real(out, "x", s->lowest_at[0]);
		if (s->axes > 1)
			add_real(out, "y", s->lowest_at[1]);
		text_add(out, "}");
	}
}

void
survey_print_json(const struct survey *s, struct text *out)
{
	struct verdict verdicts[VERDICTS_MAX];
	size_t n = survey_judge(s, verdicts);

	text_add(out, "{\"run\":\"%s\"", s->run);
	add_text(out, "name", s->name);
	add_text(out, "set", s->set);
	add_whole(out, "rep", s->rep);
	add_text(out, "loss", s->loss_kind);
	if (s->n > 0)
		add_whole(out, "n", s->n);
	if (s->total > 0)
		add_whole(out, "total", s->total);
	text_add(out, ",\n\"axes\":[");
	for (int a = 0; a < s->axes; a++)
		json_axis(s, a, out);
	text_add(out, "]");
	add_real(out, "cosine",
	    s->axes > 1 && s->has_direction[0] ? s->direction[0].cosine : NAN);
	json_points(s, out);
	json_centre(s, out);
	json_measures(s, out);
	text_add(out, ",\n\"verdicts\":[");
	for (size_t i = 0; i < n; i++) {
		text_add(out, "%s{\"verdict\":\"%s\"", i > 0 ? "," : "",
		    verdict_words[verdicts[i].kind]);
		add_text(out, "text", verdicts[i].text);
		text_add(out, "}");
	}
	text_add(out, "]}");
}

void
rank_print_json(
    const struct rank *ranks, size_t n, enum rank_key key, struct text *out)
{
	text_add(out, "{\"by\":\"%s\",\"order\":[", rank_words[key]);
	for (size_t i = 0; i < n; i++) {
		const struct rank *r = &ranks[i];

		text_add(out, "%s\n{\"run\":\"%s\"", i > 0 ? "," : "",
		    r->survey->run);
		add_text(out, "name", r->survey->name);
		add_text(out, "set", r->survey->set);
		add_real(out, "mean", r->mean);
		add_real(out, "lo", r->lo);
		add_real(out, "hi", r->hi);
		add_whole(out, "reps", r->reps);
		add_bool(out, "open", r->open);
		text_add(out, "}");
	}
	text_add(out, "]}");
}
