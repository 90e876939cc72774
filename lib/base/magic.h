/*
 * What kind of file something is, told by its first bytes: for messages about
 * files that are not what was expected.
 */
#ifndef BASE_MAGIC_H
#define BASE_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { MAGIC_WANTS = 512 }; /* bytes that tell all kinds apart */

struct magic {
	const char *is;    /* "a PyTorch checkpoint" */
	const char *takes; /* which program reads it; NULL: none does */
	const char *to_do; /* what makes it one that is read, or NULL */
	bool network;      /* it holds one */
};

/*
 * The kind of n bytes (at least MAGIC_WANTS, fewer when the file is shorter);
 * NULL when it is none that is known here.
 */
const struct magic *magic_find(const void *bytes, size_t n);

/*
 * Sets "IS, expected WHAT: who reads it, or what to do" (first what to do when
 * a network is wanted); for bytes of no kind "of no kind that is known here,
 * expected WHAT", for none "empty, expected WHAT".  Returns -1.
 */
int magic_refuse(const void *bytes, size_t n, const char *expected,
    bool network, struct error *err);

#endif
