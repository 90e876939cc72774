/* Diagnoses as text for people, and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/character.h"
#include "base/plural.h"
#include "direction/diagnosis.h"
#include "stream/value.h"

static const char *const rule_words[] = {
    [RULE_FILTER] = "filter",
    [RULE_LAYER] = "layer",
    [RULE_INPUT] = "input",
    [RULE_KERNEL] = "kernel",
    [RULE_AXIS0] = "axis0",
    [RULE_AXIS1] = "axis1",
    [RULE_LAST] = "last",
    [RULE_ELEMENT] = "element",
};

static const char *const rule_meanings[] = {
    [RULE_FILTER] = "one norm per filter",
    [RULE_LAYER] = "one norm per tensor",
    [RULE_INPUT] = "one norm per input channel",
    [RULE_KERNEL] = "one norm per kernel, a filter's part on one channel",
    [RULE_AXIS0] = "norms along axis 0 alone",
    [RULE_AXIS1] = "norms along axis 1 alone",
    [RULE_LAST] = "norms along the last axis alone",
    [RULE_ELEMENT] = "each element as large as its weight",
};

static const char *const form_words[] = {
    [FORM_RULE] = NULL,
    [FORM_MODEL] = "model",
    [FORM_WEIGHT] = "weight",
    [FORM_NONE] = "none",
    [FORM_STILL] = "left out",
    [FORM_UNKNOWN] = "unknown",
};

static const char *const small_words[] = {
    [SMALL_BIAS] = "biases",
    [SMALL_NORM] = "normalisations",
    [SMALL_STATISTIC] = "running statistics",
};

static const char *const treatment_words[] = {
    [TREAT_ABSENT] = "absent",
    [TREAT_ZERO] = "zero",
    [TREAT_STILL] = "left out",
    [TREAT_COPY] = "copied",
    [TREAT_LAYER] = "layer",
    [TREAT_ELEMENT] = "element",
    [TREAT_UNIT] = "unit",
    [TREAT_MOVED] = "moved",
};

static const char *const treatment_meanings[] = {
    [TREAT_ZERO] = "zero, as they are",
    [TREAT_STILL] = "left out",
    [TREAT_COPY] = "copies of themselves",
    [TREAT_LAYER] = "moved, with one norm per tensor",
    [TREAT_ELEMENT] = "moved, each element as large as it is",
    [TREAT_UNIT] = "moved, with unit length",
    [TREAT_MOVED] = "moved",
};

/* The word for a finding: that of fnorm --norm where there is one. */
static const char *
word_of(const struct finding *f, char word[32])
{
	static const char *const behind[] = {[POWER_SAME] = "",
	    [POWER_UNIT] = "-unit",
	    [POWER_SQUARE] = "-twice"};

	if (f->form != FORM_RULE)
		return form_words[f->form];
	if (f->power == POWER_UNIT && f->factor == 1 &&
	    (f->rule == RULE_FILTER || f->rule == RULE_LAYER))
		return f->rule == RULE_FILTER ? "dfilter" : "dlayer";
	snprintf(word, 32, "%s%s%s", rule_words[f->rule], behind[f->power],
	    f->factor == 1 ? "" : "-scaled");
	return word;
}

/* What it is, in words. */
static void
add_meaning(const struct finding *f, struct text *out)
{
	switch (f->form) {
	case FORM_RULE:
		text_add(out, "%s", rule_meanings[f->rule]);
		if (f->power == POWER_UNIT)
			text_add(out, ", of unit length");
		if (f->power == POWER_SQUARE)
			text_add(out, ", multiplied twice");
		break;
	case FORM_MODEL:
		text_add(out, "one norm for the whole model");
		break;
	case FORM_WEIGHT:
		text_add(out, "draws times weights, element by element");
		break;
	case FORM_NONE:
		text_add(out, "draws that nothing has scaled");
		break;
	case FORM_STILL:
		text_add(out, "no weight moves");
		break;
	case FORM_UNKNOWN:
		text_add(out, "no formula that is known here");
		break;
	}
}

static void
add_factor(const struct diagnosis *g, struct text *out)
{
	const double factor = g->finding.factor;

	if (factor == 1)
		return;
	if (g->finding.form == FORM_NONE || g->finding.form == FORM_WEIGHT) {
		text_add(out, ", draws of root mean square %.4g", factor);
		return;
	}
	text_add(out, ", then times %.6g", factor);
	if (fabs(factor * g->w_norm - 1) < 1e-3)
		text_add(out, " (1 / |w| of all weights)");
	else if (fabs(factor / g->w_norm - 1) < 1e-3)
		text_add(out, " (|w| of all weights)");
}

