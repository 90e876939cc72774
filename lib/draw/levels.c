#include "draw/levels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

/* m * 10^e, correctly rounded for small m: 3 * 10^-1 is 0.3. */
static double
decimal(double m, int e)
{
	return e < 0 ? m / pow(10, -e) : m * pow(10, e);
}

static void
add(struct levels *out, double v)
{
	if (out->n < LEVELS_MAX)
		out->v[out->n++] = v;
}

/* The step 1, 2 or 5 times 10^*e that cuts [lo, hi] into about want parts. */
static int
nice_step(double lo, double hi, int want, int *e)
{
	double raw = (hi - lo) / want, m;

	*e = (int)floor(log10(raw));
	m = raw / pow(10, *e);
	if (m < 1.5)
		return 1;
	if (m < 3.5)
		return 2;
	if (m < 7.5)
		return 5;
	++*e;
	return 1;
}

/* Rounding must not lose a level that lies on the border of the range. */
static const double SLACK = 1e-9;

void
levels_linear(double lo, double hi, int want, struct levels *out)
{
	int e, m;
	double step, first;

	out->n = 0;
	if (!(hi > lo) || !isfinite(hi - lo)) {
		add(out, lo);
		return;
	}
	m = nice_step(lo, hi, want, &e);
	step = decimal(m, e);
	first = ceil(lo / step - SLACK);
	for (double k = first;
	     k * step <= hi + SLACK * step && out->n < LEVELS_MAX; k++)
		add(out, decimal(k * m, e) + 0.0);
}

int
levels_flat(double lo, double hi)
{
	return hi - lo <= 1e-6 * fmax(fabs(lo), fabs(hi));
}

void
levels_ticks(double lo, double hi, int want, struct levels *out)
{
	enum { MOST = 8 };

	levels_linear(lo, hi, want, out);
	while (out->n < 2 && hi > lo && ++want <= MOST)
		levels_linear(lo, hi, want, out);
}

/* Level number i of the sequence ... 0.5, 1, 2, 5, 10 ...; 1 has number 0. */
static double
log_level(int i)
{
	static const double m[] = {1, 2, 5};
	int decade = (int)floor(i / 3.0);

	return decimal(m[i - 3 * decade], decade);
}

static int
log_number(double v)
{
	int i = 3 * (int)floor(log10(v));

	while (log_level(i) > v * (1 + SLACK))
		i--;
	while (log_level(i + 1) <= v * (1 + SLACK))
		i++;
	return i;
}

void
levels_log(double lo, double hi, int want, struct levels *out)
{
	int last = log_number(hi), first = log_number(lo), step = 1;

	out->n = 0;
	if (log_level(first) < lo * (1 - SLACK))
		first++;
	if (last - first >= want)
		step = 3 * ((last - first) / (3 * want) + 1);
	for (int i = first; i <= last; i++)
		if (i % step == 0)
			add(out, log_level(i));
}

void
levels_default(double lo, double hi, int log, int cover, struct levels *out)
{
	size_t n = 0;

	if (log && lo > 0 && hi > lo) {
		levels_log(lo, hi, 22, out);
		n = out->n;
		if (cover && n >= 4 && out->v[n - 1] < hi) {
			int a = log_number(out->v[n - 2]);
			int b = log_number(out->v[n - 1]);

			add(out, log_level(2 * b - a));
		}
	}
	if (n >= 4)
		return;
	levels_linear(lo, hi, 10, out);
	n = out->n;
	if (cover && n >= 2 && out->v[n - 1] < hi)
		add(out, 2 * out->v[n - 1] - out->v[n - 2]);
}

void
levels_add_decades(struct levels *levels, double hi)
{
	const double last = levels->n > 0 ? levels->v[levels->n - 1] : 0;

	for (int e = 0; decimal(1, e) <= hi && e < 300; e++)
		if (decimal(1, e) > last)
			add(levels, decimal(1, e));
}

