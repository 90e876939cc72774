/*
 * Counted things in messages: "1 tensor is missing", "2 tensors are missing".
 */
#ifndef BASE_PLURAL_H
#define BASE_PLURAL_H

#include <stdint.h>

/* The word for so many: one of 1, many of all others. */
const char *plural(int64_t n, const char *one, const char *many);

/* "s" where there is not one: "%d dimension%s". */
const char *plural_s(int64_t n);

#endif
