/* Surveys as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "stream/value.h"
#include "survey/rank.h"

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
	value_print_json_real("lo", s->range[axis].lo, out);
	value_print_json_real("hi", s->range[axis].hi, out);
	add_whole(out, "num", s->range[axis].num);
	if (s->has_direction[axis]) {
		value_print_json_text(
		    "kind", direction_kind_words[d->kind], out);
		value_print_json_text(
		    "norm", normalisation_words[d->norm], out);
		value_print_json_text(
		    "over", direction_over_words[d->over], out);
		value_print_json_text(
		    "ignore", direction_ignore_words[d->ignore], out);
		if (d->kind == DIRECTION_RANDOM)
			add_whole(out, "seed", (int64_t)d->seed);
		value_print_json_real("length", s->direction[axis].length, out);
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
			value_print_json_number(s->width[l][h].error.se, out);
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
		value_print_json_real("rise", s->sharpness[r].rise, out);
		value_print_json_real("rise_se", s->sharpness[r].error.se, out);
		value_print_json_real("least", s->sharpness[r].lo, out);
		value_print_json_real("most", s->sharpness[r].hi, out);
		value_print_json_real("keskar", s->sharpness[r].keskar, out);
		add_whole(out, "points", s->sharpness[r].points);
		add_bool(out, "reached", s->sharpness[r].reached);
		text_add(out, "}");
	}
	text_add(
	    out, "],\n\"nonconvex\":{\"points\":%" PRId64, s->bends.points);
	add_whole(out, "down", s->bends.down);
	add_whole(out, "unsure", s->bends.unsure);
	value_print_json_real("share",
	    s->bends.points > 0
		? (double)s->bends.down / (double)s->bends.points
		: NAN,
	    out);
	value_print_json_real("most",
	    s->bends.points > 0 ? (double)(s->bends.down + s->bends.unsure) /
				      (double)s->bends.points
				: NAN,
	    out);
	value_print_json_real("lowest", s->bends.lowest, out);
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
		value_print_json_text("from", centre_words[s->centre], out);
		value_print_json_real("loss", s->loss, out);
		value_print_json_real("acc", s->acc, out);
		if (s->acc_lo < s->acc_hi) {
			value_print_json_real("acc_lo", s->acc_lo, out);
			value_print_json_real("acc_hi", s->acc_hi, out);
		}
		if (s->pointwise)
			text_add(out, ",\"pointwise\":true");
		value_print_json_real("se", s->se, out);
		if (s->used > 0)
			add_whole(out, "n", s->used);
		value_print_json_real("top1", s->top1, out);
		value_print_json_real("stored_acc", s->stored, out);
		value_print_json_real("guessing", s->chance, out);
		value_print_json_real("guessing_acc", s->chance_acc, out);
		add_trained(out, s);
		text_add(out, "}");
	}
	text_add(out, ",\n\"lowest\":");
	if (!s->has_lowest) {
		text_add(out, "null");
	} else {
		text_add(out, "{\"centre\":%s",
		    s->lowest_is_centre ? "true" : "false");
		value_print_json_real("loss", s->lowest, out);
		value_print_json_real("x", s->lowest_at[0], out);
		if (s->axes > 1)
			value_print_json_real("y", s->lowest_at[1], out);
		text_add(out, "}");
	}
}

static void
json_barrier(const struct barrier *b, struct text *out)
{
	text_add(out, ",\n\"barrier\":{\"here\":true");
	value_print_json_real("height", b->height, out);
	value_print_json_real("se", b->error.se, out);
	value_print_json_real("at", b->at, out);
	value_print_json_real("highest", b->highest, out);
	value_print_json_real("highest_se", b->highest_error.se, out);
	value_print_json_real("highest_at", b->highest_at, out);
	text_add(out, ",\"ends\":[");
	value_print_json_number(b->end[0], out);
	text_add(out, ",");
	value_print_json_number(b->end[1], out);
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
	value_print_json_text("name", s->name, out);
	value_print_json_text("set", s->set, out);
	add_whole(out, "rep", s->rep);
	value_print_json_text("loss", s->loss_kind, out);
	if (s->n > 0)
		add_whole(out, "n", s->n);
	if (s->total > 0)
		add_whole(out, "total", s->total);
	text_add(out, ",\n\"axes\":[");
	for (int a = 0; a < s->axes; a++)
		json_axis(s, a, out);
	text_add(out, "]");
	value_print_json_real("cosine",
	    s->axes > 1 && s->has_direction[0] ? s->direction[0].cosine : NAN,
	    out);
	json_points(s, out);
	json_centre(s, out);
	json_measures(s, out);
	if (s->axes == 1 && !isnan(s->barrier.height))
		json_barrier(&s->barrier, out);
	if (!isnan(s->curvature.value)) {
		value_print_json_real("curvature", s->curvature.value, out);
		value_print_json_real("curvature_bound",
		    s->curvature.hi - s->curvature.value, out);
	}
	text_add(out, ",\n\"verdicts\":[");
	for (size_t i = 0; i < n; i++) {
		text_add(out, "%s{\"verdict\":\"%s\"", i > 0 ? "," : "",
		    verdict_words[verdicts[i].kind]);
		value_print_json_text("text", verdicts[i].text, out);
		text_add(out, "}");
	}
	text_add(out, "]}");
}

static void
add_estimate(struct text *out, const struct estimate *e)
{
	value_print_json_real("least", e->lo, out);
	value_print_json_real("most", e->hi, out);
}

static void
add_rank(struct text *out, const struct rank *r)
{
	text_add(out, "{\"run\":\"%s\"", r->survey->run);
	value_print_json_text("name", r->survey->name, out);
	value_print_json_text("set", r->survey->set, out);
	value_print_json_real("mean", r->mean.value, out);
	add_estimate(out, &r->mean);
	value_print_json_real("lo", r->lo, out);
	value_print_json_real("hi", r->hi, out);
	add_whole(out, "reps", r->reps);
	add_bool(out, "open", r->open);
	add_bool(out, "tied", r->tied);
	if (r->why[0] != '\0')
		value_print_json_text("void", r->why, out);
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
	value_print_json_text("outcome", outcome_words[claim->outcome], out);
	value_print_json_text("why", claim->why, out);
	if (claim->pointwise)
		text_add(out, ",\"pointwise\":true");
	text_add(out, ",\"less\":{\"here\":true");
	value_print_json_real("value", claim->a.value, out);
	add_estimate(out, &claim->a);
	text_add(out, "},\"more\":{\"here\":true");
	value_print_json_real("value", claim->b.value, out);
	add_estimate(out, &claim->b);
	text_add(out, "}}\n");
}
