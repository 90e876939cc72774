/*
 * Points of a program that is asked for ranges of its images: what it says of
 * these becomes one loss, and looks decide whether that is enough.
 */
#include <inttypes.h>
#include <math.h>

#include "base/plural.h"
#include "evaluate/exec_internal.h"

void
exec_range_start(struct exec_question *q, const struct evaluation *e)
{
	/* (how many there are in all is not known yet) */
	q->from = 0;
	q->to = e->look.error > 0.0 ? look_next(&e->look, 0, INT64_MAX) : 0;
	q->sum = (struct score){0};
	q->squares = 0.0;
}

int
exec_range_check(const struct evaluation *e, const struct exec_question *q,
    const char *line, struct score *score, struct error *err)
{
	const int64_t end = q->to < score->total ? q->to : score->total;
	const int64_t wanted = end - q->from;

	if (q->to == 0)
		return 0;
	if (score->n == 1 && isnan(score->sd))
		score->sd = 0.0;
	if (score->n == 0 || score->total == 0 ||
	    (isnan(score->sd) && score->status == SCORE_OK))
		return exec_blame(err, e, q->place,
		    "the answer is '%.60s', expected loss= sd= n= total= of "
		    "images %" PRId64 " to %" PRId64
		    ", which --error asks for; a program that knows no ranges "
		    "of images cannot have --error",
		    line, q->from, q->to - 1);
	if (score->n != wanted)
		return exec_blame(err, e, q->place,
		    "the answer is of %" PRId64 " image%s, expected %" PRId64
		    ", images %" PRId64 " to %" PRId64 " of %" PRId64
		    ", which --error asks for",
		    score->n, plural_s(score->n), wanted, q->from, q->to - 1,
		    score->total);
	return 0;
}

/* The sum of squared deviations from the mean. */
static double
squares_of(const struct score *score)
{
	return score->sd * score->sd * (double)(score->n - 1);
}

/*
 * Means and squares of two parts as those of one (Chan, Golub and LeVeque, The
 * American Statistician 37, 1983): nothing is lost where losses are much alike.
 */
static void
pool(struct exec_question *q, const struct score *more)
{
	struct score *sum = &q->sum;
	const int64_t n = sum->n + more->n;
	const double share = (double)more->n / (double)n;
	const double apart = more->loss - sum->loss;

	q->squares += squares_of(more) + apart * apart * (double)sum->n * share;
	sum->loss += apart * share;
	sum->acc += (more->acc - sum->acc) * share;
	sum->sd = sqrt(q->squares / (double)(n - 1));
	/* known where each part has said its own */
	sum->most = isnan(more->most) ? NAN : fmax(sum->most, more->most);
	sum->n = n;
}

/* No more than that can it be, from mean and spread (Samuelson's inequality).
 */
static double
most_possible(const struct score *score)
{
	const double n = (double)score->n;

	return score->loss + score->sd * (n - 1.0) / sqrt(n);
}

bool
exec_range_take(
    struct exec_question *q, const struct evaluation *e, struct score *score)
{
	const struct score more = *score;
	struct look_state state;

	if (q->to == 0)
		return true;
	if (q->sum.n == 0) {
		q->squares = squares_of(&more);
		q->sum = more;
	} else {
		pool(q, &more);
	}
	/* one loss that is none makes the mean none */
	*score = q->sum;
	score->status = more.status;
	score->total = more.total;
	if (more.status != SCORE_OK)
		score->sd = NAN;
	if (isnan(score->most))
		score->most = most_possible(score);
	state = look_state(&e->look, score, more.total);
	if (look_suffices(&e->look, &state, more.total))
		return true;
	q->from = score->n;
	q->to = look_next(&e->look, score->n, more.total);
	return false;
}
