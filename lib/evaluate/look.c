#include "evaluate/look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* Standard errors in a half-width. */
#define LOOK_WIDTH 3.0
/* The worst image that was not seen, in losses of chance. */
#define LOOK_UNSEEN 3.0
/* Losses below this share of chance are asked for as if they were that. */
#define LOOK_SMALL (1.0 / 25.0)

/* How much larger than three standard errors a half-width may be. */
#define LOOK_ANCHORED 3.0
/* What the steps between looks cost on average. */
#define LOOK_MORE 1.1

enum { LOOK_STEP = 64, LOOK_FIRST = 4, LOOK_PER_OCTAVE = 4 };

static int
parse_share(const char *text, double *share, struct error *err)
{
	char plain[NUMBER_PART_BYTES];
	const size_t n = strlen(text);
	const bool percent = n > 0 && text[n - 1] == '%';

	snprintf(plain, sizeof(plain), "%s", text);
	if (percent && n < sizeof(plain))
		plain[n - 1] = '\0';
	if (number_parse_real(plain, "--error", share, err) < 0)
		*share = NAN;
	*share /= percent ? 100.0 : 1.0;
	if (*share > 0.0 && *share <= 1.0)
		return 0;
	return error_set(err,
	    "--error is '%.60s', expected a share of the loss above 0 and up "
	    "to 100%%, such as 2%%; without --error all images are used",
	    text);
}

int
look_parse(const char *text, struct look_rule *rule, struct error *err)
{
	static const char key[] = "floor=";
	char part[2][NUMBER_PART_BYTES];

	*rule = (struct look_rule){.floor = NAN};
	if (strchr(text, ',') == NULL)
		return parse_share(text, &rule->error, err);
	if (number_split(text, ',', part, 2) < 0 ||
	    strncmp(part[1], key, sizeof(key) - 1) != 0)
		return error_set(err,
		    "--error is '%.60s', expected E or E,floor=L such as "
		    "2%%,floor=0.001",
		    text);
	if (parse_share(part[0], &rule->error, err) < 0 ||
	    number_parse_real(part[1] + sizeof(key) - 1, "--error's floor",
		&rule->floor, err) < 0)
		return -1;
	if (rule->floor >= 0.0)
		return 0;
	return error_set(err,
	    "--error's floor is %s, expected a standard error from 0 on",
	    part[1] + sizeof(key) - 1);
}

void
look_settle(struct look_rule *rule, enum loss_kind loss, size_t classes)
{
	const double chance = loss_of_guessing(loss, classes);

	rule->chance = isnan(chance) ? 0.0 : chance;
	if (isnan(rule->floor))
		rule->floor = rule->error * LOOK_SMALL * rule->chance;
}

int64_t
look_next(const struct look_rule *rule, int64_t n, int64_t total)
{
	int64_t look = 0;

	for (int k = 0; look <= n; k++)
		look = LOOK_STEP *
		       (int64_t)ceil(
			   LOOK_FIRST * exp2((double)k / LOOK_PER_OCTAVE));
	return rule->error > 0.0 && look < total ? look : total;
}

struct look_state
look_state(
    const struct look_rule *rule, const struct score *score, int64_t total)
{
	const double n = (double)score->n, all = (double)total;
	const double se = score_error(score, total);
	const double unseen =
	    score->anchors > 0 ? 0.0 : LOOK_UNSEEN * rule->chance;
	const double worst = fmax(score->most, unseen) / n;

	return (struct look_state){.loss = score->loss,
	    .se = se,
	    .half =
		LOOK_WIDTH * sqrt(se * se + worst * worst * (1.0 - n / all)),
	    .n = score->n,
	    .anchored = score->anchors > 0};
}

struct accuracy_interval
look_accuracy(const struct score *score, int64_t total)
{
	return accuracy_interval(score->acc, score->n, total, LOOK_WIDTH);
}

bool
look_suffices(
    const struct look_rule *rule, const struct look_state *state, int64_t total)
{
	/* (what a program computes may be below 0) */
	const double small = rule->error * fabs(state->loss);

	if (state->n == total)
		return true;
	if (!(rule->error > 0.0))
		return false;
	return !isfinite(state->loss) ||
	       (state->se <= small &&
		   (!state->anchored ||
		       state->half <= LOOK_ANCHORED * LOOK_WIDTH * small)) ||
	       state->half <= LOOK_WIDTH * rule->floor;
}

int64_t
look_images(
    const struct look_rule *rule, const struct score *score, int64_t total)
{
	const double error = fmax(rule->error * fabs(score->loss), rule->floor);
	const double n = score->sd * score->sd / (error * error);
	const double looked = LOOK_MORE * n / (1.0 + n / (double)total);
	const int64_t first = look_next(rule, 0, total);

	if (score->status != SCORE_OK || looked <= (double)first)
		return first;
	return looked < (double)total ? (int64_t)ceil(looked) : total;
}
