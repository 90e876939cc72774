/* Required entries of a header map (stream/value.h). */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/word.h"
#include "stream/value.h"

static int
wrong(const struct value *value, const char *key, const char *expected,
    struct error *err)
{
	struct text found = {0};
	const char *chars;

	if (value == NULL)
		return error_set(
		    err, "%s is missing, expected %s", key, expected);
	value_print(value, &found);
	chars = text_chars(&found, err);
	if (chars != NULL)
		error_set(
		    err, "%s is %.60s, expected %s", key, chars, expected);
	text_free(&found);
	return -1;
}

int
field_int(const struct value *map, const char *key, int64_t lo, int64_t hi,
    int64_t *out, struct error *err)
{
	const struct value *value = value_get(map, key);
	char expected[96];

	if (value_int(value, out) && *out >= lo && *out <= hi)
		return 0;
	snprintf(expected, sizeof(expected),
	    "an integer from %" PRId64 " to %" PRId64, lo, hi);
	return wrong(value, key, expected, err);
}

int
field_real(
    const struct value *map, const char *key, double *out, struct error *err)
{
	const struct value *value = value_get(map, key);

	return value_real(value, out) ? 0 : wrong(value, key, "a number", err);
}

int
field_real_in(const struct value *map, const char *key, double lo, double hi,
    double *out, struct error *err)
{
	const struct value *value = value_get(map, key);
	char expected[96];

	if (value_real(value, out) && *out >= lo && *out <= hi)
		return 0;
	snprintf(expected, sizeof(expected), "a number from %g to %g", lo, hi);
	return wrong(value, key, expected, err);
}

int
field_real_or_nan(
    const struct value *map, const char *key, double *out, struct error *err)
{
	*out = NAN;
	return value_get(map, key) != NULL ? field_real(map, key, out, err) : 0;
}

int
field_text(const struct value *map, const char *key, char *out, size_t room,
    struct error *err)
{
	const struct value *value = value_get(map, key);
	char expected[64];

	if (value_text(value, out, room))
		return 0;
	snprintf(expected, sizeof(expected), "a text of at most %zu byte%s",
	    room - 1, plural_s((int64_t)(room - 1)));
	return wrong(value, key, expected, err);
}

int
field_word(const struct value *map, const char *key, const char *const *words,
    int *out, struct error *err)
{
	const struct value *value = value_get(map, key);
	char text[64], list[WORD_LIST_BYTES], expected[WORD_LIST_BYTES + 8];

	*out = value_text(value, text, sizeof(text)) ? word_parse(words, text)
						     : -1;
	if (*out >= 0)
		return 0;
	snprintf(
	    expected, sizeof(expected), "one of %s", word_list(words, list));
	return wrong(value, key, expected, err);
}

int
field_hex(const struct value *map, const char *key, char *out, size_t digits,
    struct error *err)
{
	const struct value *value = value_get(map, key);
	const char *chars;
	char expected[48];
	size_t n;

	if (value_chars(value, &chars, &n) && n == digits) {
		memcpy(out, chars, n);
		out[n] = '\0';
		if (strspn(out, "0123456789abcdef") == n)
			return 0;
	}
	snprintf(expected, sizeof(expected), "%zu hexadecimal digit%s", digits,
	    plural_s((int64_t)digits));
	return wrong(value, key, expected, err);
}

const struct value *
field_array(
    const struct value *map, const char *key, size_t max, struct error *err)
{
	const struct value *value = value_get(map, key);
	char expected[64];

	if (value != NULL && value_type(value) == VALUE_TYPE_ARRAY &&
	    array_count(value) <= max)
		return value;
	snprintf(expected, sizeof(expected), "an array of at most %zu %s", max,
	    plural((int64_t)max, "entry", "entries"));
	wrong(value, key, expected, err);
	return NULL;
}

const struct value *
field_map(const struct value *map, const char *key, struct error *err)
{
	const struct value *value = value_get(map, key);

	if (value != NULL && value_type(value) == VALUE_TYPE_MAP)
		return value;
	wrong(value, key, "a map", err);
	return NULL;
}

int
field_reals(const struct value *map, const char *key, double *out, size_t room,
    size_t *n, struct error *err)
{
	const struct value *array = field_array(map, key, room, err);

	if (array == NULL)
		return -1;
	*n = array_count(array);
	for (size_t i = 0; i < *n; i++)
		if (!value_real(array_at(array, i), &out[i]))
			return wrong(array, key, "an array of numbers", err);
	return 0;
}

int
field_ints(const struct value *map, const char *key, int64_t lo, int64_t hi,
    int64_t *out, size_t room, size_t *n, struct error *err)
{
	const struct value *array = field_array(map, key, room, err);
	char expected[96];

	if (array == NULL)
		return -1;
	*n = array_count(array);
	for (size_t i = 0; i < *n; i++)
		if (!value_int(array_at(array, i), &out[i]) || out[i] < lo ||
		    out[i] > hi) {
			snprintf(expected, sizeof(expected),
			    "integers from %" PRId64 " to %" PRId64, lo, hi);
			return wrong(array, key, expected, err);
		}
	return 0;
}
