#include "model/accuracy.h"

#include <math.h>
#include <string.h>

/* What may lie between two accuracies of one network: points, errors. */
#define POINTS 3.0
#define ERRORS 3.0

bool
accuracy_noted(const struct value *meta, double *acc)
{
	static const char *const names[] = {
	    "acc", "test_acc", "best_acc", "best_prec1"};
	double noted;

	for (int i = 0; i < 4; i++)
		if (value_real(value_get(meta, names[i]), &noted) &&
		    noted >= 0 && noted <= 100) {
			*acc = noted;
			return true;
		}
	return false;
}

double
accuracy_error(double acc, int64_t n)
{
	const double images = (double)n;
	const double p = (acc / 100 * images + 1) / (images + 2);

	return 100 * sqrt(p * (1 - p) / images);
}

struct accuracy_interval
accuracy_interval(double acc, int64_t n, int64_t total, double errors)
{
	const double p = acc / 100.0, all = (double)total;
	/* as many images of an unlimited set tell as much */
	const double images = (double)n * (all - 1.0) / (all - (double)n);
	const double z = errors * errors / images;
	const double middle = (p + z / 2.0) / (1.0 + z);
	const double half = sqrt(z * p * (1.0 - p) + z * z / 4.0) / (1.0 + z);

	return (struct accuracy_interval){
	    fmax(0.0, fmin(100.0 * (middle - half), acc)),
	    fmin(100.0, fmax(100.0 * (middle + half), acc))};
}

enum accuracy_fit
accuracy_compare(const struct accuracy *measured, double *noted)
{
	const bool test = strcmp(measured->set, "test") == 0;
	const bool train = strcmp(measured->set, "train") == 0;
	double off, error;

	if (*noted <= 1 &&
	    fabs(100 * *noted - measured->acc) < fabs(*noted - measured->acc))
		*noted *= 100;
	off = measured->acc - *noted;
	if (!(fabs(off) > POINTS) || (off > 0 && !test))
		return ACCURACY_FITS;
	if (measured->n <= 0)
		return ACCURACY_DIFFERS;
	error = accuracy_error(*noted, measured->n);
	if (!(fabs(off) > ERRORS * error))
		return ACCURACY_FITS;
	return measured->recomputed || !(test || train) ? ACCURACY_DIFFERS
							: ACCURACY_WRONG;
}

const char *
accuracy_question(const struct accuracy *measured, enum accuracy_fit fit)
{
	if (fit == ACCURACY_WRONG)
		return "wrong --arch, --pixels or data?";
	if (measured->n <= 0)
		return "of how many images is not known";
	if (measured->recomputed)
		return "too few images for --bn recompute, or wrong --arch, "
		       "--pixels or data?";
	return "other images than those it was noted for, or wrong --arch or "
	       "--pixels?";
}
