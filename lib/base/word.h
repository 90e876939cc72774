/*
 * Lists of words that options and records choose from, NULL-terminated, in the
 * order of the enums that they stand for.
 */
#ifndef BASE_WORD_H
#define BASE_WORD_H

/* The number of the word that text is, or -1. */
int word_parse(const char *const *words, const char *text);

/* "a, b, c", for messages; what is too long is cut off.  Returns out. */
enum { WORD_LIST_BYTES = 512 };
char *word_list(const char *const *words, char out[WORD_LIST_BYTES]);

#endif
