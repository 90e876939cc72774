/*
 * A read-only view of one decoded msgpack value: a record's header or a part of
 * it.  It borrows from the record it came with.  Files outside lib/stream see
 * only this; msgpack-c stays behind it.
 */
#ifndef STREAM_VALUE_H
#define STREAM_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct value;

enum value_type {
	VALUE_TYPE_NIL,
	VALUE_TYPE_BOOL,
	VALUE_TYPE_INT,
	VALUE_TYPE_REAL,
	VALUE_TYPE_TEXT,
	VALUE_TYPE_BYTES,
	VALUE_TYPE_ARRAY,
	VALUE_TYPE_MAP,
	VALUE_TYPE_EXTENSION,
};

/* value must not be NULL here; everywhere below NULL is "nothing there". */
enum value_type value_type(const struct value *value);

/*
 * An array's entries.  What is no array has none: array_at is never NULL below
 * array_count, whatever a stream from outside says where an array should be.
 */
size_t array_count(const struct value *array);
const struct value *array_at(const struct value *array, size_t i);

/* A map's keys and the items under them, likewise. */
size_t map_count(const struct value *map);
const struct value *map_key(const struct value *map, size_t i);
const struct value *map_item(const struct value *map, size_t i);

/* The value under a text key, or NULL (also when map is no map). */
const struct value *value_get(const struct value *map, const char *key);

/*
 * The plain contents.  Each returns false when the value is of another type or
 * does not fit; an integer serves where a real is wanted.  value_chars borrows
 * n bytes that are not NUL-terminated.
 */
bool value_bool(const struct value *value, bool *out);
bool value_int(const struct value *value, int64_t *out);
bool value_real(const struct value *value, double *out);
bool value_chars(const struct value *value, const char **chars, size_t *n);
bool value_is(const struct value *value, const char *text);

/*
 * Copies a text into out (room bytes with the NUL): false, and "" in out, when
 * it is none, too long or has a NUL inside.
 */
bool value_text(const struct value *value, char *out, size_t room);

/* The same type and contents, to the last bit; neither may be NULL. */
bool value_equal(const struct value *a, const struct value *b);

/*
 * Required entries of a map, with an error that names the key, what was found
 * and what was expected.  field_text copies into out with a NUL (room bytes
 * with it); a text with a NUL inside is refused.
 */
int field_int(const struct value *map, const char *key, int64_t lo, int64_t hi,
    int64_t *out, struct error *err);
int field_real(
    const struct value *map, const char *key, double *out, struct error *err);
/* A number from lo to hi; NaN is none. */
int field_real_in(const struct value *map, const char *key, double lo,
    double hi, double *out, struct error *err);
/* A number, which may be missing: then *out becomes NaN. */
int field_real_or_nan(
    const struct value *map, const char *key, double *out, struct error *err);
int field_text(const struct value *map, const char *key, char *out, size_t room,
    struct error *err);
/* One of words (base/word.h): its number. */
int field_word(const struct value *map, const char *key,
    const char *const *words, int *out, struct error *err);
/* A digest, or the beginning of one: so many lower-case hexadecimal digits. */
int field_hex(const struct value *map, const char *key, char *out,
    size_t digits, struct error *err);
const struct value *field_array(
    const struct value *map, const char *key, size_t max, struct error *err);
const struct value *field_map(
    const struct value *map, const char *key, struct error *err);

/*
 * An array of at most room numbers under key; *n receives how many there are.
 */
int field_reals(const struct value *map, const char *key, double *out,
    size_t room, size_t *n, struct error *err);
int field_ints(const struct value *map, const char *key, int64_t lo, int64_t hi,
    int64_t *out, size_t room, size_t *n, struct error *err);

/*
 * The value as text on one line: plain ("{x=1 names=[a b]}") for people, or
 * JSON (NaN and infinities as the strings "nan", "inf", "-inf"; bytes as hex).
 */
void value_print(const struct value *value, struct text *out);
void value_print_json(const struct value *value, struct text *out);

/* A text among plain ones: as it is, or where that might confuse as JSON. */
void value_print_chars(const char *chars, size_t n, struct text *out);

/*
 * n bytes as a JSON text in quotes: always valid UTF-8, and nothing that cannot
 * be shown (base/character.h) but as \u and digits
 */
void value_print_json_chars(const char *chars, size_t n, struct text *out);

/*
 * Numbers of what is computed, not read: unknown ones (NaN) are null, infinite
 * ones a text as in value_print_json.  The other two are members of an object
 * that has one already: a comma stands before the key.
 */
void value_print_json_number(double x, struct text *out);
void value_print_json_real(const char *key, double x, struct text *out);
void value_print_json_text(
    const char *key, const char *value, struct text *out);

#endif
