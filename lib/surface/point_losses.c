/* The losses of single images that stand behind a point. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "stream/scan.h"
#include "surface/point.h"

/* How far a loss may be from the mean of its images', which are float32. */
static const double slack = 1e-5;

/* The mean of n losses; NaN where one is no number, or infinite. */
static int
mean_of(const struct point *point, int64_t n, double *mean, struct error *err)
{
	float *losses = memory_new((size_t)n, sizeof(*losses), err);

	if (losses == NULL)
		return -1;
	point_losses(point, losses, n);
	*mean = 0.0;
	for (int64_t i = 0; i < n; i++)
		*mean += (double)losses[i] / (double)n;
	free(losses);
	return 0;
}

int
point_check_losses(const struct point *point, struct error *err)
{
	const int64_t n = point_losses(point, NULL, 0);
	double loss = NAN, images = NAN, mean;
	size_t bytes;
	const uint8_t *header = point_header(point, &bytes);

	if (n == 0)
		return 0;
	scan_real(header, bytes, "loss", &loss);
	scan_real(header, bytes, "n", &images);
	if (images != (double)n)
		return error_set(err,
		    "a point of %.0f images has losses of %" PRId64
		    " single image%s",
		    images, n, plural_s(n));
	if (mean_of(point, n, &mean, err) < 0)
		return -1;
	/* one of them may be too large for float32; those of a point that is
	 * no number were written, too */
	if (!isfinite(loss) || (mean > FLT_MAX && loss * images > FLT_MAX))
		return 0;
	if (isfinite(mean) &&
	    fabs(mean - loss) <= slack * fmax(fabs(mean), fabs(loss)))
		return 0;
	return error_set(err,
	    "the losses of single images have a mean of %g, their point says "
	    "%g",
	    mean, loss);
}
