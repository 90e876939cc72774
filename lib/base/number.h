/*
 * Numbers in text: parsed whole and strictly, printed so that they round-trip.
 * No program calls setlocale, so the decimal point is always '.'.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Room that number_format needs, with its NUL. */
enum { NUMBER_TEXT_BYTES = 32 };

/*
 * The whole of text as one number.  Leading or trailing characters, an empty
 * text, a value outside [lo, hi] and, for reals, NaN and infinities are
 * errors, and so is anything but decimal digits: "0x1p0".  what names the thing
 * in the message ("--seed").  Return 0 or -1.
 */
int number_parse_int(const char *text, const char *what, int64_t lo, int64_t hi,
    int64_t *out, struct error *err);
int number_parse_u64(
    const char *text, const char *what, uint64_t *out, struct error *err);
int number_parse_real(
    const char *text, const char *what, double *out, struct error *err);

/*
 * A comma-separated list of reals ("0.49,0.48,0.45"), at most room of them;
 * *n receives how many there are (at least 1).
 */
int number_parse_reals(const char *text, const char *what, double *out,
    size_t room, size_t *n, struct error *err);

/*
 * Splits text at sep into n parts, for each to be parsed.  -1, without an
 * error, when there are fewer or one is too long; the last has what is left.
 */
enum { NUMBER_PART_BYTES = 64 };
int number_split(
    const char *text, char sep, char parts[][NUMBER_PART_BYTES], int n);

/*
 * The shortest decimal text that reads back as exactly x (15, 16 or 17
 * digits); "nan", "inf" and "-inf" for the others.  Returns text.
 */
char *number_format(double x, char text[NUMBER_TEXT_BYTES]);

#endif
