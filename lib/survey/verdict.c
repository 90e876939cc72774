/* Is my plot right?  What the numbers mean, a sentence each. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "survey/survey.h"

const char *const verdict_words[] = {"ok", "note", "look", "wrong"};

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
		    "%" PRId64 " of %" PRId64 " point%s %s missing", t->missing,
		    t->all, plural_s(t->all), plural(t->missing, "is", "are"));
	for (int i = 0; i < 4; i++)
		if (counts[i] > 0)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s %" PRId64 " %s",
			    text[0] != '\0' ? "," : "", counts[i], words[i]);
	if (text[0] != '\0')
		say(v, VERDICT_LOOK,
		    "not all of %" PRId64 " point%s %s a loss:%s", t->all,
		    plural_s(t->all), plural(t->all, "has", "have"), text);
	if (t->ok == t->all)
		say(v, VERDICT_OK, "all %" PRId64 " point%s %s there and ok",
		    t->all, plural_s(t->all), plural(t->all, "is", "are"));
}

static bool
has_centre(const struct survey *s)
{
	return s->centre != CENTRE_NONE;
}

/* Is the loss one of ours, whose size is known? */
static bool
is_crossentropy(const struct survey *s)
{
	return strcmp(s->loss_kind, "crossentropy") == 0;
}

static void
judge_accuracy(struct verdicts *v, const struct survey *s)
{
	static const enum verdict_kind kinds[] = {
	    [ACCURACY_FITS] = VERDICT_OK,
	    [ACCURACY_DIFFERS] = VERDICT_LOOK,
	    [ACCURACY_WRONG] = VERDICT_WRONG,
	};
	const struct accuracy measured = {.acc = s->acc,
	    .n = s->used,
	    .set = s->set,
	    .recomputed = s->recomputed};

	if (!isfinite(s->stored) || !isfinite(s->acc))
		return;
	say(v, kinds[s->fit],
	    "centre accuracy %.4g %%, checkpoint says %.4g %%%s%s", s->acc,
	    s->stored, s->fit == ACCURACY_FITS ? "" : ": ",
	    s->fit == ACCURACY_FITS ? ""
				    : accuracy_question(&measured, s->fit));
}

static void
judge_centre(struct verdicts *v, const struct survey *s)
{
	if (!has_centre(s))
		say(v, VERDICT_NOTE,
		    "%s: without it there are no widths, no sharpness and no "
		    "check of the accuracy (evalgrid without directions on "
		    "the same images, as another FILE, has it)",
		    s->centre_missing ? "the point at the centre is missing"
				      : "no point lies at the centre");
	else if (!isfinite(s->loss))
		say(v, VERDICT_WRONG,
		    "the centre, the model itself, has no finite loss");
	else
		judge_accuracy(v, s);
	if (s->centre == CENTRE_ASKED || s->centre == CENTRE_ALONE)
		say(v, VERDICT_NOTE,
		    "no point of the grid lies at the centre: its loss is of "
		    "%s, and there are no widths",
		    s->centre == CENTRE_ASKED
			? "a request"
			: "an evaluation of the same model on the same images");
}

