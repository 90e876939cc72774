/* Has a network learned something?  Else its landscape shows nothing of it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/plural.h"
#include "survey/survey.h"

#define ERRORS 3.0

enum trained
survey_trained_end(
    const struct survey *s, const struct line_end *end, char why[WHY_BYTES])
{
	const double p = s->chance_acc / 100;
	double error;

	why[0] = '\0';
	if (isnan(s->chance) || isnan(end->loss))
		return TRAINED_UNKNOWN;
	if (end->loss >= s->chance) {
		snprintf(why, WHY_BYTES,
		    "the loss of %.4g is not below that of guessing, %.4g",
		    end->loss, s->chance);
		return UNTRAINED;
	}
	if (isnan(end->acc) || end->used <= 0)
		return TRAINED;
	error = 100 * sqrt(p * (1 - p) / (double)end->used);
	if (end->acc > s->chance_acc + ERRORS * error)
		return TRAINED;
	snprintf(why, WHY_BYTES,
	    "the accuracy of %.4g %% of %" PRId64
	    " image%s is that of guessing, %.4g %%",
	    end->acc, end->used, plural_s(end->used), s->chance_acc);
	return UNTRAINED;
}

enum trained
survey_trained(const struct survey *s, char why[WHY_BYTES])
{
	const struct line_end centre = {
	    .loss = s->loss, .acc = s->acc, .used = s->used};

	return survey_trained_end(s, &centre, why);
}
