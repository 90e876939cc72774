/*
 * One error text, owned by the caller.
 *
 * Every function of the library that can fail takes a `struct error *` as its
 * last argument, returns -1 (or NULL) on failure and has then written one line
 * that names the wrong value and what was expected.  The library never prints;
 * the program prints the line behind its own name.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

struct error {
	char text[1024];
	bool memory; /* it was short: nothing is wrong with the input */
};

/*
 * Writes the message and returns -1, so that a check reads
 * `return error_set(err, "...")`.  A format that ends in ':' gets strerror of
 * the current errno appended.  What cannot be shown (base/character.h) in the
 * result, which may come from a hostile file, becomes '?'.  err may be NULL in
 * tests: nothing is written.  A house test keeps NULL out of lib and cmd.
 */
int error_set(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "out of memory: N bytes wanted"; 0 where nobody knows how many.  Returns -1.
 */
int error_memory(struct error *err, size_t bytes);

/*
 * What a library says of itself: as error_set, but "out of memory" when errno,
 * set to 0 before the library was called, says so.  Libraries call a want of
 * memory by other names ("not a zip archive").
 */
int error_foreign(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of a message already set; returns -1. */
int error_prefix(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
