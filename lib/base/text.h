/*
 * A growing text.  Appending never fails in the middle of a job: the first
 * failure is kept and text_check reports it at the end.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Fields that end in _ are this folder's alone (a test holds it): what a text
 * holds, text_chars gives.
 */
struct text {
	char *chars_; /* NUL-terminated; NULL while empty */
	size_t n_;    /* without the NUL */
	size_t room_;
	bool failed_;
};

/*
 * Appends formatted text, n raw bytes, or what another text holds (its failure,
 * too).  text starts as (struct text){0}.
 */
void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const void *bytes, size_t n);
void text_add_text(struct text *text, const struct text *other);

/* Inserts what another text holds (its failure, too) before byte number at. */
void text_insert(struct text *text, size_t at, const struct text *other);

/* What is to be appended cannot be had: as if appending it had failed. */
void text_fail(struct text *text);

/* 0, or -1 when any append failed for want of memory. */
int text_check(const struct text *text, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The text: borrowed until it changes, with a NUL behind text_length bytes, ""
 * when nothing was appended.  NULL with an error when any append has failed.
 */
const char *text_chars(const struct text *text, struct error *err)
    __attribute__((warn_unused_result));

/*
 * The same for text that is to be appended to another in some other form: never
 * NULL, "" when an append has failed, and then other has failed, too.
 */
const char *text_chars_for(struct text *other, const struct text *text);

/* Bytes without the NUL; fewer than they should be after a failure. */
size_t text_length(const struct text *text);

/* Was nothing appended to it?  What could not be is something. */
bool text_is_empty(const struct text *text);

/* Forgets what lies behind the first n bytes, not that an append failed. */
void text_cut(struct text *text, size_t n);

/*
 * Compares as strcmp does, but runs of digits by their value: "step2" comes
 * before "step10".
 */
int text_compare_natural(const char *a, const char *b);

/* A path for legends: the file's name without its folder and ".ll". */
void text_short_path(const char *path, char *out, size_t room);

/*
 * Makes what a text holds fit for people, as text_make_shown does
 * (base/character.h).
 */
void text_show(struct text *text, const char *allowed);

/* Appends chars on one line, in the same way. */
void text_add_shown(struct text *text, const char *chars);
void text_add_shown_bytes(struct text *text, const char *chars, size_t n);

/*
 * Appends chars as XML, for content and for attributes in double quotes: < > &
 * and " as entities; newlines stay, other white space is a blank, what cannot
 * be shown or is no character U+FFFD.
 */
void text_add_xml(struct text *text, const char *chars);

/* Releases the memory; the text is empty again. */
void text_free(struct text *text);

#endif
