/*
 * A growing text.  Appending never fails in the middle of a job: the first
 * failure is kept and text_check reports it at the end.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct text {
	char *chars; /* NUL-terminated; NULL while empty */
	size_t n;    /* without the NUL */
	size_t room;
	int failed;
};

/* Appends formatted text, or n raw bytes.  text starts as (struct text){0}. */
void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const void *bytes, size_t n);

/* 0, or -1 when any append failed for want of memory. */
int text_check(const struct text *text, struct error *err);

/*
 * Compares as strcmp does, but runs of digits by their value: "step2" comes
 * before "step10".
 */
int text_compare_natural(const char *a, const char *b);

/* Releases the memory; the text is empty again. */
void text_free(struct text *text);

#endif
