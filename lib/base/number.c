#include "base/number.h"
#include "base/plural.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* strto* skip blanks and accept an empty text; a strict number does neither. */
static int
starts_number(const char *text)
{
	return text[0] != '\0' && !isspace((unsigned char)text[0]);
}

int
number_parse_int(const char *text, const char *what, int64_t lo, int64_t hi,
    int64_t *out, struct error *err)
{
	char *end;
	intmax_t v;

	errno = 0;
	v = strtoimax(text, &end, 10);
	if (!starts_number(text) || *end != '\0' || errno != 0 || v < lo ||
	    v > hi)
		return error_set(err,
		    "%s is '%.60s', expected an integer from %" PRId64
		    " to %" PRId64,
		    what, text, lo, hi);
	*out = v;
	return 0;
}

int
number_parse_u64(
    const char *text, const char *what, uint64_t *out, struct error *err)
{
	char *end;
	uintmax_t v;

	errno = 0;
	v = strtoumax(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 ||
	    v > UINT64_MAX)
		return error_set(err,
		    "%s is '%.60s', expected an integer from 0 to %" PRIu64,
		    what, text, UINT64_MAX);
	*out = v;
	return 0;
}

/* Passes digits at *p; how many there were. */
static size_t
skip_digits(const char **p)
{
	size_t n = strspn(*p, "0123456789");

	*p += n;
	return n;
}

/*
 * Is all of text a decimal number?  strtod would also take hexadecimal reals,
 * infinities and blanks in front.
 */
static bool
is_decimal(const char *text)
{
	const char *p = text + (*text == '+' || *text == '-');
	size_t n = skip_digits(&p);

	if (*p == '.') {
		p++;
		n += skip_digits(&p);
	}
	if (n > 0 && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '+' || *p == '-';
		n = skip_digits(&p);
	}
	return n > 0 && *p == '\0';
}

int
number_parse_real(
    const char *text, const char *what, double *out, struct error *err)
{
	double v = is_decimal(text) ? strtod(text, NULL) : NAN;

	if (!isfinite(v))
		return error_set(err,
		    "%s is '%.60s', expected a finite decimal number", what,
		    text);
	*out = v;
	return 0;
}

int
number_parse_reals(const char *text, const char *what, double *out, size_t room,
    size_t *n, struct error *err)
{
	char item[64];

	for (*n = 0; *n < room;) {
		size_t len = strcspn(text, ",");

		if (len >= sizeof(item))
			return error_set(err,
			    "%s has '%.60s', expected a finite decimal number",
			    what, text);
		memcpy(item, text, len);
		item[len] = '\0';
		if (number_parse_real(item, what, &out[*n], err) < 0)
			return -1;
		++*n;
		if (text[len] == '\0')
			return 0;
		text += len + 1;
	}
	return error_set(err, "%s has more than %zu number%s", what, room,
	    plural_s((int64_t)room));
}

char *
number_format(double x, char text[NUMBER_TEXT_BYTES])
{
	if (isnan(x)) {
		memcpy(text, "nan", 4);
		return text;
	}
	for (int n = 15; n <= 17; n++) {
		snprintf(text, NUMBER_TEXT_BYTES, "%.*g", n, x);
		if (strtod(text, NULL) == x)
			break;
	}
	return text;
}

int
number_split(const char *text, char sep, char parts[][NUMBER_PART_BYTES], int n)
{
	for (int i = 0; i < n; i++) {
		const char *end =
		    i < n - 1 ? strchr(text, sep) : text + strlen(text);

		if (end == NULL || end - text >= NUMBER_PART_BYTES)
			return -1;
		memcpy(parts[i], text, (size_t)(end - text));
		parts[i][end - text] = '\0';
		text = end + 1;
	}
	return 0;
}