static const char *
name_of(const struct model *m)
{
	if (m->label[0] != '\0')
		return m->label;
	return m->arch[0] != '\0' ? m->arch : "model";
}

/* Do the draws look like something else than normal numbers? */
static bool
odd_shape(const struct diagnosis *g)
{
	return fabs(g->kurtosis_off) > 6;
}

static bool
odd_mean(const struct diagnosis *g)
{
	return fabs(g->mean_off) > 6;
}

/* Kinds whose elements were drawn, as far as is known. */
static bool
was_drawn(const struct direction *d)
{
	return d->kind == DIRECTION_RANDOM || d->kind == DIRECTION_FILE;
}

/* ---- text ---- */

static int
name_width(const struct report *r)
{
	int width = 6;

	for (size_t i = 0; i < r->n; i++) {
		const int n = (int)strlen(r->tensor[i]->name);

		if (n > width && n <= 40)
			width = n;
	}
	return width;
}

static void
print_tensor(const struct report *r, size_t i, int width, struct text *out)
{
	const struct imprint *p = &r->imprint[i];
	const struct tensor *t = r->tensor[i];
	const struct finding f = diagnose_tensor(p, r->expected->tolerance);
	const double off = diagnose_off(p, r->expected->norm);
	char shape[TENSOR_SHAPE_TEXT_BYTES], word[32];
	const size_t before = text_length(out);

	text_add(out, "  ");
	text_add_shown(out, t->name);
	text_add(out, "%*s  %-14s",
	    (int)(text_length(out) - before) - 2 < width
		? width - (int)(text_length(out) - before) + 2
		: 0,
	    "", tensor_shape_text(t, shape));
	if (p->small) {
		text_add(out, " %8s  %s\n", "-",
		    treatment_words[diagnose_small(p, r->expected->tolerance)]);
		return;
	}
	text_add(out, " %8" PRId64 "  %-12s", rule_groups(RULE_FILTER, t),
	    word_of(&f, word));
	if (f.form == FORM_RULE && f.factor != 1)
		text_add(out, " x %.4g", f.factor);
	else if (!isnan(off) && !p->still)
		text_add(out, " %.2g", off);
	text_add(out, "\n");
}

/* What neither is right nor wrong. */
static void
print_notes(const struct report *r, struct text *out)
{
	const struct diagnosis *g = r->diagnosis;
	const struct direction *d = r->direction;

	if (was_drawn(d) && odd_shape(g))
		text_add(out,
		    "  note: the draws are not normal: their kurtosis is %.3g "
		    "(normal 3, uniform 1.8)\n",
		    g->kurtosis);
	if (was_drawn(d) && odd_mean(g))
		text_add(out,
		    "  note: the mean of the draws is %.3g standard errors off "
		    "0\n",
		    g->mean_off);
	if (g->still > 0)
		text_add(out,
		    "  note: %zu of %zu tensor%s of two and more dimensions do "
		    "not move\n",
		    g->still, g->big, plural_s((int64_t)g->big));
}

static void
print_verdict(const struct report *r, struct text *out)
{
	const struct diagnosis *g = r->diagnosis;
	const char *expected = normalisation_words[r->expected->norm];
	char word[32];

	if (g->norm_right)
		text_add(out, "verdict: %s%s: ",
		    g->right ? "" : "not as expected, though ", expected);
	else
		text_add(out, "verdict: not %s, but %s: ", expected,
		    word_of(&g->finding, word));
	add_meaning(&g->finding, out);
	add_factor(g, out);
	if (g->finding.rough)
		text_add(out,
		    ", to more than the tolerance of %g (numbers of fewer "
		    "bits? --tolerance)",
		    r->expected->tolerance);
	if (g->finding.form == FORM_UNKNOWN)
		text_add(out, "; %zu of %zu tensor%s follow %s", g->follow,
		    g->big, plural_s((int64_t)g->big), expected);
	if (g->off >= 0) {
		text_add(
		    out, "; worst deviation from %s %.2g (", expected, g->off);
		text_add_shown(out, r->tensor[g->worst]->name);
		text_add(out, ")");
	}
	for (int k = 0; k < SMALL_KINDS; k++)
		if (g->small[k] != TREAT_ABSENT)
			text_add(out, "; %s %s%s", small_words[k],
			    treatment_meanings[g->small[k]],
			    !g->small_wrong[k] ? ""
			    : r->expected->ignore == IGNORE_NONE
				? " (expected copies)"
				: " (expected left out)");
	text_add(out, "\n");
}