/* A network that has learned nothing has a landscape, too, but which? */
static void
judge_chance(struct verdicts *v, const struct survey *s)
{
	char why[WHY_BYTES];

	if (has_centre(s) && s->fit != ACCURACY_WRONG &&
	    survey_trained(s, why) == UNTRAINED)
		say(v, VERDICT_LOOK,
		    "at the centre %s: not trained, or wrong --arch, --pixels "
		    "or data?",
		    why);
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

/*
 * On the way to another network its batch norms have other statistics: held
 * fixed, they raise a barrier that is theirs alone.
 */
static void
judge_norms(struct verdicts *v, const struct survey *s)
{
	if (!leads_elsewhere(s) || s->has_norms == GRID_NORMS_NONE)
		return;
	if (strcmp(s->norms, "fixed") == 0)
		say(v, VERDICT_LOOK,
		    "batch norms%s stay those of the first network on the way "
		    "to another: a barrier may be theirs (dirgen --over "
		    "states, evalgrid --bn recompute)",
		    s->has_norms == GRID_NORMS_UNKNOWN ? ", if there are any,"
						       : "");
	else if (strcmp(s->norms, "states") == 0)
		say(v, VERDICT_OK,
		    "batch norms move with the weights to the other network");
	else if (s->recomputed)
		say(v, VERDICT_OK, "batch norms are found anew at every point");
}

/*
 * Both losses are of the same images: where points tell of groups of these, the
 * error is that of their differences, and else on the safe side.  Losses of
 * images are of float32's precision.
 */
static double
drop_error(const struct survey *s)
{
	const struct influence *a = &s->lowest_error, *b = &s->loss_error;
	const double ulp = ldexp(fabs(s->loss), -24);
	double by[GROUPS];

	if (!a->grouped || !b->grouped)
		return hypot(ulp, hypot(isfinite(a->se) ? a->se : 0,
				      isfinite(b->se) ? b->se : 0));
	for (int g = 0; g < GROUPS; g++)
		by[g] = b->by[g] - a->by[g];
	return hypot(ulp, influence_error(by, s->shrink));
}

static void
judge_lowest(struct verdicts *v, const struct survey *s)
{
	const double drop = s->loss - s->lowest, error = drop_error(s);
	char place[80];

	if (!s->has_lowest || s->axes == 0 || !has_centre(s) ||
	    !isfinite(s->loss) || leads_elsewhere(s))
		return;
	if (s->axes > 1)
		snprintf(place, sizeof(place), "(%.4g, %.4g)", s->lowest_at[0],
		    s->lowest_at[1]);
	else
		snprintf(place, sizeof(place), "x = %.4g", s->lowest_at[0]);
	if (s->lowest_is_centre)
		say(v, VERDICT_OK, "the lowest point is the centre");
	else if (drop <= 2 * error)
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

/*
 * By the width at 0.1 above the centre: a rise that means something in nats,
 * which is more than mse has and nothing in units of somebody else's.
 */
static void
judge_range(struct verdicts *v, const struct survey *s)
{
	int open = 0, narrow = 0, n = 2 * s->axes;

	if (s->centre != CENTRE_GRID || !isfinite(s->loss) || n == 0 ||
	    !is_crossentropy(s))
		return;
	for (int h = 0; h < n; h++) {
		const struct crossing *c = &s->width[1][h];

		open += c->kind == CROSSING_OPEN;
		narrow += c->kind == CROSSING_AT && c->at < 2 * s->step[h / 2];
	}
	if (2 * s->se > SURVEY_LEVEL)
		say(v, VERDICT_LOOK,
		    "the standard error at the centre is %.2g: whether the "
		    "range shows the basin, a rise of 0.1, cannot be told",
		    s->se);
	else if (open == n)
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

/* Of one axis, or of both when they are alike. */
static void
judge_direction(
    struct verdicts *v, const struct direction *d, const char *whose)
{
	if (d->kind == DIRECTION_RANDOM && d->norm == NORMALISE_NONE)
		say(v, VERDICT_LOOK,
		    "%s not normalised: networks cannot be compared, sharpness "
		    "depends on the scale of the weights (fnorm)",
		    whose);
	else if (d->norm != NORMALISE_NONE)
		say(v, VERDICT_OK, "%s %s-normalised", whose,
		    normalisation_words[d->norm]);
	if (d->norm != NORMALISE_NONE && d->ignore == IGNORE_NONE)
		say(v, VERDICT_LOOK,
		    "biases and batch norms move along a copy of themselves; "
		    "the paper's figures leave them (fnorm --ignore biasbn)");
}

static bool
alike(const struct direction *a, const struct direction *b)
{
	return a->kind == b->kind && a->norm == b->norm &&
	       a->ignore == b->ignore;
}

static void
judge_directions(struct verdicts *v, const struct survey *s)
{
	const struct sheet_direction *x = &s->direction[0];
	const struct sheet_direction *y = &s->direction[1];

	if (!s->has_direction[0])
		return;
	if (!s->has_direction[1] || alike(&x->direction, &y->direction)) {
		judge_direction(v, &x->direction,
		    s->axes > 1 ? "the directions are" : "the direction is");
	} else {
		judge_direction(v, &x->direction, "x is");
		judge_direction(v, &y->direction, "y is");
	}
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

/* At the centre or, where there is none, at the lowest point. */
static void
judge_error(struct verdicts *v, const struct survey *s)
{
	const bool centre = has_centre(s);
	const double loss = centre ? s->loss : s->lowest;
	const double se = centre ? s->se : s->lowest_error.se;
	const char *where = centre ? "centre" : "lowest point";

	if (s->top1 > 0.25)
		say(v, VERDICT_LOOK,
		    "standard error unreliable: 1 %% of the images carry %.0f "
		    "%% of the loss at the centre",
		    100 * s->top1);
	if (s->n <= 0 || !(loss > 0 && se > 0.1 * loss))
		return;
	/* a part of all images that are asked for is what --error chose */
	if (s->n == s->total)
		say(v, VERDICT_LOOK,
		    "the standard error at the %s is %.0f %% of the loss: "
		    "ask for a smaller --error",
		    where, 100 * se / loss);
	else
		say(v, VERDICT_LOOK,
		    "the standard error at the %s is %.0f %% of the loss: "
		    "take more than %" PRId64 " image%s",
		    where, 100 * se / loss, s->n, plural_s(s->n));
}

size_t
survey_judge(const struct survey *s, struct verdict *out)
{
	struct verdicts v = {.out = out};

	judge_points(&v, &s->tally);
	judge_centre(&v, s);
	judge_chance(&v, s);
	judge_lowest(&v, s);
	judge_range(&v, s);
	judge_directions(&v, s);
	judge_norms(&v, s);
	judge_error(&v, s);
	return v.n;
}
