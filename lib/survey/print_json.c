/* Surveys as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "stream/value.h"
#include "survey/rank.h"

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
			add_number(out, s->width[l][h].error.se);
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
		add_real(out, "rise_se", s->sharpness[r].error.se);
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

static void
json_barrier(const struct barrier *b, struct text *out)
{
	text_add(out, ",\n\"barrier\":{\"here\":true");
	add_real(out, "height", b->height);
	add_real(out, "se", b->error.se);
	add_real(out, "at", b->at);
	add_real(out, "highest", b->highest);
	add_real(out, "highest_se", b->highest_error.se);
	add_real(out, "highest_at", b->highest_at);
	text_add(out, ",\"ends\":[");
	add_number(out, b->end[0]);
	text_add(out, ",");
	add_number(out, b->end[1]);
	text_add(out, "]");
	add_whole(out, "points", b->points);
	add_bool(out, "missing", b->missing);
	text_add(out, "}");
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
	if (s->axes == 1 && !isnan(s->barrier.height))
		json_barrier(&s->barrier, out);
	if (!isnan(s->curvature.value)) {
		add_real(out, "curvature", s->curvature.value);
		add_real(out, "curvature_bound",
		    s->curvature.hi - s->curvature.value);
	}
	text_add(out, ",\n\"verdicts\":[");
	for (size_t i = 0; i < n; i++) {
		text_add(out, "%s{\"verdict\":\"%s\"", i > 0 ? "," : "",
		    verdict_words[verdicts[i].kind]);
		add_text(out, "text", verdicts[i].text);
		text_add(out, "}");
	}
	text_add(out, "]}");
}

static void
add_estimate(struct text *out, const struct estimate *e)
{
	add_real(out, "least", e->lo);
	add_real(out, "most", e->hi);
}

static void
add_rank(struct text *out, const struct rank *r)
{
	text_add(out, "{\"run\":\"%s\"", r->survey->run);
	add_text(out, "name", r->survey->name);
	add_text(out, "set", r->survey->set);
	add_real(out, "mean", r->mean.value);
	add_estimate(out, &r->mean);
	add_real(out, "lo", r->lo);
	add_real(out, "hi", r->hi);
	add_whole(out, "reps", r->reps);
	add_bool(out, "open", r->open);
	add_bool(out, "tied", r->tied);
	if (r->why[0] != '\0')
		add_text(out, "void", r->why);
	text_add(out, "}");
}

void
ranking_print_json(const struct ranking *ranking, struct text *out)
{
	text_add(out, "{\"by\":\"%s\",\"order\":[", rank_words[ranking->key]);
	for (size_t i = 0; i < ranking->n; i++) {
		text_add(out, "%s\n", i > 0 ? "," : "");
		add_rank(out, &ranking->item[i]);
	}
	text_add(out, "]}");
}

void
claim_print_json(
    const struct claim *claim, enum measure measure, struct text *out)
{
	text_add(out, "{\"measure\":\"%s\"", measure_words[measure]);
	add_text(out, "outcome", outcome_words[claim->outcome]);
	add_text(out, "why", claim->why);
	text_add(out, ",\"less\":{\"here\":true");
	add_real(out, "value", claim->a.value);
	add_estimate(out, &claim->a);
	text_add(out, "},\"more\":{\"here\":true");
	add_real(out, "value", claim->b.value);
	add_estimate(out, &claim->b);
	text_add(out, "}}\n");
}
