/* Is my plot right?  What the numbers mean, a sentence each. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "survey/survey.h"

const char *const verdict_words[] = {"ok", "look", "wrong"};

struct verdicts {
	struct verdict *out;
	size_t n;
};

static void say(struct verdicts *v, enum verdict_kind kind, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
say(struct verdicts *v, enum verdict_kind kind, const char *format, ...)
{
	struct verdict *verdict = &v->out[v->n];
	va_list arguments;

	if (v->n == VERDICTS_MAX)
		return;
	v->n++;
	verdict->kind = kind;
	va_start(arguments, format);
	vsnprintf(verdict->text, sizeof(verdict->text), format, arguments);
	va_end(arguments);
}

static void
judge_points(struct verdicts *v, const struct tally *t)
{
	const int64_t counts[] = {t->nan, t->overflow, t->badvar, t->other};
	static const char *const words[] = {
	    "nan", "overflow", "badvar", "without a known status"};
	char text[160] = "";

	if (t->missing > 0)
		say(v, VERDICT_WRONG,
		    "%" PRId64 " of %" PRId64 " points are missing", t->missing,
		    t->all);
	for (int i = 0; i < 4; i++)
		if (counts[i] > 0)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s %" PRId64 " %s",
			    text[0] != '\0' ? "," : "", counts[i], words[i]);
	if (text[0] != '\0')
		say(v, VERDICT_LOOK,
		    "not all of %" PRId64 " points have a loss:%s", t->all,
		    text);
	if (t->ok == t->all)
		say(v, VERDICT_OK, "all %" PRId64 " points are there and ok",
		    t->all);
}

static void
judge_centre(struct verdicts *v, const struct survey *s)
{
	if (!s->has_centre)
		say(v, VERDICT_WRONG,
		    "no point lies at the centre: a range around 0 with an odd "
		    "number of points has the model itself");
	else if (!isfinite(s->loss))
		say(v, VERDICT_WRONG,
		    "the centre, the model itself, has no finite loss");
	else if (s->stored_far)
		say(v, VERDICT_WRONG,
		    "centre accuracy %.4g %%, checkpoint says %.4g %%: wrong "
		    "--arch, --pixels or data?",
		    s->acc, s->stored);
	else if (isfinite(s->stored))
		say(v, VERDICT_OK,
		    "centre accuracy %.4g %%, checkpoint says %.4g %%", s->acc,
		    s->stored);
}

/* A way between models has no reason to be lowest at the first of them. */
static bool
leads_elsewhere(const struct survey *s)
{
	for (int a = 0; a < s->axes; a++)
		if (s->has_direction[a] &&
		    s->direction[a].direction.kind == DIRECTION_TOWARD)
			return true;
	return false;
}

static void
judge_lowest(struct verdicts *v, const struct survey *s)
{
	double drop = s->loss - s->lowest;
	char place[80];

	if (!s->has_lowest || !s->has_centre || !isfinite(s->loss) ||
	    leads_elsewhere(s))
		return;
	if (s->axes > 1)
		snprintf(place, sizeof(place), "(%.4g, %.4g)", s->lowest_at[0],
		    s->lowest_at[1]);
	else
		snprintf(place, sizeof(place), "x = %.4g", s->lowest_at[0]);
	if (s->lowest_is_centre)
		say(v, VERDICT_OK, "the lowest point is the centre");
	else if (s->se > 0 && drop <= 2 * s->se)
		say(v, VERDICT_OK,
		    "%s is lower than the centre by %.3g, within two standard "
		    "errors",
		    place, drop);
	else
		say(v, VERDICT_LOOK,
		    "%s is lower than the centre by %.3g: not converged, or "
		    "other data than it was trained on?",
		    place, drop);
}

/* By the width at 0.1 above the centre. */
static void
judge_range(struct verdicts *v, const struct survey *s)
{
	int open = 0, narrow = 0, n = 2 * s->axes;

	if (!s->has_centre || !isfinite(s->loss))
		return;
	for (int h = 0; h < n; h++) {
		const struct crossing *c = &s->width[1][h];

		open += c->kind == CROSSING_OPEN;
		narrow += c->kind == CROSSING_AT && c->at < 2 * s->step[h / 2];
	}
	if (open == n)
		say(v, VERDICT_LOOK,
		    "the range is too small: along no axis does the loss rise "
		    "by 0.1 before the grid ends");
	else if (narrow == n)
		say(v, VERDICT_LOOK,
		    "the range is too large, or has too few points: the loss "
		    "rises by 0.1 within two steps along every axis");
	else
		say(v, VERDICT_OK, "the range shows the basin");
}

static void
judge_directions(struct verdicts *v, const struct survey *s)
{
	const struct sheet_direction *x = &s->direction[0];

	if (!s->has_direction[0])
		return;
	if (x->direction.kind == DIRECTION_RANDOM &&
	    x->direction.norm == NORM_NONE)
		say(v, VERDICT_LOOK,
		    "the directions are not normalised: networks cannot be "
		    "compared, sharpness depends on the scale of the weights "
		    "(fnorm)");
	else if (x->direction.norm != NORM_NONE)
		say(v, VERDICT_OK, "%s-normalised",
		    direction_norm_words[x->direction.norm]);
	if (x->direction.norm != NORM_NONE &&
	    x->direction.ignore == IGNORE_NONE)
		say(v, VERDICT_LOOK,
		    "biases and batch norms move along a copy of themselves; "
		    "the paper's figures leave them (fnorm --ignore biasbn)");
	if (s->axes < 2 || isnan(x->cosine))
		return;
	if (fabs(x->cosine) > 0.1)
		say(v, VERDICT_LOOK,
		    "the cosine between the axes is %.3g: the picture is "
		    "skewed (dirgen --orthonormal)",
		    x->cosine);
	else
		say(v, VERDICT_OK,
		    "the axes are at a right angle (cosine %.2g)", x->cosine);
}

static void
judge_error(struct verdicts *v, const struct survey *s)
{
	if (s->top1 > 0.25)
		say(v, VERDICT_LOOK,
		    "standard error unreliable: 1 %% of the images carry %.0f "
		    "%% of the loss at the centre",
		    100 * s->top1);
	if (s->se > 0.1 * s->loss)
		say(v, VERDICT_LOOK,
		    "the standard error at the centre is %.0f %% of the loss: "
		    "take more than %" PRId64 " images",
		    100 * s->se / s->loss, s->n);
}

size_t
survey_judge(const struct survey *s, struct verdict *out)
{
	struct verdicts v = {.out = out};

	judge_points(&v, &s->tally);
	judge_centre(&v, s);
	judge_lowest(&v, s);
	judge_range(&v, s);
	judge_directions(&v, s);
	judge_error(&v, s);
	return v.n;
}
