#include "base/range.h"

#include <inttypes.h>
#include <math.h>

#include "base/number.h"
#include "base/plural.h"

int
range_parse(
    const char *text, const char *what, struct range *range, struct error *err)
{
	char part[3][NUMBER_PART_BYTES];

	if (number_split(text, ':', part, 3) < 0)
		return error_set(err,
		    "%s is '%.60s', expected lo:hi:num such as -1:1:51", what,
		    text);
	if (number_parse_real(part[0], what, &range->lo, err) < 0 ||
	    number_parse_real(part[1], what, &range->hi, err) < 0 ||
	    number_parse_int(
		part[2], what, 1, RANGE_NUM_MAX, &range->num, err) < 0)
		return -1;
	return range_check(range, what, err);
}

int
range_check(const struct range *range, const char *what, struct error *err)
{
	const double lo = range->lo, hi = range->hi;
	const double step = (hi - lo) / (double)(range->num - 1);

	if (!isfinite(lo) || !isfinite(hi))
		return error_set(err,
		    "%s goes from %g to %g, expected finite numbers", what, lo,
		    hi);
	if (range->num < 2)
		return 0;
	if (!(lo < hi))
		return error_set(err,
		    "%s goes from %g to %g, expected lo below hi", what, lo,
		    hi);
	/* rounded, two coordinates must not be one */
	if (!isfinite(hi - lo) || !(lo + step > lo) || !(hi - step < hi))
		return error_set(err,
		    "%s goes from %.17g to %.17g in %" PRId64
		    " coordinate%s, which double numbers do not tell apart",
		    what, lo, hi, range->num, plural_s(range->num));
	return 0;
}

double
range_at(const struct range *range, int64_t i)
{
	double step;

	if (range->num < 2)
		return range->lo;
	if (i == range->num - 1)
		return range->hi;
	step = (range->hi - range->lo) / (double)(range->num - 1);
	return (double)i * step + range->lo;
}
