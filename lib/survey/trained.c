/* Has a network learned something?  Else its landscape shows nothing of it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/plural.h"
#include "survey/survey.h"

#define ERRORS 3.0

enum trained
survey_trained_at(
    const struct survey *s, double loss, double acc, char why[WHY_BYTES])
{
	const double p = s->chance_acc / 100;
	double error;

	why[0] = '\0';
	if (isnan(s->chance) || isnan(loss))
		return TRAINED_UNKNOWN;
	if (loss >= s->chance) {
		snprintf(why, WHY_BYTES,
		    "the loss of %.4g is not below that of guessing, %.4g",
		    loss, s->chance);
		return UNTRAINED;
	}
	if (isnan(acc) || s->n <= 0)
		return TRAINED;
	error = 100 * sqrt(p * (1 - p) / (double)s->n);
	if (acc > s->chance_acc + ERRORS * error)
		return TRAINED;
	snprintf(why, WHY_BYTES,
	    "the accuracy of %.4g %% of %" PRId64
	    " image%s is that of guessing, %.4g %%",
	    acc, s->n, plural_s(s->n), s->chance_acc);
	return UNTRAINED;
}

enum trained
survey_trained(const struct survey *s, char why[WHY_BYTES])
{
	return survey_trained_at(s, s->loss, s->acc, why);
}