void
report_print(const struct report *r, struct text *out)
{
	const struct direction *d = r->direction;
	const int width = name_width(r);

	text_add(out, "direction %s, rep %d, of ", axis_word(d->axis), d->rep);
	text_add_shown(out, name_of(r->model));
	text_add(out, ": %s", direction_kind_words[d->kind]);
	if (d->kind == DIRECTION_RANDOM)
		text_add(out, ", seed %" PRIu64, d->seed);
	text_add(out, ", declared %s\n  %-*s  %-14s %8s  %-12s %s\n",
	    normalisation_words[d->norm], width, "tensor", "shape", "filters",
	    "follows", "off");
	for (size_t i = 0; i < r->n; i++)
		print_tensor(r, i, width, out);
	print_notes(r, out);
	print_verdict(r, out);
}

/* ---- JSON ---- */

static void
json_tensor(const struct report *r, size_t i, struct text *out)
{
	const struct imprint *p = &r->imprint[i];
	const struct tensor *t = r->tensor[i];
	const struct finding f = diagnose_tensor(p, r->expected->tolerance);
	char shape[TENSOR_SHAPE_TEXT_BYTES], word[32];

	text_add(out, "%s\n{\"name\":", i > 0 ? "," : "");
	value_print_json_chars(t->name, strlen(t->name), out);
	value_print_json_text("shape", tensor_shape_text(t, shape), out);
	if (p->small) {
		value_print_json_text("follows",
		    treatment_words[diagnose_small(p, r->expected->tolerance)],
		    out);
	} else {
		text_add(
		    out, ",\"filters\":%" PRId64, rule_groups(RULE_FILTER, t));
		value_print_json_text("follows", word_of(&f, word), out);
		value_print_json_real("factor", f.factor, out);
		value_print_json_real("off",
		    p->still ? NAN : diagnose_off(p, r->expected->norm), out);
	}
	text_add(out, "}");
}

void
report_print_json(const struct report *r, struct text *out)
{
	const struct diagnosis *g = r->diagnosis;
	const struct direction *d = r->direction;
	char word[32];

	text_add(
	    out, "{\"axis\":\"%s\",\"rep\":%d", axis_word(d->axis), d->rep);
	value_print_json_text("model", name_of(r->model), out);
	value_print_json_text("kind", direction_kind_words[d->kind], out);
	value_print_json_text("declared", normalisation_words[d->norm], out);
	value_print_json_text(
	    "expected", normalisation_words[r->expected->norm], out);
	text_add(out, ",\"right\":%s", g->right ? "true" : "false");
	value_print_json_text("follows", word_of(&g->finding, word), out);
	value_print_json_real("factor", g->finding.factor, out);
	text_add(out, ",\"rough\":%s", g->finding.rough ? "true" : "false");
	value_print_json_real("off", g->off >= 0 ? g->off : NAN, out);
	if (g->off >= 0)
		value_print_json_text("worst", r->tensor[g->worst]->name, out);
	text_add(out, ",\"big\":%zu,\"still\":%zu,\"follow\":%zu", g->big,
	    g->still, g->follow);
	value_print_json_text(
	    "biases", treatment_words[g->small[SMALL_BIAS]], out);
	value_print_json_text(
	    "normalisations", treatment_words[g->small[SMALL_NORM]], out);
	value_print_json_text(
	    "statistics", treatment_words[g->small[SMALL_STATISTIC]], out);
	value_print_json_real("kurtosis", g->kurtosis, out);
	value_print_json_real("kurtosis_off", g->kurtosis_off, out);
	value_print_json_real("mean_off", g->mean_off, out);
	text_add(out, ",\"tensors\":[");
	for (size_t i = 0; i < r->n; i++)
		json_tensor(r, i, out);
	text_add(out, "]}");
}

/* ---- what they look like ---- */

static bool
is_report(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "direction ");
}

static bool
is_report_json(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "{\"directions\":[");
}

const struct output_kind report_kind = {
    .name = "normcheck's text", .is = is_report};
const struct output_kind report_json_kind = {
    .name = "normcheck's JSON", .is = is_report_json};