static int
add_range(const double *v, size_t n, const char *text, struct levels *out,
    struct error *err)
{
	double count;

	if (n == 1) {
		add(out, v[0]);
		return 0;
	}
	count = floor((v[1] - v[0]) / v[2] + SLACK);
	if (n != 3 || !(v[2] > 0) || !(count >= 0))
		return error_set(err,
		    "--levels has '%.60s', expected lo:hi:step with lo <= hi "
		    "and a step above 0",
		    text);
	if (count >= LEVELS_MAX)
		return error_set(err,
		    "--levels has '%.60s', expected at most %d levels", text,
		    LEVELS_MAX);
	for (int k = 0; k <= (int)count; k++)
		add(out, v[0] + k * v[2]);
	return 0;
}

static int
parse_item(char *item, struct levels *out, struct error *err)
{
	double v[3];
	size_t n = 0;
	char copy[64], *rest = copy, *part;

	snprintf(copy, sizeof(copy), "%s", item);
	while (n < 3 && rest != NULL) {
		part = rest;
		rest = strchr(rest, ':');
		if (rest != NULL)
			*rest++ = '\0';
		if (number_parse_real(part, "--levels", &v[n++], err) < 0)
			return -1;
	}
	if (rest != NULL || n == 2)
		return error_set(err,
		    "--levels has '%.60s', expected a number or lo:hi:step",
		    item);
	return add_range(v, n, item, out, err);
}

int
levels_parse(const char *text, struct levels *out, struct error *err)
{
	char item[64];

	out->n = 0;
	if (strcmp(text, "paper") == 0)
		text = "0.1:10:0.5";
	for (;;) {
		size_t len = strcspn(text, ",");

		if (len >= sizeof(item))
			return error_set(err,
			    "--levels has '%.60s', expected a number", text);
		memcpy(item, text, len);
		item[len] = '\0';
		if (out->n >= LEVELS_MAX)
			return error_set(err,
			    "--levels has more than %d levels", LEVELS_MAX);
		if (parse_item(item, out, err) < 0)
			return -1;
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	for (size_t i = 1; i < out->n; i++)
		if (!(out->v[i] > out->v[i - 1]))
			return error_set(err,
			    "--levels has %g after %g, expected an increasing "
			    "list",
			    out->v[i], out->v[i - 1]);
	return 0;
}

static void
append(char *text, const char *more)
{
	size_t n = strlen(text);

	snprintf(text + n, LEVEL_TEXT_BYTES - n, "%s", more);
}

static void
append_exponent(char *text, int e)
{
	static const char *const digits[] = {
	    "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	char plain[16];

	snprintf(plain, sizeof(plain), "%d", e);
	append(text, "10");
	for (const char *c = plain; *c != '\0'; c++)
		append(text, *c == '-' ? "⁻" : digits[*c - '0']);
}

char *
level_text_short(double v, char text[LEVEL_TEXT_BYTES])
{
	char plain[32];

	snprintf(plain, sizeof(plain), "%.4g", v);
	return level_text(strtod(plain, NULL), text);
}

char *
level_text(double v, char text[LEVEL_TEXT_BYTES])
{
	char plain[32], mantissa[16];
	double size = fabs(v);
	char *e;

	text[0] = '\0';
	if (v < 0)
		append(text, "−");
	if (size == 0 || (size >= 1e-3 && size < 1e5)) {
		snprintf(plain, sizeof(plain), "%.6g", size);
		append(text, plain);
		return text;
	}
	snprintf(plain, sizeof(plain), "%.3e", size);
	e = strchr(plain, 'e');
	if (e == NULL) {
		append(text, plain);
		return text;
	}
	snprintf(mantissa, sizeof(mantissa), "%g",
	    strtod(plain, NULL) / pow(10, atoi(e + 1)));
	if (strcmp(mantissa, "1") != 0) {
		append(text, mantissa);
		append(text, "·");
	}
	append_exponent(text, atoi(e + 1));
	return text;
}
