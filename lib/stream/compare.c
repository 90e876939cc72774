#include "stream/compare.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/plural.h"

static bool
near(struct comparison *c, double a, double b)
{
	double apart = fabs(a - b);

	if (a == b || (isnan(a) && isnan(b)))
		return true;
	if (apart > c->largest)
		c->largest = apart;
	/* an infinity is near nothing but itself: infinity <= infinity */
	return isfinite(apart) &&
	       apart <= c->atol + c->rtol * fmax(fabs(a), fabs(b));
}

static bool
differ(struct comparison *c, const struct value *a, const struct value *b)
{
	text_add_text(&c->what, &c->path);
	text_add(&c->what, ": ");
	if (a != NULL)
		value_print(a, &c->what);
	text_add(&c->what, a == NULL ? "missing, " : ", ");
	if (b != NULL)
		value_print(b, &c->what);
	else
		text_add(&c->what, "missing");
	return false;
}

static bool same(
    struct comparison *c, const struct value *a, const struct value *b);

/* Compares entries of a map or array with the path extended by their name. */
static bool
same_inside(struct comparison *c, const char *dot, const struct value *name,
    size_t i, const struct value *a, const struct value *b)
{
	size_t at = text_length(&c->path);
	bool result;

	if (name != NULL) {
		text_add(&c->path, "%s", at > 0 ? dot : "");
		value_print(name, &c->path);
	} else {
		text_add(&c->path, "[%zu]", i);
	}
	result = same(c, a, b);
	text_cut(&c->path, at);
	return result;
}

static const struct value *
find_key(const struct value *map, const struct value *key)
{
	const char *chars, *other;
	size_t n, m;

	if (!value_chars(key, &chars, &n))
		return NULL;
	for (size_t i = 0; i < map_count(map); i++)
		if (value_chars(map_key(map, i), &other, &m) && n == m &&
		    memcmp(chars, other, n) == 0)
			return map_item(map, i);
	return NULL;
}

/* What a rerun or another program may change without changing a number. */
static bool
is_history(const struct comparison *c, const struct value *key)
{
	return !c->history && text_is_empty(&c->path) &&
	       (value_is(key, "history") || value_is(key, "digest") ||
		   value_is(key, "kernel"));
}

static bool
same_maps(struct comparison *c, const struct value *a, const struct value *b)
{
	for (size_t i = 0; i < map_count(a); i++) {
		const struct value *key = map_key(a, i);

		if (!is_history(c, key) &&
		    !same_inside(
			c, ".", key, 0, map_item(a, i), find_key(b, key)))
			return false;
	}
	for (size_t i = 0; i < map_count(b); i++) {
		const struct value *key = map_key(b, i);

		if (!is_history(c, key) && find_key(a, key) == NULL)
			return same_inside(
			    c, ".", key, 0, NULL, map_item(b, i));
	}
	return true;
}

static bool
same_arrays(struct comparison *c, const struct value *a, const struct value *b)
{
	size_t n = array_count(a), m = array_count(b);

	for (size_t i = 0; i < n || i < m; i++)
		if (!same_inside(
			c, "", NULL, i, array_at(a, i), array_at(b, i)))
			return false;
	return true;
}

/* Equal to the last bit: texts, bytes, truth values, nil. */
static bool
same_bits(struct comparison *c, const struct value *a, const struct value *b)
{
	return value_equal(a, b) || differ(c, a, b);
}

static bool
is_number(const struct value *v)
{
	return value_type(v) == VALUE_TYPE_INT ||
	       value_type(v) == VALUE_TYPE_REAL;
}

static bool
same_numbers(struct comparison *c, const struct value *a, const struct value *b)
{
	int64_t i, j;
	double x, y;

	/* integers above 2^53 must not become equal by way of double */
	if (value_int(a, &i) && value_int(b, &j) && i == j)
		return true;
	if (!value_real(a, &x) || !value_real(b, &y))
		return same_bits(c, a, b);
	if (value_int(a, &i) && value_int(b, &j) && x == y)
		return differ(c, a, b);
	return near(c, x, y) || differ(c, a, b);
}

static bool
same(struct comparison *c, const struct value *a, const struct value *b)
{
	if (a == NULL || b == NULL)
		return differ(c, a, b);
	if (is_number(a) && is_number(b))
		return same_numbers(c, a, b);
	if (value_type(a) != value_type(b))
		return differ(c, a, b);
	if (value_type(a) == VALUE_TYPE_MAP)
		return same_maps(c, a, b);
	if (value_type(a) == VALUE_TYPE_ARRAY)
		return same_arrays(c, a, b);
	return same_bits(c, a, b);
}

static bool
same_floats(
    struct comparison *c, const uint8_t *a, const uint8_t *b, size_t bytes)
{
	for (size_t at = 0; at + sizeof(float) <= bytes; at += sizeof(float)) {
		char left[NUMBER_TEXT_BYTES], right[NUMBER_TEXT_BYTES];
		float x, y;

		memcpy(&x, a + at, sizeof(x));
		memcpy(&y, b + at, sizeof(y));
		if (near(c, (double)x, (double)y))
			continue;
		text_add(&c->what, "element %zu: %s, %s", at / sizeof(float),
		    number_format((double)x, left),
		    number_format((double)y, right));
		return false;
	}
	return true;
}

static bool
same_payloads(
    struct comparison *c, const struct record *a, const struct record *b)
{
	if (a->payload_bytes != b->payload_bytes) {
		text_add(&c->what, "payload: %zu byte%s, %zu byte%s",
		    a->payload_bytes, plural_s((int64_t)a->payload_bytes),
		    b->payload_bytes, plural_s((int64_t)b->payload_bytes));
		return false;
	}
	if (value_is(value_get(a->header, "dtype"), "<f4"))
		return same_floats(c, a->payload, b->payload, a->payload_bytes);
	for (size_t i = 0; i < a->payload_bytes; i++)
		if (a->payload[i] != b->payload[i]) {
			text_add(&c->what, "payload byte %zu: %02x, %02x", i,
			    a->payload[i], b->payload[i]);
			return false;
		}
	return true;
}

static bool
same_records(
    struct comparison *c, const struct record *a, const struct record *b)
{
	if (!record_is(a, b->kind)) {
		text_add(&c->what, "kind: %s, %s", a->kind, b->kind);
		return false;
	}
	return same(c, a->header, b->header) && same_payloads(c, a, b);
}

int
compare_records(struct comparison *comparison, const struct record *a,
    const struct record *b, struct error *err)
{
	bool equal;

	text_cut(&comparison->what, 0);
	text_cut(&comparison->path, 0);
	equal = same_records(comparison, a, b);
	if (text_check(&comparison->path, err) < 0 ||
	    text_check(&comparison->what, err) < 0)
		return -1;
	return equal;
}

void
comparison_free(struct comparison *comparison)
{
	text_free(&comparison->what);
	text_free(&comparison->path);
}
