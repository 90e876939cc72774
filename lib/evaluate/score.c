#include "evaluate/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const score_status_words[] = {
    "ok", "nan", "overflow", "badvar", "concave", "unconverged", NULL};

static int
descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* The share of the sum that the largest hundredth of the losses carries. */
static double
top_share(const double *losses, int64_t n, double sum, double *scratch)
{
	int64_t top = (n + 99) / 100;
	double most = 0.0;

	if (!(sum > 0.0) || !isfinite(sum))
		return 0.0;
	memcpy(scratch, losses, (size_t)n * sizeof(*losses));
	qsort(scratch, (size_t)n, sizeof(*scratch), descending);
	for (int64_t i = 0; i < top; i++)
		most += scratch[i];
	return most / sum;
}

static int64_t
images_of_group(int64_t n, int g)
{
	return (n - g + SCORE_GROUPS - 1) / SCORE_GROUPS;
}

static void
group_losses(struct score *score, const double *losses, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		score->group[i % SCORE_GROUPS] += losses[i];
	for (int g = 0; g < SCORE_GROUPS; g++)
		score->group[g] /= (double)images_of_group(n, g);
}

void
score_measure(struct score *score, const double *losses, int64_t n)
{
	double sum = 0.0, squares = 0.0;

	*score = (struct score){.n = n, .acc = NAN};
	for (int64_t i = 0; i < n; i++)
		sum += losses[i];
	score->loss = sum / (double)n;
	if (isnan(score->loss))
		score->status = SCORE_NAN;
	else if (isinf(score->loss))
		score->status = SCORE_OVERFLOW;
	if (score->status != SCORE_OK) {
		score->sd = NAN;
		return;
	}
	for (int64_t i = 0; i < n; i++) {
		squares +=
		    (losses[i] - score->loss) * (losses[i] - score->loss);
		score->most = fmax(score->most, losses[i]);
	}
	score->sd = n > 1 ? sqrt(squares / (double)(n - 1)) : 0.0;
}

void
score_from_losses(struct score *score, const double *losses,
    const uint32_t *correct, size_t labels, int64_t n, double *scratch)
{
	double sum = 0.0;
	int64_t right = 0;

	score_measure(score, losses, n);
	for (int64_t i = 0; i < n; i++) {
		sum += losses[i];
		right += correct != NULL ? correct[i] : 0;
	}
	if (correct != NULL)
		score->acc =
		    100.0 * (double)right / ((double)n * (double)labels);
	if (score->status != SCORE_OK)
		return;
	score->top = top_share(losses, n, sum, scratch);
	if (n >= SCORE_GROUPED_MIN)
		group_losses(score, losses, n);
}

void
score_bad(
    struct score *score, enum score_status status, const char *why, int64_t n)
{
	*score = (struct score){
	    .status = status, .loss = NAN, .sd = NAN, .acc = NAN, .n = n};
	snprintf(score->why, sizeof(score->why), "%s", why);
}

double
score_error(const struct score *score, int64_t total)
{
	double n = (double)score->n;

	return score->sd / sqrt(n) * sqrt(1.0 - n / (double)total);
}
